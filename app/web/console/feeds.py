"""The feeds of bad addresses: which are in use, how fresh they are, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from app.access.roles import Role
from app.feeds.catalogue import READY_MADE
from app.tickets.filters import iso
from app.web.auth import needs

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add ``/feeds``."""

    @blueprint.get("/feeds")
    @needs(Role.VIEWER)
    def feeds() -> str:
        rows = services.feeds.rows()
        taken = {row.name for row in rows}
        return render_template(
            "feeds.html",
            rows=sorted(rows, key=lambda row: (not row.enabled, row.name)),
            stale={row.name for row in rows if services.feeds.is_stale(row)},
            figures=services.feeds.figures(),
            ready=[each for each in READY_MADE if each.name not in taken],
            iso=iso,
        )
