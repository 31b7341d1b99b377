"""The shapes of the routes about the audit trail."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr

from app.findings.audit.entry import LONGEST_ACTOR, LONGEST_EVENT, LONGEST_SUBJECT
from app.findings.audit.stream import BodyFormat, Framing, StreamKind, Transport
from app.web.api.models import In, Moment, Out, PageQuery, Text, Time


class AuditQuery(PageQuery):
    """What the audit trail is narrowed by; all conditions hold together, ``until`` is not included."""

    actor: Annotated[Text, Field(max_length=LONGEST_ACTOR)] | None = None
    event: Annotated[Text, Field(max_length=LONGEST_EVENT)] | None = None
    subject: Annotated[Text, Field(max_length=LONGEST_SUBJECT)] | None = None
    since: Moment | None = None
    until: Moment | None = None


class ExportQuery(In):
    """What is exported, and how it is written: our own JSON lines, the OCSF form of them, or CSV."""

    actor: Annotated[Text, Field(max_length=LONGEST_ACTOR)] | None = None
    event: Annotated[Text, Field(max_length=LONGEST_EVENT)] | None = None
    subject: Annotated[Text, Field(max_length=LONGEST_SUBJECT)] | None = None
    since: Moment | None = None
    until: Moment | None = None
    format: Literal["jsonl", "csv", "ocsf"] = "jsonl"


class AuditLine(Out):
    """Who did what to what, when and from where. ``hash`` covers all of it and ``previous``, the row before."""

    id: int
    at: Time
    actor: str
    event: str
    subject: str
    connection_id: int | None
    detail: dict[str, Any]
    origin: dict[str, str]
    previous: str | None
    hash: str | None


class AuditPage(Out):
    """The audit trail, newest first."""

    results: list[AuditLine]
    next: str | None


class Break(Out):
    """Where the chain breaks first."""

    row_id: int
    kind: str
    what: str
    meaning: str


class SignedHead(Out):
    """A row that the service signed as the newest one."""

    row_id: int
    hash: str
    at: Time
    key_id: str
    signature: str


class ChainState(Out):
    """How the watch over the chain stands. ``read_to`` is where the pass that is under way has got to."""

    state: Literal["whole", "broken", "unknown"]
    head: int
    hash: str
    signed: SignedHead | None
    read_to: int
    whole_at: Time | None
    whole_rows: int
    problem: Break | None
    problem_at: Time | None


class FileOptions(In):
    """JSON lines in ``HOME/audit/NAME.jsonl``: nothing to choose."""


class SyslogOptions(In):
    """Where syslog goes."""

    host: Annotated[Text, Field(max_length=253)]
    port: int = Field(6514, ge=1, le=65_535)
    transport: Transport = Transport.TLS
    framing: Framing = Framing.COUNTED


class WebhookOptions(In):
    """Where batches are posted."""

    url: Annotated[Text, Field(max_length=2_000)]
    format: BodyFormat = BodyFormat.NDJSON


class StreamSecret(In):
    """What a webhook is sent with; both are kept sealed and never shown again."""

    token: SecretStr = SecretStr("")
    signing_key: SecretStr = SecretStr("")


class StreamBody(In):
    """A new stream: exactly the options of its kind."""

    name: Annotated[Text, Field(max_length=63)]
    file: FileOptions | None = None
    syslog: SyslogOptions | None = None
    webhook: WebhookOptions | None = None
    secret: StreamSecret | None = None
    from_start: bool = Field(False, description="All there is, not only what is written from now on.")


class StreamChange(In):
    """What is changed of a stream; what is left out stays as it is."""

    enabled: bool | None = None
    syslog: SyslogOptions | None = None
    webhook: WebhookOptions | None = None
    secret: StreamSecret | None = None


class AuditStream(Out):
    """A stream and how it stands: ``behind`` events wait, the oldest since ``waiting_since``."""

    id: int
    name: str
    kind: StreamKind
    options: dict[str, Any]
    enabled: bool
    has_secret: bool
    sent: int
    sent_at: Time | None
    behind: int
    waiting_since: Time | None
    failures: int
    next_at: Time | None
    problem: str


class AuditStreamList(Out):
    """Every stream, by name."""

    results: list[AuditStream]
