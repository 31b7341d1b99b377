"""A short chain, and what an intruder without the master key could make of it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from app.findings.audit.chain import Checkpoint, Head, Row, digest, linked
from app.findings.audit.entry import entry_of
from app.findings.audit.origin import Origin
from tests.builders import NOON

HERE = Origin(via="console", address="203.0.113.7", agent="Firefox")


def a_row(number: int = 17, **changes: object) -> Row:
    """One row as it is stored, its hash right unless it is given."""
    bare = Row(number, NOON, "ana", "list.added", "block:1", 1, {"kind": "domain"}, HERE.to_dict(), "0" * 64, None)
    bare = replace(bare, **changes)  # type: ignore[arg-type]
    return bare if "hash" in changes else replace(bare, hash=digest(bare))


def a_chain(length: int = 6) -> list[Row]:
    """So many rows that hold."""
    entries = [entry_of(NOON + n, "ana", "list.added", subject=f"block:{n}", origin=HERE) for n in range(length)]
    return list(linked(Head(), 0.0, entries))


def relinked(rows: list[Row]) -> list[Row]:
    """Write a chain anew over whatever the rows say now, as whoever knows the formula can."""
    head, written = Head(), []
    for row in rows:
        bare = replace(row, previous=head.hash)
        written.append(replace(bare, hash=digest(bare)))
        head = Head(row.id, written[-1].hash or "")
    return written


def sealed(row: Row, key: bytes = b"ours") -> Checkpoint:
    """A checkpoint at a row."""
    bare = Checkpoint(row.id, row.hash or "", NOON, "key", "")
    return replace(bare, signature=hmac.new(key, bare.text.encode(), hashlib.sha256).hexdigest())


def is_ours(checkpoint: Checkpoint) -> bool | None:
    """Whether a checkpoint bears the signature of our key; None for one of another key."""
    if checkpoint.key_id != "key":
        return None
    return checkpoint.signature == hmac.new(b"ours", checkpoint.text.encode(), hashlib.sha256).hexdigest()
