"""The whole service in one process against the sandbox tenant: real database, vault, engine and HTTP, no broker.

Jobs run when the test says so, and the clock jumps instead of sleeping.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from app.adapters.zendesk import ClientCredentials
from app.bootstrap import Services, build_services, prepare
from app.config import Settings
from app.connections.service import Link
from app.connections.setup import SCOPES
from app.engine.links.reputation import Hit
from app.engine.pool import EnginePool
from app.findings.post.tables import letters, mails
from app.jobs import InlineQueue, Job
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox
from app.tickets.tables import actions, decisions, inbox, scans, tickets
from app.web import build_web

NAME = "acme"


class Clock:
    """The real time plus what was skipped."""

    def __init__(self) -> None:
        self.skipped = 0.0

    def __call__(self) -> float:
        return time.time() + self.skipped

    def skip(self, seconds: float) -> None:
        self.skipped += seconds


class Known:
    """What feeds list, as the test says: hits by their expression. Each change makes another version."""

    def __init__(self) -> None:
        self.hits: dict[str, Hit] = {}

    def lists(self, *hits: Hit) -> None:
        """List exactly these from now on."""
        self.hits = {hit.expression: hit for hit in hits}

    def lookup(self, expressions: Sequence[str]) -> list[Hit]:
        return [self.hits[each] for each in expressions if each in self.hits]

    def lookup_many(self, expressions: Sequence[Sequence[str]]) -> list[list[Hit]]:
        return [self.lookup(each) for each in expressions]

    def networks(self, _address: str) -> list[Hit]:
        return []

    def version(self) -> str:
        return "+".join(sorted(self.hits))


def _never_wait_for_the_disk(connection: Any, _record: Any) -> None:
    """What a power cut would lose is of no interest here, as with the other database."""
    connection.execute("PRAGMA synchronous = OFF")


class House:
    """A connected service and its tenant."""

    def __init__(self, home: Path, tenant: Sandbox, engine: EnginePool, **environment: str) -> None:
        self.tenant = tenant
        self.known = Known()
        self.clock = Clock()
        self.queue = InlineQueue()
        self.settings = Settings.from_environment(
            {
                "DESKWARDEN_HOME": str(home),
                "DESKWARDEN_BROKER_URL": "redis://127.0.0.1:1/0",  # nobody listens: limits fall back to the process
                "DESKWARDEN_TRUSTED_HOSTS": ",".join(
                    url.removeprefix("http://") for url in (tenant.url, tenant.content_url)
                ),
                "DESKWARDEN_NOTIFY": "security@company.example",
                **environment,
            }
        )
        prepare(self.settings)
        self.services: Services = build_services(
            self.settings, queue=self.queue, engine=engine, index=self.known, now=self.clock, sleep=time.sleep
        )
        if self.services.database.is_sqlite:
            event.listen(self.services.database.engine, "connect", _never_wait_for_the_disk)
        self.queue.handlers = {
            Job.ENUMERATE: self.services.enumerator.run,
            Job.SCAN: self.services.scanner.run,
            Job.ACT: self.services.actor.run,
            Job.SWEEP: self.services.sweep.run,
            Job.RECONCILE: self.services.reconciler.run,
            Job.REVIEW: self.services.reviewer.run,
            Job.ASK_PROVIDERS: self.services.providers.run,
            Job.CALL_BACK: self.services.callbacks.run,
            Job.SIMULATE: self.services.simulator.run,
            Job.POST: self._post,
        }

    def _post(self, connection_id: int) -> None:
        self.services.sorting.run(connection_id)
        self.services.carrying.run(connection_id)

    @cached_property
    def web(self) -> Flask:
        """The web application; few tests need it, and its routes take a while to compile."""
        return build_web(self.services)

    def connect(self) -> int:
        link = Link(NAME, self.tenant.url, ClientCredentials(CLIENT_ID, CLIENT_SECRET, " ".join(SCOPES)))
        return self.services.connections.connect(link)

    def notice(self, ticket_id: int) -> None:
        """Store a webhook call about the ticket, as the route does after its checks."""
        with self.services.database.write() as connection:
            count = len(connection.execute(select(inbox.c.id)).all())
            connection.execute(
                inbox.insert().values(
                    connection_id=1,
                    invocation=f"call-{count}",
                    signature=f"signature-{count}",
                    ticket_id=ticket_id,
                    received_at=self.clock(),
                )
            )

    def run(self, *, patience: float = 300.0) -> None:
        """Do all there is to do, jumping to the time of what waits, for at most so many seconds of that time."""
        end = self.clock() + patience
        while True:
            self.services.relay.new_calls()
            self.services.relay.due_work()
            self.services.post.sweep()
            if self.queue.run():
                continue
            due = self._next()
            if due is None or due > end:
                return
            self.clock.skip(max(due - self.clock(), 0.01))

    def _next(self) -> float | None:
        with self.services.database.read() as connection:
            times = [
                *connection.execute(select(inbox.c.next_at).where(inbox.c.done_at.is_(None))).scalars(),
                *connection.execute(select(scans.c.next_at).where(scans.c.finished_at.is_(None))).scalars(),
                *connection.execute(select(tickets.c.act_at).where(tickets.c.act_at.is_not(None))).scalars(),
                *connection.execute(select(letters.c.due_at).where(letters.c.mailed_at.is_(None))).scalars(),
                *connection.execute(select(mails.c.next_at).where(mails.c.state.in_(("waiting", "sending")))).scalars(),
            ]
        return min(times, default=None)

    def rows(self, table: Any) -> list[Any]:
        with self.services.database.read() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)).all())

    @property
    def scans(self) -> list[Any]:
        return self.rows(scans)

    @property
    def actions(self) -> list[Any]:
        return self.rows(actions)

    @property
    def decisions(self) -> list[Any]:
        return self.rows(decisions)

    @property
    def mails(self) -> list[Any]:
        return self.rows(mails)

    def notes(self, ticket_id: int) -> list[dict[str, Any]]:
        """Return the internal notes that the service wrote into the ticket."""
        return [
            comment
            for comment in self.tenant.comments(ticket_id)
            if comment["author_id"] == self.tenant.bot.id and not comment["public"]
        ]

    def writes(self) -> list[str]:
        """Return the calls that changed something in the tenant, as method and path."""
        return [f"{call.method} {call.path}" for call in self.tenant.calls() if call.method != "GET"]
