"""The allow and block lists, entry by entry and as CSV."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.access.roles import Role
from app.findings.service import Audit
from app.tickets.filters import iso
from app.tickets.lists import Entry, Side
from app.tickets.service.lists import Lists
from app.web.api.models import ListBody, ListEntry, ListPage, ListQuery, UpdatedOrImported
from app.web.api.operations import CSV, Api, json
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

_PATH = "/lists/<any(allow,block):side>"


def add_routes(api: Api, lists: Lists, audit: Audit) -> None:
    """Add the routes below ``/lists``."""

    @api.operation(
        "GET", _PATH, "A list, newest first, or all of it as CSV", {200: ListPage}, query=ListQuery, gives_csv=True
    )
    @needs(Role.VIEWER)
    def get_list(side: str, query: ListQuery) -> Response:
        if query.format == "csv" or (query.format is None and _asks_for_csv()):
            return csv_file(lists.exported(Side(side)), side)
        entries, cursor = lists.page(Side(side), query.cursor, query.limit, kind=query.kind, text=query.q or "")
        names = lists.connection_names()
        results = [_shown(entry, names) for entry in entries]
        return json({"results": results, "next": None if cursor is None else str(cursor)})

    @api.operation(
        "POST",
        _PATH,
        "Add an entry (201 when it is new, 200 when its value stood already), or import a CSV (200)",
        {201: ListEntry, 200: UpdatedOrImported},
        body=ListBody,
        takes_csv=True,
    )
    @needs(Role.ANALYST)
    def add_to_list(side: str, body: ListBody | str) -> Response:
        if isinstance(body, str):
            return _import(lists, audit, Side(side), body)
        entry, fresh = lists.add(
            Side(side),
            body.kind,
            body.value,
            actor=identity().name,
            reason=body.reason,
            expires_at=body.expires_at,
            connection=body.connection,
        )
        return json(_shown(entry, lists.connection_names()), 201 if fresh else 200)

    @api.operation("DELETE", f"{_PATH}/<row:entry_id>", "Take an entry off the list", {204: None})
    @needs(Role.ANALYST)
    def remove_from_list(side: str, entry_id: int) -> Response:
        entry = lists.remove(Side(side), entry_id, actor=identity().name)
        if entry is None:
            raise not_found("entry with this id on this list")
        return Response(status=204)


def _import(lists: Lists, audit: Audit, side: Side, text: str) -> Response:
    added, updated, mistakes = lists.imported(side, text, actor=identity().name)
    if mistakes:
        errors = [
            {"at": f"line {each.line}" if each.line else "file", "detail": each.detail} for each in mistakes[:100]
        ]
        raise Problem(422, "invalid", "Nothing was imported, because some lines do not fit.", errors=errors)
    return json({"added": added, "updated": updated})


def _asks_for_csv() -> bool:
    return request.accept_mimetypes.best_match(["application/json", CSV]) == CSV


def csv_file(text: str, side: str) -> Response:
    """Return a list as a file to keep."""
    answer = Response(text, mimetype=CSV)
    answer.headers["Content-Disposition"] = f'attachment; filename="{side}-list.csv"'
    return answer


def _shown(entry: Entry, names: dict[int, str]) -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "value": entry.value,
        "reason": entry.reason,
        "connection": names.get(entry.connection_id or 0),
        "actor": entry.actor,
        "created_at": iso(entry.created_at),
        "expires_at": iso(entry.expires_at),
        "hits": entry.hits,
        "last_hit_at": iso(entry.last_hit_at),
    }
