"""Redaction: a file becomes an empty ``redacted.txt``, words become blocks. It cannot be undone.

What listings show changes only after the tenant's delay; the file's old address is dead at once.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence

from app.sandbox import errors, text
from app.sandbox.model import Attachment, Comment, Ticket, User
from app.sandbox.state import State

TAG = "redacted_content"


def redact_attachment(state: State, actor: User, ticket_id: int, comment_id: int, attachment_id: int) -> Attachment:
    """Redact one file and return its record as it was before, which is what the API answers.

    Raises 403 without the permission, 422 on a closed ticket and for a file that is redacted already, 404 else.
    """
    with state.lock:
        ticket = state.ticket(ticket_id)
        comment = state.comment(ticket_id, comment_id)
        attachment = _of(comment, attachment_id)
        _check_permission(state, actor)
        if ticket.status == "closed":
            raise errors.closed_ticket()
        if attachment.redacted:
            raise errors.record_invalid("base", "Attachment has already been redacted")
        old = _empty(state, comment, attachment)
        _record(state, ticket, actor, comment, [old.id])
        return old


def redact_words(state: State, actor: User, ticket_id: int, comment_id: int, word: str) -> Comment:
    """Paint a word over in a comment of a ticket that is not closed, and return the comment.

    In a comment that was written as HTML, what is formatted (links among it) stays: only the workspace gets there.
    """
    with state.lock:
        ticket = state.ticket(ticket_id)
        comment = state.comment(ticket_id, comment_id)
        _check_permission(state, actor)
        if ticket.status == "closed":
            raise errors.closed_ticket()
        if not word:
            raise errors.record_invalid("text", "Text: cannot be blank", "BlankValue")
        comment.text = text.redacted(comment.text, word)
        if comment.rich:
            comment.html = text.redacted_in_words(comment.html, word)
        else:
            comment.html = text.html_of_text(comment.text)
        _record(state, ticket, actor, comment, [], words=True)
        return comment


def redact_in_workspace(
    state: State, actor: User, ticket_id: int, comment_id: int, html: str | None, addresses: Sequence[str]
) -> Comment:
    """Redact files by their addresses and words by ``<redact>`` tags, on closed and archived tickets too.

    ``addresses`` are content URLs of files of this comment; an unknown one is a 422 and nothing is done. So is HTML
    that says something else than the comment.
    Raises 403 without the agent workspace or the permission.
    """
    with state.lock:
        ticket = state.ticket(ticket_id)
        comment = state.comment(ticket_id, comment_id)
        _check_permission(state, actor)
        if not state.switches.agent_workspace:
            raise errors.forbidden()
        if html is not None and text.plain_text(text.unmarked(_unwrapped(html))) != text.plain_text(comment.html):
            raise errors.record_invalid("html_body", "Html body: does not match the comment")
        chosen = [_at(comment, address) for address in addresses]
        gone = [_empty(state, comment, attachment).id for attachment in chosen if not attachment.redacted]
        if html is not None:
            comment.html = text.safe_html(_unwrapped(text.paint_over(html)))
            comment.text = text.plain_text(comment.html)
        _record(state, ticket, actor, comment, gone, words=html is not None)
        return comment


def _check_permission(state: State, actor: User) -> None:
    allowed = actor.role == "admin" or (actor.role == "agent" and state.switches.agent_ticket_deletion)
    if not allowed or not actor.may_redact:
        raise errors.forbidden()


def _of(comment: Comment, attachment_id: int) -> Attachment:
    for attachment in comment.attachments:
        if attachment.id == attachment_id:
            return attachment
    raise errors.not_found()


def _at(comment: Comment, address: str) -> Attachment:
    for attachment in comment.attachments:
        if f"/token/{attachment.token}/" in address:
            return attachment
    raise errors.record_invalid("external_attachment_urls", "External attachment urls: does not belong to the comment")


def _empty(state: State, comment: Comment, attachment: Attachment) -> Attachment:
    """Turn the slot into the placeholder and return the record as it was."""
    old = copy.copy(attachment)
    state.forget_file(attachment)
    attachment.file_name, attachment.content = "redacted.txt", state.switches.placeholder
    attachment.content_type, attachment.token = state.switches.placeholder_type, state.new_token(25)
    attachment.width = attachment.height = None
    attachment.thumbnails, attachment.redacted = [], True
    attachment.before, attachment.visible_at = old, state.now() + state.switches.redaction_delay
    state.data.files[attachment.token] = attachment
    comment.html = comment.html.replace(old.token, attachment.token)
    return old


def _record(
    state: State, ticket: Ticket, actor: User, comment: Comment, files: list[int], *, words: bool = False
) -> None:
    events: list[dict[str, object]] = [
        {"kind": "AttachmentRedactionEvent", "attachment_id": number, "comment_id": comment.id} for number in files
    ]
    if words:
        events.append({"kind": "CommentRedactionEvent", "comment_id": str(comment.id)})
    if TAG not in ticket.tags:
        before, ticket.tags = ticket.tags, [*ticket.tags, TAG]
        events.append({"kind": "Change", "field_name": "tags", "value": ticket.tags, "previous_value": before})
    if events:
        state.record(ticket, actor, comment.channel, events)


def _unwrapped(html: str) -> str:
    start = text.wrapped("").removesuffix("</div>")
    if html.startswith(start):
        return html[len(start) :].removesuffix("</div>")
    return html
