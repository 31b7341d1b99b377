"""What the client returns: small values, read from documents that are not to be trusted.

An entry without an id is skipped with a warning; any other field that is missing or of a wrong type is empty. Times are
unix seconds in UTC, sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from app.adapters.zendesk.fields import flag, identity, mapping, mappings, moment, number, path, text

_log = structlog.get_logger()
_Record = TypeVar("_Record")


@dataclass(frozen=True, slots=True)
class Me:
    """The user that the connection acts as. ``role``: ``admin``, ``agent`` or ``end-user``."""

    id: int
    role: str
    custom_role_id: int | None
    email_present: bool
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a comment. Name and type are what the sender or Zendesk said, never proof of anything."""

    id: int
    file_name: str
    content_url: str = field(repr=False)
    mapped_content_url: str = field(repr=False)
    content_type: str
    size: int | None
    inline: bool
    #: ``not_scanned``, ``malware_not_found``, ``malware_found``, ``failed_to_scan``, or empty.
    malware_scan_result: str
    malware_access_override: bool
    thumbnail_urls: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_held_back(self) -> bool:
        """Whether Zendesk's own scanner found malware and nobody allowed access nevertheless."""
        return self.malware_scan_result == "malware_found" and not self.malware_access_override


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a ticket. The addresses are the author's and, for mails, those of the message; empty when unknown.

    ``public`` is None when the answer does not say.
    """

    id: int
    author_id: int | None
    author_email: str = field(repr=False)
    author_name: str = field(repr=False)
    body: str = field(repr=False)
    html_body: str = field(repr=False)
    public: bool | None
    created_at: float | None
    channel: str
    from_address: str = field(repr=False)
    to_address: str = field(repr=False)
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket. ``updated_stamp`` is the time of its last change as Zendesk wrote it, for safe updates."""

    id: int
    status: str
    updated_at: float | None
    updated_stamp: str
    subject: str = field(repr=False)
    requester_id: int | None
    tags: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def is_closed(self) -> bool:
        """Whether the ticket takes no more comments."""
        return self.status == "closed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be attached. ``expires_at`` is what Zendesk says; it promises only 60 minutes."""

    token: str = field(repr=False)
    attachment_id: int | None
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class NoteWritten:
    """What the answer to a note tells: its comment, the files on it, and whether it is public (None: not said)."""

    comment_id: int | None
    attachment_ids: tuple[int, ...]
    public: bool | None
    updated_stamp: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook of the account."""

    id: str
    name: str
    endpoint: str
    status: str
    subscriptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WebhookTest:
    """What our endpoint answered to a test call of Zendesk's; None when it answered nothing."""

    status_code: int | None
    payload: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger of the account, its conditions and actions as they came."""

    id: int
    title: str
    active: bool
    conditions: Mapping[str, Any]
    actions: tuple[Mapping[str, Any], ...]

    def calls(self, webhook_id: str) -> bool:
        """Whether one of its actions calls this webhook."""
        return any(
            action.get("field") == "notification_webhook" and text(_first(action.get("value"))) == webhook_id
            for action in self.actions
        )


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """A change of a ticket. ``comments`` holds what the change added; ``has_comment`` also when it is not shown.

    ``texts`` are the words it wrote elsewhere: pairs of a place (``subject``, or ``field`` and its id) and the text.
    """

    id: int
    ticket_id: int
    timestamp: float | None
    updater_id: int | None
    has_comment: bool
    comments: tuple[Comment, ...]
    texts: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class TicketEventsPage:
    """Up to 1,000 changes. ``end_time`` (unix seconds) is where the next page starts; None when there were none."""

    events: tuple[TicketEvent, ...]
    end_time: float | None
    end_of_stream: bool


def read_all(kind: str, entries: Any, read: Callable[[Mapping[str, Any]], _Record | None]) -> list[_Record]:
    """Return the records of a list; entries that cannot be read are skipped and counted in a warning."""
    given = entries if isinstance(entries, list) else []
    records = [record for entry in mappings(given) if (record := read(entry)) is not None]
    if len(records) < len(given):
        _log.warning("zendesk.entries_skipped", kind=kind, skipped=len(given) - len(records))
    return records


def read_me(user: Mapping[str, Any]) -> Me | None:
    """Read the current user; None for the anonymous one, who stands for refused credentials."""
    user_id = identity(user.get("id"))
    if user_id is None:
        return None
    return Me(
        id=user_id,
        role=text(user.get("role")),
        custom_role_id=identity(user.get("custom_role_id")),
        email_present=bool(text(user.get("email"))),
        is_suspended=flag(user.get("suspended")) is True,
    )


def read_attachment(entry: Mapping[str, Any]) -> Attachment | None:
    """Read an attachment; None without an id."""
    attachment_id = identity(entry.get("id"))
    if attachment_id is None:
        return None
    size = number(entry.get("size"))
    return Attachment(
        id=attachment_id,
        file_name=text(entry.get("file_name")),
        content_url=text(entry.get("content_url")),
        mapped_content_url=text(entry.get("mapped_content_url")),
        content_type=text(entry.get("content_type")),
        size=size if size is not None and size >= 0 else None,
        inline=flag(entry.get("inline")) is True,
        malware_scan_result=text(entry.get("malware_scan_result")),
        malware_access_override=flag(entry.get("malware_access_override")) is True,
        thumbnail_urls=tuple(
            url for item in mappings(entry.get("thumbnails")) if (url := text(item.get("content_url")))
        ),
    )


def read_comment(entry: Mapping[str, Any], users: Mapping[int, Mapping[str, Any]] | None = None) -> Comment | None:
    """Read a comment; None without an id. ``users`` are the side-loaded people by id."""
    comment_id = identity(entry.get("id"))
    if comment_id is None:
        return None
    author_id = identity(entry.get("author_id"))
    author = (users or {}).get(author_id or 0, {})
    return Comment(
        id=comment_id,
        author_id=author_id,
        author_email=text(author.get("email")),
        author_name=text(author.get("name")),
        body=text(entry.get("body")) or text(entry.get("plain_body")),
        html_body=text(entry.get("html_body")),
        public=flag(entry.get("public")),
        created_at=moment(entry.get("created_at")),
        channel=text(path(entry, ("via", "channel"))),
        from_address=text(path(entry, ("via", "source", "from", "address"))),
        to_address=text(path(entry, ("via", "source", "to", "address"))),
        attachments=tuple(read_all("attachment", entry.get("attachments"), read_attachment)),
    )


def read_ticket(entry: Mapping[str, Any]) -> Ticket | None:
    """Read a ticket; None without an id."""
    ticket_id = identity(entry.get("id"))
    if ticket_id is None:
        return None
    tags = entry.get("tags")
    return Ticket(
        id=ticket_id,
        status=text(entry.get("status")).lower(),
        updated_at=moment(entry.get("updated_at")),
        updated_stamp=text(entry.get("updated_at")),
        subject=text(entry.get("subject")),
        requester_id=identity(entry.get("requester_id")),
        tags=tuple(text(tag) for tag in tags if text(tag)) if isinstance(tags, list) else tuple(text(tags).split()),
        raw=entry,
    )


def read_note(document: Mapping[str, Any]) -> NoteWritten:
    """Read the answer to an update that carried a comment: the audit's event of type Comment tells of it."""
    events = mappings(path(document, ("audit", "events")))
    event = next((item for item in events if item.get("type") == "Comment"), {})
    files = read_all("attachment", event.get("attachments"), read_attachment)
    return NoteWritten(
        comment_id=identity(event.get("id")),
        attachment_ids=tuple(file.id for file in files),
        public=flag(event.get("public")),
        updated_stamp=text(path(document, ("ticket", "updated_at"))),
    )


def read_webhook(entry: Mapping[str, Any]) -> Webhook | None:
    """Read a webhook; None without an id."""
    webhook_id = text(entry.get("id"))
    if not webhook_id:
        return None
    given = entry.get("subscriptions")
    subscriptions = tuple(text(name) for name in given if text(name)) if isinstance(given, list) else ()
    return Webhook(
        webhook_id, text(entry.get("name")), text(entry.get("endpoint")), text(entry.get("status")), subscriptions
    )


def read_trigger(entry: Mapping[str, Any]) -> Trigger | None:
    """Read a trigger; None without an id."""
    trigger_id = identity(entry.get("id"))
    if trigger_id is None:
        return None
    return Trigger(
        id=trigger_id,
        title=text(entry.get("title")),
        active=flag(entry.get("active")) is not False,
        conditions=mapping(entry.get("conditions")),
        actions=tuple(mappings(entry.get("actions"))),
    )


def read_event(entry: Mapping[str, Any]) -> TicketEvent | None:
    """Read a change of a ticket; None without an id or a ticket."""
    event_id, ticket_id = identity(entry.get("id")), identity(entry.get("ticket_id"))
    if event_id is None or ticket_id is None:
        return None
    children = mappings(entry.get("child_events"))
    shown = [child for child in children if "Comment" in (child.get("event_type"), child.get("type"))]
    timestamp = moment(entry.get("timestamp"))
    return TicketEvent(
        id=event_id,
        ticket_id=ticket_id,
        timestamp=moment(entry.get("created_at")) if timestamp is None else timestamp,
        updater_id=identity(entry.get("updater_id")),
        has_comment=bool(shown) or any(flag(child.get("comment_present")) for child in children),
        comments=tuple(read_all("comment", shown, read_comment)),
        texts=tuple(pair for child in children for pair in _texts(child)),
    )


def _texts(child: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a change wrote into the subject and into fields of the account's own."""
    if "Comment" in (child.get("event_type"), child.get("type")):
        return []
    fields = mapping(child.get("custom_ticket_fields"))
    found = [("subject", text(child.get("subject")))]
    found += [(f"field {number}", text(value)) for key, value in fields.items() if (number := identity(key))]
    return [(place, words) for place, words in found if words]


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value
