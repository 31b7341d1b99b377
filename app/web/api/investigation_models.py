"""The shapes of the API around investigations and second persons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.engine.model import Verdict
from app.investigations.service import LONGEST_TEXT
from app.investigations.states import State
from app.tickets.service.approvals import LONGEST_REASON
from app.web.api.models import Id, In, Out, PageQuery, Text, Time

Words = Annotated[Text, Field(max_length=LONGEST_TEXT)]
Name = Annotated[Text, Field(min_length=1, max_length=100)]


class InvestigationBody(In):
    """What is asked: the verdict that was expected, and why."""

    expected: Verdict
    comment: Words = ""


class RemarkBody(In):
    """Something to be said about it."""

    text: Annotated[Words, Field(min_length=1)]


class InvestigationChange(In):
    """Where it goes. ``taken`` names who looks at it, yourself when left out."""

    state: Literal[State.OPEN, State.TAKEN, State.WITHDRAWN]
    assignee: Name | None = None

    @model_validator(mode="after")
    def _assignee_of_taken(self) -> InvestigationChange:
        if self.assignee is not None and self.state is not State.TAKEN:
            raise ValueError("'assignee' goes with the state 'taken'.")
        return self


class AnswerBody(In):
    """The answer, and the verdict that goes with it; without one the scan stays as it is."""

    comment: Annotated[Words, Field(min_length=1)]
    verdict: Literal[Verdict.CLEAN, Verdict.MALICIOUS] | None = None


class InvestigationQuery(PageQuery):
    """What the queue is narrowed by."""

    state: State | None = None
    waiting: bool | None = Field(None, description="Whether nobody has answered yet.")
    assignee: Name | None = None
    scan: Id | None = None


class Remark(Out):
    """What somebody said."""

    author: str
    text: str
    created_at: Time


class InvestigationModel(Out):
    """A question about a scan. ``stood`` is the verdict when it was asked, ``stands`` the one now."""

    id: int
    scan_id: int
    scan_name: str
    url: str | None
    kind: str
    connection: str
    asked_by: str
    expected: Verdict
    stood: Verdict
    stands: Verdict
    question: str
    state: State
    assignee: str | None
    answer: str | None
    answered_by: str | None
    verdict: Verdict | None
    created_at: Time
    changed_at: Time
    answered_at: Time | None


class InvestigationDetail(InvestigationModel):
    """The same with what was said."""

    remarks: list[Remark]


class InvestigationPage(Out):
    """Some of them, newest first."""

    results: list[InvestigationModel]
    next: str | None


class ApprovalQuery(PageQuery):
    """What the requests are narrowed by."""

    waiting: bool | None = None
    scan: Id | None = None


class ApprovalBody(In):
    """What the second person says."""

    agree: bool
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = ""


class ApprovalModel(Out):
    """A verdict that somebody wants, and what became of it."""

    id: int
    scan_id: int
    scan_name: str
    url: str | None
    connection: str
    stands: Verdict
    verdict: Verdict
    reason: str
    asked_by: str
    state: Literal["waiting", "agreed", "refused", "overtaken"]
    decided_by: str | None
    decided_reason: str | None
    created_at: Time
    decided_at: Time | None


class ApprovalPage(Out):
    """Some of them, newest first."""

    results: list[ApprovalModel]
    next: str | None
