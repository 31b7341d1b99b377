"""The queue of questions about scans, one question with what was said, and what waits for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.engine.model import Verdict
from app.errors import Rejected
from app.investigations.service import LONGEST_TEXT, Filters
from app.investigations.states import WAITING, State
from app.tickets.service.approvals import LONGEST_REASON
from app.web.api.investigation_models import InvestigationQuery
from app.web.api.investigations import answer, caller
from app.web.api.operations import parsed_query
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50
_MOST_APPROVALS = 100

#: What the queue can be narrowed to, in the words of its tabs.
TABS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Waiting", {"waiting": "true"}),
    ("Mine", {"waiting": "true", "assignee": "me"}),
    ("Answered", {"state": State.ANSWERED.value}),
    ("All", {}),
)


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add the pages below ``/investigations``, and the asking on the page of a scan."""
    questions = services.investigations

    @blueprint.get("/investigations")
    @needs(Role.VIEWER)
    def investigations() -> Page:
        return _queue(services)

    @blueprint.get("/investigations/<row:investigation_id>")
    @needs(Role.VIEWER)
    def investigation(investigation_id: int) -> Page:
        return _one(services, investigation_id)

    @blueprint.post("/scans/<row:scan_id>/investigations")
    @needs(Role.VIEWER)
    def ask(scan_id: int) -> Page:
        expected = request.form.get("expected", "")
        if expected not in list(Verdict):
            flash("Say what you expected.", "problem")
            return redirect(url_for("console.scan", scan_id=scan_id), 303)
        try:
            asked, fresh = questions.ask(scan_id, expected, request.form.get("question", ""), caller())
        except Rejected as refusal:
            flash(refusal.message, "problem")
            return redirect(url_for("console.scan", scan_id=scan_id), 303)
        flash("Your question is in the queue." if fresh else "You have asked already; what you wrote stands there too.")
        return redirect(url_for("console.investigation", investigation_id=asked["id"]), 303)

    @blueprint.post("/investigations/<row:investigation_id>/remarks")
    @needs(Role.VIEWER)
    def remark(investigation_id: int) -> Page:
        return _done(
            investigation_id, lambda: questions.say(investigation_id, request.form.get("text", ""), caller()), "Said."
        )

    @blueprint.post("/investigations/<row:investigation_id>/withdraw")
    @needs(Role.VIEWER)
    def withdraw(investigation_id: int) -> Page:
        return _done(investigation_id, lambda: questions.withdraw(investigation_id, caller()), "Withdrawn.")

    _add_deeds(blueprint, services)
    _add_approvals(blueprint, services)


def _add_deeds(blueprint: Blueprint, services: Services) -> None:
    """Add what an analyst does with a question."""
    questions = services.investigations

    @blueprint.post("/investigations/<row:investigation_id>/take")
    @needs(Role.ANALYST)
    def take(investigation_id: int) -> Page:
        name = request.form.get("assignee", "").strip() or identity().name
        return _done(
            investigation_id, lambda: questions.take(investigation_id, name, caller()), f"{name[:60]} looks at it now."
        )

    @blueprint.post("/investigations/<row:investigation_id>/reopen")
    @needs(Role.ANALYST)
    def reopen(investigation_id: int) -> Page:
        return _done(
            investigation_id, lambda: questions.reopen(investigation_id, caller()), "It is in the queue again."
        )

    @blueprint.post("/investigations/<row:investigation_id>/answer")
    @needs(Role.ANALYST)
    def answer_question(investigation_id: int) -> Page:
        given = request.form.get("verdict", "")
        verdict = Verdict(given) if given in (Verdict.CLEAN, Verdict.MALICIOUS) else None
        return _done(
            investigation_id,
            lambda: answer(services, investigation_id, request.form.get("text", ""), verdict),
            "Answered; whoever asked gets a mail.",
        )


def _add_approvals(blueprint: Blueprint, services: Services) -> None:
    @blueprint.post("/approvals/<row:approval_id>")
    @needs(Role.ANALYST)
    def second_person(approval_id: int) -> Page:
        agree = request.form.get("agree") == "yes"
        try:
            services.approvals.decide(
                approval_id,
                agree=agree,
                reason=request.form.get("reason", ""),
                actor=identity().name,
                subject=identity().person,
            )
            flash("You agreed; what follows from the verdict is under way." if agree else "Refused; nothing changes.")
        except Rejected as refusal:
            flash(refusal.message, "problem")
        return redirect(url_for("console.investigations"), 303)


def questions_about(services: Services, scan_id: int) -> dict[str, Any]:
    """Return what the page of a scan shows: what was asked about it, and what waits for a second person."""
    asked, _ = services.investigations.page(Filters(scan_id=scan_id), limit=20)
    waiting, _ = services.approvals.page(limit=1, waiting=True, scan_id=scan_id)
    return {"asked": asked, "waits_for_second": waiting[0] if waiting else None, "longest_question": LONGEST_TEXT}


def _queue(services: Services) -> Page:
    problem = ""
    try:
        query = parsed_query(InvestigationQuery, request.args)
    except Problem:
        query, problem = InvestigationQuery.model_validate({}), "This filter does not fit; every question is shown."
    assignee = identity().name if query.assignee == "me" else query.assignee
    results, cursor = services.investigations.page(
        Filters(query.state, query.waiting, assignee, query.scan), query.cursor, _PER_PAGE
    )
    waiting, _ = services.approvals.page(limit=_MOST_APPROVALS, waiting=True)
    given = {name: value for name, value in request.args.items() if value and name != "cursor"}
    address = url_for("console.investigations")
    page = render_template(
        "investigations.html",
        questions=results,
        approvals=waiting,
        tabs=[(name, f"{address}?{urlencode(what)}" if what else address, given == what) for name, what in TABS],
        given=given,
        waiting_count=services.investigations.waiting(),
        longest_reason=LONGEST_REASON,
        problem=problem,
        older=f"{address}?{urlencode({**given, 'cursor': cursor})}" if cursor else None,
        newest=(f"{address}?{urlencode(given)}" if given else address) if request.args.get("cursor") else None,
    )
    return (page, 422) if problem else page


def _one(services: Services, investigation_id: int) -> Page:
    found = services.investigations.detail(investigation_id)
    if found is None:
        raise not_found("investigation with this number")
    return render_template(
        "investigation.html",
        question=found,
        waits=found["state"] in list(WAITING),
        is_mine=found["asked_by"] == identity().name,
        may_look=allows(identity().role, Role.ANALYST),
        longest=LONGEST_TEXT,
    )


def _done(investigation_id: int, deed: Any, said: str) -> Page:
    try:
        deed()
        flash(said)
    except Rejected as refusal:
        flash(refusal.message, "problem")
    return redirect(url_for("console.investigation", investigation_id=investigation_id), 303)
