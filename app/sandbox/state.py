"""The tenant's memory and what may happen to tickets in it. Thread-safe by one lock; never sees a request.

A restart is a reset. Every change of a ticket is an audit, and every audit is told to ``listeners`` (the triggers and
event webhooks) while the lock is held, so that they see the ticket as it was changed.
"""

from __future__ import annotations

import copy
import mimetypes
import random
import struct
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.sandbox import errors, samples, text
from app.sandbox.model import Attachment, Audit, Comment, Data, Ticket, Upload, User
from app.sandbox.switches import Switches

TICKET_FIELDS = frozenset({"priority", "type", "assignee_id", "group_id", "external_id", "organization_id", "due_at"})
STATUSES = ("new", "open", "pending", "hold", "solved", "closed")


@dataclass
class NewComment:
    """What someone writes: plain ``body`` or ``html``; ``public`` None takes the default of the ticket."""

    body: str = ""
    html: str | None = None
    public: bool | None = None
    author_id: int | None = None
    attachments: list[Attachment] = field(default_factory=list)
    uploads: Sequence[str] = ()


@dataclass(frozen=True)
class Update:
    """One change of a ticket as triggers see it. ``kind`` is ``Create`` or ``Change``; ``channel`` how it came."""

    ticket: Ticket
    audit: Audit
    actor: User
    kind: str
    channel: str
    comment: Comment | None = None


class State:
    """All that happens to users, tickets, comments, attachments and uploads."""

    def __init__(
        self,
        switches: Switches | None = None,
        *,
        seed: int = 1,
        now: Callable[[], float] = time.time,
        data: Data | None = None,
    ) -> None:
        self.switches = switches or Switches()
        self.now = now
        self.data = data or Data()
        self.lock = threading.RLock()
        self.random = random.Random(seed)  # noqa: S311 -- tokens of a pretend tenant, repeatable on purpose
        self.listeners: list[Callable[[Update], None]] = []
        self._last_id = 30_000_000_000_000 + self.random.randrange(10**9)

    def snapshot(self) -> State:
        """Return a copy that stays as this moment is, for stale reads. It tells no listeners."""
        with self.lock:
            moment = self.now()
            return State(self.switches, now=lambda: moment, data=copy.deepcopy(self.data))

    def new_id(self) -> int:
        """Return the next number of any record except tickets: rising, with gaps, beyond 32 bits."""
        with self.lock:
            self._last_id += 1 + self.random.randrange(40)
            return self._last_id

    def new_token(self, length: int = 32) -> str:
        """Return a fresh token of letters and digits."""
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        with self.lock:
            return "".join(self.random.choices(letters, k=length))

    # People

    def add_user(self, name: str, email: str, role: str = "end-user") -> User:
        """Add a person and return it."""
        with self.lock:
            user = User(self.new_id(), name, email, role, self.now())
            self.data.users[user.id] = user
            return user

    def user(self, user_id: int) -> User:
        """Return a person; raises the API's 404."""
        try:
            return self.data.users[user_id]
        except KeyError:
            raise errors.not_found() from None

    def user_by_email(self, email: str) -> User | None:
        """Return the person with this address, None when there is none."""
        return next((user for user in self.data.users.values() if user.email.lower() == email.lower()), None)

    # Tickets

    def ticket(self, ticket_id: int) -> Ticket:
        """Return a ticket; raises the API's 404."""
        try:
            return self.data.tickets[ticket_id]
        except KeyError:
            raise errors.not_found() from None

    def create_ticket(
        self,
        actor: User,
        subject: str,
        comment: NewComment,
        *,
        requester: User | None = None,
        channel: str = "api",
        tags: Sequence[str] = (),
        fields: dict[str, Any] | None = None,
        custom: dict[int, Any] | None = None,
    ) -> Ticket:
        """Add a ticket with its first comment, tell the triggers, and return it."""
        with self.lock:
            now, ticket_id = self.now(), max(self.data.tickets, default=0) + 1
            owner = requester or actor
            ticket = Ticket(ticket_id, subject, "new", owner.id, actor.id, channel, now, now, list(tags))
            ticket.fields.update(fields or {})
            self.data.tickets[ticket_id] = ticket
            audit = self._audit(ticket, actor, channel)
            audit.events.append(self._event("Create", field_name="subject", value=subject))
            audit.events.append(self._event("Create", field_name="status", value="new"))
            for number, value in (custom or {}).items():
                ticket.custom[number] = value
                audit.events.append(self._event("Create", field_name=str(number), value=value))
            added = self._add_comment(ticket, audit, actor, comment, channel)
            self._tell(Update(ticket, audit, actor, "Create", channel, added))
            return ticket

    def update_ticket(
        self,
        ticket_id: int,
        actor: User,
        changes: dict[str, Any],
        comment: NewComment | None = None,
        *,
        channel: str = "api",
        custom: dict[int, Any] | None = None,
    ) -> tuple[Ticket, Audit]:
        """Change a ticket: ``subject``, ``status``, ``tags`` and the fields of ``TICKET_FIELDS``, add a comment,
        and set the account's own fields by their numbers (``custom``).

        Raises the recorded 422 for a closed ticket and the 422 of uploads for an unusable upload token.
        """
        with self.lock:
            ticket = self.ticket(ticket_id)
            if ticket.status == "closed":
                raise errors.closed_ticket()
            if "status" in changes and changes["status"] not in STATUSES:
                raise errors.record_invalid("status", f"Status: {changes['status']} is not included in the list")
            audit = self._audit(ticket, actor, channel)
            added = self._add_comment(ticket, audit, actor, comment, channel) if comment else None
            for name, value in changes.items():
                self._change(ticket, audit, name, value)
            for number, value in (custom or {}).items():
                before, ticket.custom[number] = ticket.custom.get(number), value
                if before != value:
                    audit.events.append(
                        self._event("Change", field_name=str(number), value=value, previous_value=before)
                    )
            self._tell(Update(ticket, audit, actor, "Change", channel, added))
            return ticket, audit

    def archive(self, ticket_id: int) -> None:
        """Close a ticket and move it to cold storage, as the tenant does 120 days after closing. No trigger sees it."""
        with self.lock:
            ticket = self.ticket(ticket_id)
            ticket.status, ticket.archived = "closed", True

    def _change(self, ticket: Ticket, audit: Audit, name: str, value: Any) -> None:
        if name in ("subject", "status", "tags", "requester_id"):
            before = getattr(ticket, name)
            setattr(ticket, name, value)
        else:
            before = ticket.fields.get(name)
            ticket.fields[name] = value
        if before != value:
            audit.events.append(self._event("Change", field_name=name, value=value, previous_value=before))

    def _audit(self, ticket: Ticket, actor: User, channel: str) -> Audit:
        audit = Audit(self.new_id(), ticket.id, actor.id, channel, self.now())
        ticket.audits.append(audit)
        return audit

    def _event(self, kind: str, **values: Any) -> dict[str, Any]:
        return {"id": self.new_id(), "type": kind, **values}

    def _tell(self, update: Update) -> None:
        update.ticket.updated_at = self.now()
        for listener in self.listeners:
            listener(update)

    def record(self, ticket: Ticket, actor: User, channel: str, events: Sequence[dict[str, Any]]) -> Audit:
        """Write an update that is neither a comment nor a field (a redaction) and tell the triggers of it."""
        with self.lock:
            audit = self._audit(ticket, actor, channel)
            audit.events += [self._event(**event) for event in events]
            if ticket.status != "closed":  # business rules do not run on closed tickets
                self._tell(Update(ticket, audit, actor, "Change", channel))
            return audit

    # Comments

    def _add_comment(self, ticket: Ticket, audit: Audit, actor: User, new: NewComment, channel: str) -> Comment:
        files = [*new.attachments, *self._consume(new.uploads)]
        public = new.public
        if public is None:
            public = ticket.comments[0].public if ticket.comments else True
        author = self.user(new.author_id) if new.author_id is not None else actor
        html = text.safe_html(new.html) if new.html is not None else text.html_of_text(new.body)
        written = text.plain_text(new.html) if new.html is not None else text.collapsed(new.body)
        event = self._event("Comment")
        comment = Comment(
            event["id"], ticket.id, author.id, written, html, public, channel, audit.id, self.now(), files
        )
        comment.rich = new.html is not None
        event["comment_id"] = comment.id
        ticket.comments.append(comment)
        audit.events.append(event)
        return comment

    def comment(self, ticket_id: int, comment_id: int) -> Comment:
        """Return a comment of a ticket; raises the API's 404."""
        for comment in self.ticket(ticket_id).comments:
            if comment.id == comment_id:
                return comment
        raise errors.not_found()

    # Attachments

    def new_attachment(
        self, name: str, content: bytes, content_type: str | None = None, *, inline: bool = False
    ) -> Attachment:
        """Return a file with its public address; images get their size and a thumbnail. It belongs to nothing yet."""
        with self.lock:
            kind = content_type or mimetypes.guess_type(name)[0] or "application/octet-stream"
            result = self.switches.malware_scan_result
            made = Attachment(
                self.new_id(), self.new_token(25), name, content, kind, inline, malware_scan_result=result
            )
            made.original_name = name
            self.data.files[made.token] = made
            size = _png_size(content)
            if kind.startswith("image/") and size:
                made.width, made.height = size
                thumbnail = Attachment(self.new_id(), self.new_token(25), _thumb_name(name), samples.png(80, 60), kind)
                thumbnail.width, thumbnail.height = 80, 60
                self.data.files[thumbnail.token] = thumbnail
                made.thumbnails.append(thumbnail)
            return made

    def attachment(self, attachment_id: int) -> Attachment:
        """Return an attachment of any comment or upload by its number; raises the API's 404."""
        for attachment in list(self.data.files.values()):
            if attachment.id == attachment_id:
                return attachment
        raise errors.not_found()

    def file(self, token: str) -> Attachment:
        """Return the file behind a public address; raises the API's 404 once it was redacted."""
        try:
            return self.data.files[token]
        except KeyError:
            raise errors.not_found() from None

    def shown(self, attachment: Attachment) -> Attachment:
        """Return the attachment as listings show it now: a redaction is seen only after its delay."""
        if attachment.before is not None and self.now() < attachment.visible_at:
            return attachment.before
        return attachment

    # Uploads

    def upload(self, user: User, name: str, content: bytes, content_type: str | None, token: str | None) -> Upload:
        """Store a file under a new upload token or an existing one; raises the API's 422 when either is unusable."""
        with self.lock:
            upload = self._open_upload(token) if token else None
            if not name or len(content) > self.switches.attachment_size:
                raise errors.attachment_unprocessable()
            if upload is None:
                upload = Upload(self.new_token(22), user.id, self.now() + self.switches.upload_lifetime)
                self.data.uploads[upload.token] = upload
            upload.attachments.append(self.new_attachment(name, content, content_type))
            return upload

    def delete_upload(self, token: str) -> None:
        """Forget an upload and its files; raises the API's 404."""
        with self.lock:
            upload = self.data.uploads.pop(token, None)
            if upload is None:
                raise errors.not_found()
            for attachment in upload.attachments:
                self.forget_file(attachment)

    def forget_file(self, attachment: Attachment) -> None:
        """Make the public addresses of a file and of its thumbnails answer 404 from now on."""
        for dead in (attachment, *attachment.thumbnails):
            self.data.files.pop(dead.token, None)

    def _open_upload(self, token: str) -> Upload:
        upload = self.data.uploads.get(token)
        if upload is None or upload.expires_at < self.now():
            raise errors.attachment_unprocessable()
        return upload

    def _consume(self, tokens: Sequence[str]) -> list[Attachment]:
        uploads = [self._open_upload(token) for token in dict.fromkeys(tokens)]
        for upload in uploads:
            del self.data.uploads[upload.token]
        return [attachment for upload in uploads for attachment in upload.attachments]


def _thumb_name(name: str) -> str:
    stem, dot, end = name.rpartition(".")
    return f"{stem}_thumb.{end}" if dot else f"{name}_thumb"


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height
