"""The web: everything that speaks HTTP. Views parse, call one service and answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from werkzeug.routing import IntegerConverter

from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web import assets, console, digest_off, headers, health, origin, problems, webhooks
from app.web.api import blueprint_for as api_blueprint
from app.web.api.rates import Rates
from app.web.console.session import SESSION_SECONDS

if TYPE_CHECKING:
    from app.bootstrap import Services

#: Bytes. No form and no list is larger; the webhook route has its own, smaller limit.
LARGEST_BODY = 2 * 1024 * 1024


class _RowId(IntegerConverter):
    """The id of a row: positive and within what a database can hold, anything else is an unknown address."""

    regex = r"[1-9][0-9]{0,17}"


class _Sessions(SecureCookieSessionInterface):
    """Signed cookies, and no work at all for a call that brings none and asks for none: webhooks, the API."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" in request.environ:
            return super().open_session(app, request)
        return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)


def build_web(services: Services, *, now: Callable[[], float] = time.time, rates: Rates | None = None) -> Flask:
    """Return the WSGI application over these services."""
    app = Flask(__name__)
    app.session_interface = _Sessions()
    app.url_map.converters["row"] = _RowId
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        SECRET_KEY=console.session.secret(services),
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=SESSION_SECONDS),
        **console.session.cookie_settings(services.settings.public_url),
    )
    figures = Figures(services.database)
    audit = Audit(services.database, now)
    headers.install(app)
    origin.install(app)
    problems.install(app)
    assets.install(app)
    app.register_blueprint(webhooks.blueprint_for(services))
    app.register_blueprint(digest_off.blueprint_for(services))
    app.register_blueprint(health.blueprint_for(services, figures))
    app.register_blueprint(api_blueprint(services, figures, audit, rates or Rates()))
    app.register_blueprint(console.blueprint_for(services, figures, audit, now))
    return app
