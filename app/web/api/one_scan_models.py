"""The shapes of what the API says about one scan beyond the scan itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from app.engine.model import Verdict
from app.findings.policy import Effect
from app.tickets.filters import Kind, State
from app.web.api.models import In, Out, PageQuery, Text, Time


class EffectsQuery(In):
    """Which verdict is asked about."""

    verdict: Literal[Verdict.CLEAN, Verdict.MALICIOUS]


class EffectLine(Out):
    """One thing that would follow: a word for programs and a sentence for people."""

    what: str
    text: str


class VerdictEffects(Out):
    """What a verdict would do to the ticket if the caller gave it now; nothing was done."""

    verdict: Verdict
    possible: bool = Field(description="Whether the caller may give it now.")
    summary: str
    orders: Effect
    effects: list[EffectLine]
    note: str = Field(description="The note that agents would read, as text; empty when none is written.")


class SightingsQuery(PageQuery):
    """A page of sightings."""


class Sighting(Out):
    """Another scan of the same content or link."""

    id: int
    connection: str
    ticket_id: int | None
    comment_id: int | None
    kind: Kind
    name: str
    url: str | None
    verdict: Verdict
    verdict_by: Literal["engine", "list", "person"]
    state: State
    created_at: Time


class SightingPage(Out):
    """Where else it was seen, newest first."""

    results: list[Sighting]
    next: str | None
    count: int = Field(description="At most 1,000 are counted.")
    first_at: Time | None
    last_at: Time | None


class Deed(Out):
    """An action with what was noted while it was done."""

    id: int
    kind: str
    state: str
    attempts: int
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    next_at: Time | None
    error: str | None
    notes: list[str]


class Deeds(Out):
    """Every action about a scan, oldest first."""

    results: list[Deed]


class RuleQuery(In):
    """Which rule is asked for: the id of a finding."""

    finding: Text = Field(min_length=1, max_length=200)


class Rule(Out):
    """A rule as it is written today; ``same_version`` says whether it is the very one that decided."""

    finding: str
    rule: str
    file: str
    line: int
    text: str
    metadata: dict[str, str]
    same_version: bool
    rules_version: str = Field(description="Of the rules in use now.")


class PreviewPage(Out):
    """One drawn page."""

    number: int
    width: int
    height: int


class Preview(Out):
    """What could be drawn of a file; each page is fetched by its number."""

    shows: Literal["nothing", "picture", "pages", "text", "mail", "office_text", "listing"]
    total: int = Field(description="Pages of the file, drawn or not.")
    about: list[str] = Field(description="What to know of the pictures, and why there are no more.")
    pages: list[PreviewPage]


#: What is left out of an action: the workers' own notes hold addresses that open files.
DEED_FIELDS = tuple(Deed.model_fields)


def deed(action: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    """Return an action as it goes out."""
    return {name: {**action, "notes": notes}[name] for name in DEED_FIELDS}
