"""Judge a scan again with today's rules, feeds and lists, because somebody asks for it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from app.db import Database
from app.errors import Rejected, Temporary
from app.jobs import Job, Queue
from app.tickets.filters import Kind, State
from app.tickets.tables import actions, scans

#: What stands as the reason for as long as the scan waits.
AGAIN = "Somebody asked for it to be judged again."

#: The state that a deed about the file leaves behind.
_LEAVES = {"redact": State.QUARANTINED, "release": State.RELEASED}


class Rescans:
    """Queues scans again. What comes of it is a decision like the first one; a person's verdict still comes first."""

    def __init__(self, database: Database, queue: Queue, *, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._now = now

    def order(self, scan_id: int) -> None:
        """Have a scan judged again. Raises Rejected with code ``not-found`` or ``not-finished``."""
        now = self._now()
        with self._database.write() as connection:
            row = connection.execute(select(scans).where(scans.c.id == scan_id)).one_or_none()
            if row is None:
                raise Rejected(f"There is no scan {scan_id}.", code="not-found")
            if row.finished_at is None:
                raise Rejected("This scan is not finished yet; it is judged with today's rules.", code="not-finished")
            values: dict[str, Any] = {
                "state": State.QUEUED.value,
                "finished_at": None,
                "queued_at": now,
                "next_at": 0.0,
            }
            values |= {"woken_at": now, "attempts": 0, "reason": AGAIN}
            if row.kind == Kind.URL:
                values = {"review_at": now, "judged_with": None}
            connection.execute(update(scans).where(scans.c.id == scan_id).values(**values))
        # Lost wake-ups are found by the relay and the sweep.
        with contextlib.suppress(Temporary):
            if row.kind == Kind.URL:
                self._queue.put(Job.REVIEW, connection_id=row.connection_id)
            else:
                self._queue.put(Job.SCAN, scan_id=scan_id)


def standing_state(connection: Connection, scan_id: int) -> State | None:
    """Return how what was done about the file so far left it; None when nothing was."""
    last = connection.execute(
        select(actions.c.kind)
        .where(actions.c.scan_id == scan_id, actions.c.state == "done", actions.c.kind.in_(tuple(_LEAVES)))
        .order_by(actions.c.id.desc())
        .limit(1)
    ).scalar_one_or_none()
    return None if last is None else _LEAVES[last]
