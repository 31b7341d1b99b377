"""The list of scans, and the page of one with its evidence, its history and the verdict form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.engine.model import Verdict
from app.engine.printable import printable
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.filters import Kind, State
from app.tickets.service.figures import Figures
from app.web.api.models import ScanQuery, VerdictBody
from app.web.api.operations import parsed_query
from app.web.api.scans import filters_of, give
from app.web.auth import needs
from app.web.problems import Problem, not_found
from app.web.quarantined_file import zip_of

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, audit: Audit) -> None:
    """Add the pages below ``/scans``."""
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

    @blueprint.get("/scans/<row:scan_id>")
    @needs(Role.VIEWER)
    def scan(scan_id: int) -> Page:
        found = queries.detail(scan_id)
        if found is None:
            raise not_found("scan with this number")
        tenants = {each["name"]: each["base_url"] for each in figures.connections()}
        return render_template(
            "scan.html",
            scan=found,
            # What is ordered and under way stands among the actions; the story here is what came of it.
            history=[step for step in queries.history(scan_id) or [] if step["to"] not in ("planned", "sending")],
            tenant=tenants.get(found["connection"], ""),
        )

    _add_deeds(blueprint, services, audit)


def _add_deeds(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add what an analyst may do to a scan."""

    @blueprint.post("/scans/<row:scan_id>/verdict")
    @needs(Role.ANALYST)
    def decide(scan_id: int) -> Page:
        try:
            body = VerdictBody.model_validate({name: request.form.get(name, "") for name in ("verdict", "reason")})
            changed = give(services, audit, scan_id, Verdict(body.verdict), body.reason.strip())
            flash(_told(body.verdict, changed))
        except ValidationError:
            flash("Choose clean or malicious, and keep the reason under 1,000 characters.", "problem")
        except Rejected as refusal:
            flash(refusal.message, "problem")
        return redirect(url_for("console.scan", scan_id=scan_id), 303)

    @blueprint.post("/scans/<row:scan_id>/file")
    @needs(Role.ANALYST)
    def file(scan_id: int) -> Page:
        return zip_of(services, audit, scan_id)


def _told(verdict: str, changed: bool) -> str:
    if not changed:
        return "This verdict stood already; nothing was done."
    return f"Your verdict is {verdict}. What follows from it is under way."


def _address(**changes: str | None) -> str:
    """Return the address of this list with other filters; every change of a filter goes back to the newest page."""
    given = {name: value for name, value in request.args.items() if value.strip() and name != "cursor"}
    merged = {name: value for name, value in {**given, **changes}.items() if value is not None}
    return url_for("console.scans") + ("?" + urlencode(merged) if merged else "")


def _which(unfit: Problem) -> str:
    names = sorted({str(error["at"]).partition(".")[2] for error in unfit.errors})
    return f"This filter does not fit: {printable(', '.join(names), 100)}."
