"""The audit trail: its lines with filters in the address, one line in full, whether the chain holds, its export."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import orjson
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.engine.printable import printable
from app.findings.audit.chain import Row
from app.findings.audit.lines import moment
from app.findings.audit.service.trail import Audit
from app.web.api.audit import export, filters_of
from app.web.api.audit_models import AuditQuery, ExportQuery
from app.web.api.operations import parsed_query
from app.web.auth import needs
from app.web.console import audit_words
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the pages below ``/audit`` that everybody may read."""

    @blueprint.get("/audit")
    @needs(Role.VIEWER)
    def audit_trail() -> Page:
        return _page(services, audit)

    @blueprint.get("/audit/<row:row_id>")
    @needs(Role.VIEWER)
    def audit_line(row_id: int) -> Page:
        row = audit.reader.one(row_id)
        if row is None:
            raise not_found("line of the audit trail with this number")
        return render_template(
            "audit_line.html",
            row=row,
            said=audit_words.sentence(row),
            subject=_subject(row),
            moment=moment,
            detail=_shown(row),
            origin=audit_words.origin(row),
        )

    @blueprint.get("/audit/export")
    @needs(Role.VIEWER)
    def audit_export() -> Page:
        return export(audit, parsed_query(ExportQuery, request.args), services.settings.public_url)

    @blueprint.post("/audit/verify")
    @needs(Role.ANALYST)
    def audit_verify() -> Page:
        standing = services.audit_watch.begin()
        if standing.problem is not None:
            flash(f"The chain is broken at row {standing.problem.row_id}.", "problem")
        elif standing.read:
            flash(f"Read up to row {standing.read:,}; the rest follows within minutes.")
        else:
            flash(f"All {standing.whole_rows:,} rows hold.")
        return redirect(url_for("console.audit_trail"), 303)


def _page(services: Services, audit: Audit) -> Page:
    problem, cursor = "", None
    rows: list[Row] = []
    try:
        query = parsed_query(AuditQuery, request.args)
        rows, cursor = audit.reader.page(filters_of(query), query.cursor, _PER_PAGE)
    except Problem as unfit:
        names = sorted({str(error["at"]).partition(".")[2] for error in unfit.errors})
        problem = f"This filter does not fit: {printable(', '.join(names), 100)}."
    page = render_template(
        "audit.html",
        rows=[(row, audit_words.sentence(row), audit_words.origin(row), _subject(row)) for row in rows],
        given={name: value for name, value in request.args.items() if value.strip() and name != "cursor"},
        events=audit.reader.names("event"),
        event_words=audit_words.event,
        standing=services.audit_watch.standing(),
        moment=moment,
        older=_address(cursor=str(cursor)) if cursor else None,
        newest=_address() if request.args.get("cursor") else None,
        export=lambda form: url_for("console.audit_export") + "?" + urlencode({**_given(), "format": form}),
        problem=problem,
    )
    return (page, 422) if problem else page


def _shown(row: Row) -> str:
    """Return the details line by line, with nothing invisible in them."""
    lines = orjson.dumps(row.detail, option=orjson.OPT_INDENT_2).decode().split("\n")
    return "\n".join(_indent(line) + printable(line.strip(), 4_000) for line in lines)


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))


def _given() -> dict[str, str]:
    known = ("actor", "event", "subject", "since", "until")
    return {name: value for name, value in request.args.items() if value.strip() and name in known}


def _address(**changes: str) -> str:
    merged = {**_given(), **changes}
    return url_for("console.audit_trail") + ("?" + urlencode(merged) if merged else "")


def _subject(row: Row) -> str | None:
    """Return the address of what the line is about, where there is a page of it."""
    kind, _, number = row.subject.partition(":")
    if kind == "scan" and number.isascii() and number.isdecimal() and len(number) < 18 and int(number):
        return url_for("console.scan", scan_id=int(number))
    return None
