"""Whose a row is that came through the API: of the tenant that was named, or of nobody."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from app.connections.tables import connections
from app.errors import Rejected

#: The connection of what is sent without naming one. It is no tenant: nobody is connected, and nothing is fetched.
NOBODYS = "uploads"
#: What stands as the way on which it came.
CHANNEL = "api"


def connection_of(writing: Connection, name: str | None, now: float) -> int:
    """Return the id of the connection with this name, or of nobody's. Raises Rejected when there is none."""
    if name is not None:
        found = writing.execute(select(connections.c.id).where(connections.c.name == name)).scalar()
        if found is None:
            raise Rejected(f"There is no connection named '{name[:60]}'.", code="connection")
        return int(found)
    nobodys = writing.execute(select(connections.c.id).where(connections.c.auth == "none")).scalar()
    return int(nobodys) if nobodys is not None else _make(writing, now)


def _make(writing: Connection, now: float) -> int:
    taken = writing.execute(select(connections.c.id).where(connections.c.name == NOBODYS)).scalar()
    return int(
        writing.execute(
            insert(connections)
            .values(
                # A tenant's name never has brackets.
                name=NOBODYS if taken is None else f"({NOBODYS})",
                base_url="",
                auth="none",
                secret=b"",
                created_at=now,
                # So that nobody tries to reach it.
                disconnected_at=now,
            )
            .returning(connections.c.id)
        ).scalar_one()
    )
