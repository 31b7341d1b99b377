"""The allow and block lists: what stands on them and how often it decided, adding, removing, import and export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.filters import iso, moment
from app.tickets.lists import LONGEST_REASON, LONGEST_VALUE, EntryKind, Side
from app.tickets.lists_csv import COLUMNS, Mistake
from app.web.api.lists import csv_file
from app.web.api.models import ListSearch
from app.web.api.operations import parsed_query
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

#: What an entry is about, in the words of the form, most asked for first.
KINDS = {
    EntryKind.DOMAIN: "Domain and all below it",
    EntryKind.URL: "One web address",
    EntryKind.HOST: "One host name",
    EntryKind.PATTERN: "Address pattern with *",
    EntryKind.SENDER: "Sender: mail address or domain",
    EntryKind.SHA256: "File, by its SHA-256",
}

_PER_PAGE, _MISTAKES_SHOWN = 50, 20
_DAY = 86_400.0


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the pages below ``/lists``."""

    @blueprint.get("/lists")
    @needs(Role.VIEWER)
    def lists() -> Page:
        return redirect(url_for("console.list_entries", side=Side.BLOCK.value))

    @blueprint.get("/lists/<any(allow,block):side>")
    @needs(Role.VIEWER)
    def list_entries(side: str) -> Page:
        return _page(services, side)

    @blueprint.get("/lists/<any(allow,block):side>.csv")
    @needs(Role.VIEWER)
    def list_file(side: str) -> Page:
        return csv_file(services.lists.exported(Side(side)), side)

    _add_deeds(blueprint, services, audit)


def _add_deeds(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add what an analyst may do to a list."""

    @blueprint.post("/lists/<any(allow,block):side>")
    @needs(Role.ANALYST)
    def add_list_entry(side: str) -> Page:
        given = {name: request.form.get(name, "").strip() for name in COLUMNS}
        try:
            fresh = _add(services, audit, Side(side), given)
        except Rejected as refusal:
            return _page(services, side, given=given, problem=refusal.message), 422
        flash(f"{given['value']} stands on the {side} list now." if fresh else "It stood there; its reason is new.")
        return _back(side)

    @blueprint.post("/lists/<any(allow,block):side>/<row:entry_id>/remove")
    @needs(Role.ANALYST)
    def remove_list_entry(side: str, entry_id: int) -> Page:
        entry = services.lists.remove(Side(side), entry_id, actor=identity().name)
        if entry is None:
            raise not_found("entry with this number on this list; somebody may have removed it already")
        flash(f"{entry.value} is off the {side} list.")
        return _back(side)

    @blueprint.post("/lists/<any(allow,block):side>/import")
    @needs(Role.ANALYST)
    def import_list(side: str) -> Page:
        file = request.files.get("file")
        try:
            text = file.read().decode("utf-8-sig") if file else ""
            added, updated, mistakes = services.lists.imported(Side(side), text, actor=identity().name)
        except (UnicodeDecodeError, Rejected) as error:
            message = error.message if isinstance(error, Rejected) else "This file is not UTF-8. Save it as CSV UTF-8."
            return _page(services, side, import_problem=message), 422
        if mistakes:
            return _page(services, side, import_problem="Nothing was imported.", mistakes=mistakes), 422
        flash(f"{added:,} added, {updated:,} changed.")
        return _back(side)


def _add(services: Services, audit: Audit, side: Side, given: dict[str, str]) -> bool:
    """Add the entry of a form and return whether it is new; raises Rejected with what does not fit."""
    if given["kind"] not in [kind.value for kind in EntryKind]:
        raise Rejected("Choose what the entry is about.", code="invalid")
    _, fresh = services.lists.add(
        side,
        EntryKind(given["kind"]),
        given["value"],
        actor=identity().name,
        reason=given["reason"],
        expires_at=_end_of(given["expires_at"]),
        connection=given["connection"] or None,
    )
    return fresh


def _end_of(day: str) -> float | None:
    """Return the end of a day (ISO 8601, UTC); None when none was given."""
    try:
        return moment(day) + _DAY if day else None
    except ValueError as error:
        raise Rejected("The last day does not fit: write it as 2026-12-31.", code="invalid") from error


def _page(
    services: Services,
    side: str,
    *,
    given: dict[str, str] | None = None,
    problem: str = "",
    import_problem: str = "",
    mistakes: list[Mistake] | None = None,
) -> str:
    try:
        query = parsed_query(ListSearch, request.args)
    except Problem:
        query = ListSearch.model_validate({})
    entries, cursor = services.lists.page(Side(side), query.cursor, _PER_PAGE, kind=query.kind, text=query.q or "")
    names = services.lists.connection_names()
    return render_template(
        "lists.html",
        side=side,
        entries=entries,
        counts={each.value: sum(services.lists.counts(each).values()) for each in Side},
        names=names,
        connections=[("", "All"), *((name, name) for name in sorted(names.values()))],
        expired=services.lists.is_over,
        kinds=KINDS,
        query=query,
        given=given or {},
        problem=problem,
        import_problem=import_problem,
        mistakes=(mistakes or [])[:_MISTAKES_SHOWN],
        longest={"value": LONGEST_VALUE, "reason": LONGEST_REASON},
        iso=iso,
        older=_address(side, query, cursor=cursor) if cursor else None,
        newest=_address(side, query) if query.cursor else None,
    )


def _address(side: str, query: ListSearch, **changes: Any) -> str:
    kept = {"kind": query.kind.value if query.kind else None, "q": query.q}
    return url_for("console.list_entries", side=side, **{**kept, **changes})


def _back(side: str) -> Response:
    return redirect(url_for("console.list_entries", side=side), 303)
