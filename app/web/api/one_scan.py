"""One scan in depth: what a verdict would do, what was done, where else it was seen, rules, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response

from app.access.roles import Role
from app.engine.rule_text import PREFIX
from app.findings.service import Audit
from app.tickets.service.previews import Shown
from app.web import deed_words, preview_words
from app.web.api.one_scan_models import (
    Deeds,
    EffectsQuery,
    Preview,
    Rule,
    RuleQuery,
    SightingPage,
    SightingsQuery,
    VerdictEffects,
    deed,
)
from app.web.api.operations import Api, json
from app.web.auth import identity, needs
from app.web.page_picture import page_picture
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add the routes below ``/scans/ID``."""
    _add_reading(api, services)
    _add_rules(api, services)
    _add_pictures(api, services, audit)


def _add_reading(api: Api, services: Services) -> None:
    @api.operation(
        "GET",
        "/scans/<row:scan_id>/effects",
        "What a verdict would do to the ticket, told before it is given",
        {200: VerdictEffects},
        query=EffectsQuery,
    )
    @needs(Role.VIEWER)
    def get_effects(scan_id: int, query: EffectsQuery) -> Response:
        found = services.one_scan.outlook(scan_id, identity().role, (query.verdict,))
        if not found:
            raise not_found("scan with this id")
        told, note = found[0]
        return json({**told.to_dict(), "note": note})

    @api.operation("GET", "/scans/<row:scan_id>/actions", "What was done, with what was read back", {200: Deeds})
    @needs(Role.VIEWER)
    def get_actions(scan_id: int) -> Response:
        if services.queries.detail(scan_id) is None:
            raise not_found("scan with this id")
        return json({"results": [deed(each, deed_words.notes(each)) for each in services.one_scan.deeds(scan_id)]})

    @api.operation(
        "GET",
        "/scans/<row:scan_id>/sightings",
        "Other scans of the same content or link, newest first; other connections only for analysts",
        {200: SightingPage},
        query=SightingsQuery,
    )
    @needs(Role.VIEWER)
    def get_sightings(scan_id: int, query: SightingsQuery) -> Response:
        seen = services.one_scan.sightings(scan_id, identity().role, query.cursor, query.limit)
        if seen is None:
            raise not_found("scan with this id")
        return json(
            {
                "results": list(seen.results),
                "next": None if seen.next is None else str(seen.next),
                "count": seen.count,
                "first_at": seen.first_at,
                "last_at": seen.last_at,
            }
        )


def _add_rules(api: Api, services: Services) -> None:
    @api.operation(
        "GET",
        "/scans/<row:scan_id>/rule",
        "The text of the rule behind a finding, as it is written today",
        {200: Rule},
        query=RuleQuery,
    )
    @needs(Role.VIEWER)
    def get_rule(scan_id: int, query: RuleQuery) -> Response:
        found = services.queries.detail(scan_id)
        known = found is not None and any(each["id"] == query.finding for each in found["findings"])
        rule = services.rule_texts.find(query.finding) if known and query.finding.startswith(PREFIX) else None
        if found is None or rule is None:
            raise not_found("rule of this scan among the rules in use")
        digest = services.rule_texts.digest
        return json(
            {
                "finding": query.finding,
                "rule": rule.rule,
                "file": rule.file,
                "line": rule.line,
                "text": rule.text,
                "metadata": dict(rule.metadata),
                "same_version": digest == found["rules_version"],
                "rules_version": digest,
            }
        )


def _add_pictures(api: Api, services: Services, audit: Audit) -> None:
    @api.operation(
        "POST",
        "/scans/<row:scan_id>/preview",
        "Draw pictures of the file's first pages in a locked-down process",
        {200: Preview},
        errors=(410, 413, 503),
    )
    @needs(Role.ANALYST)
    def draw_preview(scan_id: int) -> Response:
        return json(_shown(services.previews.make(scan_id)))

    @api.operation(
        "GET",
        "/scans/<row:scan_id>/preview/<int:number>",
        "One drawn page; recorded",
        {200: "image/png"},
    )
    @needs(Role.ANALYST)
    def get_preview_page(scan_id: int, number: int) -> Response:
        png = services.previews.picture(scan_id, number)
        if png is None:
            raise not_found("picture of this page; draw the preview first")
        audit.record(identity().name, "file.previewed", subject=f"scan:{scan_id}", page=number)
        return page_picture(png, scan_id, number)


def _shown(shown: Shown) -> dict[str, Any]:
    return {
        "shows": shown.head.shape.name.lower(),
        "total": shown.head.pages,
        "about": preview_words.about(shown),
        "pages": [
            {"number": number, "width": width, "height": height}
            for number, (width, height, _) in enumerate(shown.pages, 1)
        ],
    }
