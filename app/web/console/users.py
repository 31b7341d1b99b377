"""People: who has an account, in which role; inviting, disabling, resetting a second factor; everybody's sessions."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.languages import LANGUAGES
from app.access.roles import Role
from app.access.service import People, User
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web import account_deeds as deeds
from app.web.api.models import PageQuery
from app.web.api.operations import parsed_query
from app.web.auth import identity, needs
from app.web.problems import not_found

Page = str | Response | tuple[str, int]

_PER_PAGE = 50

ROLES = {
    Role.VIEWER: "reads everything and may ask for an investigation",
    Role.ANALYST: "decides about scans and lists, and takes files out",
    Role.ADMIN: "sets everything up and says who may come in",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A one-time link just made, to be shown this once."""

    user: User
    link: str


def add_pages(blueprint: Blueprint, people: People, audit: Audit, public_url: str) -> None:
    """Add ``/people`` and ``/people/sessions``; links begin with ``public_url``."""

    @blueprint.get("/people")
    @needs(Role.ADMIN)
    def users() -> Page:
        return _page(people)

    @blueprint.post("/people")
    @needs(Role.ADMIN)
    def invite_user() -> Page:
        try:
            user = _invited(people, audit)
        except Rejected as refusal:
            return _page(people, problem=refusal.message), 422
        return _page(people, made=Made(user, deeds.link_to(people, public_url, user)))

    @blueprint.post("/people/<row:user_id>/role")
    @needs(Role.ADMIN)
    def change_role(user_id: int) -> Page:
        role = request.form.get("role", "")
        if role not in set(Role):
            raise Rejected("Choose one of the roles.", code="role")
        return _done(deeds.change_role(people, audit, user_id, Role(role)))

    @blueprint.post("/people/<row:user_id>/disable")
    @needs(Role.ADMIN)
    def disable_user(user_id: int) -> Page:
        return _done(deeds.disable(people, audit, user_id, revoke_tokens="revoke_tokens" in request.form))

    @blueprint.post("/people/<row:user_id>/enable")
    @needs(Role.ADMIN)
    def enable_user(user_id: int) -> Page:
        return _done(deeds.enable(people, audit, user_id))

    @blueprint.post("/people/<row:user_id>/link")
    @needs(Role.ADMIN)
    def make_user_link(user_id: int) -> Page:
        user = people.users.get(user_id)
        return _page(people, made=Made(user, deeds.make_link(people, audit, public_url, user)))

    @blueprint.post("/people/<row:user_id>/reset-second-factor")
    @needs(Role.ADMIN)
    def reset_user_second_factor(user_id: int) -> Page:
        return _done(deeds.reset_second_factor(people, audit, user_id))

    _add_sessions(blueprint, people, audit)


def _add_sessions(blueprint: Blueprint, people: People, audit: Audit) -> None:
    @blueprint.get("/people/sessions")
    @needs(Role.ADMIN)
    def sessions() -> Page:
        query = parsed_query(PageQuery, request.args)
        found, cursor = people.sessions.page(query.cursor, _PER_PAGE)
        return render_template(
            "sessions.html",
            open_sessions=found,
            own=identity().session_id,
            iso=iso,
            older=url_for("console.sessions", cursor=cursor) if cursor else None,
            newest=url_for("console.sessions") if query.cursor else None,
        )

    @blueprint.post("/people/sessions/<row:session_id>/end")
    @needs(Role.ADMIN)
    def end_session(session_id: int) -> Page:
        found = people.sessions.get(session_id)
        if found is None:
            raise not_found("session with this number that is still open")
        deeds.end_session(people, audit, found)
        flash("The session is ended.")
        return redirect(url_for("console.sessions"), 303)


def _invited(people: People, audit: Audit) -> User:
    form = request.form
    if form.get("role", "") not in set(Role):
        raise Rejected("Choose one of the roles.", code="role")
    return deeds.create_user(
        people, audit, form.get("name", ""), form.get("login", ""), Role(form["role"]), form.get("language", "") or "en"
    )


def _page(people: People, *, made: Made | None = None, problem: str = "") -> str:
    query = parsed_query(PageQuery, request.args) if request.method == "GET" else PageQuery.model_validate({})
    found, cursor = people.users.page(query.cursor, _PER_PAGE)
    return render_template(
        "users.html",
        users=found,
        roles=ROLES,
        languages=LANGUAGES,
        made=made,
        problem=problem,
        given=request.form if problem else {},
        own=identity().user_id,
        iso=iso,
        older=url_for("console.users", cursor=cursor) if cursor else None,
        newest=url_for("console.users") if query.cursor else None,
    )


def _done(words: str) -> Response:
    flash(words)
    return redirect(url_for("console.users"), 303)
