"""Send the audit trail on: the trail itself is the outbox, and each stream remembers how far it has got.

A batch is sent, and only then is the cursor moved, so that a crash between the two sends it again and loses nothing;
its events bear the same identifiers then. One worker at a time sends for a stream, under a lease that outlasts every
deadline of a sender.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from sqlalchemy import ColumnElement, and_, select, update

from app.db import Database
from app.errors import DeskwardenError, Temporary
from app.findings.audit.chain import Row
from app.findings.audit.ocsf import event_of
from app.findings.audit.service.reading import AuditReader, head_of, source_of
from app.findings.audit.service.streams import opened
from app.findings.audit.stream import Secret, StreamKind
from app.findings.audit.tables import audit_streams
from app.jobs import Job, Queue
from app.keys import MasterKey

log = structlog.get_logger()

#: Events in one batch, and batches in one job, after which another job goes on: no stream holds a worker for long.
BATCH, BATCHES = 200, 25

#: Seconds. Longer than any sender takes for a batch.
LEASE_SECONDS = 60.0

#: Seconds until the first repeat, doubled with each failure, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 2.0, 300.0

Events = Sequence[dict[str, Any]]


class Sender(Protocol):
    """Takes a batch to its receiver, in order; the receiver has all of it when this returns.

    Raises Temporary, Rejected or Misconfigured with a sentence for people. A Rejected of the code ``too-large`` says
    that fewer events at once may pass.
    """

    def send(self, events: Events) -> None:
        """Send the events, oldest first."""


#: Returns the sender of a kind for these options.
Senders = Callable[[StreamKind, str, dict[str, Any], Secret], Sender]


class StreamSender:
    """Works for one stream at a time."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        queue: Queue,
        senders: Senders,
        *,
        version: str,
        public_url: str,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._queue = queue
        self._senders = senders
        self._version = version
        self._public_url = public_url
        self._now = now
        self._reader = AuditReader(database)

    def sweep(self) -> int:
        """Wake a worker for each stream that has something to send and need not wait; return for how many."""
        with self._database.read() as connection:
            due = connection.execute(
                select(audit_streams.c.id)
                .where(audit_streams.c.enabled, audit_streams.c.row_id < head_of(connection).id)
                .where(audit_streams.c.next_at <= self._now(), audit_streams.c.leased_until <= self._now())
            ).scalars()
            ids = list(due)
        for stream_id in ids:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.STREAM_AUDIT, stream_id=stream_id)
        return len(ids)

    def run(self, stream_id: int) -> int:
        """Send what waits for a stream; return how many events that were. What fails waits for its next time."""
        stream = self._take(stream_id)
        if stream is None:
            return 0
        sent, more = 0, False
        try:
            sender = self._senders(StreamKind(stream.kind), stream.name, stream.options, opened(self._keys, stream))
            sent, more = self._send_all(stream, sender)
        except DeskwardenError as error:
            self._postpone(stream, error)
        except Exception:
            self._postpone(stream, Temporary("An internal error; it is tried again.", code="internal"))
            raise
        finally:
            self._release(stream)
        if more:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.STREAM_AUDIT, stream_id=stream_id)
        return sent

    def _send_all(self, stream: Any, sender: Sender) -> tuple[int, bool]:
        """Return how many were sent, and whether there is more."""
        at, size, sent, source = stream.row_id, BATCH, 0, source_of(self._database, self._version, self._public_url)
        for _ in range(BATCHES):
            rows = self._reader.batch(at, size)
            if not rows:
                return sent, False
            try:
                sender.send([event_of(row, source) for row in rows])
            except DeskwardenError as error:
                if error.code != "too-large" or size == 1:
                    raise
                size = max(1, size // 4)
                continue
            if not self._move(stream, at, rows):
                return sent, False
            at, sent = rows[-1].id, sent + len(rows)
        return sent, True

    def _move(self, stream: Any, before: int, rows: Sequence[Row]) -> bool:
        """Note that the rows have arrived; False when somebody else has the stream now."""
        now, last = self._now(), rows[-1]
        values = {"row_id": last.id, "hash": last.hash, "sent_at": now, "leased_until": now + LEASE_SECONDS}
        values |= {"failures": 0, "problem": "", "next_at": 0.0}
        mine = _held(stream) & (audit_streams.c.row_id == before)
        with self._database.write() as connection:
            counted = audit_streams.c.sent + len(rows)
            return bool(connection.execute(update(audit_streams).where(mine).values(**values, sent=counted)).rowcount)

    def _take(self, stream_id: int) -> Any:
        now, token = self._now(), secrets.token_hex(8)
        free = (audit_streams.c.id == stream_id) & audit_streams.c.enabled & (audit_streams.c.leased_until <= now)
        with self._database.write() as connection:
            return connection.execute(
                update(audit_streams)
                .where(free, audit_streams.c.next_at <= now)
                .values(leased_until=now + LEASE_SECONDS, leased_by=token)
                .returning(audit_streams)
            ).one_or_none()

    def _release(self, stream: Any) -> None:
        with self._database.write() as connection:
            free = {"leased_until": 0.0, "leased_by": None}
            connection.execute(update(audit_streams).where(_held(stream)).values(free))

    def _postpone(self, stream: Any, error: DeskwardenError) -> None:
        """Nothing is given up: the SIEM may be away for days, and the trail keeps what it has not got."""
        with self._database.write() as connection:
            failures = connection.execute(
                update(audit_streams)
                .where(_held(stream))
                .values(failures=audit_streams.c.failures + 1, problem=error.message[:500])
                .returning(audit_streams.c.failures)
            ).scalar_one_or_none()
            if failures is None:
                return
            asked = getattr(error, "retry_after", None) or 0.0
            delay = max(min(FIRST_WAIT * 2.0 ** min(failures - 1, 20), LONGEST_WAIT), min(asked, LONGEST_WAIT))
            connection.execute(update(audit_streams).where(_held(stream)).values(next_at=self._now() + delay))
        log.warning("stream.postponed", stream=stream.name, code=error.code, seconds=delay)


def _held(stream: Any) -> ColumnElement[bool]:
    return and_(audit_streams.c.id == stream.id, audit_streams.c.leased_by == stream.leased_by)
