"""The page of one scan: what came in, why it was judged so, what was done, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.service.approvals import WAITS
from app.tickets.service.figures import Figures
from app.web import deed_words
from app.web.api.models import VerdictBody
from app.web.api.scans import give
from app.web.auth import identity, needs
from app.web.console import scan_lists, scan_preview, scan_rule, words
from app.web.console.arithmetic import arithmetic
from app.web.console.evidence_tree import tree
from app.web.console.investigations import questions_about
from app.web.problems import not_found
from app.web.quarantined_file import zip_of

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

#: Findings, links and other sightings on one page; the rest is on the next ones.
FINDINGS, LINKS, SIGHTINGS = 100, 20, 10
#: Steps of the history: a link that is judged again every day has hundreds.
MOST_STEPS = 200
_LAST_PAGE = 10_000


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, audit: Audit) -> None:
    """Add the pages of one scan, below ``/scans/ID``."""

    @blueprint.get("/scans/<row:scan_id>")
    @needs(Role.VIEWER)
    def scan(scan_id: int) -> Page:
        found = services.queries.detail(scan_id)
        if found is None:
            raise not_found("scan with this number")
        tenants = {each["name"]: each["base_url"] for each in figures.connections()}
        return render_template(
            "scan.html",
            scan=found,
            tenant=tenants.get(found["connection"], ""),
            **_evidence(found),
            **_links(found),
            **_story(services, scan_id),
            **_elsewhere(services, scan_id, found["kind"]),
            **_choices(services, scan_id, found),
            **questions_about(services, scan_id),
        )

    @blueprint.get("/scans/<row:scan_id>/elsewhere")
    @needs(Role.VIEWER)
    def sightings(scan_id: int) -> Page:
        found = services.queries.detail(scan_id)
        if found is None:
            raise not_found("scan with this number")
        return render_template("scan_elsewhere.html", scan=found, **_elsewhere(services, scan_id, found["kind"], 50))

    _add_deeds(blueprint, services, audit)
    scan_lists.add_pages(blueprint, services, audit)
    scan_preview.add_pages(blueprint, services, audit)
    scan_rule.add_pages(blueprint, services)


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
            # That a second person is asked is no failure.
            flash(refusal.message, "message" if refusal.code == WAITS else "problem")
        return redirect(url_for("console.scan", scan_id=scan_id), 303)

    @blueprint.post("/scans/<row:scan_id>/file")
    @needs(Role.ANALYST)
    def file(scan_id: int) -> Page:
        return zip_of(services, audit, scan_id)


def _evidence(found: dict[str, Any]) -> dict[str, Any]:
    """The findings of this page, gravest first, as a tree; and the sum of all of them."""
    ordered = words.by_weight(found["findings"])
    page = _page_number("evidence", len(ordered), FINDINGS)
    shown = ordered[(page - 1) * FINDINGS : page * FINDINGS]
    weighed = arithmetic(found["findings"], found["urls"]) if found["kind"] != "url" else None
    return {
        "tree": tree(found["name"], shown) if shown and found["kind"] != "url" else None,
        "findings": shown,
        "evidence_pages": _pages("evidence", page, len(ordered), FINDINGS),
        "sum": weighed,
    }


def _links(found: dict[str, Any]) -> dict[str, Any]:
    """The links of this page, the worst first."""
    if found["kind"] == "url":
        return {"links_shown": [], "link_pages": None}
    ordered = sorted(found["urls"], key=lambda link: -Verdict(link.get("verdict", Verdict.UNKNOWN)).rank)
    page = _page_number("links", len(ordered), LINKS)
    return {
        "links_shown": ordered[(page - 1) * LINKS : page * LINKS],
        "link_pages": _pages("links", page, len(ordered), LINKS),
    }


def _story(services: Services, scan_id: int) -> dict[str, Any]:
    """What was done, with its notes, and the history, without what stands among the actions already."""
    steps = [step for step in services.queries.history(scan_id) or [] if step["to"] not in ("planned", "sending")]
    deeds = [{**each, "notes": deed_words.notes(each)} for each in services.one_scan.deeds(scan_id)]
    return {
        "deeds": deeds[-MOST_STEPS:],
        "deeds_before": max(len(deeds) - MOST_STEPS, 0),
        "history": steps[-MOST_STEPS:],
        "history_before": max(len(steps) - MOST_STEPS, 0),
        "decided": services.one_scan.decided(scan_id),
    }


def _elsewhere(services: Services, scan_id: int, kind: str, limit: int = SIGHTINGS) -> dict[str, Any]:
    role = identity().role
    seen = services.one_scan.sightings(scan_id, role, _cursor(), limit)
    return {"seen": seen, "neighbours": services.one_scan.same_host(scan_id, role) if kind == "url" else []}


def _choices(services: Services, scan_id: int, found: dict[str, Any]) -> dict[str, Any]:
    """What the caller may do, each with what follows from it."""
    role = identity().role
    if not allows(role, Role.ANALYST) or words.is_pending(found):
        return {"choices": [], "notes": {}, "quick": []}
    told = services.one_scan.outlook(scan_id, role)
    return {
        "choices": [each for each, _ in told],
        "notes": {each.verdict: note for each, note in told},
        "quick": scan_lists.options(found),
    }


def _cursor() -> int | None:
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _page_number(name: str, count: int, size: int) -> int:
    """Return the page that is asked for, within what there is: an address that is made up shows an end of the list."""
    given = request.args.get(name, "1")
    wanted = int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 1
    return min(max(wanted, 1), max(-(-count // size), 1), _LAST_PAGE)


def _pages(name: str, page: int, count: int, size: int) -> dict[str, Any] | None:
    """Return what the pager of a long list says; None where one page holds all of it."""
    last = -(-count // size)
    if last <= 1:
        return None
    return {
        "name": name,
        "page": page,
        "last": last,
        "first_item": (page - 1) * size + 1,
        "last_item": min(page * size, count),
        "count": count,
    }


def _told(verdict: str, changed: bool) -> str:
    if not changed:
        return "This verdict stood already; nothing was done."
    return f"Your verdict is {verdict}. What follows from it is under way."
