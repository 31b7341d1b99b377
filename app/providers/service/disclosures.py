"""The disclosure record: what left the house, to whom, when, for which connection and tickets, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.adapters.providers.model import Kind
from app.connections.tables import connections
from app.db import Database
from app.providers.catalogue import ProviderName
from app.providers.tables import disclosures

#: What is written before a question leaves: whoever finds it later knows that the process ended meanwhile.
SENDING = "sending"
#: Seconds for which a row is kept: long enough for whoever audits a year, and no longer, as it names addresses.
KEPT_SECONDS = 400 * 86_400.0


class Disclosures:
    """Writes the record and lists it. Rows are added, their outcome is filled in once, and old ones go."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def begin(
        self,
        connection_id: int,
        provider: ProviderName,
        recipient: str,
        kind: Kind,
        sent: Sequence[str],
        tickets: Sequence[int],
    ) -> int:
        """Write what is about to leave; return the row's id."""
        with self._database.write() as connection:
            return int(
                connection.execute(
                    insert(disclosures)
                    .values(
                        connection_id=connection_id,
                        at=self._now(),
                        provider=provider.value,
                        recipient=recipient,
                        kind=kind.value,
                        sent=list(sent),
                        tickets=list(tickets),
                        outcome=SENDING,
                    )
                    .returning(disclosures.c.id)
                ).scalar_one()
            )

    def end(self, disclosure_id: int, outcome: str, detail: str = "", *, unsent: Sequence[str] = ()) -> None:
        """Write what came of it; what is ``unsent`` did not leave after all and no longer stands in the row."""
        mine = disclosures.c.id == disclosure_id
        values: dict[str, Any] = {"outcome": outcome, "detail": detail, "finished_at": self._now()}
        with self._database.write() as connection:
            if unsent:
                sent = connection.execute(select(disclosures.c.sent).where(mine)).scalar_one()
                values["sent"] = [value for value in sent if value not in unsent]
            connection.execute(update(disclosures).where(mine).values(values))

    def forget_old(self) -> int:
        """Drop the rows that are older than they are kept; return how many that were."""
        old = disclosures.c.at <= self._now() - KEPT_SECONDS
        with self._database.write() as connection:
            return int(connection.execute(delete(disclosures).where(old)).rowcount)

    def page(
        self,
        cursor: int | None = None,
        limit: int = 50,
        *,
        connection: str | None = None,
        provider: str | None = None,
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` rows, newest first, times in unix seconds, and the cursor of the next page."""
        query = (
            select(disclosures, connections.c.name)
            .join_from(disclosures, connections, disclosures.c.connection_id == connections.c.id)
            .order_by(disclosures.c.id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            query = query.where(disclosures.c.id < cursor)
        if connection is not None:
            query = query.where(connections.c.name == connection)
        if provider is not None:
            query = query.where(disclosures.c.provider == provider)
        with self._database.read() as reading:
            rows = reading.execute(query).all()
        results = [_shown(row) for row in rows[:limit]]
        return results, results[-1]["id"] if len(rows) > limit else None


def _shown(row: Any) -> dict[str, Any]:
    names = ("id", "at", "provider", "recipient", "kind", "sent", "tickets", "outcome", "detail", "finished_at")
    return {"connection": row.name, **{name: getattr(row, name) for name in names}}
