"""The web over a real database, with written stand-ins for what acts on the outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Flask
from sqlalchemy import delete, select, update

from app.access.roles import Role
from app.access.service import Access, People, build_people
from app.access.service.passwords import CHEAPEST
from app.adapters.feeds import FeedFetcher
from app.adapters.openid import OpenIdProvider
from app.adapters.signed_post import SignedPost
from app.adapters.vault import FileVault
from app.config import PROJECT, Settings
from app.connections.service import Connections
from app.db import Database, metadata
from app.engine.model import Verdict
from app.engine.preview.answer import Head, Shape
from app.engine.preview.process import End, Picture, Preview
from app.engine.rule_text import RuleTexts
from app.errors import Rejected
from app.feeds.service.feeds import Feeds
from app.findings.audit.service.streams import AuditStreams
from app.findings.audit.service.watching import AuditWatch
from app.findings.audit.service.writing import note
from app.findings.policies.exception_service import RuleExceptions
from app.findings.policies.service import Policies
from app.findings.policy import Policy
from app.findings.post.service.carrying import Carrying
from app.findings.post.service.leaving import Leaving
from app.findings.post.service.office import Post
from app.findings.post.service.reading import MailQueries
from app.idempotency.service import Idempotency
from app.investigations.service import Investigations
from app.jobs import InlineQueue, Job
from app.keys import MasterKey
from app.providers.service.answers import Answers
from app.providers.service.asking import ProviderQueue
from app.providers.service.disclosures import Disclosures
from app.providers.service.policies import ProviderPolicies
from app.tickets.service.approvals import Approvals
from app.tickets.service.bulk import BulkVerdicts
from app.tickets.service.callbacks import Callbacks
from app.tickets.service.counting import Counting
from app.tickets.service.links import LinkJudge
from app.tickets.service.lists import Lists
from app.tickets.service.one_scan import OneScan
from app.tickets.service.overview import Overview
from app.tickets.service.previews import Previews
from app.tickets.service.queries import ScanQueries
from app.tickets.service.rescans import Rescans
from app.tickets.service.saved_views import SavedViews
from app.tickets.service.simulating import Simulator
from app.tickets.service.uploads import Uploads
from app.tickets.service.urls import UrlScans
from app.tickets.tables import scans
from app.web import build_web
from tests.builders import NOON, Clock, a_database

if TYPE_CHECKING:
    from app.bootstrap import Services


#: One white point.
A_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)


class FakeVerdicts:
    """Changes the scan at once and counts how often something followed from it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.effects: list[tuple[int, str, str, str]] = []

    def by_person(
        self, scan_id: int, verdict: Verdict, *, reason: str, actor: str, subject: str = "", agreed: bool = False
    ) -> bool:
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
            subject = f"scan:{scan_id}"
            note(connection, NOON, actor, "verdict.given", subject=subject, verdict=verdict.value, reason=reason)
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


class FakeRenderer:
    """Draws as a test says, and remembers what it was given."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.given: list[tuple[bytes, str]] = []
        self.answer = Preview(
            Head(Shape.PAGES, pages=2), (Picture(A_PNG, 1, 1), Picture(A_PNG, 1, 1, missing=3)), End.WHOLE
        )

    def draw(self, path: Path, name: str) -> Preview:
        self.given.append((path.read_bytes(), name))
        return self.answer


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
    people: People
    connections: Connections
    queries: ScanQueries
    saved_views: SavedViews
    bulk: BulkVerdicts
    one_scan: OneScan
    post: Post
    carrying: Carrying
    leaving: Leaving
    mail_queries: MailQueries
    previews: Previews
    rule_texts: RuleTexts
    lists: Lists
    verdicts: FakeVerdicts
    feeds: Feeds
    provider_policies: ProviderPolicies
    disclosures: Disclosures
    providers: ProviderQueue
    url_scans: UrlScans
    policies: Policies
    rule_exceptions: RuleExceptions
    simulator: Simulator
    uploads: Uploads
    callbacks: Callbacks
    rescans: Rescans
    repeats: Idempotency
    investigations: Investigations
    approvals: Approvals
    audit_watch: AuditWatch
    audit_streams: AuditStreams
    counting: Counting
    overview: Overview
    files: FakeFiles = field(default_factory=FakeFiles)
    health: FakeHealth = field(default_factory=FakeHealth)
    inbox: NoInbox = field(default_factory=NoInbox)


class Site:
    """An application, its database and its clock."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.clock = Clock()
        self.database = a_database(folder)
        files = FakeFiles()
        self.renderer = FakeRenderer()
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
        openid = OpenIdProvider(settings.trusted_hosts, now=self.clock)
        people = build_people(self.database, keys, self.clock, openid=openid, hasher=CHEAPEST)
        verdicts = FakeVerdicts(self.database)
        #: Works on a simulation when a test says so.
        self.simulations = InlineQueue()
        self.services = FakeServices(
            settings=settings,
            database=self.database,
            keys=keys,
            access=people.tokens,
            people=people,
            connections=Connections(
                self.database,
                keys,
                public_url=settings.public_url,
                trusted_hosts=frozenset(),
                limiter=lambda _name: None,
                now=self.clock,
            ),
            queries=ScanQueries(self.database, self.clock),
            saved_views=SavedViews(self.database, self.clock),
            bulk=BulkVerdicts(self.database, InlineQueue(), verdicts, self.clock, policy=Policy()),
            post=Post(self.database, InlineQueue(), self.clock),
            carrying=Carrying(
                self.database, None, Leaving(self.database, keys, settings.public_url, self.clock), self.clock
            ),
            leaving=Leaving(self.database, keys, settings.public_url, self.clock),
            mail_queries=MailQueries(self.database),
            one_scan=OneScan(
                self.database, policy=Policy(), recipients=lambda _id: ["a@b.test"], sends_mail=True, now=self.clock
            ),
            previews=Previews(self.database, keys, files, self.renderer, settings.spool, self.clock),
            rule_texts=RuleTexts((PROJECT / "rules",)),
            files=files,
            lists=lists,
            verdicts=verdicts,
            feeds=Feeds(self.database, keys, FeedFetcher(frozenset()), folder, self.clock),
            provider_policies=policies,
            disclosures=disclosures,
            providers=providers,
            uploads=Uploads(
                self.database, keys, InlineQueue(), FileVault(folder / "vault", keys), SignedPost(), now=self.clock
            ),
            callbacks=Callbacks(
                self.database, keys, InlineQueue(), SignedPost(), lambda _scan_id: None, now=self.clock
            ),
            rescans=Rescans(self.database, InlineQueue(), now=self.clock),
            repeats=Idempotency(self.database, self.clock),
            investigations=Investigations(
                self.database,
                Post(self.database, InlineQueue(), self.clock),
                people.users.mail_of,
                settings.public_url,
                now=self.clock,
            ),
            approvals=Approvals(self.database, verdicts, now=self.clock),
            policies=Policies(self.database, self.clock),
            rule_exceptions=RuleExceptions(self.database, self.clock),
            simulator=Simulator(self.database, self.simulations, policy=Policy(), now=self.clock),
            url_scans=UrlScans(self.database, judge, policy=Policy(), now=self.clock, ask=providers),
            audit_watch=AuditWatch(self.database, keys, self.clock),
            audit_streams=AuditStreams(self.database, keys, self.clock),
            counting=Counting(self.database, self.clock),
            overview=Overview(self.database, self.clock),
        )
        self.simulations.handlers = {Job.SIMULATE: self.services.simulator.run}
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
        self.renderer.reset()
        shutil.rmtree(self.services.settings.spool, ignore_errors=True)
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
