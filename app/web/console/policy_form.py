"""The form of a policy: its fields from a document, a document from what was sent. Nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from app.errors import Rejected
from app.findings.policies.types import ADDABLE, LIFTABLE
from app.findings.policy import FILE_CHOICES, LINK_CHOICES

#: Fields with several values, each a box to tick.
_TICKED = ("add", "lift", "requesters")
_MAIL = ("language", "quiet_start", "quiet_end", "zone", "digest")
_NUMBERS = ("digest_hour", "most_an_hour")
_SPLIT = re.compile(r"[\s,;]+")
#: Items of one field: more than a policy takes, so that it is the policy that says so.
_MOST_ITEMS = 1_000


def fields_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form's fields as they show a policy's document."""
    scope, types, mail = document["scope"], document["types"], document["mail"]
    until = document["observe_until"]
    return {
        **{f"file_{verdict.value}": document["files"][verdict.value] for verdict in FILE_CHOICES},
        **{f"link_{verdict.value}": document["links"][verdict.value] for verdict in LINK_CHOICES},
        "add": [name for name in types["added"] if name in ADDABLE],
        "add_extensions": " ".join(name for name in types["added"] if name not in ADDABLE),
        "lift": [name for name in types["lifted"] if name in LIFTABLE],
        "lift_extensions": " ".join(name for name in types["lifted"] if name not in LIFTABLE),
        "recipients": "\n".join(document["recipients"]),
        **{name: mail[name] for name in (*_MAIL, *_NUMBERS)},
        "four_eyes": document["four_eyes"],
        "observe_until": datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M") if until else "",
        "brand_ids": " ".join(map(str, scope["brand_ids"])),
        "group_ids": " ".join(map(str, scope["group_ids"])),
        "requesters": list(scope["requesters"]),
        "domains": "\n".join(scope["domains"]),
    }


def given_fields(form: MultiDict[str, str]) -> dict[str, Any]:
    """Return the form's fields as somebody filled them, to be shown again."""
    plain = {name: form.get(name, "")[:20_000] for name in form if name not in (*_TICKED, "csrf")}
    ticked = {name: form.getlist(name)[:_MOST_ITEMS] for name in _TICKED}
    return {**plain, **ticked, "four_eyes": form.get("four_eyes") == "on"}


def document_of(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document that the fields ask for; the policy checks it. Raises Rejected for what cannot be read."""
    return {
        "scope": {
            "brand_ids": _ids(fields, "brand_ids"),
            "group_ids": _ids(fields, "group_ids"),
            "requesters": fields.get("requesters", []),
            "domains": _items(fields, "domains"),
        },
        "files": {verdict.value: fields.get(f"file_{verdict.value}", "") for verdict in FILE_CHOICES},
        "links": {verdict.value: fields.get(f"link_{verdict.value}", "") for verdict in LINK_CHOICES},
        "types": {
            "added": [*fields.get("add", []), *_extensions(fields, "add_extensions")],
            "lifted": [*fields.get("lift", []), *_extensions(fields, "lift_extensions")],
        },
        "recipients": _items(fields, "recipients"),
        "mail": {
            **{name: str(fields.get(name, "")).strip() for name in _MAIL},
            **{name: _number(fields, name) for name in _NUMBERS},
        },
        "four_eyes": bool(fields.get("four_eyes")),
        "observe_until": _moment(str(fields.get("observe_until", "")).strip()),
    }


def _items(fields: Mapping[str, Any], name: str) -> list[str]:
    return [each for each in _SPLIT.split(str(fields.get(name, ""))) if each][:_MOST_ITEMS]


def _extensions(fields: Mapping[str, Any], name: str) -> list[str]:
    """People write ``iso``, ``.iso`` and ``*.iso``."""
    return ["." + each.lstrip("*").lstrip(".").lower() for each in _items(fields, name)]


def _ids(fields: Mapping[str, Any], name: str) -> list[int]:
    items = _items(fields, name)
    if not all(each.isascii() and each.isdigit() and len(each) < 20 for each in items):
        words = {"brand_ids": "Brands", "group_ids": "Groups"}[name]
        raise Rejected(f"{words} are named by their ids, which are whole numbers; separate them by blanks.", code=name)
    return [int(each) for each in items]


def _number(fields: Mapping[str, Any], name: str) -> Any:
    text = str(fields.get(name, "")).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _moment(text: str) -> float | None:
    if not text:
        return None
    try:
        given = datetime.fromisoformat(text)
        return (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise Rejected(
            "The time until which it only observes does not fit: write it like 2026-12-31T18:00.", code="observe_until"
        ) from None
