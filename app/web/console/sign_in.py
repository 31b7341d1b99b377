"""Signing in with a name and password, an API token or a one-time code, the second step, and signing out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, redirect, render_template, request, session as cookie, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.access.service import Identity, People, TooSoon, User
from app.errors import Rejected
from app.findings.service import Audit
from app.web.auth import identity, needs, public
from app.web.console import session

Page = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]

_USED = "This link was used before or is older than ten minutes. Ask for a new one."

_LONGEST_TOKEN = 512
_LONGEST_FIELD = 2000


def add_pages(blueprint: Blueprint, people: People, audit: Audit, now: Callable[[], float]) -> None:
    """Add the pages around the session."""

    @blueprint.get("/")
    @public
    def home() -> Page:
        return redirect(url_for("console.overview" if g.caller else "console.sign_in"))

    @blueprint.get("/sign-in")
    @public
    def sign_in() -> Page:
        return redirect(session.onward()) if g.caller else _form(people)

    @blueprint.post("/sign-in")
    @public
    def take_credentials() -> Page:
        if "token" in request.form:
            return _take_token(people, audit)
        return _take_password(people, audit, now())

    @blueprint.get("/sign-in/<code>")
    @public
    def take_code(code: str) -> Page:
        # A preview of the link must not use it up.
        caller = None if request.method == "HEAD" else people.tokens.redeem(code)
        if caller is None:
            if g.caller:
                return redirect(url_for("console.overview"))
            return _form(people, problem=_USED), 401
        enter(people, audit, caller, "link")
        return redirect(url_for("console.overview"), 303)

    @blueprint.post("/sign-out")
    @needs(Role.VIEWER)
    def sign_out() -> Page:
        audit.record(identity().name, "console.signed_out", subject=identity().subject)
        session.end(people.sessions, identity())
        return redirect(url_for("console.sign_in"), 303)

    _add_second_step(blueprint, people, audit)


def _add_second_step(blueprint: Blueprint, people: People, audit: Audit) -> None:
    """Add the page that asks for the code after a password was right."""

    @blueprint.get("/sign-in/second-step")
    @public
    def second_step() -> Page:
        if "pending" not in cookie:
            return redirect(url_for("console.sign_in"))
        return render_template("second_step.html", problem="", onward=session.onward())

    @blueprint.post("/sign-in/second-step")
    @public
    def take_second_step() -> Page:
        user_id, since = cookie.get("pending", (0, 0.0))
        code = request.form.get("code", "")[:_LONGEST_FIELD]
        try:
            user, kind = people.sign_in.second_factor(user_id, code, since=since, device_cookie=session.device_cookie())
        except TooSoon as early:
            return _second_step(early.message), 429, _retry(early)
        except Rejected as refusal:
            if refusal.code == "wrong":
                audit.record(people.users.get(user_id).name, "console.code_refused", subject=f"user:{user_id}")
                return _second_step(refusal.message), 401
            cookie.pop("pending", None)
            return _form(people, problem=refusal.message), 401
        return let_in(people, audit, user, f"password and {kind}")


def let_in(people: People, audit: Audit, user: User, how: str) -> Response:
    """Sign a person in on this browser, which the account knows from now on, and lead on."""
    target = session.onward()
    enter(people, audit, user.identity, how)
    session.remember_device(people, user)
    return redirect(target, 303)


def enter(people: People, audit: Audit, caller: Identity, how: str) -> None:
    """Begin a session of this caller and record it."""
    session.start(people.sessions, caller, how)
    audit.record(caller.name, "console.signed_in", subject=caller.subject, how=how)


def ask_for_code(user: User, now: float) -> Response:
    """Send a browser whose password was right on to the second step; nobody is signed in yet."""
    target = session.onward()
    cookie.clear()
    cookie["pending"] = (user.id, now)
    return redirect(url_for("console.second_step", next=target), 303)


def _take_password(people: People, audit: Audit, now: float) -> Page:
    login = request.form.get("login", "")[:_LONGEST_FIELD]
    password = request.form.get("password", "")[:_LONGEST_FIELD]
    try:
        user = people.sign_in.password(
            login, password, address=session.client_address(), device_cookie=session.device_cookie()
        )
    except TooSoon as early:
        return _form(people, problem=early.message, login=login), 429, _retry(early)
    except Rejected as refusal:
        _record_refusal(people, audit, login)
        return _form(people, problem=refusal.message, login=login), 401
    if user.has_second_factor:
        return ask_for_code(user, now)
    return let_in(people, audit, user, "password")


def _record_refusal(people: People, audit: Audit, login: str) -> None:
    """Record a wrong guess. What was typed is left out unless it names an account: some type passwords there."""
    user = people.users.by_login(login)
    # A line is written in both cases: otherwise the time taken would tell which names there are.
    name, subject = ("somebody", "") if user is None else (user.name, user.subject)
    audit.record(name, "console.sign_in_refused", subject=subject)


def _take_token(people: People, audit: Audit) -> Page:
    caller = people.tokens.identify(request.form.get("token", "").strip()[:_LONGEST_TOKEN])
    if caller is None:
        return _form(people, token_problem="This token is unknown or was revoked."), 401  # noqa: S106
    target = session.onward()
    enter(people, audit, caller, "token")
    return redirect(target, 303)


def _form(people: People, *, problem: str = "", token_problem: str = "", login: str = "") -> str:
    sso = people.sso.settings()
    return render_template(
        "sign_in.html",
        onward=session.onward(),
        problem=problem,
        token_problem=token_problem,
        login=login[:200],
        sso=sso if sso.enabled else None,
    )


def _second_step(problem: str) -> str:
    return render_template("second_step.html", problem=problem, onward=session.onward())


def _retry(early: TooSoon) -> dict[str, str]:
    return {"Retry-After": str(early.seconds)}
