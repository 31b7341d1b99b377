"""Links in a ticket's subject and in its text fields.

Neither stands in the list of comments, and asking for the ticket would double the calls of a clean one. But every value
that a subject or a field gets stands in the export of ticket events, which is read anyway for all tickets together. So
these links are judged a minute or two after they were written, also where no comment came with them. A ticket's
description is its first comment.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from sqlalchemy import Connection

from app.adapters.zendesk import TicketEvent
from app.db import Database
from app.engine.links.extract import extract_links
from app.engine.model import Link, Verdict
from app.errors import Temporary
from app.jobs import Job, Queue
from app.tickets.service.links import Ask, LinkJudge, unsettled
from app.tickets.service.policies import PolicyFacts
from app.tickets.service.record import Judgement
from app.tickets.service.seen_links import MOST_LINKS, LinkStore
from app.tickets.tables import tickets

log = structlog.get_logger()


class TicketTexts:
    """Judges what ticket events wrote into subjects and fields."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        judge: LinkJudge,
        store: LinkStore,
        ask: Ask,
        *,
        own_pages: str,
        now: Callable[[], float],
        facts: PolicyFacts | None = None,
    ) -> None:
        self._database = database
        self._queue = queue
        self._judge = judge
        self._store = store
        self._ask = ask
        self._own_pages = own_pages
        self._now = now
        self._facts = facts

    def read(self, connection_id: int, events: Iterable[TicketEvent]) -> None:
        """Keep the links of what the events wrote; one that stood there before is kept once."""
        found = [
            (event.ticket_id, place, links)
            for event in events
            for place, text in event.texts
            if (links := self._links(text, place))
        ]
        if not found:
            return
        version = self._judge.version(connection_id)
        judgements = [self._judge.judge(connection_id, links) for _, _, links in found]
        if self._facts is not None:
            bad = [
                ticket_id
                for (ticket_id, _, _), said in zip(found, judgements, strict=True)
                if any(each.verdict is not Verdict.CLEAN for each in said)
            ]
            self._facts.learn_all(connection_id, bad)
        ordered = set()
        with self._database.write() as connection:
            for (ticket_id, place, links), said in zip(found, judgements, strict=True):
                if self._keep(connection, connection_id, ticket_id, place, links, said, version):
                    ordered.add(ticket_id)
        log.info("ticket.texts_read", connection=connection_id, texts=len(found), tickets=len(ordered))
        for (ticket_id, _, links), said in zip(found, judgements, strict=True):
            if open_ones := unsettled(links, said):
                self._ask.ask(connection_id, open_ones, ticket_id)
        for ticket_id in ordered:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.ACT, connection_id=connection_id, ticket_id=ticket_id)

    def _keep(
        self,
        connection: Connection,
        connection_id: int,
        ticket_id: int,
        place: str,
        links: list[Link],
        said: list[Judgement],
        version: str,
    ) -> bool:
        connection.execute(self._database.insert_once(tickets).values(connection_id=connection_id, ticket_id=ticket_id))
        where, origin = f"ticket:{ticket_id}:{place}", self._origin(connection_id, ticket_id)
        return self._store.store(connection, origin, where, links, said, version=version, now=self._now())

    def _links(self, text: str, place: str) -> list[Link]:
        found = extract_links(text, where=place, limit=MOST_LINKS + 1)
        return [link for link in found if not link.url.startswith(self._own_pages)]

    def _origin(self, connection_id: int, ticket_id: int) -> dict[str, Any]:
        now = self._now()
        return {"connection_id": connection_id, "ticket_id": ticket_id, "created_at": now, "queued_at": now}
