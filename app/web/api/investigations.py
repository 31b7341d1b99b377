"""Questions about scans and their answers; verdicts that wait for a second person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response

from app.access.roles import Role, allows
from app.engine.model import Verdict
from app.findings.service import Audit
from app.investigations.service import Caller, Filters
from app.investigations.states import State
from app.web.api.investigation_models import (
    AnswerBody,
    ApprovalBody,
    ApprovalModel,
    ApprovalPage,
    ApprovalQuery,
    InvestigationBody,
    InvestigationChange,
    InvestigationDetail,
    InvestigationPage,
    InvestigationQuery,
    RemarkBody,
)
from app.web.api.operations import Api, json
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add ``/investigations``, the asking below ``/scans``, and ``/approvals``."""
    _add_asking(api, services)
    _add_looking(api, services, audit)
    _add_approvals(api, services)


def caller() -> Caller:
    """Return who acts on an investigation."""
    return Caller(identity().name, identity().person)


def _add_asking(api: Api, services: Services) -> None:
    """Add what everybody may do."""
    questions = services.investigations

    @api.operation(
        "POST",
        "/scans/<row:scan_id>/investigations",
        "Ask the security team to look at a scan; 200 where you have asked already and still wait",
        {200: InvestigationDetail, 201: InvestigationDetail},
        body=InvestigationBody,
    )
    @needs(Role.VIEWER)
    def ask_for_investigation(scan_id: int, body: InvestigationBody) -> Response:
        detail, fresh = questions.ask(scan_id, body.expected.value, body.comment, caller())
        return json(detail, 201 if fresh else 200)

    @api.operation(
        "GET", "/investigations", "Investigations, newest first", {200: InvestigationPage}, query=InvestigationQuery
    )
    @needs(Role.VIEWER)
    def list_investigations(query: InvestigationQuery) -> Response:
        filters = Filters(query.state, query.waiting, query.assignee, query.scan)
        results, cursor = questions.page(filters, query.cursor, query.limit)
        return json({"results": results, "next": None if cursor is None else str(cursor)})

    @api.operation(
        "GET", "/investigations/<row:investigation_id>", "One with what was said", {200: InvestigationDetail}
    )
    @needs(Role.VIEWER)
    def get_investigation(investigation_id: int) -> Response:
        detail = questions.detail(investigation_id)
        if detail is None:
            raise not_found("investigation with this id")
        return json(detail)

    @api.operation(
        "POST",
        "/investigations/<row:investigation_id>/remarks",
        "Add a remark",
        {201: InvestigationDetail},
        body=RemarkBody,
    )
    @needs(Role.VIEWER)
    def add_remark(investigation_id: int, body: RemarkBody) -> Response:
        return json(questions.say(investigation_id, body.text, caller()), 201)


def _add_looking(api: Api, services: Services, audit: Audit) -> None:
    """Add what analysts do, and withdrawing."""
    questions = services.investigations

    @api.operation(
        "PATCH",
        "/investigations/<row:investigation_id>",
        "Have somebody look at it, put it back into the queue, or withdraw your own",
        {200: InvestigationDetail},
        body=InvestigationChange,
    )
    @needs(Role.VIEWER)
    def change_investigation(investigation_id: int, body: InvestigationChange) -> Response:
        if body.state is State.WITHDRAWN:
            return json(questions.withdraw(investigation_id, caller()))
        if not allows(identity().role, Role.ANALYST):
            raise Problem(403, "forbidden", f"This needs the role {Role.ANALYST}; yours is {identity().role}.")
        if body.state is State.OPEN:
            return json(questions.reopen(investigation_id, caller()))
        return json(questions.take(investigation_id, body.assignee or identity().name, caller()))

    @api.operation(
        "POST",
        "/investigations/<row:investigation_id>/answer",
        "Answer it, with or without a verdict on the scan; whoever asked gets a mail",
        {200: InvestigationDetail},
        body=AnswerBody,
    )
    @needs(Role.ANALYST)
    def answer_investigation(investigation_id: int, body: AnswerBody) -> Response:
        return json(answer(services, investigation_id, body.comment, body.verdict))


def answer(services: Services, investigation_id: int, text: str, verdict: Verdict | None) -> dict[str, object]:
    """Answer a question, and give the verdict first that goes with it; return the investigation. Raises Rejected."""
    known = services.investigations.detail(investigation_id)
    if known is None:
        raise not_found("investigation with this id")
    if verdict is not None:
        services.verdicts.by_person(
            known["scan_id"],
            verdict,
            reason=f"Investigation {investigation_id}: {text}"[:1_000],
            actor=identity().name,
            subject=identity().person,
        )
    return services.investigations.answer(
        investigation_id, text, caller(), verdict=None if verdict is None else verdict.value
    )


def _add_approvals(api: Api, services: Services) -> None:
    """Add the verdicts that wait for a second person."""

    @api.operation(
        "GET", "/approvals", "Verdicts that wait for a second person", {200: ApprovalPage}, query=ApprovalQuery
    )
    @needs(Role.VIEWER)
    def list_approvals(query: ApprovalQuery) -> Response:
        results, cursor = services.approvals.page(query.cursor, query.limit, waiting=query.waiting, scan_id=query.scan)
        return json({"results": results, "next": None if cursor is None else str(cursor)})

    @api.operation(
        "POST",
        "/approvals/<row:approval_id>",
        "Agree, which gives the verdict, or refuse; not for whoever asked",
        {200: ApprovalModel},
        body=ApprovalBody,
    )
    @needs(Role.ANALYST)
    def decide_approval(approval_id: int, body: ApprovalBody) -> Response:
        decided = services.approvals.decide(
            approval_id, agree=body.agree, reason=body.reason, actor=identity().name, subject=identity().person
        )
        return json(decided)
