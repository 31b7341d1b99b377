"""How records look in JSON. Addresses are absolute and the tenant's own; times are ISO 8601 in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from app.sandbox import text
from app.sandbox.model import VIA_IDS, Attachment, Audit, Comment, Ticket, Trigger, Upload, User, Webhook
from app.sandbox.state import State

#: The brand of whatever names none.
DEFAULT_BRAND = 360000000001

_VIA_NAMES = {"web": "Web form", "email": "Mail", "api": "Web service", "chat": "Chat", "web_widget": "Web widget"}


def stamp(moment: float) -> str:
    """Return a unix time as ``2026-01-02T03:04:05Z``."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Views:
    """Turns records of one state into JSON-ready mappings. ``base`` is the tenant's address, no slash at the end."""

    state: State
    base: str

    def content_url(self, attachment: Attachment) -> str:
        """Return the public address of a file."""
        return f"{self.base}/attachments/token/{attachment.token}/?name={quote(attachment.file_name, safe='')}"

    def attachment(self, stored: Attachment, *, as_is: bool = False) -> dict[str, Any]:
        """Return a file as listings show it now, or ``as_is`` as it is stored."""
        record = stored if as_is else self.state.shown(stored)
        return self._file(record) | {
            "inline": record.inline,
            "deleted": False,
            "malware_access_override": record.malware_access_override,
            "malware_scan_result": record.malware_scan_result,
            "thumbnails": [self._file(item) | {"inline": False, "deleted": False} for item in record.thumbnails],
        }

    def _file(self, record: Attachment) -> dict[str, Any]:
        return {
            "url": f"{self.base}/api/v2/attachments/{record.id}.json",
            "id": record.id,
            "file_name": record.file_name,
            "content_url": self.content_url(record),
            "mapped_content_url": self.content_url(record),
            "content_type": record.content_type,
            "size": len(record.content),
            "width": record.width,
            "height": record.height,
        }

    def comment(self, comment: Comment, *, inline: bool = False) -> dict[str, Any]:
        """Return a comment; inline images are among its attachments only when asked for."""
        files = [item for item in comment.attachments if inline or not item.inline]
        return {
            "id": comment.id,
            "type": "Comment",
            "author_id": comment.author_id,
            "body": text.collapsed(comment.text),
            "html_body": text.wrapped(comment.html),
            "plain_body": text.plain_text(comment.html),
            "public": comment.public,
            "attachments": [self.attachment(item) for item in files],
            "audit_id": comment.audit_id,
            "via": self._via(comment),
            "created_at": stamp(comment.created_at),
            "metadata": {
                "system": {"client": "Sandbox", "ip_address": "192.0.2.10", "location": None},
                "custom": {},
            },
        }

    def _via(self, comment: Comment) -> dict[str, Any]:
        author = self.state.data.users.get(comment.author_id)
        sender = {"address": author.email, "name": author.name} if author and comment.channel == "email" else {}
        receiver = {"address": "support@company.example", "name": "Company"} if sender else {}
        return {"channel": comment.channel, "source": {"from": sender, "to": receiver, "rel": None}}

    def ticket(self, ticket: Ticket) -> dict[str, Any]:
        """Return a ticket without its comments."""
        names = ("priority", "type", "assignee_id", "group_id", "external_id", "organization_id", "due_at")
        first = ticket.comments[0] if ticket.comments else None
        return {
            "url": f"{self.base}/api/v2/tickets/{ticket.id}.json",
            "id": ticket.id,
            **{name: ticket.fields.get(name) for name in names},
            "brand_id": ticket.fields.get("brand_id", DEFAULT_BRAND),
            "via": {"channel": ticket.channel, "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": stamp(ticket.created_at),
            "updated_at": stamp(ticket.updated_at),
            "generated_timestamp": int(ticket.updated_at),
            "subject": ticket.subject,
            "raw_subject": ticket.subject,
            "description": first.text if first else "",
            "status": ticket.status,
            "recipient": None,
            "requester_id": ticket.requester_id,
            "submitter_id": ticket.submitter_id,
            "collaborator_ids": [],
            "follower_ids": [],
            "problem_id": None,
            "has_incidents": False,
            "is_public": first.public if first else True,
            "tags": list(ticket.tags),
            "custom_fields": [{"id": number, "value": value} for number, value in ticket.custom.items()],
            "fields": [{"id": number, "value": value} for number, value in ticket.custom.items()],
            "satisfaction_rating": None,
            "allow_attachments": True,
            "from_messaging_channel": False,
        }

    def event(self, ticket: Ticket, event: dict[str, Any]) -> dict[str, Any]:
        """Return one event of an audit; a comment event carries the comment as it is shown now."""
        if event["type"] == "Comment":
            comment = next((item for item in ticket.comments if item.id == event["comment_id"]), None)
            return {} if comment is None else self.comment(comment)
        return dict(event)

    def audit(self, ticket: Ticket, audit: Audit) -> dict[str, Any]:
        """Return an audit with its events."""
        return {
            "id": audit.id,
            "ticket_id": audit.ticket_id,
            "created_at": stamp(audit.created_at),
            "author_id": audit.author_id,
            "metadata": {"system": {}, "custom": {}},
            "events": [self.event(ticket, event) for event in audit.events],
            "via": {"channel": audit.channel, "source": {"from": {}, "to": {}, "rel": None}},
        }

    def ticket_event(self, ticket: Ticket, audit: Audit, *, comments: bool) -> dict[str, Any]:
        """Return an audit as the incremental export lists it; whole comments only with the sideload."""
        return {
            "id": audit.id,
            "ticket_id": ticket.id,
            "timestamp": int(audit.created_at),
            "created_at": stamp(audit.created_at),
            "updater_id": audit.author_id,
            "via": _VIA_NAMES.get(audit.channel, audit.channel),
            "system": {"client": "Sandbox", "ip_address": "192.0.2.10"},
            "metadata": {},
            "event_type": "Audit",
            "child_events": [self._child(ticket, audit, event, comments=comments) for event in audit.events],
        }

    def _child(self, ticket: Ticket, audit: Audit, event: dict[str, Any], *, comments: bool) -> dict[str, Any]:
        via = {"via": _VIA_NAMES.get(audit.channel, audit.channel), "via_reference_id": None}
        full = self.event(ticket, event)
        if event["type"] == "Comment":
            if comments:
                return {**full, "via_reference_id": None, "event_type": "Comment"}
            return {
                "id": event["id"],
                **via,
                "comment_present": True,
                "comment_public": full.get("public"),
                "event_type": "Comment",
            }
        if event["type"] in ("Create", "Change"):
            name, value = event["field_name"], event["value"]
            # The account's own fields stand together, by their numbers.
            changed = {"custom_ticket_fields": {name: value}} if name.isdigit() else {name: value}
            child = {"id": event["id"], **via, **changed, "event_type": event["type"]}
            return child | ({"previous_value": event["previous_value"]} if "previous_value" in event else {})
        return {**{key: value for key, value in full.items() if key != "type"}, **via, "event_type": event["type"]}

    def user(self, user: User) -> dict[str, Any]:
        """Return a person with the properties that clients look at."""
        return {
            "id": user.id,
            "url": f"{self.base}/api/v2/users/{user.id}.json",
            "name": user.name,
            "email": user.email,
            "created_at": stamp(user.created_at),
            "updated_at": stamp(user.created_at),
            "time_zone": "UTC",
            "locale": "en-US",
            "role": user.role,
            "role_type": 4 if user.role == "admin" else None,
            "custom_role_id": None,
            "verified": True,
            "active": True,
            "suspended": False,
            "moderator": user.role == "admin",
            "two_factor_auth_enabled": None,
            "last_login_at": None,
            "ticket_restriction": "requested" if user.role == "end-user" else None,
            "only_private_comments": False,
            "restricted_agent": user.role != "admin",
            "organization_id": None,
            "external_id": None,
            "tags": [],
        }

    def upload(self, upload: Upload) -> dict[str, Any]:
        """Return an upload; ``attachment`` is its newest file."""
        files = [self.attachment(item) for item in upload.attachments]
        return {
            "token": upload.token,
            "expires_at": stamp(upload.expires_at),
            "attachment": files[-1],
            "attachments": files,
        }

    def webhook(self, webhook: Webhook) -> dict[str, Any]:
        """Return a webhook; secrets are never echoed."""
        shown = {key: value for key, value in webhook.settings.items() if key != "authentication"}
        held = webhook.settings.get("authentication")
        if isinstance(held, dict):
            shown["authentication"] = {key: held[key] for key in ("type", "add_position") if key in held}
        return {
            "id": webhook.id,
            "name": webhook.name,
            "endpoint": webhook.endpoint,
            "http_method": webhook.http_method,
            "request_format": webhook.request_format,
            "status": webhook.status,
            "subscriptions": list(webhook.subscriptions),
            "created_at": stamp(webhook.created_at),
            "created_by": str(webhook.created_by),
            "updated_at": stamp(webhook.updated_at),
            "updated_by": str(webhook.created_by),
            **shown,
        }

    def trigger(self, trigger: Trigger) -> dict[str, Any]:
        """Return a trigger."""
        return {
            "url": f"{self.base}/api/v2/triggers/{trigger.id}.json",
            "id": trigger.id,
            "title": trigger.title,
            "raw_title": trigger.title,
            "active": trigger.active,
            "position": trigger.position,
            "conditions": trigger.conditions,
            "actions": trigger.actions,
            "description": trigger.settings.get("description"),
            "category_id": trigger.settings.get("category_id", "1"),
            "default": False,
            "created_at": stamp(trigger.created_at),
            "updated_at": stamp(trigger.updated_at),
        }


def via_id(channel: str) -> int:
    """Return the number of a channel in trigger conditions."""
    return VIA_IDS.get(channel, 0)
