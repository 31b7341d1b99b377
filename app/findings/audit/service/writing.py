"""Append to the chain, inside the transaction of the act itself: both are there afterwards, or neither.

What is noted is put aside and appended at the very end of the transaction, just before it is committed. So one writer
at a time holds the head, for as short as can be, and never waits for anything else while it does: no two transactions
can wait for one another over it, in whatever order they act and note.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, event, insert, select, text

from app.findings.audit.chain import GENESIS, Head, linked
from app.findings.audit.entry import Entry, entry_of
from app.findings.audit.origin import current
from app.findings.audit.tables import audit

#: Key of the advisory lock on PostgreSQL, held until the transaction ends; any number that nobody else uses.
LOCK = 0x64_77_61_75

#: What each open transaction will append.
_pending: WeakKeyDictionary[Connection, list[Entry]] = WeakKeyDictionary()


def note(
    transaction: Connection,
    at: float,
    actor: str,
    what: str,
    *,
    subject: str = "",
    connection_id: int | None = None,
    **detail: Any,
) -> None:
    """Write one line as part of an open transaction: who did ``what`` (``list.added``) to what (``block:17``).

    From where comes from the context. Never content, tokens or addresses of customers.
    """
    entry = entry_of(at, actor, what, subject=subject, connection_id=connection_id, detail=detail, origin=current())
    waiting = _pending.get(transaction)
    if waiting is None:
        waiting = _pending[transaction] = []
        event.listen(transaction, "commit", _flush)
        event.listen(transaction, "rollback", _forget)
    waiting.append(entry)


def append(transaction: Connection, entries: Sequence[Entry]) -> None:
    """Append entries at once; the head is held until the transaction ends, so nothing else may follow in it."""
    if transaction.dialect.name == "postgresql":
        transaction.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    columns = (audit.c.id, audit.c.at, audit.c.hash)
    last = transaction.execute(select(*columns).order_by(audit.c.id.desc()).limit(1)).one_or_none()
    head = Head() if last is None else Head(last.id, last.hash or GENESIS)
    rows = linked(head, 0.0 if last is None else last.at, entries)
    names = ("id", "at", "actor", "event", "subject", "connection_id", "detail", "origin", "previous", "hash")
    transaction.execute(insert(audit), [{name: getattr(row, name) for name in names} for row in rows])


def _flush(transaction: Connection) -> None:
    waiting = _pending.get(transaction)
    if waiting:
        entries = list(waiting)
        waiting.clear()
        append(transaction, entries)


def _forget(transaction: Connection) -> None:
    if waiting := _pending.get(transaction):
        waiting.clear()
