"""The verdict cache: facts about bytes, never about whose they were, and nothing of locked content."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from app.db import Database
from app.engine.model import Finding, Report, Severity, Verdict
from app.tickets.tables import verdict_cache


class VerdictCache:
    """Remembers reports by everything that determines them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self, sha256: str, name: str, rules_digest: str, policy_version: str) -> str:
        """Name what determines a report. The file's own name belongs to it, because rules look at names too."""
        parts = "\0".join((sha256, name, rules_digest, policy_version))
        return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()

    def get(self, key: str) -> Report | None:
        """Return the remembered report, or None."""
        with self._database.read() as connection:
            stored = connection.execute(
                select(verdict_cache.c.report).where(verdict_cache.c.key == key)
            ).scalar_one_or_none()
        return None if stored is None else Report.from_dict(stored)

    def put(self, key: str, report: Report, now: float) -> None:
        """Remember the report, unless it rests on a password or on what may go better another time."""
        if report.verdict is Verdict.UNKNOWN or any(_may_change(finding) for finding in report.findings):
            return
        with self._database.write() as connection:
            connection.execute(
                self._database.insert_once(verdict_cache).values(key=key, report=report.to_dict(), created_at=now)
            )


def _may_change(finding: Finding) -> bool:
    """Whether the same bytes may say more another time: with a password at hand, or within other limits."""
    return finding.severity is Severity.UNKNOWN or finding.id.startswith("archive.") or finding.id.endswith(".opened")
