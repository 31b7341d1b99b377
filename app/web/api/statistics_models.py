"""The shapes of ``/statistics``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from app.tickets.service.overview import Span
from app.web.api.models import In, Out, ScanCounts, Text, Time


class StatisticsQuery(In):
    """Of what the period tells; the other figures are about everything that is stored."""

    span: Span = Field(Span.DAY, description="How far back from now the period reaches.")
    connection: Annotated[Text, Field(max_length=200)] | None = None


class ActionCounts(Out):
    """Actions by state."""

    by_state: dict[str, int]


class UnknownCause(Out):
    """Why something could not be told: the id of a finding, ``not-fetched`` or ``other``."""

    cause: str
    count: int


class FalseAlarm(Out):
    """A rule that people overruled: ``count`` times by a verdict of clean, ``of`` so many verdicts it had a part in."""

    rule: str
    count: int
    of: int


class Period(Out):
    """What happened in a span of time. It is counted every half minute; ``counted_at`` is when that was."""

    span: Span
    connection: str | None
    counted_at: Time | None
    scanned: int = Field(description="Files and links judged for the first time.")
    by_verdict: dict[str, int]
    caught: int = Field(description="Files and links that something was done about.")
    caught_by_effect: dict[str, int]
    released: int = Field(description="Files that people gave back.")
    redactions: int
    seconds_to_redaction_p50: float | None = Field(
        description="From the comment's time in Zendesk until the redaction was read back: half were that fast."
    )
    seconds_to_redaction_p95: float | None
    comments_seen: int
    comments_scanned: int = Field(description="Comments of which nothing is left to be looked at.")
    unknown_by_cause: list[UnknownCause]
    false_alarms: list[FalseAlarm]


class Waiting(Out):
    """What waits now."""

    calls: int = Field(description="Webhook calls nobody has read yet.")
    scans: int = Field(description="Files and links still to be judged.")
    actions: int = Field(description="Deeds still to be done in tickets, and mails.")


class CallBudget(Out):
    """What is left of the calls that Zendesk allows an account each minute; nothing where it is not known."""

    connection: str
    limit: int | None
    remaining: int | None


class Statistics(Out):
    """Counts over everything that is stored, what waits now, and what happened lately."""

    scans: ScanCounts
    actions: ActionCounts
    webhook_calls_waiting: int
    mails_unsent: int
    waiting: Waiting
    call_budgets: list[CallBudget]
    period: Period
