"""The incremental exports. They never hold the last minute, and the same row may come twice."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.sandbox import errors
from app.sandbox.api.edge import allow, count_export, parts, state, views
from app.sandbox.model import Audit, Ticket

pages = Blueprint("incremental", __name__, url_prefix="/api/v2/incremental")

_PAGE = 1000


@pages.get("/ticket_events")
def ticket_events() -> dict[str, Any]:
    """List updates of tickets since ``start_time``; ``include=comment_events`` adds the comments."""
    allow("tickets:read", roles=("admin",))
    count_export()
    start, until = _start_time(), state().now() - state().switches.incremental_lag_seconds
    comments = "comment_events" in request.args.get("include", "").split(",")
    with state().lock:
        rows = sorted(
            (
                (audit, ticket)
                for ticket in state().data.tickets.values()
                for audit in ticket.audits
                if start <= int(audit.created_at) and audit.created_at <= until
            ),
            key=lambda row: (row[0].created_at, row[0].id),
        )
        page = _page(rows)
        shown = [views().ticket_event(ticket, audit, comments=comments) for audit, ticket in page]
    end = int(page[-1][0].created_at) if page else start
    include = "&include=comment_events" if comments else ""
    return {
        "ticket_events": shown,
        "count": len(shown),
        "end_of_stream": len(page) == len(rows),
        "end_time": end,
        "next_page": f"{parts().base}/api/v2/incremental/ticket_events.json?start_time={end}{include}",
    }


def _page(rows: list[tuple[Audit, Ticket]]) -> list[tuple[Audit, Ticket]]:
    """Cut after a page, but never inside a second: ``end_time`` could not point there."""
    end = min(_PAGE, len(rows))
    while end < len(rows) and int(rows[end][0].created_at) == int(rows[end - 1][0].created_at):
        end += 1
    return rows[:end]


@pages.get("/tickets/cursor")
def tickets_by_cursor() -> dict[str, Any]:
    """List tickets changed since ``start_time``, then onwards by ``cursor``."""
    allow("tickets:read", roles=("admin",))
    count_export()
    size = min(max(1, int(request.args.get("per_page", _PAGE))), _PAGE)
    moment, number = _cursor()
    until = state().now() - state().switches.incremental_lag_seconds
    with state().lock:
        rows = sorted(
            (ticket.updated_at, ticket.id)
            for ticket in state().data.tickets.values()
            if (ticket.updated_at, ticket.id) > (moment, number) and ticket.updated_at <= until
        )
        page = rows[:size]
        shown = [views().ticket(state().ticket(ticket_id)) for _, ticket_id in page]
    last = page[-1] if page else (moment, number)
    cursor = f"{last[0]!r}|{last[1]}".encode().hex()
    return {
        "tickets": shown,
        "after_cursor": cursor,
        "after_url": f"{parts().base}/api/v2/incremental/tickets/cursor.json?cursor={cursor}",
        "before_cursor": None,
        "before_url": None,
        "end_of_stream": len(page) == len(rows),
    }


def _cursor() -> tuple[float, int]:
    given = request.args.get("cursor")
    if given is None:
        return float(_start_time()), -1
    try:
        moment, _, number = bytes.fromhex(given).decode().partition("|")
        return float(moment), int(number)
    except ValueError:
        raise errors.bad_request("InvalidPaginationParameter", "cursor is not valid") from None


def _start_time() -> int:
    value = request.args.get("start_time", "")
    if not value.isdigit():
        raise errors.bad_request("StartTimeMissing", "start_time is missing or not a number")
    if (
        int(value) > state().now() - state().switches.incremental_lag_seconds
        and state().switches.incremental_lag_seconds
    ):
        raise errors.bad_request("StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
    return int(value)
