"""What the console shows of letters and mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, func, select

from app.connections.tables import connections
from app.db import Database
from app.findings.post.tables import enclosures, letters, mails

STATES = ("waiting", "sending", "sent", "kept", "failed")
KINDS = ("quarantine", "release", "digest", "investigation", "connection")


@dataclass(frozen=True, slots=True)
class MailFilters:
    """What a list of mails may be narrowed by; ``state`` *waiting* also means those that are being sent."""

    state: str | None = None
    kind: str | None = None
    connection: str | None = None


class MailQueries:
    """Mails, newest first."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: MailFilters, cursor: int | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` mails without their bodies, newest first, and the cursor of the next page."""
        columns = [column for column in mails.c if column.name not in ("text", "html", "leave")]
        statement = select(*columns).order_by(mails.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(mails.c.id < cursor)
        if filters.state is not None:
            states = ("waiting", "sending") if filters.state == "waiting" else (filters.state,)
            statement = statement.where(mails.c.state.in_(states))
        if filters.kind is not None:
            statement = statement.where(mails.c.kind == filters.kind)
        with self._database.read() as connection:
            # Names are few and looked up by themselves: joined to them, a hundred thousand mails would be sorted.
            names = {row.id: row.name for row in connection.execute(select(connections.c.id, connections.c.name))}
            if filters.connection is not None:
                meant = [each for each, name in names.items() if name == filters.connection]
                statement = statement.where(mails.c.connection_id.in_(meant))
            rows = connection.execute(statement).mappings().all()
        found = [{**row, "connection": names[row["connection_id"]]} for row in rows[:limit]]
        return found, found[-1]["id"] if len(rows) > limit else None

    def one(self, mail_id: int) -> Mapping[str, Any] | None:
        """Return a whole mail with the number of letters it tells of; None: there is none."""
        count = select(func.count()).where(enclosures.c.mail_id == mails.c.id).scalar_subquery()
        with self._database.read() as connection:
            found = (
                connection.execute(
                    select(mails, connections.c.name.label("connection"), count.label("letters"))
                    .join_from(mails, connections, mails.c.connection_id == connections.c.id)
                    .where(mails.c.id == mail_id)
                )
                .mappings()
                .one_or_none()
            )
        return dict(found) if found is not None else None

    def connections(self) -> list[str]:
        """Return the names of the connections that mails are about, for the filter."""
        about = exists().where(mails.c.connection_id == connections.c.id)
        names = select(connections.c.name).where(about).order_by(connections.c.name)
        with self._database.read() as connection:
            return list(connection.execute(names).scalars())

    def held(self) -> int:
        """Return how many letters wait for a digest, for the end of quiet hours or for their turn."""
        waiting = select(func.count()).select_from(letters).where(letters.c.mailed_at.is_(None))
        with self._database.read() as connection:
            return int(connection.execute(waiting).scalar_one())
