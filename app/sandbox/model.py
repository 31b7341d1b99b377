"""The things a tenant holds: users, tickets, comments, attachments, webhooks, triggers, tokens. Data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Numbers of the channels in trigger conditions (``via_id``), as the trigger definitions list them.
VIA_IDS = {"web": 0, "email": 4, "api": 5, "chat": 29, "web_widget": 48}


@dataclass
class User:
    """A person of the tenant. ``role`` is ``admin``, ``agent`` or ``end-user``."""

    id: int
    name: str
    email: str
    role: str
    created_at: float
    may_redact: bool = True


@dataclass
class Attachment:
    """One file of a comment or of an upload.

    ``token`` stands in the public address of the file; a redaction gives the slot a new one, so the old address dies.
    ``before`` is what listings still show until ``visible_at``, because a redaction is visible only a little later.
    """

    id: int
    token: str
    file_name: str
    content: bytes
    content_type: str
    inline: bool = False
    width: int | None = None
    height: int | None = None
    thumbnails: list[Attachment] = field(default_factory=list)
    malware_scan_result: str = "malware_not_found"
    malware_access_override: bool = False
    redacted: bool = False
    before: Attachment | None = None
    visible_at: float = 0.0
    #: What the file was called when it came, for the help-desk page alone: the API forgets it.
    original_name: str = ""


@dataclass
class Comment:
    """One message of a ticket; ``channel`` is how it came (``web``, ``email``, ``api``…)."""

    id: int
    ticket_id: int
    author_id: int
    text: str
    html: str
    public: bool
    channel: str
    audit_id: int
    created_at: float
    attachments: list[Attachment] = field(default_factory=list)
    #: Whether it was written as HTML; a plain one gets its HTML, with clickable addresses, when it is shown.
    rich: bool = False


@dataclass
class Audit:
    """One update of a ticket and its events. A comment event holds only ``comment_id``; the view adds the rest."""

    id: int
    ticket_id: int
    author_id: int
    channel: str
    created_at: float
    events: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Ticket:
    """A ticket with its comments and audits, oldest first. ``archived``: closed, and moved to cold storage."""

    id: int
    subject: str
    status: str
    requester_id: int
    submitter_id: int
    channel: str
    created_at: float
    updated_at: float
    tags: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    #: Values of the account's own fields, by the number of the field.
    custom: dict[int, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    archived: bool = False


@dataclass
class Upload:
    """Files that wait under one token until a comment uses them."""

    token: str
    user_id: int
    expires_at: float
    attachments: list[Attachment] = field(default_factory=list)


@dataclass
class Webhook:
    """A webhook; ``secret`` signs its calls. ``settings`` are the remaining properties as they were given."""

    id: str
    name: str
    endpoint: str
    http_method: str
    request_format: str
    status: str
    subscriptions: list[str]
    secret: str
    created_at: float
    created_by: int
    updated_at: float
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class Trigger:
    """A business rule: when ``conditions`` hold after an update, do ``actions``."""

    id: int
    title: str
    active: bool
    position: int
    conditions: dict[str, list[dict[str, Any]]]
    actions: list[dict[str, Any]]
    created_at: float
    updated_at: float
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass
class OAuthClient:
    """A registered client. ``allowed_scopes`` None is an older client, for which nothing is checked when asking."""

    id: int
    identifier: str
    secret: str
    user_id: int
    allowed_scopes: frozenset[str] | None = None
    redirect_uris: tuple[str, ...] = ()
    kind: str = "confidential"


@dataclass
class AccessToken:
    """An access token and, for some grants, its refresh token. Times are unix seconds, None never ends."""

    id: int
    token: str
    client_id: int
    user_id: int
    scopes: tuple[str, ...]
    expires_at: float | None
    refresh_token: str | None = None
    refresh_expires_at: float | None = None


@dataclass
class AuthorizationCode:
    """A code that a person's consent gave to a client; good once and for 120 s."""

    code: str
    client_id: int
    user_id: int
    redirect_uri: str
    scopes: tuple[str, ...]
    expires_at: float
    challenge: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who makes a call and with which scopes; ``scopes`` None may do everything (an API token)."""

    user: User
    scopes: tuple[str, ...] | None = None


@dataclass
class Invocation:
    """One delivery of one webhook with all its attempts, for the invocations list and for tests."""

    id: str
    webhook_id: str
    status: str
    created_at: float
    body: bytes
    event_type: str
    attempts: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class Data:
    """Everything the tenant knows. One object, so that a copy of it is a picture of one moment."""

    users: dict[int, User] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    triggers: dict[int, Trigger] = field(default_factory=dict)
    clients: dict[str, OAuthClient] = field(default_factory=dict)
    access_tokens: dict[str, AccessToken] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    api_tokens: set[str] = field(default_factory=set)
    invocations: list[Invocation] = field(default_factory=list)
    #: Public address token to the file that it serves.
    files: dict[str, Attachment] = field(default_factory=dict)
