"""Tell whoever sent a file what became of it: a signed POST of the scan, for every verdict, until it is taken.

What is owed was written with the verdict (``record``), so nothing is forgotten; what is told is how the scan stands
then. A receiver that hears the same twice, because we died in between, knows it by ``X-Deskwarden-Delivery``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import orjson
import structlog
from sqlalchemy import func, select, update

from app.db import Database
from app.errors import DeskwardenError, Rejected, Temporary
from app.jobs import Job, Queue
from app.keys import MasterKey
from app.tickets.service.leases import Lease, take
from app.tickets.tables import decisions, uploads

log = structlog.get_logger()

#: Seconds for which telling is tried.
GIVE_UP_SECONDS = 86_400.0
#: Seconds to the second attempt; each further one waits twice as long, up to the longest.
FIRST_WAIT, LONGEST_WAIT = 5.0, 3_600.0
#: Rows that one sweep wakes workers for.
_BATCH = 200


class Receiver(Protocol):
    """The way out."""

    def send(self, url: str, content: bytes, headers: Mapping[str, str], *, key: str = "") -> None:
        """Post the body, signed with the key. Raises Temporary or Rejected."""


class Callbacks:
    """Sends what is owed."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        queue: Queue,
        receiver: Receiver,
        shown: Callable[[int], dict[str, Any] | None],
        *,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._queue = queue
        self._receiver = receiver
        self._shown = shown
        self._now = now

    def secret(self, token_id: int) -> str:
        """Return the key by which what is told to the holder of a token is signed; the same for ever."""
        return self._keys.sign("callback", f"token:{token_id}")

    def sweep(self) -> None:
        """Wake workers for what is owed and due."""
        with self._database.read() as connection:
            due = connection.execute(
                select(uploads.c.scan_id)
                .where(uploads.c.callback_at.is_not(None), uploads.c.next_at <= self._now())
                .where(uploads.c.leased_until <= self._now())
                .limit(_BATCH)
            ).scalars()
            owed = list(due)
        try:
            for scan_id in owed:
                self._queue.put(Job.CALL_BACK, scan_id=scan_id)
        except Temporary:
            log.warning("queue.away", job=Job.CALL_BACK.value)

    def run(self, scan_id: int) -> None:
        """Tell of one scan, if that is owed and nobody else is at it."""
        lease = take(
            self._database,
            uploads,
            (uploads.c.scan_id == scan_id) & uploads.c.callback_at.is_not(None) & (uploads.c.next_at <= self._now()),
            until=uploads.c.leased_until,
            by=uploads.c.leased_by,
            now=self._now,
        )
        if lease is None:
            return
        with self._database.read() as connection:
            row = connection.execute(select(uploads).where(uploads.c.id == lease.row_id)).one()
            last = connection.execute(select(func.max(decisions.c.id)).where(decisions.c.scan_id == scan_id)).scalar()
        try:
            self._tell(row, int(last or 0))
        except Temporary as error:
            self._failed(lease, row, error)
        except DeskwardenError as error:
            self._end(lease, row, error.message)
        else:
            self._end(lease, row, None)

    def _tell(self, row: Any, decision_id: int) -> None:
        scan = self._shown(row.scan_id)
        if scan is None:
            raise Rejected("The scan is gone.", code="gone")
        headers = {
            "Content-Type": "application/json",
            "X-Deskwarden-Delivery": f"{row.scan_id}-{decision_id}",
        }
        url = self._keys.unseal("upload", row.callback_url).decode()
        body = orjson.dumps({"event": "scan.judged", "scan_id": row.scan_id, "scan": scan})
        self._receiver.send(url, body, headers, key=self.secret(row.token_id or 0))

    def _failed(self, lease: Lease, row: Any, error: Temporary) -> None:
        now = self._now()
        if now - row.callback_at > GIVE_UP_SECONDS:
            self._end(lease, row, error.message)
            return
        wait = max(min(FIRST_WAIT * 2.0**row.attempts, LONGEST_WAIT), error.retry_after or 0.0)
        log.warning("callback.postponed", scan=row.scan_id, code=error.code, seconds=round(wait))
        with self._database.write() as connection:
            connection.execute(
                update(uploads)
                .where(lease.held())
                .values(attempts=row.attempts + 1, error=error.message, leased_until=0.0, leased_by=None)
            )
            # A verdict that came meanwhile is told at once.
            connection.execute(
                update(uploads)
                .where(uploads.c.id == row.id, uploads.c.callback_at == row.callback_at)
                .values(next_at=now + wait)
            )

    def _end(self, lease: Lease, row: Any, error: str | None) -> None:
        """Nothing is owed any more, unless there was another verdict meanwhile."""
        if error is not None:
            log.warning("callback.failed", scan=row.scan_id)
        told = {} if error is not None else {"told_at": self._now()}
        with self._database.write() as connection:
            connection.execute(
                update(uploads).where(lease.held()).values(error=error, leased_until=0.0, leased_by=None, **told)
            )
            connection.execute(
                update(uploads)
                .where(uploads.c.id == row.id, uploads.c.callback_at == row.callback_at)
                .values(callback_at=None)
            )
