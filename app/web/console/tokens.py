"""API tokens: making one, which is shown once, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.access.service import People
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.filters import iso
from app.web import account_deeds as deeds
from app.web.api.models import PageQuery
from app.web.api.operations import parsed_query
from app.web.auth import identity, needs

Page = str | Response | tuple[str, int]

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, people: People, audit: Audit, now: Callable[[], float]) -> None:
    """Add ``/people/tokens``."""

    @blueprint.get("/people/tokens")
    @needs(Role.ADMIN)
    def tokens() -> Page:
        return _page(people, now())

    @blueprint.post("/people/tokens")
    @needs(Role.ADMIN)
    def make_token() -> Page:
        role = request.form.get("role", "")
        try:
            if role not in set(Role):
                raise Rejected("Choose one of the roles.", code="role")
            end = _end_of(request.form.get("expires_at", "").strip())
            token = deeds.create_token(people, audit, request.form.get("name", ""), Role(role), end)
        except Rejected as refusal:
            return _page(people, now(), problem=refusal.message), 422
        return _page(people, now(), token=token)

    @blueprint.post("/people/tokens/<row:token_id>/revoke")
    @needs(Role.ADMIN)
    def revoke_token(token_id: int) -> Page:
        flash(deeds.revoke_token(people, audit, token_id))
        return redirect(url_for("console.tokens"), 303)


def _end_of(day: str) -> float | None:
    """Return the end of a day (UTC), None for no day. Raises Rejected for what is no day."""
    if not day:
        return None
    try:
        return (datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(days=1)).timestamp()
    except (ValueError, OverflowError):
        raise Rejected("The last day is written like 2027-03-31.", code="expires") from None


def _page(people: People, now: float, *, token: str = "", problem: str = "") -> str:
    query = parsed_query(PageQuery, request.args) if request.method == "GET" else PageQuery.model_validate({})
    found, cursor = people.tokens.page(query.cursor, _PER_PAGE)
    return render_template(
        "tokens.html",
        tokens=found,
        ended=lambda each: each.ended(now),
        roles=[(role.value, role.value.capitalize()) for role in Role if allows(identity().role, role)],
        token=token,
        problem=problem,
        given=request.form if problem else {},
        iso=iso,
        older=url_for("console.tokens", cursor=cursor) if cursor else None,
        newest=url_for("console.tokens") if query.cursor else None,
    )
