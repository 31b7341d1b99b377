"""Letters come in: put in the transaction of what happened, once by their key, and never lost."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, or_, select

from app.db import Database
from app.errors import Temporary
from app.findings.notice_facts import ConnectionState, Investigation, Notice
from app.findings.post.tables import letters, mails
from app.jobs import Job, Queue


class LetterKind(StrEnum):
    """What letters are about. Those about tickets are gathered where there are too many."""

    QUARANTINE = "quarantine"
    RELEASE = "release"
    INVESTIGATION = "investigation"
    CONNECTION = "connection"


#: Kinds that are gathered into digests and counted in an outbreak.
GATHERED = (LetterKind.QUARANTINE, LetterKind.RELEASE)

Facts = Notice | Investigation | ConnectionState


class Post:
    """The letter box: ``put`` inside your own transaction, then ``wake`` after it."""

    def __init__(self, database: Database, queue: Queue, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._now = now

    def put(
        self,
        connection: Connection,
        connection_id: int,
        kind: LetterKind,
        facts: Facts,
        *,
        key: str,
        recipients: Sequence[str] = (),
        ticket_id: int | None = None,
    ) -> bool:
        """Put a letter, as part of an open transaction; return False when one with this key was put before.

        Without ``recipients`` it goes to those who get the connection's mails. A letter to named recipients is never
        gathered into a digest.
        """
        values: Mapping[str, Any] = {
            "connection_id": connection_id,
            "key": key,
            "kind": kind.value,
            "ticket_id": ticket_id,
            "recipients": list(recipients),
            "facts": facts.to_dict(),
            "created_at": self._now(),
        }
        once = self._database.insert_once(letters).values(**values).returning(letters.c.id)
        return connection.execute(once).first() is not None

    def wake(self, connection_id: int) -> None:
        """Wake a worker for the letters of a connection; where the broker is away, the sweep finds them."""
        with contextlib.suppress(Temporary):
            self._queue.put(Job.POST, connection_id=connection_id)

    def sweep(self) -> int:
        """Wake workers for every connection with a letter or a mail that is due; return for how many."""
        now = self._now()
        due_letters = select(letters.c.connection_id).where(letters.c.mailed_at.is_(None), letters.c.due_at <= now)
        due_mails = select(mails.c.connection_id).where(
            or_(mails.c.state == "waiting", mails.c.state == "sending"),
            mails.c.next_at <= now,
            mails.c.leased_until <= now,
        )
        with self._database.read() as connection:
            due = {*connection.execute(due_letters).scalars(), *connection.execute(due_mails).scalars()}
        for connection_id in sorted(due):
            self.wake(connection_id)
        return len(due)
