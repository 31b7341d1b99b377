"""The mails that went out, or that lie here because no mail server is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from app.access.roles import Role
from app.web.api.models import PageQuery
from app.web.api.operations import parsed_query
from app.web.auth import needs

if TYPE_CHECKING:
    from app.bootstrap import Services

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add ``/mail``."""

    @blueprint.get("/mail")
    @needs(Role.VIEWER)
    def mail() -> str:
        query = parsed_query(PageQuery, request.args)
        mails, cursor = services.queries.mails(query.cursor, _PER_PAGE)
        return render_template(
            "mail.html",
            mails=mails,
            has_server=services.settings.smtp_url is not None,
            older=url_for("console.mail", cursor=cursor) if cursor else None,
            newest=url_for("console.mail") if query.cursor else None,
        )
