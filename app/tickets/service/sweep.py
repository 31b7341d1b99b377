"""Find work: what has just come in, what is due, what a lost wake-up or a killed worker left behind.

The database is the queue of record. ``relay`` turns what is due into wake-ups and marks them, so that each is sent once
in a while and not at every look; ``sweep`` mends marks that led to nothing. Losing every message costs only time.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from sqlalchemy import Connection, case, func, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import Temporary
from app.jobs import Job, Queue
from app.tickets.service.reviewing import due_connections
from app.tickets.tables import actions, decisions, inbox, scans, tickets

log = structlog.get_logger()

#: Seconds after which a wake-up that led to nothing counts as lost.
LOST_SECONDS = 30.0

#: Rows that one look takes at most; the next look follows at once when there were so many.
BATCH = 200


class Relay:
    """Wakes workers for what waits in the database."""

    def __init__(self, database: Database, queue: Queue, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._now = now

    def new_calls(self) -> int:
        """Wake a worker for each ticket that waiting webhook calls name; return how many calls were marked."""
        now = self._now()
        with self._database.read() as connection:
            waiting = connection.execute(
                select(inbox.c.id, inbox.c.connection_id, inbox.c.ticket_id)
                .where(inbox.c.done_at.is_(None), inbox.c.enqueued_at.is_(None), inbox.c.next_at <= now)
                .limit(BATCH)
            ).all()
        for connection_id, ticket_id in {(call.connection_id, call.ticket_id) for call in waiting}:
            self._queue.put(Job.ENUMERATE, connection_id=connection_id, ticket_id=ticket_id)
        if waiting:
            # A call that was put off meanwhile stays unmarked, or its own time would pass unnoticed.
            ids = [call.id for call in waiting]
            self._mark(update(inbox).where(inbox.c.id.in_(ids), inbox.c.next_at <= now).values(enqueued_at=now))
        return len(waiting)

    def due_work(self) -> int:
        """Wake workers for scans and tickets whose time has come; return how many."""
        return self._due_scans() + self._due_tickets()

    def _due_scans(self) -> int:
        now = self._now()
        with self._database.read() as connection:
            due = (
                connection.execute(
                    select(scans.c.id)
                    .where(scans.c.finished_at.is_(None), scans.c.next_at <= now, scans.c.leased_until <= now)
                    .where((scans.c.woken_at < scans.c.next_at) | (scans.c.woken_at <= now - LOST_SECONDS))
                    .limit(BATCH)
                )
                .scalars()
                .all()
            )
        for scan_id in due:
            self._queue.put(Job.SCAN, scan_id=scan_id)
        if due:
            self._mark(update(scans).where(scans.c.id.in_(due)).values(woken_at=now))
        return len(due)

    def _due_tickets(self) -> int:
        now = self._now()
        with self._database.read() as connection:
            due = connection.execute(
                select(tickets.c.id, tickets.c.connection_id, tickets.c.ticket_id)
                .where(tickets.c.act_at <= now, tickets.c.acting_until <= now)
                .where((tickets.c.woken_at < tickets.c.act_at) | (tickets.c.woken_at <= now - LOST_SECONDS))
                .limit(BATCH)
            ).all()
        for ticket in due:
            self._queue.put(Job.ACT, connection_id=ticket.connection_id, ticket_id=ticket.ticket_id)
        if due:
            self._mark(update(tickets).where(tickets.c.id.in_([row.id for row in due])).values(woken_at=now))
        return len(due)

    def _mark(self, statement: object) -> None:
        with self._database.write() as connection:
            connection.execute(statement)  # type: ignore[call-overload]


class Sweep:
    """Looks for what should have been done by now."""

    def __init__(self, database: Database, queue: Queue, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._now = now

    def run(self) -> None:
        """Mend marks that led to nothing and start the reconcilers and reviews whose time has come."""
        now = self._now()
        with self._database.write() as connection:
            lost = self._lost_calls(connection, now)
            forgotten = self._forgotten_tickets(connection, now)
        if lost or forgotten:
            log.warning("sweep.mended", calls=lost, tickets=forgotten)
        with self._database.read() as connection:
            due = (
                connection.execute(
                    select(connections.c.id).where(
                        connections.c.reconcile_at <= now, connections.c.disconnected_at.is_(None)
                    )
                )
                .scalars()
                .all()
            )
            reviews = due_connections(connection, now)
        for job, ids in ((Job.RECONCILE, due), (Job.REVIEW, reviews)):
            for connection_id in ids:
                try:
                    self._queue.put(job, connection_id=connection_id)
                except Temporary:
                    log.warning("queue.away", job=job.value)

    def _lost_calls(self, connection: Connection, now: float) -> int:
        """A call that was handed to the broker and not read: hand it over again, soon, then a little more rarely."""
        wait = case((inbox.c.attempts == 0, LOST_SECONDS), else_=2 * LOST_SECONDS)
        return connection.execute(
            update(inbox)
            .where(inbox.c.done_at.is_(None), inbox.c.enqueued_at.is_not(None))
            .where(inbox.c.enqueued_at <= now - wait)
            .values(enqueued_at=None, attempts=inbox.c.attempts + 1)
        ).rowcount

    def _forgotten_tickets(self, connection: Connection, now: float) -> int:
        """Orders whose ticket does not know that it is due: cannot happen, and would be silent if it did."""
        waiting = (
            select(actions.c.id)
            .where(actions.c.connection_id == tickets.c.connection_id, actions.c.ticket_id == tickets.c.ticket_id)
            .where(actions.c.finished_at.is_(None))
            .exists()
        )
        untold = (
            select(decisions.c.id)
            .where(decisions.c.connection_id == tickets.c.connection_id)
            .where(decisions.c.ticket_id == tickets.c.ticket_id, decisions.c.notice_id.is_(None))
            .where(decisions.c.effect != "nothing", decisions.c.overruled.is_(False))
            .exists()
        )
        return connection.execute(
            update(tickets).where(tickets.c.act_at.is_(None), waiting | untold).values(act_at=now)
        ).rowcount


def waiting_calls(connection: Connection) -> int:
    """Return how many webhook calls are stored and not read yet."""
    return connection.execute(select(func.count()).select_from(inbox).where(inbox.c.done_at.is_(None))).scalar_one()
