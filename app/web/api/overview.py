"""What stands around the scans: connections, counts, the audit trail."""

from __future__ import annotations

from flask import Response

from app.access.roles import Role
from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web.api.models import AuditPage, Connections, PageQuery, Statistics
from app.web.api.operations import Api, json
from app.web.auth import needs


def add_routes(api: Api, figures: Figures, audit: Audit) -> None:
    """Add ``/connections``, ``/statistics`` and ``/audit``."""

    @api.operation("GET", "/connections", "The connected tenants", {200: Connections})
    @needs(Role.VIEWER)
    def list_connections() -> Response:
        return json({"results": figures.connections()})

    @api.operation("GET", "/statistics", "Counts over everything that is stored", {200: Statistics})
    @needs(Role.VIEWER)
    def get_statistics() -> Response:
        return json(figures.statistics())

    @api.operation("GET", "/audit", "Who did what, newest first", {200: AuditPage}, query=PageQuery)
    @needs(Role.VIEWER)
    def list_audit(query: PageQuery) -> Response:
        results, cursor = audit.page(query.cursor, query.limit)
        return json({"results": results, "next": None if cursor is None else str(cursor)})
