"""The list of scans: its filters, tabs and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.engine.printable import printable
from app.tickets.filters import Kind, State
from app.tickets.service.figures import Figures
from app.web.api.models import ScanQuery
from app.web.api.operations import parsed_query
from app.web.api.scans import filters_of
from app.web.auth import needs
from app.web.problems import Problem

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, services: Services, figures: Figures) -> None:
    """Add the list below ``/scans``."""
    queries = services.queries

    @blueprint.get("/scans")
    @needs(Role.VIEWER)
    def scans() -> Page:
        problem = ""
        results: list[dict[str, Any]] = []
        cursor = None
        try:
            query = parsed_query(ScanQuery, request.args)
            results, cursor = queries.page(filters_of(query), query.cursor, _PER_PAGE)
        except Problem as unfit:
            problem = _which(unfit)
        page = render_template(
            "scans.html",
            scans=results,
            counts=figures.statistics()["scans"],
            connections=[each["name"] for each in figures.connections()],
            given={name: value for name, value in request.args.items() if value.strip()},
            older=_address(cursor=str(cursor)) if cursor else None,
            newest=_address(cursor=None) if request.args.get("cursor") else None,
            address=_address,
            kinds=list(Kind),
            states=list(State),
            problem=problem,
        )
        return (page, 422) if problem else page


def _address(**changes: str | None) -> str:
    """Return the address of this list with other filters; every change of a filter goes back to the newest page."""
    given = {name: value for name, value in request.args.items() if value.strip() and name != "cursor"}
    merged = {name: value for name, value in {**given, **changes}.items() if value is not None}
    return url_for("console.scans") + ("?" + urlencode(merged) if merged else "")


def _which(unfit: Problem) -> str:
    names = sorted({str(error["at"]).partition(".")[2] for error in unfit.errors})
    return f"This filter does not fit: {printable(', '.join(names), 100)}."
