"""What policies that only observe would have done: counts for their pages."""

from __future__ import annotations

from sqlalchemy import func, select

from app.db import Database
from app.tickets.tables import decisions


class Withheld:
    """Counts decisions whose orders were withheld."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def by_effect(self, version: str) -> dict[str, int]:
        """Return how often a version of a policy would have ordered each effect, most often first."""
        # Behind a plus stand the exceptions that held.
        mine = (decisions.c.policy_version == version) | decisions.c.policy_version.startswith(f"{version}+")
        amount = func.count()
        statement = (
            select(decisions.c.withheld, amount)
            .where(decisions.c.withheld.is_not(None), mine)
            .group_by(decisions.c.withheld)
            .order_by(amount.desc())
        )
        with self._database.read() as reading:
            return {row[0]: row[1] for row in reading.execute(statement)}
