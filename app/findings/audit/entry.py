"""What is written about one act, bounded and made fit for every database before it is hashed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from app.findings.audit.canonical import LARGEST_INTEGER
from app.findings.audit.origin import Origin

#: Characters of each part; a name that is longer was made to be.
LONGEST_ACTOR, LONGEST_EVENT, LONGEST_SUBJECT, LONGEST_ORIGIN = 200, 100, 500, 400

#: Characters of one text in the details, things in one of its lists, and levels that it may be deep.
LONGEST_TEXT, MOST_ITEMS, DEEPEST = 2_000, 100, 6

#: Bytes of the details in all: a row is a short note, never content.
LARGEST_DETAIL = 16_384


@dataclass(frozen=True, slots=True)
class Entry:
    """One act: who, what, to what, with which details, when (UTC seconds since 1970) and from where."""

    at: float
    actor: str
    event: str
    subject: str
    connection_id: int | None
    detail: Mapping[str, Any]
    origin: Mapping[str, str]


def entry_of(
    at: float,
    actor: str,
    event: str,
    *,
    subject: str = "",
    connection_id: int | None = None,
    detail: Mapping[str, Any] | None = None,
    origin: Origin,
) -> Entry:
    """Return an entry that any database takes as it is and gives back as it was."""
    fitted = _fit(dict(detail or {}), 0)
    if len(orjson.dumps(fitted)) > LARGEST_DETAIL:
        fitted = {"left_out": "The details were too long to be kept."}
    return Entry(
        at=round(at, 6),
        actor=_clipped(actor, LONGEST_ACTOR) or "unknown",
        event=_clipped(event, LONGEST_EVENT),
        subject=_clipped(subject, LONGEST_SUBJECT),
        connection_id=connection_id,
        detail=fitted,
        origin={name: _clipped(value, LONGEST_ORIGIN) for name, value in origin.to_dict().items()},
    )


def _fit(value: Any, depth: int) -> Any:
    """Return the value as JSON holds it exactly."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) <= LARGEST_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return _clipped(value, LONGEST_TEXT)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        some = list(value.items())[:MOST_ITEMS]
        return {_clipped(str(name), LONGEST_EVENT): _fit(each, depth + 1) for name, each in some}
    if isinstance(value, list | tuple | set | frozenset):
        return [_fit(each, depth + 1) for each in list(value)[:MOST_ITEMS]]
    return _clipped(str(value), LONGEST_TEXT)


def _clipped(text: str, most: int) -> str:
    """Return text that PostgreSQL stores (no NUL) and UTF-8 can write (no half of a surrogate pair)."""
    text = str(text) if len(text) <= most else f"{text[: most - 1]}…"
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
