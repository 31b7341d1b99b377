"""Policies as documents: read with care what people send, load what was stored, say what changed. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.mail_rules import MailRules
from app.findings.policies.scope import MOST_NAMED, Scope, Trait
from app.findings.policies.types import ADDABLE, LIFTABLE, MOST_TYPES, TypeRules, is_type
from app.findings.policy import FILE_CHOICES, LINK_CHOICES, Choice, Policy

#: Addresses that one policy may name.
MOST_RECIPIENTS = 50
#: Characters of a title.
LONGEST_TITLE = 100
#: Seconds ahead until which a policy may only observe: a year.
LONGEST_OBSERVING = 366 * 86_400.0

_ADDRESS = re.compile(r"[^\s@<>,;\"'()\\]{1,64}@[^\s@<>,;\"'()\\]{1,253}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_LARGEST_ID = 2**63 - 1

_Item = TypeVar("_Item")


def read(data: Mapping[str, Any], *, now: float) -> Policy:
    """Return the policy that somebody wants; what is not named is as by default. Raises Rejected naming the field."""
    unknown = sorted(set(map(str, data)) - set(Policy().to_dict()))
    if unknown:
        raise _refusal(unknown[0], "is no part of a policy")
    return Policy(
        files={**Policy().files, **_effects(data.get("files", {}), FILE_CHOICES, "files")},
        links={**Policy().links, **_effects(data.get("links", {}), LINK_CHOICES, "links")},
        types=_types(_mapping(data.get("types", {}), "types", ("added", "lifted"))),
        recipients=tuple(_list(data.get("recipients", ()), "recipients", MOST_RECIPIENTS, _address)),
        mail=MailRules.from_dict(_mapping(data.get("mail", {}), "mail")),
        four_eyes=_flag(data.get("four_eyes", False), "four_eyes"),
        observe_until=_until(data.get("observe_until"), now),
        scope=checked_scope(data.get("scope", {})),
    )


def load(document: Mapping[str, Any]) -> Policy:
    """Return the policy of a stored document. Names that this version does not know are left out."""
    files = {verdict: Choice(choice).effect for verdict, choice in _known(document.get("files", {}))}
    links = {verdict: Choice(choice).effect for verdict, choice in _known(document.get("links", {}))}
    types = document.get("types", {})
    return Policy(
        files={**Policy().files, **files},
        links={**Policy().links, **links},
        types=TypeRules(frozenset(types.get("added", ())), frozenset(types.get("lifted", ()))),
        recipients=tuple(document.get("recipients", ())),
        mail=MailRules.from_dict(document.get("mail", {})),
        four_eyes=bool(document.get("four_eyes", False)),
        observe_until=document.get("observe_until"),
        scope=Scope.from_dict(document.get("scope", {})),
    )


def changes(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what differs between two documents: ``at`` (dotted path), ``before`` and ``after``, in order of the path.

    Without one before, it is compared with the policy that stands when nobody has written any.
    """
    old, new = flat(before if before is not None else Policy().to_dict()), flat(after)
    return [
        {"at": at, "before": old.get(at), "after": new.get(at)}
        for at in dict.fromkeys((*new, *old))
        if old.get(at) != new.get(at)
    ]


def flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a document's values by their dotted path; lists are values."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def checked_scope(data: Any) -> Scope:
    """Return the scope that somebody wants. Raises Rejected naming the field."""
    return _scope(_mapping(data, "scope", tuple(Scope().to_dict())))


def checked_title(title: str) -> str:
    """Return the name of a policy. Raises Rejected, code ``title``."""
    title = " ".join(title.split())
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise Rejected(f"Give the policy a name of 1 to {LONGEST_TITLE} ordinary characters.", code="title")
    return title


def _known(choices: Mapping[str, str]) -> Iterable[tuple[Verdict, str]]:
    return [(Verdict(verdict), choice) for verdict, choice in choices.items()]


def _effects(given: Any, allowed: Mapping[Verdict, tuple[Choice, ...]], name: str) -> dict[Verdict, Any]:
    found = {}
    for verdict, choice in _mapping(given, name, tuple(each.value for each in allowed)).items():
        choices = allowed[Verdict(verdict)]
        if choice not in [each.value for each in choices]:
            raise _refusal(f"{name}.{verdict}", f"must be one of {', '.join(choices)}")
        found[Verdict(verdict)] = Choice(choice).effect
    return found


def _types(given: Mapping[str, Any]) -> TypeRules:
    return TypeRules(
        frozenset(_list(given.get("added", ()), "types.added", MOST_TYPES, _type_of(tuple(ADDABLE)))),
        frozenset(_list(given.get("lifted", ()), "types.lifted", MOST_TYPES, _type_of(tuple(LIFTABLE)))),
    )


def _type_of(classes: tuple[str, ...]) -> Callable[[Any, str], str]:
    def check(value: Any, name: str) -> str:
        if not isinstance(value, str) or not is_type(value.strip().lower(), classes):
            raise _refusal(name, f"must hold extensions like .iso, or of these: {', '.join(classes)}")
        return value.strip().lower()

    return check


def _scope(given: Mapping[str, Any]) -> Scope:
    scope = Scope(
        frozenset(_list(given.get("brand_ids", ()), "scope.brand_ids", MOST_NAMED, _id)),
        frozenset(_list(given.get("group_ids", ()), "scope.group_ids", MOST_NAMED, _id)),
        frozenset(_list(given.get("requesters", ()), "scope.requesters", len(Trait), _trait)),
        frozenset(_list(given.get("domains", ()), "scope.domains", MOST_NAMED, _domain)),
    )
    if Trait.LISTED in scope.requesters and not scope.domains:
        raise _refusal("scope.domains", "is empty: list the mail domains of the requesters who are meant")
    if scope.domains and Trait.LISTED not in scope.requesters:
        raise _refusal("scope.domains", "lists mail domains, but the requesters who are meant are not the listed ones")
    return scope


def _until(value: Any, now: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= now + LONGEST_OBSERVING:
        raise _refusal("observe_until", "must be a time within a year from now, or null")
    return float(value)


def _flag(value: Any, name: str) -> bool:
    if not isinstance(value, bool):
        raise _refusal(name, "must be true or false")
    return value


def _mapping(value: Any, name: str, known: tuple[str, ...] | None = None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _refusal(name, "must be an object with named values")
    unknown = sorted(set(map(str, value)) - set(known)) if known is not None else []
    if unknown:
        raise _refusal(f"{name}.{unknown[0]}"[:80], "is no part of a policy")
    return value


def _list(value: Any, name: str, most: int, check: Callable[[Any, str], _Item]) -> list[_Item]:
    if not isinstance(value, list | tuple) or len(value) > most:
        raise _refusal(name, f"must be a list of at most {most}")
    return list(dict.fromkeys(check(each, name) for each in value))


def _id(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST_ID:
        raise _refusal(name, "must hold ids, which are whole numbers")
    return value


def _trait(value: Any, name: str) -> Trait:
    if not isinstance(value, str) or value not in list(Trait):
        raise _refusal(name, f"must hold some of {', '.join(Trait)}")
    return Trait(value)


def _domain(value: Any, name: str) -> str:
    domain = value.strip().lower().lstrip("@") if isinstance(value, str) else ""
    if not _DOMAIN.fullmatch(domain):
        raise _refusal(name, "must hold mail domains like partner.example")
    return domain


def _address(value: Any, name: str) -> str:
    address = value.strip() if isinstance(value, str) else ""
    if not _ADDRESS.fullmatch(address) or not address.isprintable():
        raise _refusal(name, "must hold mail addresses like security@company.example")
    return address


def _refusal(name: str, words: str) -> Rejected:
    printable = "".join(letter if letter.isprintable() else "?" for letter in name[:80])
    return Rejected(f"{printable} {words}.", code="policy")
