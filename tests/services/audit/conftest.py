"""A trail over both databases, without the rest of the house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from app.adapters.siem import senders
from app.db import Database, metadata
from app.findings.audit.chain import Row
from app.findings.audit.filters import AuditFilters
from app.findings.audit.service.sending import Senders, StreamSender
from app.findings.audit.service.streams import AuditStreams
from app.findings.audit.service.trail import Audit
from app.findings.audit.service.watching import AuditWatch
from app.findings.audit.tables import audit
from app.jobs import InlineQueue, Job
from app.keys import MasterKey
from app.tables import load_tables
from tests.builders import Clock

VERSION, URL = "1.2.3", "https://desk.example"


class Trail:
    """The audit trail with everything that works on it, and an intruder's hand in its table."""

    def __init__(self, url: str, home: Path) -> None:
        load_tables()
        self.url = url
        self.home = home
        self.database = Database(url)
        metadata.create_all(
            self.database.engine,
            tables=[table for table in metadata.sorted_tables if table.name.startswith("audit")],
        )
        self.clock = Clock()
        self.queue = InlineQueue()
        keys = MasterKey(b"k" * 32)
        self.audit = Audit(self.database, self.clock)
        self.watch = AuditWatch(self.database, keys, self.clock)
        self.streams = AuditStreams(self.database, keys, self.clock)
        self.keys = keys
        self.trusted: frozenset[str] = frozenset()
        self.sender = self.a_sender()
        self.queue.handlers = {Job.STREAM_AUDIT: lambda stream_id: self.sender.run(stream_id)}

    def a_sender(self, makers: Senders | None = None) -> StreamSender:
        """A worker that sends; ``makers`` in place of the real receivers."""
        makers = makers or senders(self.home, self.trusted, version=VERSION, public_url=URL)
        return StreamSender(
            self.database, self.keys, self.queue, makers, version=VERSION, public_url=URL, now=self.clock
        )

    def trust(self, *hosts: str) -> None:
        """Name hosts that may be private, as the setting does."""
        self.trusted = frozenset(hosts)
        self.sender = self.a_sender()

    def write(self, count: int = 5) -> None:
        """Write so many rows, a second apart."""
        for number in range(count):
            self.clock.pass_(1)
            self.audit.record("ana", "list.added", subject=f"block:{number}", kind="domain", weight=1.5)

    def rows(self) -> list[Row]:
        return list(self.audit.reader.every(AuditFilters()))

    def found(self) -> tuple[str, int] | None:
        """Where the chain breaks."""
        problem = self.watch.whole().problem
        return None if problem is None else (problem.kind, problem.row_id)

    def tamper(self, row_id: int, **values: object) -> None:
        """Change a row past the service."""
        with self.database.write() as connection:
            connection.execute(update(audit).where(audit.c.id == row_id).values(**values))

    def cut(self, first: int) -> None:
        """Remove rows from the end."""
        with self.database.write() as connection:
            connection.execute(delete(audit).where(audit.c.id >= first))

    def run(self, sql: str) -> None:
        with self.database.write() as connection:
            connection.execute(text(sql))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def trail_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database a session: emptying its few tables is much quicker than making another one."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('trail')}/trail.sqlite3"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture
def trail(trail_url: str, tmp_path: Path) -> Iterator[Trail]:
    made = Trail(trail_url, tmp_path)
    yield made
    for table in ("audit", "audit_checkpoints", "audit_watch", "audit_streams"):
        made.run(f"DELETE FROM {table}")
    made.database.close()
