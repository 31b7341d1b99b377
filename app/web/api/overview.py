"""What stands around the scans: connections."""

from __future__ import annotations

from flask import Response

from app.access.roles import Role
from app.connections.service import Connections as ConnectionService
from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web.api.models import Connection, ConnectionBody, Connections
from app.web.api.operations import Api, json
from app.web.auth import identity, needs


def add_routes(api: Api, figures: Figures, connections: ConnectionService, audit: Audit) -> None:
    """Add ``/connections``."""

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
        connections.choose_links(name, body.links, actor=identity().name)
        audit.record(identity().name, "connection.changed", subject=f"connection:{name}", links=body.links.value)
        return json(next(each for each in figures.connections() if each["name"] == name))
