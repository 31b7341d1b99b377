"""Rows for tests: each builder writes one, with defaults that are whole and believable, and returns its id."""

from __future__ import annotations

import tempfile
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert

from app.access.roles import Role
from app.access.service import Access
from app.connections.tables import connections
from app.db import Database, metadata
from app.findings.post.tables import mails
from app.tables import load_tables
from app.tickets.tables import actions, decisions, inbox, list_entries, notices, scans

#: The moment at which tests begin: 21 November 2026, 12:00 UTC.
NOON = 1_795_262_400.0

#: SHA-256 of the EICAR test file, without being one.
EICAR_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"

_numbers = count(1)


class Clock:
    """A clock that tests turn; calling it gives unix seconds."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds


def a_database(folder: Path) -> Database:
    """A new SQLite database with every table; close it when done."""
    path = folder / "test.sqlite3"
    path.write_bytes(_empty_tables())
    return Database(f"sqlite:///{path}")


@cache
def _empty_tables() -> bytes:
    """Every table is made once; copies of the file take next to no time."""
    load_tables()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/empty.sqlite3")
        metadata.create_all(database.engine)
        database.close()
        return (Path(folder) / "empty.sqlite3").read_bytes()


def a_connection(database: Database, **overrides: Any) -> int:
    """A connected tenant, called ``acme`` unless told otherwise."""
    values = {
        "name": "acme",
        "base_url": "https://acme.zendesk.test",
        "auth": "oauth",
        "client_id": "deskwarden",
        "secret": b"sealed",
        "created_at": NOON,
    }
    return _row(database, connections, {**values, **overrides})


def a_scan(database: Database, **overrides: Any) -> int:
    """A finished, clean scan of a file on ticket 1; makes a connection where none is given."""
    number = next(_numbers)
    if "connection_id" not in overrides:
        overrides["connection_id"] = _some_connection(database)
    values = {
        "identity": f"attachment:{9_000 + number}",
        "kind": "attachment",
        "ticket_id": 1,
        "comment_id": 100 + number,
        "attachment_id": 9_000 + number,
        "name": "invoice.pdf",
        "sha256": f"{number:064x}",
        "size": 12_345,
        "content_type": "application/pdf",
        "verdict": "clean",
        "state": "done",
        "sender": "customer@example.com",
        "receiver": "support@acme.test",
        "channel": "email",
        "rules_version": "0123456789abcdef",
        "created_at": NOON,
        "queued_at": NOON,
        "finished_at": NOON + 1.5,
    }
    return _row(database, scans, {**values, **overrides})


def a_finding(**overrides: Any) -> dict[str, Any]:
    """A finding as it lies in ``scans.findings``."""
    values = {
        "id": "yara.eicar",
        "severity": "malicious",
        "where": "invoice.zip/eicar.com",
        "title": "EICAR test file",
        "evidence": "EICAR-STANDARD-ANTIVIRUS-TEST-FILE",
        "reference": "https://www.eicar.org/download-anti-malware-testfile/",
    }
    return {**values, **overrides}


def a_decision(database: Database, scan_id: int, **overrides: Any) -> int:
    """A verdict of the engine on a scan: malicious, so quarantine."""
    values = {
        "connection_id": _some_connection(database),
        "scan_id": scan_id,
        "ticket_id": 1,
        "verdict": "malicious",
        "verdict_by": "engine",
        "actor": "Deskwarden",
        "effect": "quarantine",
        "policy_version": "policy-1",
        "decided_at": NOON + 2,
    }
    return _row(database, decisions, {**values, **overrides})


def a_notice(database: Database, **overrides: Any) -> int:
    """A telling about ticket 1."""
    values = {
        "connection_id": _some_connection(database),
        "ticket_id": 1,
        "kind": "quarantine",
        "created_at": NOON + 3,
    }
    return _row(database, notices, {**values, **overrides})


def an_action(database: Database, **overrides: Any) -> int:
    """A redaction that is done; give ``scan_id`` and ``decision_id``, or ``notice_id``."""
    values = {
        "connection_id": _some_connection(database),
        "key": f"test:{next(_numbers)}",
        "kind": "redact",
        "ticket_id": 1,
        "state": "done",
        "attempts": 1,
        "created_at": NOON + 2,
        "started_at": NOON + 2.5,
        "finished_at": NOON + 3,
    }
    return _row(database, actions, {**values, **overrides})


def a_call(database: Database, **overrides: Any) -> int:
    """A stored webhook call that nobody has read yet."""
    number = next(_numbers)
    values = {
        "connection_id": _some_connection(database),
        "invocation": f"invocation-{number}",
        "signature": f"signature-{number}",
        "ticket_id": 1,
        "comment_id": number,
        "received_at": NOON,
    }
    return _row(database, inbox, {**values, **overrides})


def a_list_entry(database: Database, **overrides: Any) -> int:
    """A blocked domain, for every connection."""
    values = {
        "side": "block",
        "kind": "domain",
        "value": "bad.example",
        "reason": "phishing",
        "actor": "ana",
        "created_at": NOON,
    }
    return _row(database, list_entries, {**values, **overrides})


def a_mail(database: Database, **overrides: Any) -> int:
    """A mail in the outbox that was not sent."""
    values = {
        "connection_id": _some_connection(database),
        "message_id": f"<{next(_numbers)}@deskwarden.test>",
        "recipients": ["security@acme.test"],
        "subject": "Malicious file in ticket #1",
        "text": "A malicious file was found in ticket #1.",
        "html": "<p>A malicious file was found in ticket #1.</p>",
        "created_at": NOON + 3,
    }
    return _row(database, mails, {**values, **overrides})


def a_token(database: Database, role: Role = Role.ANALYST, name: str = "ana") -> str:
    """An API token in clear."""
    return Access(database, lambda: NOON).create_token(name, role)


def _some_connection(database: Database) -> int:
    with database.read() as connection:
        found = connection.execute(connections.select().order_by(connections.c.id)).first()
    return int(found.id) if found is not None else a_connection(database)


def _row(database: Database, table: Table, values: dict[str, Any]) -> int:
    with database.write() as connection:
        return int(connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one())
