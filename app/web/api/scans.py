"""Scans: the list, one of them, its history, the verdict of a person, the file itself."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from flask import Response

from app.access.roles import Role
from app.engine.model import Verdict
from app.findings.service import Audit
from app.tickets.filters import ScanFilters
from app.web.api.models import History, ScanDetail, ScanPage, ScanQuery, VerdictBody
from app.web.api.operations import Api, json
from app.web.auth import identity, needs
from app.web.problems import not_found
from app.web.quarantined_file import zip_of

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add the routes below ``/scans``."""
    queries = services.queries

    @api.operation("GET", "/scans", "Scans, newest first", {200: ScanPage}, query=ScanQuery)
    @needs(Role.VIEWER)
    def list_scans(query: ScanQuery) -> Response:
        results, cursor = queries.page(filters_of(query), query.cursor, query.limit)
        return json({"results": results, "next": None if cursor is None else str(cursor)})

    @api.operation("GET", "/scans/<row:scan_id>", "One scan with its evidence and actions", {200: ScanDetail})
    @needs(Role.VIEWER)
    def get_scan(scan_id: int) -> Response:
        return json(_found(queries.detail(scan_id)))

    @api.operation("GET", "/scans/<row:scan_id>/history", "Every step and who took it", {200: History})
    @needs(Role.VIEWER)
    def get_history(scan_id: int) -> Response:
        return json({"results": _found(queries.history(scan_id))})

    @api.operation(
        "POST",
        "/scans/<row:scan_id>/verdict",
        "Give a verdict: clean releases, malicious quarantines",
        {200: ScanDetail},
        body=VerdictBody,
        errors=(409,),
    )
    @needs(Role.ANALYST)
    def give_verdict(scan_id: int, body: VerdictBody) -> Response:
        give(services, audit, scan_id, body.verdict, body.reason)
        return json(_found(queries.detail(scan_id)))

    @api.operation(
        "GET",
        "/scans/<row:scan_id>/file",
        "The original as the one member of a zip with the password `infected`; recorded",
        {200: "application/zip"},
        errors=(410,),
    )
    @needs(Role.ANALYST)
    def get_file(scan_id: int) -> Response:
        return zip_of(services, audit, scan_id)


def filters_of(query: ScanQuery) -> ScanFilters:
    """Return the conditions of a checked query."""
    return ScanFilters(**{each.name: getattr(query, each.name) for each in fields(ScanFilters)})


def give(services: Services, audit: Audit, scan_id: int, verdict: Verdict, reason: str) -> bool:
    """Give the caller's verdict and record it; return whether it changed anything. Raises Rejected."""
    actor = identity().name
    changed = services.verdicts.by_person(scan_id, verdict, reason=reason, actor=actor)
    if changed:
        audit.record(actor, "verdict.given", subject=f"scan:{scan_id}", verdict=verdict.value)
    return changed


def _found(value: Any) -> Any:
    if value is None:
        raise not_found("scan with this id")
    return value
