"""The shapes of the API around policies: the document, its versions, simulations, exceptions from rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from app.engine.model import Verdict
from app.findings.mail_rules import Digest, Language
from app.findings.policies.document import LONGEST_TITLE, MOST_RECIPIENTS
from app.findings.policies.exceptions import LONGEST_REASON
from app.findings.policies.scope import MOST_NAMED, Trait
from app.findings.policies.types import MOST_TYPES
from app.findings.policy import Effect
from app.web.api.models import Id, In, Moment, Out, PageQuery, Text, Time

TakenOut = Literal["observe", "note", "quarantine"]
Cut = Literal["observe", "note", "redact"]
Reason = Annotated[Text, Field(max_length=LONGEST_REASON)]
Title = Annotated[Text, Field(min_length=1, max_length=LONGEST_TITLE)]
ConnectionName = Annotated[Text, Field(max_length=200)]
#: Characters of one name in a list: an address is the longest of them.
Name = Annotated[Text, Field(max_length=320)]


class FileChoices(In):
    """What each verdict on a file leads to."""

    malicious: TakenOut = "quarantine"
    restricted: TakenOut = "quarantine"
    suspicious: TakenOut = "observe"
    unknown: Literal["observe", "note", "hold"] = Field(
        default="observe", description="`hold`: out of the ticket, with a note and a mail, until a person judges it."
    )


class LinkChoices(In):
    """What each verdict on a link leads to."""

    malicious: Cut = "note"
    suspicious: Cut = "observe"
    unknown: Literal["observe", "note"] = "observe"


class PolicyScope(In):
    """The part of its connection's tickets that it is for; an empty list names nothing and holds for all."""

    brand_ids: Annotated[list[Id], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    group_ids: Annotated[list[Id], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    requesters: Annotated[list[Trait], Field(max_length=len(Trait))] = Field(default_factory=list)
    domains: Annotated[list[Name], Field(max_length=MOST_NAMED)] = Field(
        default_factory=list, description="Mail domains of requesters; only with the requester `listed`."
    )


class TypeChoices(In):
    """Restricted types: names of classes, or extensions with their dot."""

    added: Annotated[list[Name], Field(max_length=MOST_TYPES)] = Field(default_factory=list)
    lifted: Annotated[list[Name], Field(max_length=MOST_TYPES)] = Field(default_factory=list)


class MailChoices(In):
    """Language of notes and mails, quiet hours and digests."""

    language: Language = Language.ENGLISH
    quiet_start: Annotated[Text, Field(max_length=5)] = ""
    quiet_end: Annotated[Text, Field(max_length=5)] = ""
    zone: Annotated[Text, Field(max_length=64)] = "UTC"
    digest: Digest = Digest.OFF
    digest_hour: Annotated[int, Field(ge=0, le=23)] = 8
    most_an_hour: Annotated[int, Field(ge=1, le=1000)] = 20


class PolicyDocument(In):
    """What a policy says; what is left out is as in the policy that stands when nobody has written any."""

    scope: PolicyScope = PolicyScope()
    files: FileChoices = FileChoices()
    links: LinkChoices = LinkChoices()
    types: TypeChoices = TypeChoices()
    recipients: Annotated[list[Name], Field(max_length=MOST_RECIPIENTS)] = Field(default_factory=list)
    mail: MailChoices = MailChoices()
    four_eyes: bool = Field(False, description="Giving back a malicious file takes a second person.")
    observe_until: Moment | None = Field(
        None, description="Until then nothing is written to tickets; what would have been done is recorded."
    )

    def plain(self) -> dict[str, Any]:
        """Return it as plain data."""
        return self.model_dump(mode="json") | {"observe_until": self.observe_until}


class PolicyBody(In):
    """A new version of a policy."""

    policy: PolicyDocument
    title: Title | None = None
    reason: Reason = ""
    expected: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        None, description="Number of the version that you have read; another one in force is a 409."
    )


class NewPolicyBody(In):
    """The first version of a policy of a connection."""

    connection: ConnectionName
    policy: PolicyDocument
    title: Title | None = None
    reason: Reason = ""


class DraftBody(In):
    """A draft to simulate; with ``connection`` it is of a new policy."""

    policy: PolicyDocument


class NewDraftBody(DraftBody):
    """The same for a policy that does not exist yet."""

    connection: ConnectionName


class RestoreBody(In):
    """Why an older version is wanted again."""

    reason: Reason = ""


class PolicyQuery(In):
    """Which policies are listed."""

    connection: ConnectionName | None = Field(None, description="Only those that may decide on this connection.")


class ShownDocument(Out):
    """What a policy says."""

    scope: PolicyScope
    files: FileChoices
    links: LinkChoices
    types: TypeChoices
    recipients: list[str]
    mail: MailChoices
    four_eyes: bool
    observe_until: Time | None


class Policy(Out):
    """A policy in force. The default has the id null until somebody writes one; address it by `default`.

    `version` is the digest that decisions name, `number` counts the versions of this policy.
    """

    id: int | None
    is_default: bool
    connection: str | None
    title: str
    number: int
    version: str
    saved_at: Time | None
    author: str
    reason: str
    simulated: bool
    policy: ShownDocument


class Policies(Out):
    """The policies in force, the default first."""

    results: list[Policy]


class PolicyChange(Out):
    """One difference to the version before."""

    at: str
    before: Any
    after: Any


class PolicyVersion(Out):
    """One version: it is never changed."""

    number: int
    version: str
    title: str
    saved_at: Time
    author: str
    reason: str
    simulated: bool
    changes: list[PolicyChange]


class PolicyVersionDetail(PolicyVersion):
    """One version with all it says."""

    policy: ShownDocument


class PolicyVersions(Out):
    """Versions, newest first."""

    results: list[PolicyVersion]
    next: str | None


class Outcome(Out):
    """A verdict and what it orders."""

    verdict: Verdict
    effect: Effect


class SimulationCount(Out):
    """How many scans would have come out so instead of so."""

    from_: Outcome = Field(alias="from")
    to: Outcome
    scans: int


class Simulation(Out):
    """How far a simulation is and what it counted. `unplaced`: scans whose ticket was never read, so that policies of
    brands, groups and requesters were not applied to them.
    """

    id: int
    policy_id: int | None
    connection: str | None
    title: str
    expected: int | None
    version: str
    author: str
    state: Literal["running", "done", "failed"]
    since: Time
    created_at: Time
    finished_at: Time | None
    total: int
    looked: int
    changed: int
    listed: int
    unplaced: int
    counts: list[SimulationCount]
    policy: ShownDocument


class SimulatedScan(Out):
    """A scan that would have come out differently."""

    scan_id: int
    kind: str
    name: str
    ticket_id: int | None
    created_at: Time
    from_: Outcome = Field(alias="from")
    to: Outcome


class SimulatedScans(Out):
    """Such scans, newest first."""

    results: list[SimulatedScan]
    next: str | None


class ExceptionBody(In):
    """A rule that is not to count, and why. Without ``connection`` it counts nowhere."""

    rule: Annotated[Text, Field(min_length=1, max_length=80)]
    reason: Annotated[Text, Field(min_length=1, max_length=LONGEST_REASON)]
    connection: ConnectionName | None = None
    expires_at: Moment | None = Field(None, description="Analysts must name an end within 90 days.")
    scope: PolicyScope = PolicyScope()


class ExceptionQuery(PageQuery):
    """Which exceptions are listed."""

    rule: Annotated[Text, Field(max_length=80)] | None = None
    standing: bool = Field(False, description="Only those that hold now.")


class RuleException(Out):
    """An exception from a rule."""

    id: int
    rule: str
    connection: str | None
    scope: PolicyScope
    reason: str
    author: str
    created_at: Time
    expires_at: Time | None
    ended_at: Time | None
    ended_by: str | None
    holds: bool


class RuleExceptions(Out):
    """Exceptions, newest first."""

    results: list[RuleException]
    next: str | None
