"""What a connection installs in its tenant, and how it is recognised again. Pure: names, conditions, comparisons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from app.errors import Rejected

#: Least scopes for the heart, each with its reason.
SCOPES = {
    "read": "read tickets, comments, users and settings",
    "write": "redact files, write internal notes, give files back, set up the webhook and its trigger",
}

#: The body that the trigger sends: ids only, because comment text would break the JSON around it.
TRIGGER_BODY = '{"ticket_id": "{{ticket.id}}", "comment_id": "{{ticket.latest_comment.id}}"}'

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class _Trigger(Protocol):
    @property
    def conditions(self) -> Mapping[str, Any]: ...

    @property
    def actions(self) -> tuple[Mapping[str, Any], ...]: ...


def is_name(name: str) -> bool:
    """Whether a connection may have this name."""
    return _NAME.fullmatch(name) is not None


def checked_name(name: str) -> str:
    """Return a connection's name, which stands in its webhook's address; raises Rejected when it does not fit there."""
    if not is_name(name):
        raise Rejected(
            "A connection's name has lower-case letters, digits and hyphens only, for example 'acme-support'.",
            code="name",
        )
    return name


def webhook_name(name: str) -> str:
    """Return the name under which an admin finds our webhook."""
    return f"Deskwarden ({name})"


def webhook_address(public_url: str, name: str) -> str:
    """Return where Zendesk calls us."""
    return f"{public_url}/webhooks/zendesk/{name}"


WEBHOOK_DESCRIPTION = (
    "Tells Deskwarden that a comment was added, so that its files and links are scanned. "
    "Made by 'deskwarden connect'; remove it with 'deskwarden disconnect'."
)
TRIGGER_DESCRIPTION = (
    "Calls the Deskwarden webhook for every new comment, public or internal, except Deskwarden's own. "
    "Made by 'deskwarden connect'; remove it with 'deskwarden disconnect'."
)


def trigger_title(name: str) -> str:
    """Return the title under which an admin finds our trigger."""
    return f"Deskwarden: scan new comments ({name})"


def trigger_conditions(own_user_id: int) -> dict[str, Any]:
    """Return the conditions: a comment is present, and it is not our own user who updates the ticket."""
    return {
        "all": [
            {"field": "comment_is_public", "operator": "is", "value": "not_relevant"},
            {"field": "role", "operator": "is_not", "value": str(own_user_id)},
        ],
        "any": [],
    }


def trigger_actions(webhook_id: str) -> list[dict[str, Any]]:
    """Return the one action: call our webhook."""
    return [{"field": "notification_webhook", "value": [webhook_id, TRIGGER_BODY]}]


def is_unchanged(trigger: _Trigger, webhook_id: str, own_user_id: int) -> bool:
    """Whether a trigger still does what we set it up to do; the order of conditions does not matter."""
    wanted = trigger_conditions(own_user_id)
    same_conditions = all(_shapes(trigger.conditions.get(part)) == _shapes(wanted[part]) for part in ("all", "any"))
    return same_conditions and _values(trigger.actions) == _values(trigger_actions(webhook_id))


def _shapes(conditions: Any) -> set[tuple[str, str, str]]:
    return {
        (str(each.get("field")), str(each.get("operator")), str(each.get("value")))
        for each in conditions or ()
        if isinstance(each, Mapping)
    }


def _values(actions: Any) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(each.get("field")), tuple(str(part) for part in each.get("value") or ())) for each in actions]
