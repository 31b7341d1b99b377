"""The list of scans: its filters, tabs and pages, files of it, and saved views."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.engine.printable import printable
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.export import Format
from app.tickets.service.bulk import MOST
from app.tickets.service.figures import Figures
from app.tickets.service.searching import Tally
from app.web.api.operations import parsed_query
from app.web.api.scan_models import ScanExportQuery, ScanFilter, ScanQuery
from app.web.auth import identity, needs
from app.web.console import scan_filters
from app.web.problems import Problem, not_found
from app.web.scan_file import scan_file

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50

#: Filters that the form shows without being opened.
_IN_FRONT = {"q", "within", "kind", "state", "verdict"}


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, audit: Audit) -> None:
    """Add the list at ``/scans``."""

    @blueprint.get("/scans")
    @needs(Role.VIEWER)
    def scans() -> Page:
        views = services.saved_views.of(identity().subject)
        if not request.args and (first := next((view for view in views if view.default), None)):
            return redirect(f"{url_for('console.scans')}?{first.query or 'verdict='}")
        filters = scan_filters.given(request.args)
        problem, page = "", Listed()
        try:
            page = _listed(services, filters)
        except Problem as unfit:
            problem = _which(unfit)
        rendered = render_template(
            "scans.html", **_shown(services, figures, filters, page), views=views, problem=problem
        )
        return (rendered, 422) if problem else rendered

    @blueprint.get("/scans/export")
    @needs(Role.VIEWER)
    def scans_file() -> Page:
        query = parsed_query(ScanExportQuery, MultiDict(scan_filters.given(request.args)))
        return scan_file(services.queries, audit, query.conditions(), Format(query.format), mark=query.bom == "1")

    _add_views(blueprint, services, audit)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: its rows, where the next begins, and the counts of the tabs (None: not counted)."""

    rows: Sequence[dict[str, Any]] = ()
    cursor: int | None = None
    partial: bool = False
    tally: Tally | None = None


def _listed(services: Services, filters: dict[str, str]) -> Listed:
    """Raises Problem for filters that do not fit."""
    query = parsed_query(ScanQuery, MultiDict(filters))
    search, conditions = services.queries.search, query.conditions()
    found = search.find(conditions, query.cursor, _PER_PAGE)
    return Listed(services.queries.of(found.ids), found.next, found.partial, search.tally(conditions))


def _shown(services: Services, figures: Figures, filters: dict[str, str], page: Listed) -> dict[str, Any]:
    base = url_for("console.scans")

    def address(**changes: str | None) -> str:
        return scan_filters.address(base, filters, **changes)

    set_filters = {name: value for name, value in filters.items() if name in scan_filters.NAMES}
    return {
        "scans": page.rows,
        "tally": page.tally,
        "partial": page.partial,
        "connections": [each["name"] for each in figures.connections()],
        "given": set_filters,
        "chips": scan_filters.chips(base, filters),
        "verdicts": filters.get("verdict", "").split(","),
        "query": scan_filters.query(filters),
        "further": bool(set_filters.keys() - _IN_FRONT) or "," in set_filters.get("verdict", ""),
        "older": address(cursor=str(page.cursor)) if page.cursor else None,
        "newest": address() if "cursor" in filters else None,
        "address": address,
        "filters": scan_filters,
        "most": MOST,
        "rules": services.queries.search.rules(),
    }


def _add_views(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add what is done with saved views. Own ones are for everybody, shared ones for analysts."""
    saved = services.saved_views

    @blueprint.post("/scans/views")
    @needs(Role.VIEWER)
    def save_view() -> Page:
        me, shared = identity(), request.form.get("shared") == "on"
        if shared and not allows(me.role, Role.ANALYST):
            raise Problem(403, "forbidden", "Sharing a view with the team needs the role analyst.")
        try:
            query = _checked_query(request.form.get("query", ""))
            view_id = saved.save(me.subject, request.form.get("name", ""), query, shared=shared)
            if request.form.get("default") == "on":
                saved.begin_with(me.subject, view_id)
        except Rejected as refusal:
            flash(refusal.message, "problem")
            return redirect(url_for("console.scans", verdict=""), 303)
        if shared:
            audit.record(me.name, "view.shared", subject=f"view:{view_id}")
        flash("The view is saved.")
        return redirect(f"{url_for('console.scans')}?{query or 'verdict='}", 303)

    @blueprint.post("/scans/views/<row:view_id>/remove")
    @needs(Role.VIEWER)
    def remove_view(view_id: int) -> Page:
        me = identity()
        gone = saved.remove(me.subject, view_id, others=allows(me.role, Role.ANALYST))
        if gone is None:
            raise not_found("view of yours with this number")
        if gone.shared:
            audit.record(me.name, "view.removed", subject=f"view:{view_id}")
        flash("The view is removed.")
        return redirect(url_for("console.scans", verdict=""), 303)

    @blueprint.post("/scans/views/<row:view_id>/default")
    @needs(Role.VIEWER)
    def default_view(view_id: int) -> Page:
        chosen = None if request.form.get("off") else view_id
        if not saved.begin_with(identity().subject, chosen):
            raise not_found("view with this number")
        flash("Your list begins with everything again." if chosen is None else "Your list begins with this view now.")
        return redirect(url_for("console.scans", verdict=""), 303)


def _checked_query(text: str) -> str:
    """Return filters as they come from a form, if they are ones. Raises Rejected."""
    filters = {name: value for name, value in parse_qsl(text[:4_000]) if name in scan_filters.NAMES}
    try:
        parsed_query(ScanFilter, MultiDict(filters))
    except Problem as unfit:
        raise Rejected(_which(unfit), code="query") from None
    return scan_filters.query(filters)


def _which(unfit: Problem) -> str:
    names = sorted({str(error["at"]).split(".")[1] for error in unfit.errors})
    labels = [scan_filters.NAMES.get(name, name) for name in names]
    known = [label if label.isupper() else label.lower() for label in labels]
    return f"This filter does not fit: {printable(', '.join(known), 100)}."
