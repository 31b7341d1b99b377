"""Tickets, their comments, tags and audits, and what can be redacted in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, request

from app.sandbox import errors, redaction
from app.sandbox.api.edge import allow, body, count_ticket_update, paged, state, truth, views, warn_about
from app.sandbox.model import Comment, Ticket, User
from app.sandbox.state import TICKET_FIELDS, NewComment

pages = Blueprint("tickets", __name__, url_prefix="/api/v2")

_WRITABLE = TICKET_FIELDS | {"subject", "status", "tags", "requester_id"}
_CUSTOM = "custom_fields"
_GUARDS = {"comment", "safe_update", "updated_stamp"}
_COMMENT_KEYS = {"body", "html_body", "public", "uploads", "author_id"}


@pages.get("/tickets")
def list_tickets() -> dict[str, Any]:
    """List tickets, oldest first; archived ones are not in it."""
    allow("tickets:read")
    with state().lock:
        rows = [ticket for ticket in state().data.tickets.values() if not ticket.archived]
    return paged("tickets", rows, views().ticket, lambda ticket: ticket.id)


@pages.get("/tickets/<int:ticket_id>")
def show_ticket(ticket_id: int) -> dict[str, Any]:
    """Show one ticket."""
    allow("tickets:read")
    ticket = state().ticket(ticket_id)
    shown: dict[str, Any] = {"ticket": views().ticket(ticket)}
    if "users" in request.args.get("include", "").split(","):
        shown["users"] = [views().user(user) for user in _people(ticket)]
    return shown


def _people(ticket: Ticket) -> list[User]:
    """Return who asked and who submitted, each once."""
    people = state().data.users
    return [people[each] for each in dict.fromkeys((ticket.requester_id, ticket.submitter_id)) if each in people]


@pages.get("/tickets/show_many")
def show_many() -> dict[str, Any]:
    """Show up to 100 tickets by number; unknown ones are left out."""
    allow("tickets:read")
    numbers = [int(item) for item in request.args.get("ids", "").split(",") if item.strip().isdigit()]
    if len(numbers) > 100:
        raise errors.bad_request("TooManyValues", "ids only accepts up to 100 values", max_count=100)
    found = [state().data.tickets[number] for number in numbers if number in state().data.tickets]
    return {"tickets": [views().ticket(ticket) for ticket in found], "count": len(found)}


@pages.post("/tickets")
def create_ticket() -> tuple[dict[str, Any], int, dict[str, str]]:
    """Create a ticket with its first comment."""
    actor = allow("tickets:write", roles=("admin", "agent", "end-user"))
    sent = body("ticket")
    comment = _comment(sent.get("comment") or {"body": sent.get("description", "")}, actor)
    fields = {name: value for name, value in sent.items() if name in TICKET_FIELDS}
    warn_about("create", sorted(set(sent) - _WRITABLE - _GUARDS - {"requester", "description", _CUSTOM}))
    ticket = state().create_ticket(
        actor,
        str(sent.get("subject") or comment.body[:60]),
        comment,
        requester=_requester(sent, actor),
        tags=[str(tag) for tag in sent.get("tags") or []],
        fields=fields,
        custom=_custom(sent),
    )
    answer = {"ticket": views().ticket(ticket), "audit": views().audit(ticket, ticket.audits[0])}
    return answer, 201, {"Location": answer["ticket"]["url"]}


@pages.put("/tickets/<int:ticket_id>")
def update_ticket(ticket_id: int) -> dict[str, Any]:
    """Change a ticket and add a comment; with ``safe_update`` only if nobody changed it since the stamp."""
    actor = allow("tickets:write")
    sent = body("ticket")
    ticket = state().ticket(ticket_id)
    count_ticket_update(ticket_id, actor)
    warn_about("update", sorted(set(sent) - _WRITABLE - _GUARDS - {_CUSTOM}))
    comment = _comment(sent["comment"], actor) if sent.get("comment") else None
    changes = {name: value for name, value in sent.items() if name in _WRITABLE}
    with state().lock:
        _check_stamp(ticket, sent)
        ticket, audit = state().update_ticket(ticket_id, actor, changes, comment, custom=_custom(sent))
    return {"ticket": views().ticket(ticket), "audit": views().audit(ticket, audit)}


def _check_stamp(ticket: Ticket, sent: dict[str, Any]) -> None:
    # The value of safe_update does not matter, only whether it is there.
    if "safe_update" not in sent:
        return
    try:
        seen = datetime.fromisoformat(str(sent.get("updated_stamp"))).timestamp()
    except ValueError:
        raise errors.record_invalid("updated_stamp", "Updated stamp: is not a date") from None
    if seen < int(ticket.updated_at):
        raise errors.update_conflict()


def _custom(sent: dict[str, Any]) -> dict[int, Any]:
    """Return the values of the account's own fields by number; entries that are none are left out, as Zendesk does."""
    given = sent.get(_CUSTOM) if isinstance(sent.get(_CUSTOM), list) else []
    return {
        int(item["id"]): item.get("value")
        for item in given or []
        if isinstance(item, dict) and str(item.get("id", "")).isdigit()
    }


def _requester(sent: dict[str, Any], actor: User) -> User | None:
    if sent.get("requester_id"):
        return state().user(int(sent["requester_id"]))
    given = sent.get("requester")
    if not isinstance(given, dict) or not given.get("email"):
        return None
    known = state().user_by_email(str(given["email"]))
    return known or state().add_user(str(given.get("name") or given["email"]), str(given["email"]))


def _comment(sent: Any, actor: User) -> NewComment:
    if not isinstance(sent, dict):
        raise errors.bad_request("RecordInvalid", "comment is not an object")
    warn_about("update", sorted(f"comment.{name}" for name in set(sent) - _COMMENT_KEYS))
    uploads = sent.get("uploads") or []
    public = sent.get("public")
    if actor.role == "end-user":
        public = True
    html = sent.get("html_body")
    if html is None and not sent.get("body") and not uploads:
        raise errors.record_invalid("comment", "Comment: cannot be blank", "BlankValue")
    return NewComment(
        str(sent.get("body") or ""),
        None if html is None else str(html),
        public if isinstance(public, bool) else None,
        int(sent["author_id"]) if sent.get("author_id") else None,
        # One token may come as a bare string, as recorded.
        uploads=[uploads] if isinstance(uploads, str) else [str(token) for token in uploads],
    )


@pages.get("/tickets/<int:ticket_id>/comments")
def list_comments(ticket_id: int) -> dict[str, Any]:
    """List a ticket's comments, oldest first unless asked otherwise; ``include=users`` adds their authors."""
    allow("tickets:read")
    with state().lock:
        rows = list(state().ticket(ticket_id).comments)
    if request.args.get("sort", "").startswith("-") or request.args.get("sort_order") == "desc":
        rows.reverse()
    inline = truth("include_inline_images")
    answer = paged("comments", rows, lambda row: views().comment(row, inline=inline), lambda row: row.id)
    if "users" in request.args.get("include", "").split(","):
        authors = dict.fromkeys(row["author_id"] for row in answer["comments"])
        known = state().data.users
        answer["users"] = [views().user(known[number]) for number in authors if number in known]
    return answer


@pages.get("/tickets/<int:ticket_id>/comments/count")
def count_comments(ticket_id: int) -> dict[str, Any]:
    """Count a ticket's comments."""
    allow("tickets:read")
    return {"count": {"value": len(state().ticket(ticket_id).comments), "refreshed_at": None}}


@pages.get("/tickets/<int:ticket_id>/audits")
def list_audits(ticket_id: int) -> dict[str, Any]:
    """List a ticket's audits, oldest first."""
    allow("tickets:read")
    ticket = state().ticket(ticket_id)
    return paged("audits", list(ticket.audits), lambda row: views().audit(ticket, row), lambda row: row.id)


@pages.route("/tickets/<int:ticket_id>/tags", methods=["GET", "PUT", "POST", "DELETE"])
def tags(ticket_id: int) -> tuple[dict[str, Any], int]:
    """Show, add (PUT), set (POST) or remove (DELETE) tags."""
    if request.method == "GET":
        allow("tickets:read")
        return {"tags": list(state().ticket(ticket_id).tags)}, 200
    actor = allow("tickets:write")
    given = [str(tag) for tag in body().get("tags") or []]
    count_ticket_update(ticket_id, actor)
    with state().lock:
        present = state().ticket(ticket_id).tags
        changed = {
            "PUT": list(dict.fromkeys([*present, *given])),
            "POST": given,
            "DELETE": [tag for tag in present if tag not in given],
        }[request.method]
        ticket, _ = state().update_ticket(ticket_id, actor, {"tags": changed})
    return {"tags": list(ticket.tags)}, 201 if request.method == "POST" else 200


@pages.put("/tickets/<int:ticket_id>/comments/<int:comment_id>/attachments/<int:attachment_id>/redact")
def redact_attachment(ticket_id: int, comment_id: int, attachment_id: int) -> dict[str, Any]:
    """Redact one file. The answer is its record from before, as recorded."""
    actor = allow("tickets:write")
    count_ticket_update(ticket_id, actor)
    old = redaction.redact_attachment(state(), actor, ticket_id, comment_id, attachment_id)
    return {"attachment": views().attachment(old, as_is=True)}


@pages.put("/tickets/<int:ticket_id>/comments/<int:comment_id>/redact")
def redact_words(ticket_id: int, comment_id: int) -> dict[str, Any]:
    """Paint over words in a comment."""
    actor = allow("tickets:write")
    word = str(body().get("text") or "")
    count_ticket_update(ticket_id, actor)
    return {"comment": views().comment(redaction.redact_words(state(), actor, ticket_id, comment_id, word))}


@pages.put("/comment_redactions/<int:comment_id>")
def redact_in_workspace(comment_id: int) -> dict[str, Any]:
    """Redact files and words of a comment, on closed and archived tickets too."""
    actor = allow("tickets:write")
    sent = body()
    if not isinstance(sent.get("ticket_id"), int):
        raise errors.bad_request("RecordInvalid", "ticket_id is missing")
    html, addresses = sent.get("html_body"), sent.get("external_attachment_urls") or []
    if not isinstance(addresses, list):
        raise errors.bad_request("RecordInvalid", "external_attachment_urls is not an array")
    count_ticket_update(sent["ticket_id"], actor)
    comment: Comment = redaction.redact_in_workspace(
        state(),
        actor,
        sent["ticket_id"],
        comment_id,
        None if html is None else str(html),
        [str(item) for item in addresses],
    )
    return {"comment": views().comment(comment)}


@pages.put("/tickets/<int:ticket_id>/comments/<int:comment_id>/make_private")
def make_private(ticket_id: int, comment_id: int) -> tuple[str, int]:
    """Turn a public comment into an internal note."""
    actor = allow("tickets:write")
    count_ticket_update(ticket_id, actor)
    with state().lock:
        comment = state().comment(ticket_id, comment_id)
        comment.public = False
        event = {"kind": "CommentPrivacyChange", "comment_id": comment_id, "public": False}
        state().record(state().ticket(ticket_id), actor, "api", [event])
    return "", 200
