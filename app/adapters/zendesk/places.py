"""Where a ticket stands and who asks in it, in one call: the requester comes along as a side-loaded user.

https://developer.zendesk.com/documentation/ticketing/using-the-zendesk-api/side_loading/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.adapters.zendesk.fields import flag, identity, mapping, mappings, text

_LONGEST_DOMAIN = 253


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """Brand and group of a ticket, and what policies may ask about its requester; None and empty: not said.

    The requester's address stays with Zendesk: only its domain is kept, in lower case.
    """

    brand_id: int | None = None
    group_id: int | None = None
    requester_domain: str = ""
    requester_role: str = ""
    requester_verified: bool | None = None


def read_place(document: Mapping[str, Any]) -> TicketPlace | None:
    """Read the answer for a ticket with its users; None when it holds no ticket."""
    ticket = mapping(document.get("ticket"))
    if identity(ticket.get("id")) is None:
        return None
    requester_id = identity(ticket.get("requester_id"))
    users = mappings(document.get("users"))
    found = next((user for user in users if requester_id and identity(user.get("id")) == requester_id), {})
    return TicketPlace(
        identity(ticket.get("brand_id")),
        identity(ticket.get("group_id")),
        text(found.get("email")).rpartition("@")[2].strip().lower()[:_LONGEST_DOMAIN],
        text(found.get("role")).lower()[:40],
        flag(found.get("verified")),
    )
