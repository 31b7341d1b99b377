"""Who sits at the browser. The cookie is signed and names a session that the server keeps, so that it can be ended."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import after_this_request, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from app.access.roles import allows
from app.access.service import Identity, People, Sessions, User
from app.access.service.sessions import SESSION_SECONDS as SESSION_SECONDS
from app.web.auth import current_need
from app.web.problems import Problem

if TYPE_CHECKING:
    from app.bootstrap import Services

#: Seconds for which a browser stays known to an account that has signed in with it.
DEVICE_SECONDS = 180 * 24 * 3600
#: Accounts that one browser stays known to.
_MOST_DEVICES = 4
_LONGEST_COOKIE = 1000


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


def start(sessions: Sessions, caller: Identity, how: str) -> None:
    """Sign this browser in. Whatever it carried before is dropped, an earlier session and the form key too."""
    earlier = sessions.holder(str(session.get("sid", "")))
    if earlier is not None:
        sessions.end(earlier.session_id)
    session.clear()
    session.permanent = True
    session["sid"] = sessions.start(
        caller, how=how, address=client_address(), user_agent=request.headers.get("User-Agent", "")[:500]
    )


def end(sessions: Sessions, caller: Identity) -> None:
    """Sign this browser out; the session is over on the server too."""
    sessions.end(caller.session_id)
    session.clear()


def client_address() -> str:
    """Return the address of who asks. Only a proxy on this machine is believed when it names another one."""
    peer = request.remote_addr or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return forwarded if forwarded and peer in ("127.0.0.1", "::1") else peer


def device_cookie() -> str:
    """Return what this browser shows to be known to accounts that have signed in with it."""
    return request.cookies.get(_device_name(), "")[:_LONGEST_COOKIE]


def remember_device(people: People, user: User) -> None:
    """Make this browser known to the account, so that wrong guesses of others never hold it up."""
    shown = device_cookie()
    if people.sign_in.knows(user, shown):
        return
    kept = [people.sign_in.device_cookie(user), *shown.split("~")][:_MOST_DEVICES]

    @after_this_request
    def set_cookie(answer: Response) -> Response:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        answer.set_cookie(
            _device_name(),
            "~".join(filter(None, kept)),
            max_age=DEVICE_SECONDS,
            secure=secure,
            httponly=True,
            samesite="Lax",
            path="/",
        )
        return answer


def csrf_key() -> str:
    """Return the key that every form of this browser must send back."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    return str(session["csrf"])


def guard(sessions: Sessions) -> Callable[[], Response | None]:
    """Return the check that runs before each page: sign in first, with a role that is high enough, by our own form."""

    def check() -> Response | None:
        caller = sessions.holder(str(session.get("sid", "")))
        need = current_need()
        if need is not None and caller is None:
            # Only what is over goes: a sign-in that is halfway done stays.
            session.pop("sid", None)
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


def onward() -> str:
    """Return where to go after signing in: the page that was asked for, or the start."""
    return local_path(request.values.get("next", "")) or url_for("console.overview")


def _device_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _check_form_key() -> None:
    known, sent = session.get("csrf"), request.form.get("csrf", "")
    if not isinstance(known, str) or not hmac.compare_digest(known.encode(), sent.encode("utf-8", "replace")):
        raise Problem(400, "form", "This form is too old. Go back, reload the page and try again.")


def _here() -> str:
    """The page to come back to after signing in; a form is not sent again."""
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("console.overview")
