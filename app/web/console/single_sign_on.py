"""Single sign-on: the way to the provider and back, its settings, and a try that signs nobody in."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session as cookie, url_for
from werkzeug.wrappers import Response

from app.access.claims import RoleRules, values_of
from app.access.roles import Role
from app.access.service import People
from app.access.service.single_sign_on import NAME, Settings
from app.errors import DeskwardenError, Rejected
from app.findings.service import Audit
from app.web.auth import identity, needs, public
from app.web.console import session
from app.web.console.sign_in import let_in

Page = str | Response | tuple[str, int]

#: Seconds that somebody may take at the provider.
AWAY_SECONDS = 600.0
_LONGEST = 4000


def add_pages(blueprint: Blueprint, people: People, audit: Audit, public_url: str, now: Callable[[], float]) -> None:
    """Add the way there and back; ``public_url`` is the address that the provider knows us by."""
    back = f"{public_url}/sign-in/sso/back"

    @blueprint.get("/sign-in/sso")
    @public
    def single_sign_on_begin() -> Page:
        return _depart(people, back, now(), trying=False)

    @blueprint.get("/sign-in/sso/back")
    @public
    def single_sign_on_back() -> Page:
        left = cookie.pop("sso", None)
        try:
            claims = _returned(people, back, left, now())
        except DeskwardenError as error:
            return _refused(error.message), 401
        if left["trying"]:
            return _tried(people, claims)
        try:
            user = people.sso.account_of(claims)
        except Rejected as refusal:
            audit.record("somebody", "console.sign_in_refused", how="single sign-on", why=refusal.code)
            return _refused(refusal.message), 403
        answer = let_in(people, audit, user, "single sign-on")
        answer.location = session.local_path(left["next"]) or url_for("console.overview")
        return answer

    _add_settings(blueprint, people, audit, back, now)


def _add_settings(blueprint: Blueprint, people: People, audit: Audit, back: str, now: Callable[[], float]) -> None:
    """Add the page of an administrator."""

    @blueprint.get("/people/single-sign-on")
    @needs(Role.ADMIN)
    def single_sign_on() -> Page:
        return _page(people.sso.settings(), back)

    @blueprint.post("/people/single-sign-on")
    @needs(Role.ADMIN)
    def save_single_sign_on() -> Page:
        wanted = _wanted()
        try:
            people.sso.save(wanted, secret=_secret(), by=identity().name)
        except Rejected as refusal:
            return _page(wanted, back, problem=refusal.message), 422
        audit.record(
            identity().name,
            "single_sign_on.changed",
            subject="single-sign-on",
            enabled=wanted.enabled,
            issuer=wanted.issuer,
            role_claim=wanted.rules.claim,
            roles={value: role.value for value, role in wanted.rules.roles.items()},
            default=wanted.rules.default.value if wanted.rules.default else "refuse",
            domains=list(wanted.rules.domains),
            secret="changed" if _secret() is not None else "kept",
        )
        flash("Saved. Try it before you tell the others.")
        return redirect(url_for("console.single_sign_on"), 303)

    @blueprint.get("/people/single-sign-on/try")
    @needs(Role.ADMIN)
    def try_single_sign_on() -> Page:
        return _depart(people, back, now(), trying=True)


def _depart(people: People, back: str, now: float, *, trying: bool) -> Page:
    """Send the browser to the provider, and note in the cookie what must come back with it."""
    try:
        begun = people.sso.begin(back, trying=trying)
    except DeskwardenError as error:
        if trying:
            return _page(people.sso.settings(), back, problem=error.message), 422
        return _refused(error.message), 503
    cookie["sso"] = {
        "state": begun.state,
        "nonce": begun.nonce,
        "verifier": begun.verifier,
        "at": now,
        "next": session.onward(),
        "trying": trying,
    }
    return redirect(begun.url)


def _returned(people: People, back: str, left: dict[str, Any] | None, now: float) -> Any:
    """Return the checked claims of who came back. Raises Rejected unless it is the one who left, and in time."""
    state = request.args.get("state", "")[:_LONGEST]
    known = left is not None and hmac.compare_digest(left["state"].encode(), state.encode("utf-8", "replace"))
    if left is None or not known or not 0 <= now - left["at"] < AWAY_SECONDS:
        raise Rejected("This sign-in was not begun in this browser, or took too long. Begin again.", code="sso-state")
    # RFC 9207: a provider that names itself in the answer must be the one that was asked.
    named = request.args.get("iss")
    if named is not None and named != people.sso.settings().issuer:
        raise Rejected("The answer came from another provider than was asked. Begin again.", code="sso-issuer")
    if "error" in request.args:
        why = {"access_denied": "it was cancelled, or you may not use this application"}
        said = why.get(request.args["error"], "your company's sign-in refused it")
        raise Rejected(f"Signing in did not work: {said}.", code="sso-refused")
    code = request.args.get("code", "")[:_LONGEST]
    if not code:
        raise Rejected("The answer of your company's sign-in is empty. Begin again.", code="sso-answer")
    return people.sso.finish(back, code=code, nonce=left["nonce"], verifier=left["verifier"], trying=left["trying"])


def _tried(people: People, claims: Any) -> Page:
    """Show an administrator what came back and what it would mean, without signing anybody in."""
    rules = people.sso.settings().rules
    try:
        _, role = people.sso.role_for(claims)
        outcome = f"Would sign in with the role {role}."
        fits = True
    except Rejected as refusal:
        outcome, fits = refusal.message, False
    shown = {name: str(claims.get(name, "")) for name in ("sub", "name", "email", "email_verified")}
    values = values_of(claims, rules.claim)
    return render_template(
        "single_sign_on_tried.html", shown=shown, values=values, claim=rules.claim, outcome=outcome, fits=fits
    )


def _refused(message: str) -> str:
    return render_template("single_sign_on_refused.html", problem=message)


def _page(settings: Settings, back: str, problem: str = "") -> str:
    return render_template(
        "single_sign_on.html", settings=settings, back=back, problem=problem, roles=list(Role), default_name=NAME
    )


def _wanted() -> Settings:
    form = request.form
    roles = {value: role for role in Role for value in _lines(form.get(f"values_{role}", ""))}
    default = form.get("default_role", "")
    rules = RoleRules(
        form.get("role_claim", "").strip(),
        roles,
        Role(default) if default in set(Role) else None,
        tuple(each.removeprefix("@").casefold() for each in _lines(form.get("domains", "").replace(",", "\n"))),
    )
    return Settings(
        enabled="enabled" in form,
        name=form.get("name", "").strip(),
        issuer=form.get("issuer", "").strip(),
        client_id=form.get("client_id", "").strip(),
        rules=rules,
    )


def _secret() -> str | None:
    """Return the client secret to keep: None for the one there is, empty for none."""
    if "no_secret" in request.form:
        return ""
    return request.form.get("client_secret", "").strip()[:_LONGEST] or None


def _lines(text: str) -> list[str]:
    return [each.strip() for each in text[:20_000].splitlines() if each.strip()]
