"""Pictures of a file's pages, for analysts. Who looks is recorded: a customer's document is more than a verdict.

Drawing begins with a form, because it may fetch the file from the ticket; a page of their own shows the pictures. Their
addresses hold a mark that only that page gives out, so that none is seen that was not recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.errors import Rejected, Temporary
from app.findings.service import Audit
from app.web import preview_words
from app.web.auth import identity, needs
from app.web.console import session
from app.web.page_picture import page_picture
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response

_PURPOSE = "preview-view"


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the pages of the pictures."""

    @blueprint.post("/scans/<row:scan_id>/preview")
    @needs(Role.ANALYST)
    def draw_preview(scan_id: int) -> Page:
        try:
            services.previews.make(scan_id)
        except (Rejected, Temporary) as error:
            if error.code == "not-found":
                raise
            flash(error.message, "problem")
            return redirect(url_for("console.scan", scan_id=scan_id), 303)
        return redirect(url_for("console.preview", scan_id=scan_id), 303)

    @blueprint.get("/scans/<row:scan_id>/preview")
    @needs(Role.ANALYST)
    def preview(scan_id: int) -> Page:
        found = services.queries.detail(scan_id)
        if found is None or found["kind"] == "url":
            raise not_found("file of a scan with this number")
        shown = services.previews.find(scan_id)
        if shown is not None and shown.pages:
            audit.record(identity().name, "file.previewed", subject=f"scan:{scan_id}", pages=len(shown.pages))
        return render_template(
            "scan_preview.html",
            scan=found,
            shown=shown,
            about=preview_words.about(shown) if shown else [],
            alarming=preview_words.is_alarming(shown) if shown else False,
            mark=services.keys.sign(_PURPOSE, _viewing(scan_id)),
        )

    @blueprint.get("/scans/<row:scan_id>/preview/<int:number>.png")
    @needs(Role.ANALYST)
    def preview_page(scan_id: int, number: int) -> Page:
        if not services.keys.compare(_PURPOSE, _viewing(scan_id), request.args.get("mark", "")):
            raise not_found("picture at this address any more: open the preview from the scan's page")
        png = services.previews.picture(scan_id, number)
        if png is None:
            raise not_found("picture of this page")
        return page_picture(png, scan_id, number)


def _viewing(scan_id: int) -> str:
    """What the mark stands for: this scan in this browser, for as long as somebody is signed in there."""
    return f"{scan_id}/{session.csrf_key()}"
