"""The audit trail: written beside every act of a person, read by whoever asks later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select

from app.db import Database
from app.findings.tables import audit


class Audit:
    """Appends what was done and lists it; nothing here changes or deletes a row."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def record(
        self, actor: str, event: str, *, subject: str = "", connection_id: int | None = None, **detail: Any
    ) -> None:
        """Write one line: who did what (``file.taken``) to what (``scan:17``). Never content, tokens or addresses."""
        with self._database.write() as connection:
            connection.execute(
                insert(audit).values(
                    at=self._now(),
                    actor=actor,
                    event=event,
                    subject=subject,
                    connection_id=connection_id,
                    detail=detail,
                )
            )

    def page(self, cursor: int | None = None, limit: int = 50) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` lines, newest first, and the cursor of the next page."""
        statement = select(audit).order_by(audit.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(audit.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        results = [
            {
                "id": row.id,
                "at": datetime.fromtimestamp(row.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "actor": row.actor,
                "event": row.event,
                "subject": row.subject,
                "detail": row.detail,
            }
            for row in rows[:limit]
        ]
        return results, results[-1]["id"] if len(rows) > limit else None
