"""Make, list and end exceptions from rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.findings.policies.exceptions import checked_end, checked_reason, checked_rule
from app.findings.policies.scope import Scope
from app.findings.policies.service import connection_named
from app.findings.policies.tables import rule_exceptions


class RuleExceptions:
    """Exceptions from rules: findings that stay visible and do not count any more."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def make(
        self,
        rule: str,
        *,
        reason: str,
        author: str,
        expires_at: float | None,
        connection: str | None = None,
        scope: Scope = Scope(),  # noqa: B008 -- frozen
        most_days: int | None = None,
    ) -> dict[str, Any]:
        """Make an exception for the scans to come; return it. The like that stands already is ended by it.

        ``connection`` None: on every connection. ``most_days`` bounds the end, as the author's role has it.
        Raises Rejected with the field as its code: ``rule``, ``reason``, ``expires_at``; or ``not-found``.
        """
        now = self._now()
        rule, reason = checked_rule(rule), checked_reason(reason)
        expires_at = checked_end(expires_at, now=now, most_days=most_days)
        if connection is None and scope != Scope():
            raise Rejected("Name a connection: brands, groups and requesters belong to one.", code="connection")
        with self._database.write() as writing:
            connection_id = connection_named(writing, connection) if connection is not None else None
            whose = rule_exceptions.c.connection_id.is_not_distinct_from(connection_id)
            standing = (rule_exceptions.c.rule == rule) & whose & rule_exceptions.c.ended_at.is_(None)
            for row in writing.execute(select(rule_exceptions).where(standing)).all():
                if Scope.from_dict(row.scope or {}) == scope:
                    ending = update(rule_exceptions).where(rule_exceptions.c.id == row.id)
                    writing.execute(ending.values(ended_at=now, ended_by=author))
            made = insert(rule_exceptions).values(
                connection_id=connection_id,
                rule=rule,
                scope=scope.to_dict(),
                reason=reason,
                author=author,
                created_at=now,
                expires_at=expires_at,
            )
            exception_id = writing.execute(made.returning(rule_exceptions.c.id)).scalar_one()
            about = {"rule": rule, "expires_at": expires_at}
            subject = f"exception:{exception_id}"
            note(writing, now, author, "exception.added", subject=subject, connection_id=connection_id, **about)
        return self.get(exception_id)

    def end(self, exception_id: int, *, author: str) -> bool:
        """End an exception: the rule counts again for the scans to come; return whether it still stood.

        Raises Rejected, code ``not-found``.
        """
        rule, now = self.get(exception_id)["rule"], self._now()
        with self._database.write() as writing:
            ended = writing.execute(
                update(rule_exceptions)
                .where(rule_exceptions.c.id == exception_id, rule_exceptions.c.ended_at.is_(None))
                .values(ended_at=now, ended_by=author)
                .returning(rule_exceptions.c.connection_id)
            ).one_or_none()
            if ended is not None:
                subject, connection_id = f"exception:{exception_id}", ended.connection_id
                note(writing, now, author, "exception.removed", subject=subject, connection_id=connection_id, rule=rule)
        return ended is not None

    def get(self, exception_id: int) -> dict[str, Any]:
        """Return one exception. Raises Rejected, code ``not-found``."""
        with self._database.read() as reading:
            row = reading.execute(_joined().where(rule_exceptions.c.id == exception_id)).one_or_none()
        if row is None:
            raise Rejected("There is no exception with this id.", code="not-found")
        return self._shown(row)

    def page(
        self, cursor: int | None = None, limit: int = 50, *, rule: str | None = None, standing: bool = False
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` exceptions, newest first, and the cursor of the next page.

        ``standing``: only those that hold now.
        """
        statement = _joined().order_by(rule_exceptions.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(rule_exceptions.c.id < cursor)
        if rule is not None:
            statement = statement.where(rule_exceptions.c.rule == rule)
        if standing:
            ends = rule_exceptions.c.expires_at
            statement = statement.where(rule_exceptions.c.ended_at.is_(None), ends.is_(None) | (ends > self._now()))
        with self._database.read() as reading:
            rows = reading.execute(statement).all()
        return [self._shown(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def _shown(self, row: Any) -> dict[str, Any]:
        names = ("id", "connection", "rule", "reason", "author", "created_at", "expires_at", "ended_at", "ended_by")
        holds = row.ended_at is None and (row.expires_at is None or row.expires_at > self._now())
        scope = Scope.from_dict(row.scope or {}).to_dict()
        return {**{name: getattr(row, name) for name in names}, "scope": scope, "holds": holds}


def _joined() -> Any:
    return select(rule_exceptions, connections.c.name.label("connection")).outerjoin_from(
        rule_exceptions, connections, rule_exceptions.c.connection_id == connections.c.id
    )
