"""One-time links: making the first account, accepting an invitation, and choosing a new password when locked out."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from app.access.languages import LANGUAGES
from app.access.service import People, User
from app.errors import Rejected
from app.findings.service import Audit
from app.web.auth import public
from app.web.console.sign_in import ask_for_code, let_in

Page = str | Response | tuple[str, int]

_LONGEST_FIELD = 2000


def add_pages(blueprint: Blueprint, people: People, audit: Audit, now: Callable[[], float]) -> None:
    """Add ``/welcome/…``. Looking at a link uses nothing up: mail programs and chats open links to preview them."""

    @blueprint.get("/welcome/<secret>")
    @public
    def welcome(secret: str) -> Page:
        try:
            user = people.links.look(secret).user
        except Rejected as refusal:
            return render_template("welcome_gone.html", problem=refusal.message), 410
        return _form(secret, user)

    @blueprint.post("/welcome/<secret>")
    @public
    def redeem_welcome(secret: str) -> Page:
        try:
            user = people.links.look(secret).user
        except Rejected as refusal:
            return render_template("welcome_gone.html", problem=refusal.message), 410
        try:
            return _redeem(people, audit, secret, user, now)
        except Rejected as refusal:
            return _form(secret, user, refusal), 422


def _redeem(people: People, audit: Audit, secret: str, user: User | None, now: Callable[[], float]) -> Response:
    given = {name: request.form.get(name, "")[:_LONGEST_FIELD] for name in ("name", "login", "password", "again")}
    if given["password"] != given["again"]:
        raise Rejected("The two passwords differ. Type the same twice.", code="again")
    if user is None:
        language = request.form.get("language", "")
        made = people.links.redeem_first(
            secret, name=given["name"], login=given["login"], password=given["password"], language=language
        )
        audit.record(made.name, "account.created", subject=made.subject, role=made.role.value, by="one-time link")
        return let_in(people, audit, made, "one-time link")
    welcomed = people.links.redeem(secret, password=given["password"])
    audit.record(welcomed.name, "account.password_set", subject=welcomed.subject, by="one-time link")
    if welcomed.has_second_factor:
        return ask_for_code(welcomed, now())
    return let_in(people, audit, welcomed, "one-time link")


def _form(secret: str, user: User | None, refusal: Rejected | None = None) -> str:
    return render_template(
        "welcome.html",
        secret=secret,
        user=user,
        languages=LANGUAGES,
        given=request.form,
        problem=refusal,
    )
