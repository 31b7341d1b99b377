"""Scans: the list, one of them, its history, the verdict of a person, the file itself."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from flask import Response

from app.access.roles import Role
from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.export import Format
from app.tickets.service.approvals import WAITS
from app.web.api.models import History, ScanDetail, ScanPage, VerdictBody
from app.web.api.operations import Api, json
from app.web.api.scan_models import Bulk, BulkBody, ScanExportQuery, ScanFilter, ScanQuery
from app.web.auth import identity, needs
from app.web.problems import not_found
from app.web.quarantined_file import zip_of
from app.web.scan_file import scan_file

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add the routes below ``/scans``."""
    queries = services.queries
    _add_many(api, services, audit)

    @api.operation("GET", "/scans", "Scans, newest first", {200: ScanPage}, query=ScanQuery)
    @needs(Role.VIEWER)
    def list_scans(query: ScanQuery) -> Response:
        results, cursor = queries.page(query.conditions(), query.cursor, query.limit)
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
        "Give a verdict: clean releases, malicious quarantines; 202 where a second person has to agree first",
        {200: ScanDetail, 202: ScanDetail},
        body=VerdictBody,
        errors=(409,),
    )
    @needs(Role.ANALYST)
    def give_verdict(scan_id: int, body: VerdictBody) -> Response:
        status = 200
        try:
            give(services, audit, scan_id, body.verdict, body.reason)
        except Rejected as refusal:
            if refusal.code != WAITS:
                raise
            status = 202
        return json(_found(queries.detail(scan_id)), status)

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


def _add_many(api: Api, services: Services, audit: Audit) -> None:
    """Add what is about many scans at once."""

    @api.operation(
        "GET",
        "/scans/export",
        "All scans that fit, newest first, as CSV or as JSON lines; recorded",
        {200: "application/x-ndjson"},
        query=ScanExportQuery,
        gives_csv=True,
    )
    @needs(Role.VIEWER)
    def export_scans(query: ScanExportQuery) -> Response:
        return scan_file(services.queries, audit, query.conditions(), Format(query.format), mark=query.bom == "1")

    @api.operation(
        "POST",
        "/scans/verdicts",
        "Give one verdict on many scans; it is worked off in the background",
        {202: Bulk},
        body=BulkBody,
    )
    @needs(Role.ANALYST)
    def give_verdicts(body: BulkBody) -> Response:
        chosen = services.bulk.chosen(body.ids, (body.filter or ScanFilter()).conditions())
        order = order_many(services, audit, chosen.ids, body.verdict, body.reason, secrets.token_urlsafe(16))
        return json(services.bulk.progress(order), 202)

    @api.operation("GET", "/scans/verdicts/<row:bulk_id>", "How far a verdict on many scans is", {200: Bulk})
    @needs(Role.ANALYST)
    def get_verdicts(bulk_id: int) -> Response:
        return json(_found(services.bulk.progress(bulk_id)))


def order_many(services: Services, audit: Audit, ids: Sequence[int], verdict: Verdict, reason: str, token: str) -> int:
    """Order the caller's verdict on these scans and record it; return the order's id. Raises Rejected."""
    actor = identity().name
    order = services.bulk.order(ids, verdict, reason=reason, actor=actor, token=token)
    audit.record(actor, "verdicts.ordered", subject=f"bulk:{order}", verdict=verdict.value, scans=len(ids))
    return order


def give(services: Services, audit: Audit, scan_id: int, verdict: Verdict, reason: str) -> bool:
    """Give the caller's verdict and record it; return whether it changed anything. Raises Rejected."""
    return services.verdicts.by_person(
        scan_id, verdict, reason=reason, actor=identity().name, subject=identity().person
    )


def _found(value: Any) -> Any:
    if value is None:
        raise not_found("scan with this id")
    return value
