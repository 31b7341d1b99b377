"""The chain of hashes over the audit trail, and how to tell that nobody touched it.

Each row carries the hash of the row before it and its own: SHA-256 over the canonical JSON (RFC 8785) of this object::

    {"actor": …, "at": microseconds since 1970, "connection_id": number or null, "detail": {…}, "event": …, "id": …,
     "origin": {…}, "previous": hash of the row before, "subject": …, "v": 1}

The first row names ``GENESIS`` as its previous one. Whoever changes, removes, inserts or reorders a row breaks the
chain there. Whoever writes the whole of it anew needs the master key for the checkpoints, which sign its head now and
then; and a row that was cut off the end is missed by the checkpoint, or the stream, that knew it. So what is not shown
by the database alone is what came after the last checkpoint, seconds ago.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.findings.audit.canonical import canonical
from app.findings.audit.entry import Entry

VERSION = 1

#: What stands before the first row.
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the audit trail as it is stored."""

    id: int
    at: float
    actor: str
    event: str
    subject: str
    connection_id: int | None
    detail: Mapping[str, Any]
    origin: Mapping[str, Any]
    previous: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """The last row that is known: its id and its hash."""

    id: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that the service signed: the row ``row_id`` had ``hash``. ``key_id`` names the master key."""

    row_id: int
    hash: str
    at: float
    key_id: str
    signature: str

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.row_id}:{self.hash}:{round(self.at * 1_000_000)}"


@dataclass(frozen=True, slots=True)
class Problem:
    """Where the chain breaks first. ``kind`` is a stable word, ``what`` and ``meaning`` are sentences for people."""

    row_id: int
    kind: str
    what: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of looking: rows read, the last of them, the newest checkpoint that held, and the first problem."""

    rows: int
    head: Head
    signed: Checkpoint | None
    problem: Problem | None

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.problem is None


#: Tells whether a checkpoint's signature is ours: False when it is not, None when it cannot be told (another key).
Signed = Callable[[Checkpoint], bool | None]


def digest(row: Row) -> str:
    """Return the hash that a row must bear. Raises ValueError for content that the service cannot have written."""
    document = {
        "v": VERSION,
        "id": row.id,
        "at": round(row.at * 1_000_000),
        "actor": row.actor,
        "event": row.event,
        "subject": row.subject,
        "connection_id": row.connection_id,
        "detail": row.detail,
        "origin": row.origin,
        "previous": row.previous,
    }
    return hashlib.sha256(canonical(document)).hexdigest()


def linked(head: Head, at: float, entries: Iterable[Entry]) -> Iterator[Row]:
    """Return the entries as the rows that follow ``head``, whose time is ``at``.

    Times never go back along the chain: a clock that was set back must not make rows look older than those before.
    """
    for entry in entries:
        at = max(at, entry.at)
        fields = (entry.actor, entry.event, entry.subject, entry.connection_id, entry.detail, entry.origin)
        bare = Row(head.id + 1, at, *fields, head.hash, None)
        row = Row(bare.id, at, *fields, head.hash, digest(bare))
        head = Head(row.id, row.hash or "")
        yield row


def verify(
    rows: Iterable[Row],
    checkpoints: Iterable[Checkpoint],
    signed: Signed,
    *,
    after: Head = Head(),
    to_the_end: bool = True,
) -> Verified:
    """Check rows in order of their ids, the checkpoints among them (sorted likewise), and say where it breaks first.

    ``after`` is where an earlier look ended. ``to_the_end``: the rows reach to the newest one, so that a checkpoint
    beyond them is a row that is missing.
    """
    head, count, held = after, 0, None
    waiting = iter(checkpoints)
    checkpoint = next(waiting, None)
    for row in rows:
        if (problem := _broken(head, row)) is not None:
            return Verified(count, head, held, problem)
        while checkpoint is not None and checkpoint.row_id <= row.id:
            verdict = signed(checkpoint)
            if (problem := _unsigned(checkpoint, row, verdict)) is not None:
                return Verified(count, head, held, problem)
            checkpoint, held = next(waiting, None), checkpoint if verdict else held
        head, count = Head(row.id, row.hash or ""), count + 1
    if to_the_end and checkpoint is not None:
        return Verified(count, head, held, _cut(head, checkpoint.row_id, "signed as its head"))
    return Verified(count, head, held, None)


def missing(head: Head, row_id: int, known_by: str) -> Problem | None:
    """Return the problem when somebody else knows a row beyond the last one that is there."""
    return _cut(head, row_id, known_by) if row_id > head.id else None


def _broken(head: Head, row: Row) -> Problem | None:
    if row.hash is None or row.previous is None:
        return Problem(
            row.id,
            "unlinked",
            f"Row {row.id} is not part of the chain.",
            "It was written past the service: by hand, or by an older version of it that was still running.",
        )
    if row.previous != head.hash:
        return Problem(row.id, "link", f"Row {row.id} does not follow row {head.id}.", _between(head, row))
    try:
        right = digest(row) == row.hash
    except (ValueError, TypeError):
        right = False
    if not right:
        return Problem(
            row.id,
            "changed",
            f"Row {row.id} does not bear the hash of what it says.",
            "Its content was changed after it was written, past the service.",
        )
    return None


def _between(head: Head, row: Row) -> str:
    gap = row.id - head.id - 1
    if gap > 0:
        lost = f"row {head.id + 1}" if gap == 1 else f"rows {head.id + 1} to {row.id - 1}"
        return f"What stood between them was removed ({lost}), or one of the two was put there past the service."
    return "Rows were inserted, exchanged or rewritten here, past the service."


def _unsigned(checkpoint: Checkpoint, row: Row, verdict: bool | None) -> Problem | None:
    """Hold a checkpoint against the row at which it stands. One of another key says nothing, for or against."""
    if verdict is False:
        return Problem(
            checkpoint.row_id,
            "signature",
            f"The checkpoint at row {checkpoint.row_id} bears a signature that is not the service's.",
            "Somebody wrote or changed the checkpoint without the master key; rows up to it may be rewritten too.",
        )
    if checkpoint.row_id != row.id:
        return _cut(Head(checkpoint.row_id - 1), checkpoint.row_id, "signed as its head")
    if verdict is True and checkpoint.hash != row.hash:
        return Problem(
            row.id,
            "rewritten",
            f"Row {row.id} is not the row that the service signed.",
            "The chain fits together, but it was written anew from some row before this one on, without the key.",
        )
    return None


def _cut(head: Head, row_id: int, known_by: str) -> Problem:
    return Problem(
        head.id + 1,
        "cut",
        f"Row {row_id} was {known_by}, but it is not there.",
        f"Rows from {head.id + 1} on were removed, or an older copy of the database was put in its place.",
    )
