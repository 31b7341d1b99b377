"""One's own account: password, second factor, recovery codes, sessions, language of mails."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.languages import LANGUAGES
from app.access.roles import Role
from app.access.service import People, User
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web.auth import identity, needs
from app.web.console import session
from app.web.problems import Problem

Page = str | Response | tuple[str, int]

_LONGEST_FIELD = 2000


def add_pages(blueprint: Blueprint, people: People, audit: Audit) -> None:
    """Add ``/account`` and what can be done there."""

    @blueprint.get("/account")
    @needs(Role.VIEWER)
    def account() -> Page:
        return _page(people)

    @blueprint.post("/account/password")
    @needs(Role.VIEWER)
    def change_password() -> Page:
        user = _own(people)
        try:
            _confirm(people, user)
            new = request.form.get("new", "")[:_LONGEST_FIELD]
            if new != request.form.get("again", ""):
                raise Rejected("The two new passwords differ. Type the same twice.", code="again")
            people.sign_in.change_password(user, new)
        except Rejected as refusal:
            return _page(people, problems={"password": refusal.message}), 422
        ended = people.sessions.end_others(identity())
        audit.record(user.name, "account.password_changed", subject=user.subject, sessions_ended=ended)
        flash("Your password is changed. You are signed out everywhere else.")
        return _back()

    @blueprint.post("/account/language")
    @needs(Role.VIEWER)
    def choose_language() -> Page:
        user = _own(people)
        people.users.choose_language(user.id, request.form.get("language", ""))
        flash("Your mails come in this language from now on.")
        return _back()

    @blueprint.post("/account/name")
    @needs(Role.VIEWER)
    def change_name() -> Page:
        user = _own(people)
        try:
            people.users.rename(user.id, request.form.get("name", "")[:_LONGEST_FIELD])
        except Rejected as refusal:
            return _page(people, problems={"name": refusal.message}), 422
        after = people.users.get(user.id).name
        audit.record(user.name, "account.renamed", subject=user.subject, before=user.name, after=after)
        flash("Others see this name from now on.")
        return _back()

    _add_second_factor(blueprint, people, audit)
    _add_sessions(blueprint, people, audit)


def _add_second_factor(blueprint: Blueprint, people: People, audit: Audit) -> None:
    @blueprint.post("/account/second-factor")
    @needs(Role.VIEWER)
    def begin_second_factor() -> Page:
        user = _own(people)
        try:
            _confirm(people, user)
            people.factors.begin(user.id)
        except Rejected as refusal:
            return _page(people, problems={"factor": refusal.message}), 422
        return redirect(url_for("console.account", _anchor="second-factor"), 303)

    @blueprint.get("/account/second-factor.svg")
    @needs(Role.VIEWER)
    def second_factor_picture() -> Page:
        # An address of its own, because the content policy allows no picture inside the page.
        pending = people.factors.pending(_own(people).id)
        if pending is None:
            raise Problem(404, "not-found", "There is no second factor to set up.")
        picture = BytesIO()
        segno.make(pending.provisioning_uri(), error="m").save(picture, kind="svg", border=2, xmldecl=False)
        return Response(picture.getvalue(), mimetype="image/svg+xml")

    @blueprint.post("/account/second-factor/confirm")
    @needs(Role.VIEWER)
    def confirm_second_factor() -> Page:
        user = _own(people)
        try:
            codes = people.factors.confirm(user.id, request.form.get("code", "")[:_LONGEST_FIELD])
        except Rejected as refusal:
            return _page(people, problems={"factor": refusal.message}), 422
        people.sessions.end_others(identity())
        audit.record(user.name, "account.second_factor_set", subject=user.subject)
        return _page(people, codes=codes)

    @blueprint.post("/account/second-factor/remove")
    @needs(Role.VIEWER)
    def remove_second_factor() -> Page:
        user = _own(people)
        try:
            _confirm(people, user)
        except Rejected as refusal:
            return _page(people, problems={"factor": refusal.message}), 422
        people.users.reset_second_factor(user.id)
        audit.record(user.name, "account.second_factor_removed", subject=user.subject)
        flash("Signing in takes your password alone from now on.")
        return _back()

    @blueprint.post("/account/recovery-codes")
    @needs(Role.VIEWER)
    def renew_recovery_codes() -> Page:
        user = _own(people)
        try:
            _confirm(people, user)
            if not user.has_second_factor:
                raise Rejected("Set up a second factor first.", code="conflict")
        except Rejected as refusal:
            return _page(people, problems={"factor": refusal.message}), 422
        codes = people.factors.renew_recovery_codes(user.id)
        audit.record(user.name, "account.recovery_codes_renewed", subject=user.subject)
        return _page(people, codes=codes)


def _add_sessions(blueprint: Blueprint, people: People, audit: Audit) -> None:
    @blueprint.post("/account/sessions/<row:session_id>/end")
    @needs(Role.VIEWER)
    def end_own_session(session_id: int) -> Page:
        caller = identity()
        if session_id not in {each.id for each in people.sessions.of(caller)}:
            raise Problem(404, "not-found", "This session is over already.")
        people.sessions.end(session_id)
        audit.record(caller.name, "session.ended", subject=f"session:{session_id}", holder=caller.subject)
        flash("The session is ended.")
        return _back("sessions")

    @blueprint.post("/account/sessions/end-others")
    @needs(Role.VIEWER)
    def end_other_sessions() -> Page:
        caller = identity()
        ended = people.sessions.end_others(caller)
        audit.record(caller.name, "session.others_ended", subject=caller.subject, sessions_ended=ended)
        flash("You are signed out everywhere else.")
        return _back("sessions")


def _own(people: People) -> User:
    """Return the account of who asks; a session that was begun with a token has none."""
    user_id = identity().user_id
    if user_id is None:
        raise Problem(403, "forbidden", "You signed in with an API token or a demo link, which has no account.")
    return people.users.get(user_id)


def _confirm(people: People, user: User) -> None:
    """Ask for the present password before something that matters."""
    if not user.has_password:
        raise Rejected(
            "Your company's sign-in looks after your password and second factor; there is nothing to set here.",
            code="conflict",
        )
    people.sign_in.confirm_password(
        user,
        request.form.get("password", "")[:_LONGEST_FIELD],
        address=session.client_address(),
        device_cookie=session.device_cookie(),
    )


def _page(people: People, *, problems: dict[str, str] | None = None, codes: Sequence[str] = ()) -> str:
    caller = identity()
    user = None if caller.user_id is None else people.users.get(caller.user_id)
    pending = None if user is None else people.factors.pending(user.id)
    return render_template(
        "account.html",
        user=user,
        pending=pending.secret if pending else "",
        codes=codes,
        codes_left=people.factors.recovery_codes_left(user.id) if user else 0,
        open_sessions=people.sessions.of(caller),
        languages=LANGUAGES,
        problems=problems or {},
        iso=iso,
    )


def _back(anchor: str | None = None) -> Response:
    return redirect(url_for("console.account", _anchor=anchor), 303)
