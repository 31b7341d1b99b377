"""The fixed bodies of event-subscribed webhooks: one envelope for each thing that an update did to a ticket."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from app.sandbox.model import Attachment, Comment
from app.sandbox.state import State, Update
from app.sandbox.views import Views, stamp

ACCOUNT_ID = 22_129_848
PREFIX = "zen:event-type:"


def envelopes(state: State, views: Views, update: Update) -> list[tuple[str, bytes]]:
    """Return ``(event type, body)`` for each event of an update, in order. All ids in the bodies are strings."""
    detail = _detail(state, update)
    out = []
    for position, (kind, event) in enumerate(_events(state, views, update), 1):
        meta = {"sequence": {"id": f"{update.audit.id:X}", "position": position}}
        body = {
            "account_id": ACCOUNT_ID,
            "detail": detail,
            "event": {**event, "meta": meta},
            "id": str(uuid.UUID(int=state.random.getrandbits(128), version=4)),
            "subject": f"zen:ticket:{update.ticket.id}",
            "time": stamp(update.audit.created_at),
            "type": PREFIX + kind,
            "zendesk_event_version": "2022-11-06",
        }
        # Pretty-printed with a newline at the end, as recorded: the raw bytes are what is signed.
        out.append((PREFIX + kind, (json.dumps(body, indent=3, ensure_ascii=False) + "\n").encode()))
    return out


def _events(state: State, views: Views, update: Update) -> Iterator[tuple[str, dict[str, Any]]]:
    if update.kind == "Create":
        yield "ticket.created", {}
    for event in update.audit.events:
        kind = event["type"]
        if kind == "Comment" and update.comment is not None:
            yield "ticket.comment_added", {"comment": _comment(state, update.comment)}
            for attachment in update.comment.attachments:
                shown = _attachment(views, update.comment, attachment)
                yield "ticket.attachment_linked_to_comment", {"comment": shown}
        elif kind == "AttachmentRedactionEvent":
            shown = {"id": str(event["comment_id"]), "attachment": {"id": str(event["attachment_id"])}}
            yield "ticket.attachment_redacted_from_comment", {"comment": shown}
        elif kind == "CommentRedactionEvent":
            yield "ticket.comment_redacted", {"comment": {"id": str(event["comment_id"])}}
        elif kind == "Change" and event["field_name"] in ("status", "tags", "priority"):
            change = {"current": event["value"], "previous": event["previous_value"]}
            yield f"ticket.{event['field_name']}_changed", change


def _comment(state: State, comment: Comment) -> dict[str, Any]:
    author = state.user(comment.author_id)
    who = {"id": str(author.id), "is_staff": author.role != "end-user", "name": author.name}
    return {"id": str(comment.id), "body": comment.text, "is_public": comment.public, "author": who}


def _attachment(views: Views, comment: Comment, attachment: Attachment) -> dict[str, Any]:
    shown = {
        "id": str(attachment.id),
        "content_type": attachment.content_type,
        "content_url": views.content_url(attachment),
        "filename": attachment.file_name,
        "is_public": comment.public,
    }
    return {"id": str(comment.id), "is_public": comment.public, "attachment": shown}


def _detail(state: State, update: Update) -> dict[str, Any]:
    ticket = update.ticket
    fields = {name: str(ticket.fields.get(name) or "") for name in ("external_id", "type", "organization_id")}
    return {
        "actor_id": str(update.actor.id),
        "assignee_id": str(ticket.fields.get("assignee_id") or "0"),
        "brand_id": "360000000001",
        "created_at": stamp(ticket.created_at),
        "custom_status": "1",
        "description": ticket.comments[0].text if ticket.comments else "",
        "form_id": "",
        "group_id": str(ticket.fields.get("group_id") or "0"),
        "id": str(ticket.id),
        "is_public": ticket.comments[0].public if ticket.comments else True,
        "priority": str(ticket.fields.get("priority") or "").upper(),
        "requester_id": str(ticket.requester_id),
        "status": ticket.status.upper(),
        "subject": ticket.subject,
        "submitter_id": str(ticket.submitter_id),
        "tags": list(ticket.tags),
        "updated_at": stamp(ticket.updated_at),
        "via": {"channel": "web_service" if ticket.channel == "api" else ticket.channel},
        **fields,
    }
