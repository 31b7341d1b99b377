"""Mails: which went out and which wait, one as its readers see it, and sending one again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from pydantic import Field
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.findings.mail_rules import Language
from app.findings.post.service.reading import KINDS, MailFilters
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web.api.models import PageQuery
from app.web.api.operations import parsed_query
from app.web.auth import identity, needs
from app.web.headers import CONTENT_SECURITY_POLICY
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

_PER_PAGE = 50

#: What kinds are called on pages.
KIND_NAMES = {
    "quarantine": "Removed or found",
    "release": "Given back",
    "digest": "Digest",
    "investigation": "Answer to a question",
    "connection": "State of a connection",
}
#: What states are called, and the tone of their colour. What waits without a mail server lies here.
STATE_NAMES = {
    "waiting": ("on its way", "wait"),
    "sending": ("on its way", "wait"),
    "sent": ("sent", "good"),
    "kept": ("kept here", "off"),
    "failed": ("given up", "bad"),
}

#: Of the page that shows a mail: the mail itself stands in a frame.
_WITH_FRAME = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"

#: Of the mail in the frame: its own inline styles and nothing else; it is of no origin, so it reaches nothing of ours.
_FRAME_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
        "sandbox",
    )
)


class MailSearch(PageQuery):
    """What the list is narrowed by."""

    state: Literal["waiting", "sent", "kept", "failed"] | None = None
    kind: Literal["quarantine", "release", "digest", "investigation", "connection"] | None = None
    connection: str | None = Field(None, max_length=200)


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the pages below ``/mail``."""

    @blueprint.get("/mail")
    @needs(Role.VIEWER)
    def mail() -> str | tuple[str, int]:
        return _list_page(services)

    @blueprint.get("/mail/<row:mail_id>")
    @needs(Role.VIEWER)
    def one_mail(mail_id: int) -> Response:
        found = _one(services, mail_id)
        page = make_response(
            render_template("one_mail.html", mail=found, has_server=_has_server(services), iso=iso, **_words(services))
        )
        page.headers["Content-Security-Policy"] = _WITH_FRAME
        return page

    @blueprint.get("/mail/<row:mail_id>/html")
    @needs(Role.VIEWER)
    def mail_body(mail_id: int) -> Response:
        found = _one(services, mail_id)
        body = make_response(found["html"])
        body.headers["Content-Security-Policy"] = _FRAME_POLICY
        body.headers["X-Frame-Options"] = "SAMEORIGIN"
        return body

    @blueprint.post("/mail/<row:mail_id>/again")
    @needs(Role.ADMIN)
    def send_mail_again(mail_id: int) -> Response:
        connection_id = services.carrying.again(mail_id)
        if connection_id is None:
            flash("Only a mail that is kept here or was given up can be sent again.", "problem")
        else:
            audit.record(identity().name, "mail.again", subject=f"mail:{mail_id}", connection_id=connection_id)
            services.post.wake(connection_id)
            flash("The mail is on its way again.")
        return redirect(url_for("console.one_mail", mail_id=mail_id))


def _list_page(services: Services) -> str | tuple[str, int]:
    problem, query = (
        "",
        MailSearch.model_construct(cursor=None, limit=_PER_PAGE, state=None, kind=None, connection=None),
    )
    try:
        query = parsed_query(MailSearch, request.args)
    except Problem:
        problem = "This filter does not fit. Take it away, or choose from the lists."
    given = {name: value for name in ("state", "kind", "connection") if (value := getattr(query, name))}
    mails, cursor = services.mail_queries.page(MailFilters(**given), query.cursor, _PER_PAGE)
    page = render_template(
        "mail.html",
        mails=mails,
        given=given,
        problem=problem,
        held=services.mail_queries.held(),
        has_server=_has_server(services),
        iso=iso,
        older=url_for("console.mail", cursor=cursor, **given) if cursor else None,
        newest=url_for("console.mail", **given) if query.cursor else None,
        **_words(services),
    )
    return (page, 422) if problem else page


def _one(services: Services, mail_id: int) -> Mapping[str, Any]:
    found = services.mail_queries.one(mail_id)
    if found is None:
        raise not_found(f"mail {mail_id}")
    return found


def _has_server(services: Services) -> bool:
    return services.settings.smtp_url is not None


def _words(services: Services) -> dict[str, object]:
    kept_at_once = {**STATE_NAMES, "waiting": STATE_NAMES["kept"]}
    return {
        "kinds": {kind: KIND_NAMES[kind] for kind in KINDS},
        "states": STATE_NAMES if _has_server(services) else kept_at_once,
        "languages": {language.value: language.own_name for language in Language},
        "connections": services.mail_queries.connections(),
    }
