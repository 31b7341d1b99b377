"""The web over a real database, with written stand-ins for what acts on the outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from sqlalchemy import delete, select, update

from app.access.roles import Role
from app.access.service import Access
from app.adapters.feeds import FeedFetcher
from app.config import Settings
from app.connections.service import Connections
from app.db import Database, metadata
from app.engine.model import Verdict
from app.errors import Rejected
from app.feeds.service.feeds import Feeds
from app.findings.policy import Policy
from app.jobs import InlineQueue
from app.keys import MasterKey
from app.providers.service.answers import Answers
from app.providers.service.asking import ProviderQueue
from app.providers.service.disclosures import Disclosures
from app.providers.service.policies import ProviderPolicies
from app.tickets.service.links import LinkJudge
from app.tickets.service.lists import Lists
from app.tickets.service.queries import ScanQueries
from app.tickets.service.urls import UrlScans
from app.tickets.tables import scans
from app.web import build_web
from tests.builders import NOON, Clock, a_database

if TYPE_CHECKING:
    from app.bootstrap import Services


class FakeVerdicts:
    """Changes the scan at once and counts how often something followed from it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.effects: list[tuple[int, str, str, str]] = []

    def by_person(self, scan_id: int, verdict: Verdict, *, reason: str, actor: str) -> bool:
        with self._database.write() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == scan_id)).one_or_none()
            if scan is None:
                raise Rejected(f"There is no scan {scan_id}.", code="not-found")
            if scan.finished_at is None:
                raise Rejected("This scan is not finished yet; give the verdict when it is.", code="not-finished")
            if (scan.verdict, scan.verdict_by) == (verdict, "person"):
                return False
            connection.execute(
                update(scans).where(scans.c.id == scan_id).values(verdict=verdict.value, verdict_by="person")
            )
        self.effects.append((scan_id, verdict.value, reason, actor))
        return True


class FakeFiles:
    """Files in memory."""

    def __init__(self) -> None:
        self.content: dict[int, tuple[str, list[bytes]]] = {}

    def open(self, scan_id: int) -> tuple[str, Iterator[bytes]]:
        if scan_id not in self.content:
            raise Rejected("The file is gone from the ticket and was not kept.", code="gone")
        name, chunks = self.content[scan_id]
        return name, iter(chunks)


class FakeHealth:
    """Parts whose state a test sets."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {"database": {"ok": True, "detail": "answers"}}

    def live(self) -> dict[str, Any]:
        return {"alive": True}

    def ready(self) -> dict[str, dict[str, Any]]:
        return self.parts


class NoInbox:
    """Knows no connection."""

    def receiver(self, _name: str) -> None:
        return None


@dataclass
class FakeServices:
    """The attributes of ``Services`` that the web uses."""

    settings: Settings
    database: Database
    keys: MasterKey
    access: Access
    connections: Connections
    queries: ScanQueries
    lists: Lists
    verdicts: FakeVerdicts
    feeds: Feeds
    provider_policies: ProviderPolicies
    disclosures: Disclosures
    providers: ProviderQueue
    url_scans: UrlScans
    files: FakeFiles = field(default_factory=FakeFiles)
    health: FakeHealth = field(default_factory=FakeHealth)
    inbox: NoInbox = field(default_factory=NoInbox)


class Site:
    """An application, its database and its clock."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.clock = Clock()
        self.database = a_database(folder)
        settings = Settings.from_environment({"DESKWARDEN_HOME": str(folder), **environment})
        keys, lists = MasterKey(b"k" * 32), Lists(self.database, self.clock)
        policies = ProviderPolicies(self.database, keys, self.clock)
        disclosures = Disclosures(self.database, self.clock)
        #: Nobody is asked: there is nobody.
        providers = ProviderQueue(
            self.database,
            InlineQueue(),
            policies,
            disclosures,
            Answers(self.database, self.clock),
            {},
            now=self.clock,
            changed=lambda _connection_id, _urls: None,
        )
        judge = LinkJudge(self.database, lists, self.clock)
        self.services = FakeServices(
            settings=settings,
            database=self.database,
            keys=keys,
            access=Access(self.database, self.clock),
            connections=Connections(
                self.database,
                keys,
                public_url=settings.public_url,
                trusted_hosts=frozenset(),
                limiter=lambda _name: None,
                now=self.clock,
            ),
            queries=ScanQueries(self.database),
            lists=lists,
            verdicts=FakeVerdicts(self.database),
            feeds=Feeds(self.database, keys, FeedFetcher(frozenset()), folder, self.clock),
            provider_policies=policies,
            disclosures=disclosures,
            providers=providers,
            url_scans=UrlScans(self.database, judge, policy=Policy(), now=self.clock, ask=providers),
        )
        self.app: Flask = build_web(cast("Services", self.services), now=self.clock)
        self.tokens: dict[Role | None, str] = {}
        self.reset()

    def reset(self) -> None:
        """Begin anew: no rows but three tokens, noon, nothing done yet. Much quicker than another application."""
        self.clock.now = NOON
        with self.database.write() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
        self.services.verdicts.effects.clear()
        self.services.files.content.clear()
        self.services.health.parts = {"database": {"ok": True, "detail": "answers"}}
        self.tokens = {role: self.services.access.create_token(f"the {role}", role) for role in Role}

    def close(self) -> None:
        self.database.close()

    def call(self, method: str, path: str, role: Role | None = Role.ADMIN, **options: Any) -> Any:
        """Call the API with a token of this role; ``path`` is below /api/v1."""
        headers = options.pop("headers", {})
        if role is not None:
            headers = {"Authorization": f"Bearer {self.tokens[role]}", **headers}
        return self.app.test_client().open(f"/api/v1{path}", method=method, headers=headers, **options)

    def get(self, path: str, role: Role | None = Role.VIEWER, **options: Any) -> Any:
        return self.call("GET", path, role, **options)

    def post(self, path: str, role: Role | None = Role.ANALYST, **options: Any) -> Any:
        return self.call("POST", path, role, **options)
