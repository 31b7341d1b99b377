"""Leases: one worker at a time owns a row, for a while, whatever happens to the worker.

A lease outlasts every deadline of a call to the outside, so that a second worker never acts beside the first.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Table, update

from app.db import Database

#: Seconds. Longer than the longest call (20 s), short enough that stopped work goes on within a minute.
LEASE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Lease:
    """A row we own; ``token`` proves it."""

    database: Database
    table: Table
    row_id: int
    until: Column[float]
    by: Column[str]
    token: str
    now: Callable[[], float]

    def renew(self) -> bool:
        """Own the row for another while; False when somebody else owns it now, and then nothing more may be done."""
        with self.database.write() as connection:
            result = connection.execute(
                update(self.table).where(self.held()).values({self.until: self.now() + LEASE_SECONDS})
            )
        return bool(result.rowcount)

    def held(self) -> ColumnElement[bool]:
        """Condition for writes that only the owner may make."""
        return (self.table.c.id == self.row_id) & (self.by == self.token)

    def release(self) -> None:
        """Give the row back."""
        with self.database.write() as connection:
            self.release_in(connection)

    def release_in(self, connection: Connection) -> None:
        """Give the row back as part of an open transaction."""
        connection.execute(update(self.table).where(self.held()).values({self.until: 0.0, self.by: None}))


def take(
    database: Database,
    table: Table,
    condition: ColumnElement[bool],
    *,
    until: Column[float],
    by: Column[str],
    now: Callable[[], float],
) -> Lease | None:
    """Own the one row that meets the condition; None when there is none or somebody else owns it."""
    token = secrets.token_hex(8)
    moment = now()
    with database.write() as connection:
        row_id = connection.execute(
            update(table)
            .where(condition, until <= moment)
            .values({until: moment + LEASE_SECONDS, by: token})
            .returning(table.c.id)
        ).scalar_one_or_none()
    return None if row_id is None else Lease(database, table, row_id, until, by, token, now)
