"""What stands around the scans: connections, counts, the audit trail."""

from __future__ import annotations

from flask import Response

from app.access.roles import Role
from app.connections.service import Connections as ConnectionService
from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web.api.models import AuditPage, Connection, ConnectionBody, Connections, PageQuery, Statistics
from app.web.api.operations import Api, json
from app.web.auth import identity, needs


def add_routes(api: Api, figures: Figures, connections: ConnectionService, audit: Audit) -> None:
    """Add ``/connections``, ``/statistics`` and ``/audit``."""

    @api.operation("GET", "/connections", "The connected tenants", {200: Connections})
    @needs(Role.VIEWER)
    def list_connections() -> Response:
        return json({"results": figures.connections()})

    @api.operation(
        "PATCH",
        "/connections/<name>",
        "Choose what is done about malicious links in a connection's comments",
        {200: Connection},
        body=ConnectionBody,
    )
    @needs(Role.ADMIN)
    def change_connection(name: str, body: ConnectionBody) -> Response:
        connections.choose_links(name, body.links)
        audit.record(identity().name, "connection.changed", subject=f"connection:{name}", links=body.links.value)
        return json(next(each for each in figures.connections() if each["name"] == name))

    @api.operation("GET", "/statistics", "Counts over everything that is stored", {200: Statistics})
    @needs(Role.VIEWER)
    def get_statistics() -> Response:
        return json(figures.statistics())

    @api.operation("GET", "/audit", "Who did what, newest first", {200: AuditPage}, query=PageQuery)
    @needs(Role.VIEWER)
    def list_audit(query: PageQuery) -> Response:
        results, cursor = audit.page(query.cursor, query.limit)
        return json({"results": results, "next": None if cursor is None else str(cursor)})
