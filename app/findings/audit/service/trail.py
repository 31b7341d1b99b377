"""The audit trail for whoever acts: one call writes a line, alone or as part of the act's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from app.db import Database
from app.findings.audit.filters import AuditFilters
from app.findings.audit.lines import shown
from app.findings.audit.ocsf import Source
from app.findings.audit.service.reading import AuditReader, source_of
from app.findings.audit.service.writing import note


class Audit:
    """Appends what was done and lists it; nothing here changes or deletes a row."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now
        self.reader = AuditReader(database)

    def record(
        self, actor: str, event: str, *, subject: str = "", connection_id: int | None = None, **detail: Any
    ) -> None:
        """Write one line: who did what (``file.taken``) to what (``scan:17``). Never content, tokens or addresses."""
        with self._database.write() as transaction:
            self.record_in(transaction, actor, event, subject=subject, connection_id=connection_id, **detail)

    def record_in(
        self,
        transaction: Connection,
        actor: str,
        event: str,
        *,
        subject: str = "",
        connection_id: int | None = None,
        **detail: Any,
    ) -> None:
        """Write one line together with the act: both are there afterwards, or neither."""
        note(transaction, self._now(), actor, event, subject=subject, connection_id=connection_id, **detail)

    def source(self, version: str, public_url: str) -> Source:
        """Return who sends events: the installation is named by the first row of its chain, whatever machine it is."""
        return source_of(self._database, version, public_url)

    def page(
        self, cursor: int | None = None, limit: int = 50, filters: AuditFilters | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` lines, newest first, and the cursor of the next page."""
        rows, following = self.reader.page(filters or AuditFilters(), cursor, limit)
        return [shown(row) for row in rows], following
