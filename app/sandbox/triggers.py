"""Business rules: which triggers an update fires, and what their webhook bodies say.

The vocabulary of conditions is the one of the account's trigger definitions as far as comments go; a field that is
not in it is refused when the trigger is made, so that a typo is found there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from app.sandbox import errors
from app.sandbox.model import Comment, Ticket, Trigger, User
from app.sandbox.state import State, Update
from app.sandbox.views import stamp, via_id

CONDITION_FIELDS = frozenset(
    {"update_type", "comment_is_public", "role", "current_via_id", "via_id", "current_tags", "status", "priority"}
)
ACTION_FIELDS = frozenset({"notification_webhook", "current_tags", "set_tags", "status", "priority"})
_OPERATORS = frozenset({"is", "is_not", "includes", "not_includes", "value", "value_previous", "changed"})


def check(conditions: Any, actions: Any) -> None:
    """Raise the API's 422 for conditions or actions that the tenant does not know."""
    if not isinstance(conditions, dict) or not isinstance(actions, list) or not actions:
        raise errors.record_invalid("base", "Triggers need conditions and at least one action")
    listed = [item for group in ("all", "any") for item in conditions.get(group) or []]
    if not listed:
        raise errors.record_invalid("base", "You must select at least one condition")
    for item in listed:
        if item.get("field") not in CONDITION_FIELDS or item.get("operator", "is") not in _OPERATORS:
            raise errors.record_invalid("base", f"Conditions: invalid condition {item.get('field')}")
    for item in actions:
        if item.get("field") not in ACTION_FIELDS:
            raise errors.record_invalid("base", f"Actions: invalid action {item.get('field')}")


def fires(trigger: Trigger, update: Update) -> bool:
    """Return whether the trigger's conditions hold for this update."""
    if not trigger.active:
        return False
    every = trigger.conditions.get("all") or []
    some = trigger.conditions.get("any") or []
    return all(_holds(item, update) for item in every) and (not some or any(_holds(item, update) for item in some))


def _holds(condition: dict[str, Any], update: Update) -> bool:
    name, operator, value = str(condition["field"]), str(condition.get("operator", "is")), condition.get("value")
    if name == "comment_is_public":
        return _comment_holds(str(value).lower(), update.comment)
    if name == "role":
        return _role_holds(str(value), update.actor) == (operator != "is_not")
    if name == "current_tags":
        wanted = set(str(value or "").split())
        return bool(wanted & set(update.ticket.tags)) == (operator != "not_includes")
    return (_fact(name, update) == str(value)) == (operator != "is_not")


def _fact(name: str, update: Update) -> str:
    if name == "update_type":
        return update.kind
    if name == "current_via_id":
        return str(via_id(update.channel))
    if name == "via_id":
        return str(via_id(update.ticket.channel))
    return update.ticket.status if name == "status" else str(update.ticket.fields.get(name))


def _comment_holds(value: str, comment: Comment | None) -> bool:
    if comment is None:
        return False
    if value == "not_relevant":
        return True
    return comment.public == (value in ("true", "requester_can_see_comment"))


def _role_holds(value: str, actor: User) -> bool:
    if value in ("agent", "end_user"):
        return (actor.role == "end-user") == (value == "end_user")
    return str(actor.id) == value


def rendered(template: str, state: State, base: str, ticket: Ticket, actor: User) -> str:
    """Return the template with its placeholders filled in as of now; unknown ones become nothing, without a word."""
    known = _placeholders(state, base, ticket, actor)

    def fill(match: re.Match[str]) -> str:
        make = known.get(match.group(1))
        return "" if make is None else make()

    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", fill, template)


def _placeholders(state: State, base: str, ticket: Ticket, actor: User) -> dict[str, Callable[[], str]]:
    comment = ticket.comments[-1]
    author = state.data.users.get(comment.author_id)
    requester = state.data.users.get(ticket.requester_id)
    return {
        "ticket.id": lambda: str(ticket.id),
        "ticket.title": lambda: ticket.subject,
        "ticket.url": lambda: f"{base.partition('://')[2]}/agent/tickets/{ticket.id}",
        "ticket.link": lambda: f"{base}/agent/tickets/{ticket.id}",
        "ticket.status": lambda: ticket.status.capitalize(),
        "ticket.tags": lambda: " ".join(ticket.tags),
        "ticket.via": lambda: ticket.channel,
        "ticket.description": lambda: ticket.comments[0].text,
        "ticket.requester.id": lambda: str(ticket.requester_id),
        "ticket.requester.name": lambda: requester.name if requester else "",
        "ticket.requester.email": lambda: requester.email if requester else "",
        "current_user.id": lambda: str(actor.id),
        "current_user.name": lambda: actor.name,
        "current_user.email": lambda: actor.email,
        "ticket.latest_comment": lambda: comment.text,
        "ticket.latest_comment.value": lambda: comment.text,
        "ticket.latest_comment.id": lambda: str(comment.id),
        "ticket.latest_comment.author.id": lambda: str(comment.author_id),
        "ticket.latest_comment.author.name": lambda: author.name if author else "",
        "ticket.latest_comment.is_public": lambda: str(comment.public).lower(),
        "ticket.latest_comment.created_at_with_time": lambda: stamp(comment.created_at),
    }
