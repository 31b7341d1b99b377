"""Counts: of everything that is stored, of what waits now, and of what happened lately."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.access.roles import Role
from app.connections.service import Connections
from app.tickets.service.figures import Figures
from app.tickets.service.overview import Overview
from app.web.api.operations import Api, json
from app.web.api.statistics_models import Statistics, StatisticsQuery
from app.web.auth import needs


def add_routes(api: Api, figures: Figures, overview: Overview, connections: Connections) -> None:
    """Add ``/statistics``."""

    @api.operation(
        "GET",
        "/statistics",
        "Counts of what is stored, of what waits, and of what happened lately",
        {200: Statistics},
        query=StatisticsQuery,
        errors=(404,),
    )
    @needs(Role.VIEWER)
    def get_statistics(query: StatisticsQuery) -> Response:
        period = overview.period(query.span, query.connection)
        budgets = [budget(connections, each["name"]) for each in figures.connections()]
        return json({**figures.statistics(), "waiting": overview.waiting(), "call_budgets": budgets, "period": period})


def budget(connections: Connections, name: str) -> dict[str, Any]:
    """Return what is left of the calls of one connection, with nothing where it is not known."""
    room = connections.room(name)
    return {
        "connection": name,
        "limit": None if room is None else room.limit,
        "remaining": None if room is None else room.remaining,
    }
