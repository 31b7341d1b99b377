"""Reconcile: comments that no webhook told of are found in the incremental ticket events and read like any other.

What the events wrote into subjects and fields is judged from the same answer.

One call covers up to 1,000 events; the export never shows the last minute and may show an event twice.
https://developer.zendesk.com/api-reference/ticketing/ticket-management/incremental_exports/
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import DeskwardenError
from app.tickets.service.texts import TicketTexts
from app.tickets.tables import comments, inbox

log = structlog.get_logger()

#: The export allows ten calls a minute for the whole account, and others use it too.
SHORTEST_PERIOD = 10.0

#: Seconds that each call looks back over what was read before, for events that became visible late.
OVERLAP = 60.0

#: Seconds: Zendesk refuses to start within the last minute.
YOUNGEST = 65.0

#: Pages that one run reads at most; the next run goes on there.
PAGES = 5


class Reconciler:
    """Reads one connection's ticket events from where it stopped."""

    def __init__(
        self,
        database: Database,
        tenant: Callable[[int, str], Any],
        texts: TicketTexts,
        *,
        period: float,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._texts = texts
        self._period = max(period, SHORTEST_PERIOD)
        self._now = now

    def run(self, connection_id: int) -> None:
        """Read what is new, unless it was read a moment ago."""
        since = self._begin(connection_id)
        if since is None:
            return
        try:
            found = self._read(connection_id, since)
        except DeskwardenError as error:
            log.warning("reconcile.postponed", connection=connection_id, code=error.code)
            return
        if found:
            log.info("reconcile.found", connection=connection_id, comments=found)

    def _begin(self, connection_id: int) -> float | None:
        """Take this period's turn; None when another worker has it."""
        now = self._now()
        with self._database.write() as connection:
            return connection.execute(
                update(connections)
                .where(connections.c.id == connection_id, connections.c.reconcile_at <= now)
                .values(reconcile_at=now + self._period)
                .returning(connections.c.events_until)
            ).scalar_one_or_none()

    def _read(self, connection_id: int, since: float) -> int:
        tenant, found = self._tenant(connection_id, "sweep"), 0
        start = max(min(since - OVERLAP, self._now() - YOUNGEST), 0.0)
        for _ in range(PAGES):
            page = tenant.ticket_events(start)
            self._texts.read(connection_id, page.events)
            with self._database.write() as connection:
                for event in page.events:
                    if event.has_comment:
                        found += self._note(connection, connection_id, event)
                if page.end_time is not None and page.end_time > since:
                    since = page.end_time
                    connection.execute(
                        update(connections).where(connections.c.id == connection_id).values(events_until=since)
                    )
            if page.end_of_stream or page.end_time is None or page.end_time <= start:
                break
            start = page.end_time  # within one run the overlap was read already
        return found

    def _note(self, connection: Connection, connection_id: int, event: Any) -> int:
        """Put what we have not seen into the inbox, once for each event."""
        ids = [comment.id for comment in event.comments]
        seen = set(
            connection.execute(
                select(comments.c.comment_id).where(
                    comments.c.connection_id == connection_id, comments.c.comment_id.in_(ids)
                )
            ).scalars()
        )
        missed = [comment_id for comment_id in ids if comment_id not in seen]
        if ids and not missed:
            return 0
        name = f"event:{event.id}"
        row = connection.execute(
            self._database.insert_once(inbox)
            .values(
                connection_id=connection_id,
                invocation=name,
                signature=name,
                ticket_id=event.ticket_id,
                comment_id=min(missed, default=None),  # reading starts there
                received_at=self._now(),
            )
            .returning(inbox.c.id)
        ).first()
        return int(row is not None)
