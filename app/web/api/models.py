"""The shapes of the API: what comes in is checked by them, what goes out is described by them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel, StringConstraints, WithJsonSchema

from app.engine.model import Confidence, Severity, Verdict
from app.findings.policy import LinkPolicy
from app.tickets.filters import Kind, State, moment
from app.tickets.lists import LONGEST_REASON, LONGEST_VALUE, EntryKind, Side
from app.tickets.service.queries import LARGEST_PAGE

_LARGEST_ID = 2**63 - 1


def _moment(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a time")
    return moment(str(value))


#: No NUL: PostgreSQL stores none.
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
Moment = Annotated[
    float,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "description": "ISO 8601 (UTC where it names no offset), or unix seconds."}),
]
Time = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Id = Annotated[int, Field(ge=1, le=_LARGEST_ID)]


class In(BaseModel):
    """What comes in: a name that we do not know is a mistake that must not pass silently."""

    model_config = ConfigDict(extra="forbid")


class Out(BaseModel):
    """What goes out. Answers are written from plain values; a test holds every one of them against its model."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(In):
    """Where a page begins and how long it is."""

    cursor: Id | None = Field(None, description="`next` of the page before.")
    limit: int = Field(50, ge=1, le=LARGEST_PAGE)


class ListSearch(PageQuery):
    """What a list is narrowed by."""

    kind: EntryKind | None = None
    q: Annotated[Text, Field(max_length=200)] | None = Field(
        None, description="Free text in value, reason and the name of whoever added the entry."
    )


class ListQuery(ListSearch):
    """A page of a list; ``format=csv`` gives all of it as a file."""

    format: Literal["json", "csv"] | None = None


class VerdictBody(In):
    """The verdict of a person."""

    verdict: Literal[Verdict.CLEAN, Verdict.MALICIOUS]
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = ""


class ListBody(In):
    """A new entry; without ``connection`` it counts for all of them."""

    kind: EntryKind
    value: Annotated[Text, Field(min_length=1, max_length=LONGEST_VALUE)]
    reason: Annotated[Text, Field(max_length=LONGEST_REASON)] = ""
    expires_at: Moment | None = None
    connection: Annotated[Text, Field(max_length=200)] | None = None


class ConnectionBody(In):
    """What is chosen for a connection."""

    links: LinkPolicy = Field(description="`note` tells of malicious links, `redact` takes them out of comments too.")


class Finding(Out):
    """One observation about one part of what was scanned; `where` names the containers, outermost first."""

    id: str
    severity: Severity
    where: str
    title: str
    evidence: str
    reference: str
    confidence: Confidence = Confidence.HIGH
    technique: str = ""


class Link(Out):
    """An address found in what was scanned: as written, and in canonical form without the wrappers it was in."""

    raw: str
    url: str
    where: str
    verdict: Verdict
    reasons: list[str]
    text: str = Field("", description="What a reader sees of it in markup; empty when that is the address itself.")
    at: int = Field(-1, description="Where it begins in the text it was found in; -1 when it stands nowhere as such.")
    wrapped: str = Field("", description="Canonical form of what was written, when a wrapper was taken off it.")
    via: list[str] = Field([], description="Names of the wrappers, outermost first.")


class Action(Out):
    """Something that is done about a scan: planned, sending, done or failed."""

    kind: str
    state: str
    attempts: int
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    error: str | None


class Scan(Out):
    """One file or link and what we think of it."""

    id: int
    connection: str
    ticket_id: int | None
    comment_id: int | None
    attachment_id: int | None
    kind: Kind
    name: str
    sha256: str | None
    size: int | None = Field(description="Bytes.")
    content_type: str | None
    verdict: Verdict
    verdict_by: Literal["engine", "list", "person"]
    state: State
    sender: str | None
    receiver: str | None
    channel: str | None
    findings: list[Finding]
    actions: list[Action]
    rules_version: str | None
    created_at: Time
    finished_at: Time | None
    url: str | None = Field(description="Where a link leads, in canonical form and without wrappers.")


class ScanDetail(Scan):
    """A scan with the links inside it, and why it failed when it did."""

    urls: list[Link]
    reason: str | None


class ScanPage(Out):
    """Scans, newest first; ``next`` is the cursor of the next page."""

    results: list[Scan]
    next: str | None


class Step(Out):
    """One step of a scan's history, and who took it."""

    at: Time
    who: str
    what: str
    from_: str | None = Field(alias="from")
    to: str
    reason: str


class History(Out):
    """Every step, oldest first."""

    results: list[Step]


class ListEntry(Out):
    """One entry of a list."""

    id: int
    kind: EntryKind
    value: str
    reason: str
    connection: str | None
    actor: str
    created_at: Time
    expires_at: Time | None
    hits: int = Field(description="How often it decided about a file or a link.")
    last_hit_at: Time | None


class ListPage(Out):
    """Entries, newest first; ``next`` is the cursor of the next page."""

    results: list[ListEntry]
    next: str | None


class Imported(Out):
    """What an import did."""

    added: int
    updated: int


class UpdatedOrImported(RootModel[ListEntry | Imported]):
    """The entry whose value stood already, or the counts of an import."""


class Connection(Out):
    """A connected tenant."""

    name: str
    base_url: str
    auth: str
    links: LinkPolicy
    created_at: Time


class Connections(Out):
    """Every connection, by name."""

    results: list[Connection]


class ScanCounts(Out):
    """Scans by verdict (of those that have one) and by state."""

    total: int
    by_verdict: dict[str, int]
    by_state: dict[str, int]


class ProblemDocument(BaseModel):
    """An error (RFC 9457). ``code`` is a stable word; ``errors`` says where a request does not fit."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, Any]] = []


#: So that the path parameter of the lists is described by the same words as the tables.
SIDES = [side.value for side in Side]
