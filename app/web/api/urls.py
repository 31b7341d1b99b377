"""Links to be judged that others send."""

from __future__ import annotations

from flask import Response

from app.access.roles import Role
from app.findings.service import Audit
from app.tickets.service.urls import UrlScans
from app.web.api.operations import Api, json
from app.web.api.provider_models import UrlsBody, UrlsTaken
from app.web.auth import identity, needs


def add_routes(api: Api, urls: UrlScans, audit: Audit) -> None:
    """Add ``/urls``."""

    @api.operation(
        "POST",
        "/urls",
        "Judge one link or several. Nothing is fetched; services outside the house are asked where policies allow it",
        {202: UrlsTaken},
        body=UrlsBody,
    )
    @needs(Role.ANALYST)
    def scan_urls(body: UrlsBody) -> Response:
        ids = urls.take(body.all(), actor=identity().name, connection=body.connection)
        audit.record(identity().name, "urls.taken", subject=f"scan:{ids[0]}", count=len(ids))
        return json({"scan_id": ids[0], "scan_ids": ids}, 202)
