"""What pages and the API show of the scans. Plain reads; every answer is made of JSON-ready values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, exists, func, or_, select, union

from app.connections.tables import connections
from app.db import Database
from app.tickets import history
from app.tickets.filters import ScanFilters, iso
from app.tickets.tables import actions, decisions, outbox, scans

#: Largest number of rows a caller may ask for at once.
LARGEST_PAGE = 500

_SHOWN = (
    "id", "ticket_id", "comment_id", "attachment_id", "kind", "name", "sha256", "size", "content_type", "verdict",
    "verdict_by", "state", "sender", "receiver", "channel", "findings", "rules_version", "created_at", "finished_at",
    "url",
)  # fmt: skip
_EQUAL = ("verdict", "kind", "sha256", "state", "sender", "receiver", "channel")


class ScanQueries:
    """Scans as the contract describes them: lists, one with its evidence, its history, and the mails about them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: ScanFilters, cursor: int | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` scans, newest first, and the cursor of the next page or None on the last one.

        A cursor is the id of the last scan of the page before, so that scans that arrive meanwhile move nothing.
        """
        statement = _scans().where(*self._conditions(filters)).order_by(scans.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(scans.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            by_scan = _actions_of(connection, [row.id for row in rows[:limit]])
        results = [_shown(row, by_scan[row.id]) for row in rows[:limit]]
        return results, results[-1]["id"] if len(rows) > limit else None

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

    def mails(self, cursor: int | None = None, limit: int = 50) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` mails we owe or have sent, newest first, and the cursor of the next page."""
        statement = (
            select(outbox, connections.c.name.label("connection"), actions.c.state, actions.c.ticket_id)
            .join_from(outbox, connections, outbox.c.connection_id == connections.c.id)
            .outerjoin(actions, outbox.c.action_id == actions.c.id)
            .order_by(outbox.c.id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            statement = statement.where(outbox.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        results = [_mail(row) for row in rows[:limit]]
        return results, results[-1]["id"] if len(rows) > limit else None

    def _conditions(self, filters: ScanFilters) -> list[ColumnElement[bool]]:
        found = [scans.c[name] == value for name in _EQUAL if (value := getattr(filters, name)) is not None]
        if filters.connection is not None:
            found.append(connections.c.name == filters.connection)
        if filters.ticket is not None:
            found.append(scans.c.ticket_id == filters.ticket)
        if filters.since is not None:
            found.append(scans.c.created_at >= filters.since)
        if filters.until is not None:
            found.append(scans.c.created_at < filters.until)
        if filters.q:
            found.append(self._mentions(filters.q))
        return found

    def _mentions(self, text: str) -> ColumnElement[bool]:
        columns = (scans.c.name, scans.c.sha256, scans.c.url, cast(scans.c.ticket_id, Text))
        anywhere = [column.icontains(text, autoescape=True) for column in columns]
        return or_(*anywhere, self._has_finding(text))

    def _has_finding(self, text: str) -> ColumnElement[bool]:
        # Both databases can walk the findings; looking into their text would also find our own key names.
        if self._database.is_sqlite:
            element = func.json_each(scans.c.findings).table_valued("value", name="finding")
            finding_id: ColumnElement[Any] = func.json_extract(element.c.value, "$.id")
        else:
            element = func.json_array_elements(scans.c.findings).table_valued("value", name="finding")
            finding_id = element.c.value.op("->>")("id")
        return exists(select(1).select_from(element).where(cast(finding_id, Text).icontains(text, autoescape=True)))


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


def _mail(row: Any) -> dict[str, Any]:
    names = ("id", "connection", "ticket_id", "message_id", "recipients", "subject", "text", "state")
    return {**{name: getattr(row, name) for name in names}, **_times(row, ("created_at", "sent_at"))}


def _times(row: Any, names: Iterable[str]) -> dict[str, str | None]:
    return {name: iso(getattr(row, name)) for name in names}
