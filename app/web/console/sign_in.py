"""Signing in with an API token or a one-time link, and signing out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.access.service import Access
from app.findings.service import Audit
from app.web.auth import needs, public
from app.web.console import session

Page = str | Response | tuple[str, int]

_LONGEST_TOKEN = 512


def add_pages(blueprint: Blueprint, access: Access, audit: Audit, now: Callable[[], float]) -> None:
    """Add the pages around the session."""

    @blueprint.get("/")
    @public
    def home() -> Page:
        return redirect(url_for("console.scans" if g.caller else "console.sign_in"))

    @blueprint.get("/sign-in")
    @public
    def sign_in() -> Page:
        if g.caller:
            return redirect(_onward())
        return render_template("sign_in.html", onward=_onward(), problem="")

    @blueprint.post("/sign-in")
    @public
    def take_token() -> Page:
        caller = access.identify(request.form.get("token", "").strip()[:_LONGEST_TOKEN])
        if caller is None:
            problem = "This token is unknown or was revoked."
            return render_template("sign_in.html", onward=_onward(), problem=problem), 401
        session.start(caller, now())
        audit.record(caller.name, "console.signed_in", subject=f"token:{caller.token_id}")
        return redirect(_onward(), 303)

    @blueprint.get("/sign-in/<code>")
    @public
    def take_code(code: str) -> Page:
        # A preview of the link must not use it up.
        caller = None if request.method == "HEAD" else access.redeem(code)
        if caller is None:
            if g.caller:
                return redirect(url_for("console.scans"))
            problem = "This link was used before or is older than ten minutes. Ask for a new one, or use a token."
            return render_template("sign_in.html", onward=_onward(), problem=problem), 401
        session.start(caller, now())
        audit.record(caller.name, "console.signed_in", subject=f"token:{caller.token_id}")
        return redirect(url_for("console.scans"), 303)

    @blueprint.post("/sign-out")
    @needs(Role.VIEWER)
    def sign_out() -> Page:
        session.end()
        return redirect(url_for("console.sign_in"), 303)


def _onward() -> str:
    return session.local_path(request.values.get("next", "")) or url_for("console.scans")
