"""Read the audit trail: a page of it, one row, or all of it row by row, without holding the database for long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, func, literal, select

from app.db import Database
from app.findings.audit.chain import GENESIS, Checkpoint, Head, Row
from app.findings.audit.filters import AuditFilters
from app.findings.audit.ocsf import Source
from app.findings.audit.tables import audit, audit_checkpoints

#: Rows that are read at once by whoever reads all of them.
AT_ONCE = 2_000

#: Names that a page offers to choose from.
MOST_NAMES = 200


class AuditReader:
    """Lists what was written; nothing here changes a row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, filters: AuditFilters, cursor: int | None = None, limit: int = 50) -> tuple[list[Row], int | None]:
        """Return up to ``limit`` rows, newest first, and the cursor of the next page."""
        with self._database.read() as connection:
            statement = _narrowed(connection, filters).order_by(audit.c.id.desc()).limit(limit + 1)
            if cursor is not None:
                statement = statement.where(audit.c.id < cursor)
            rows = [row_of(found) for found in connection.execute(statement)]
        return rows[:limit], rows[limit - 1].id if len(rows) > limit else None

    def one(self, row_id: int) -> Row | None:
        """Return a row, or None."""
        with self._database.read() as connection:
            found = connection.execute(select(audit).where(audit.c.id == row_id)).one_or_none()
        return None if found is None else row_of(found)

    def every(self, filters: AuditFilters, *, after: int = 0, upto: int | None = None) -> Iterator[Row]:
        """Return all rows that fit, oldest first, in short readings: those that come meanwhile are among them."""
        while True:
            with self._database.read() as connection:
                statement = _narrowed(connection, filters).where(audit.c.id > after).order_by(audit.c.id)
                if upto is not None:
                    statement = statement.where(audit.c.id <= upto)
                rows = [row_of(found) for found in connection.execute(statement.limit(AT_ONCE))]
            yield from rows
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].id

    def batch(self, after: int, limit: int) -> list[Row]:
        """Return the next ``limit`` rows after an id, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(select(audit).where(audit.c.id > after).order_by(audit.c.id).limit(limit))
            return [row_of(row) for row in found]

    def head(self) -> Head:
        """Return the newest row."""
        with self._database.read() as connection:
            return head_of(connection)

    def checkpoints(self, after: int = 0, upto: int | None = None) -> list[Checkpoint]:
        """Return the signed heads beyond a row, up to another one, in the order of the rows."""
        statement = select(audit_checkpoints).where(audit_checkpoints.c.row_id > after)
        if upto is not None:
            statement = statement.where(audit_checkpoints.c.row_id <= upto)
        with self._database.read() as connection:
            rows = connection.execute(statement.order_by(audit_checkpoints.c.row_id)).all()
        return [Checkpoint(row.row_id, row.hash, row.at, row.key_id, row.signature) for row in rows]

    def names(self, column: str) -> list[str]:
        """Return the events or the actors there are, by jumping through their index from one to the next."""
        values = audit.c[column]
        found: list[str] = []
        with self._database.read() as connection:
            while len(found) < MOST_NAMES:
                beyond = select(func.min(values)).where(values > (found[-1] if found else ""))
                value = connection.execute(beyond).scalar_one()
                if value is None:
                    return found
                found.append(value)
        return found


def head_of(connection: Connection) -> Head:
    """Return the newest row, as an open transaction sees it."""
    newest = select(audit.c.id, audit.c.hash).order_by(audit.c.id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return Head() if row is None else Head(row.id, row.hash or GENESIS)


def source_of(database: Database, version: str, public_url: str) -> Source:
    """Return who sends events: the installation is named by the first row of its chain, whatever machine it is."""
    with database.read() as connection:
        first = connection.execute(select(audit.c.hash).order_by(audit.c.id).limit(1)).scalar_one_or_none()
    return Source(version, f"deskwarden-{(first or '')[:16]}", public_url)


def row_of(found: Any) -> Row:
    """Return a row of the table as the pure part knows it."""
    return Row(
        found.id,
        found.at,
        found.actor,
        found.event,
        found.subject,
        found.connection_id,
        found.detail,
        found.origin,
        found.previous,
        found.hash,
    )


def _narrowed(connection: Connection, filters: AuditFilters) -> Select[Any]:
    statement = select(audit)
    leading = filters.leading
    for name in ("subject", "event", "actor"):
        value = getattr(filters, name)
        if value is not None:
            column = audit.c[name] if name in leading else _without_index(audit.c[name])
            statement = statement.where(column == value)
    for bound in _between(connection, filters):
        statement = statement.where(bound)
    return statement


def _without_index(column: ColumnElement[str]) -> ColumnElement[str]:
    """Keep the planner off the index of a condition that many rows fulfil when another one leads to few."""
    return column.concat(literal("", String))


def _between(connection: Connection, filters: AuditFilters) -> Iterator[ColumnElement[bool]]:
    """Times as ids: they grow together, so that the order of the pages and the bounds are of one index."""
    if filters.since is not None:
        yield audit.c.id > _last_before(connection, filters.since)
    if filters.until is not None:
        yield audit.c.id <= _last_before(connection, filters.until)


def _last_before(connection: Connection, moment: float) -> int:
    newest = select(audit.c.id).where(audit.c.at < moment).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(1)
    return int(connection.execute(newest).scalar_one_or_none() or 0)
