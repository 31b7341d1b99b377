"""What pages and the API show of the scans. Plain reads; every answer is made of JSON-ready values."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, select, union

from app.connections.tables import connections
from app.db import Database
from app.tickets import history
from app.tickets.filters import ScanFilters, iso
from app.tickets.service.searching import ScanSearch
from app.tickets.tables import actions, decisions, scans

#: Largest number of rows a caller may ask for at once.
LARGEST_PAGE = 500

#: Scans that an export reads at a time.
_PIECE = 250

_SHOWN = (
    "id", "ticket_id", "comment_id", "attachment_id", "kind", "name", "sha256", "size", "content_type", "verdict",
    "verdict_by", "state", "sender", "receiver", "channel", "findings", "rules_version", "created_at", "finished_at",
    "url",
)  # fmt: skip


class ScanQueries:
    """Scans as the contract describes them: lists, one with its evidence, its history, and the mails about them."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time) -> None:
        self._database = database
        self._now = now
        self.search = ScanSearch(database, now)

    def page(
        self, filters: ScanFilters, cursor: int | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` scans, newest first, and the cursor of the next page or None on the last one.

        A cursor is the id below which the next page begins, so that scans that arrive meanwhile move nothing. A page
        may hold fewer than ``limit`` and still have a next one: see ``app.tickets.service.searching``.
        """
        found = self.search.find(filters, cursor, limit)
        return self.of(found.ids), found.next

    def every(self, filters: ScanFilters) -> Iterator[list[dict[str, Any]]]:
        """Yield all scans that fit and were there when this began, newest first, a few hundred at a time.

        Each piece is read by itself, so nothing is held up meanwhile; a scan whose verdict changes on the way shows
        what it was when its piece was read. No scan comes twice.
        """
        filters = filters.at(self._now())
        below: int | None = self.search.newest() + 1
        while below is not None:
            found = self.search.find(filters, below, _PIECE)
            if found.ids:
                yield self.of(found.ids)
            below = found.next

    def of(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        """Return the scans with these ids, in this order, without those that are gone."""
        with self._database.read() as connection:
            rows = {row.id: row for row in connection.execute(_scans().where(scans.c.id.in_(ids)))} if ids else {}
            by_scan = _actions_of(connection, list(rows))
        return [_shown(rows[each], by_scan[each]) for each in ids if each in rows]

    def detail(self, scan_id: int) -> dict[str, Any] | None:
        """Return one scan with its links and the reason it failed for; None if unknown."""
        with self._database.read() as connection:
            row = connection.execute(_scans().where(scans.c.id == scan_id)).one_or_none()
            if row is None:
                return None
            by_scan = _actions_of(connection, [scan_id])
        return {**_shown(row, by_scan[scan_id]), "urls": row.urls, "reason": row.reason}

    def history(self, scan_id: int) -> list[dict[str, Any]] | None:
        """Return every step of a scan and who took it, oldest first; None when the scan is unknown."""
        with self._database.read() as connection:
            scan = connection.execute(select(scans).where(scans.c.id == scan_id)).mappings().one_or_none()
            if scan is None:
                return None
            decided = connection.execute(
                select(decisions).where(decisions.c.scan_id == scan_id).order_by(decisions.c.id)
            ).mappings()
            deeds = connection.execute(_action_rows([scan_id])).mappings()
            return history.history(dict(scan), [dict(row) for row in decided], [dict(row) for row in deeds])


def _scans() -> Any:
    columns = [scans.c[name] for name in (*_SHOWN, "urls", "reason")]
    return select(*columns, connections.c.name.label("connection")).join_from(
        scans, connections, scans.c.connection_id == connections.c.id
    )


def _action_rows(scan_ids: Sequence[int]) -> Any:
    """Actions of these scans: ordered for one of them, or telling of a decision about one of them."""
    own = select(actions.c.id, actions.c.scan_id.label("about")).where(actions.c.scan_id.in_(scan_ids))
    told = select(actions.c.id, decisions.c.scan_id).join_from(
        actions, decisions, and_(decisions.c.notice_id == actions.c.notice_id, decisions.c.scan_id.in_(scan_ids))
    )
    about = union(own, told).subquery()
    return (
        select(actions, about.c.about)
        .join_from(actions, about, actions.c.id == about.c.id)
        .order_by(actions.c.created_at, actions.c.id)
    )


def _actions_of(connection: Connection, scan_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    by_scan: dict[int, list[dict[str, Any]]] = defaultdict(list)
    if scan_ids:
        for row in connection.execute(_action_rows(scan_ids)):
            by_scan[row.about].append(_action(row))
    return by_scan


def _action(row: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "state": row.state,
        "attempts": row.attempts,
        **_times(row, ("created_at", "started_at", "finished_at")),
        "error": row.error,
    }


def _shown(row: Any, deeds: list[dict[str, Any]]) -> dict[str, Any]:
    fields = {name: getattr(row, name) for name in _SHOWN}
    return {**fields, "connection": row.connection, "actions": deeds, **_times(row, ("created_at", "finished_at"))}


def _times(row: Any, names: Iterable[str]) -> dict[str, str | None]:
    return {name: iso(getattr(row, name)) for name in names}
