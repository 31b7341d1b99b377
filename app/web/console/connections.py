"""The connected tenants: whether each is connected and read, who gets its mails, and where its rules are set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, current_app, render_template

from app.access.roles import Role
from app.tickets.filters import iso
from app.web.auth import needs

if TYPE_CHECKING:
    from app.bootstrap import Services

#: Seconds after which a tenant whose events nobody has read is shown as one to look at.
LATE_SECONDS = 900.0


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add ``/connections``."""

    @blueprint.get("/connections")
    @needs(Role.VIEWER)
    def connections() -> str:
        return render_template(
            "connections.html",
            tenants=services.connections.tenants(),
            room=services.connections.room,
            late=LATE_SECONDS,
            everybody=services.settings.notify,
            iso=iso,
            has_policies="console.policies" in current_app.view_functions,
        )
