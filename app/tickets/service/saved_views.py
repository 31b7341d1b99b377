"""Saved views: filters of the list of scans under a name, for oneself or for everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from app.db import Database
from app.errors import Rejected
from app.tickets.tables import default_views, saved_views

#: Characters of a name, and of the filters as they stand in the address.
LONGEST_NAME = 60
LONGEST_QUERY = 2_000

#: Views of one owner.
MOST_VIEWS = 50


@dataclass(frozen=True, slots=True)
class View:
    """One view. ``query`` is the part of the list's address behind the question mark.

    own      whether it belongs to whoever asks
    default  whether the list of whoever asks begins with it
    """

    id: int
    name: str
    query: str
    shared: bool
    own: bool
    default: bool


class SavedViews:
    """Keeps views. ``owner`` is the subject of the caller, such as ``user:3``."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def of(self, owner: str) -> list[View]:
        """Return the owner's views and the shared ones, by name."""
        statement = (
            select(saved_views, default_views.c.view_id.label("default_id"))
            .outerjoin(default_views, (default_views.c.view_id == saved_views.c.id) & (default_views.c.owner == owner))
            .where(_seen_by(owner))
            .order_by(func.lower(saved_views.c.name), saved_views.c.id)
        )
        with self._database.read() as connection:
            return [_view(row, owner) for row in connection.execute(statement)]

    def save(self, owner: str, name: str, query: str, *, shared: bool) -> int:
        """Keep filters under a name and return the view's id; an own view of that name is replaced.

        Raises Rejected for a name or filters that do not fit, and when there are too many.
        """
        name = name.strip()
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise Rejected(f"A view needs a name of 1 to {LONGEST_NAME} printable characters.", code="name")
        if len(query) > LONGEST_QUERY:
            raise Rejected("These filters are too long to be kept; take one away.", code="query")
        with self._database.write() as connection:
            mine = saved_views.c.owner == owner
            changed = connection.execute(
                update(saved_views)
                .where(mine, saved_views.c.name == name)
                .values(query=query, shared=shared)
                .returning(saved_views.c.id)
            ).scalar()
            if changed is not None:
                return int(changed)
            if connection.execute(select(func.count()).where(mine)).scalar_one() >= MOST_VIEWS:
                raise Rejected(f"You have {MOST_VIEWS} views; remove one first.", code="too-many")
            values = {"owner": owner, "name": name, "query": query, "shared": shared, "created_at": self._now()}
            made = connection.execute(insert(saved_views).values(**values).returning(saved_views.c.id))
            return int(made.scalar_one())

    def remove(self, owner: str, view_id: int, *, others: bool = False) -> View | None:
        """Remove an own view, or with ``others`` a shared one of somebody else; return it, None when there is none."""
        allowed = or_(saved_views.c.owner == owner, saved_views.c.shared) if others else saved_views.c.owner == owner
        with self._database.write() as connection:
            gone = connection.execute(
                delete(saved_views).where(saved_views.c.id == view_id, allowed).returning(saved_views)
            ).one_or_none()
        return None if gone is None else _view(gone, owner)

    def begin_with(self, owner: str, view_id: int | None) -> bool:
        """Let the owner's list begin with this view, or with everything; return False when there is no such view."""
        with self._database.write() as connection:
            known = select(saved_views.c.id).where(saved_views.c.id == view_id, _seen_by(owner))
            if view_id is not None and connection.execute(known).first() is None:
                return False
            connection.execute(delete(default_views).where(default_views.c.owner == owner))
            if view_id is not None:
                connection.execute(insert(default_views).values(owner=owner, view_id=view_id))
        return True


def _seen_by(owner: str) -> ColumnElement[bool]:
    return or_(saved_views.c.owner == owner, saved_views.c.shared)


def _view(row: Any, owner: str) -> View:
    default = getattr(row, "default_id", None) is not None
    return View(row.id, row.name, row.query, bool(row.shared), row.owner == owner, default)
