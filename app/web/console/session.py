"""Who sits at the browser. The session is a signed cookie that names a token, and it ends when that token does."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.access.roles import allows
from app.access.service import Access, Identity
from app.web.auth import current_need
from app.web.problems import Problem

if TYPE_CHECKING:
    from app.bootstrap import Services

#: A working day: whoever signs in in the morning is not asked again before the evening.
SESSION_SECONDS = 12 * 3600


def secret(services: Services) -> str:
    """Return the key that signs the cookies; derived from the master key, so every process has the same."""
    return services.keys.sign("console-session", "cookie")


def cookie_settings(public_url: str) -> dict[str, Any]:
    """Return how the cookie is set: never readable by scripts, never over plain http where there is https."""
    secure = urlsplit(public_url).scheme == "https"
    return {
        # The prefix makes browsers refuse a cookie of this name from a sister domain or over http.
        "SESSION_COOKIE_NAME": "__Host-deskwarden" if secure else "deskwarden",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
    }


def start(caller: Identity, now: float) -> None:
    """Sign this browser in. Whatever it carried before is dropped, the form key too."""
    session.clear()
    session.permanent = True
    session["token"] = caller.token_id
    session["at"] = now


def end() -> None:
    """Sign this browser out."""
    session.clear()


def csrf_key() -> str:
    """Return the key that every form of this browser must send back."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def guard(access: Access, now: Callable[[], float]) -> Callable[[], Response | None]:
    """Return the check that runs before each page: sign in first, with a role that is high enough, by our own form."""

    def check() -> Response | None:
        caller = _caller(access, now())
        need = current_need()
        if need is not None and caller is None:
            session.clear()
            return redirect(url_for("console.sign_in", next=_here()))
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            _check_form_key()
        if need is not None and caller is not None:
            if not allows(caller.role, need):
                raise Problem(403, "forbidden", f"This needs the role {need}; yours is {caller.role}.")
            g.identity = caller
        g.caller = caller
        return None

    return check


def local_path(wanted: str) -> str | None:
    """Return an address of ours to go on to, or None when it leads elsewhere."""
    if not wanted.startswith("/") or wanted.startswith(("//", "/\\")) or not wanted.isprintable():
        return None
    parts = urlsplit(wanted)
    return wanted if not parts.scheme and not parts.netloc and "\\" not in wanted else None


def _caller(access: Access, now: float) -> Identity | None:
    token_id, at = session.get("token"), session.get("at")
    if not isinstance(token_id, int) or not isinstance(at, int | float) or not 0 <= now - at < SESSION_SECONDS:
        return None
    return access.holder(token_id)


def _check_form_key() -> None:
    known, sent = session.get("csrf"), request.form.get("csrf", "")
    if not isinstance(known, str) or not hmac.compare_digest(known.encode(), sent.encode("utf-8", "replace")):
        raise Problem(400, "form", "This form is too old. Go back, reload the page and try again.")


def _here() -> str:
    """The page to come back to after signing in; a form is not sent again."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("console.scans")
