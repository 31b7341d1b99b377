"""What a webhook body tells: which ticket, and perhaps which comment. It is a hint; the ticket itself is read later.

Two shapes arrive on the same route: the body of our trigger, and the envelope of subscribed ticket events
(https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/), where ids are strings and a missing
one is ``""`` or ``"0"``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from app.errors import Rejected

#: Zendesk's ids fit a signed 64-bit integer, and so must whatever claims to be one.
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Hint:
    """The ticket to read, and the comment that made Zendesk call, where it was named."""

    ticket_id: int
    comment_id: int | None


def parse(body: bytes) -> Hint:
    """Read a webhook body. Raises Rejected when no ticket is named in it."""
    try:
        data = orjson.loads(body)
    except (orjson.JSONDecodeError, RecursionError) as error:
        raise Rejected("The body is not JSON.", code="malformed") from error
    if not isinstance(data, dict):
        raise Rejected("The body is no JSON object.", code="malformed")
    ticket_id = _id(data.get("ticket_id")) or _id(_within(data, "detail", "id"))
    if ticket_id is None:
        raise Rejected("The body names no ticket: ticket_id must be a whole number above 0.", code="malformed")
    return Hint(ticket_id, _id(data.get("comment_id")) or _id(_within(data, "event", "comment", "id")))


def _within(data: Any, *path: str) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _id(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 19:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= LARGEST_ID else None
