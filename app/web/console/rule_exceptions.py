"""Exceptions from rules: the list, making one with a single click from a scan or the overview, ending one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.errors import Rejected
from app.findings.policies.exceptions import ANALYST_DAYS, LONGEST_REASON
from app.tickets.filters import iso, moment
from app.tickets.service.figures import Figures
from app.web.api.operations import parsed_query
from app.web.api.policies import days_of
from app.web.api.policy_models import ExceptionQuery
from app.web.auth import identity, needs

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50
_DAY = 86_400.0
#: Days after which an exception ends unless its author says otherwise: long enough to have the rule mended.
_USUAL_DAYS = 30


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, now: Callable[[], float]) -> None:
    """Add the pages below ``/policies/exceptions``."""
    exceptions = services.rule_exceptions

    @blueprint.get("/policies/exceptions")
    @needs(Role.VIEWER)
    def rule_exceptions() -> Page:
        query = parsed_query(ExceptionQuery, request.args)
        found, cursor = exceptions.page(query.cursor, _PER_PAGE, rule=query.rule, standing=query.standing)
        here: dict[str, Any] = {"rule": query.rule, "standing": "true" if query.standing else None}
        return render_template(
            "rule_exceptions.html",
            exceptions=found,
            query=query,
            iso=iso,
            older=url_for("console.rule_exceptions", **here, cursor=cursor) if cursor else None,
            newest=url_for("console.rule_exceptions", **here) if query.cursor else None,
        )

    @blueprint.get("/policies/exceptions/new")
    @needs(Role.ANALYST)
    def rule_exception() -> Page:
        usual = datetime.fromtimestamp(now() + _USUAL_DAYS * _DAY, UTC).strftime("%Y-%m-%d")
        given = {"rule": request.args.get("rule", "")[:80], "connection": request.args.get("connection", "")[:200]}
        return _form(figures, {**given, "expires_at": usual})

    @blueprint.post("/policies/exceptions/new")
    @needs(Role.ANALYST)
    def rule_exception_make() -> Page:
        given = {name: request.form.get(name, "").strip() for name in ("rule", "connection", "reason", "expires_at")}
        try:
            made = exceptions.make(
                given["rule"],
                reason=given["reason"],
                author=identity().name,
                expires_at=_end_of(given["expires_at"]),
                connection=given["connection"] or None,
                most_days=days_of(identity().role),
            )
        except Rejected as refusal:
            return _form(figures, given, refusal), 422
        flash(f"{made['rule']} does not count any more. What it finds is still shown.")
        return redirect(url_for("console.rule_exceptions"), 303)

    @blueprint.post("/policies/exceptions/<row:exception_id>/end")
    @needs(Role.ANALYST)
    def rule_exception_end(exception_id: int) -> Page:
        ended = exceptions.end(exception_id, author=identity().name)
        flash("The rule counts again for what comes from now on." if ended else "It had ended already.")
        return redirect(url_for("console.rule_exceptions"), 303)


def _form(figures: Figures, given: dict[str, Any], refusal: Rejected | None = None) -> str:
    return render_template(
        "rule_exception.html",
        given=given,
        problem=refusal,
        pairs=[(each["name"], each["name"]) for each in figures.connections()],
        most_days=None if allows(identity().role, Role.ADMIN) else ANALYST_DAYS,
        longest_reason=LONGEST_REASON,
    )


def _end_of(day: str) -> float | None:
    """Return the end of a day (ISO 8601, UTC); None when none was given."""
    try:
        return moment(day) + _DAY if day else None
    except ValueError as error:
        raise Rejected("The last day does not fit: write it as 2026-12-31.", code="expires_at") from error
