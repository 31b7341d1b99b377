"""Whether an attachment was redacted: read from what the ticket shows, never from the answer to the redaction.

Zendesk answers a redaction with the old record. Afterwards the slot holds an empty ``redacted.txt``, under the same id.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Protocol

#: Name that Zendesk gives to the empty file in place of a redacted one.
PLACEHOLDER = "redacted.txt"

#: Seconds after which a redaction that Zendesk accepted but does not show is sent again.
RESEND_SECONDS = 30.0

#: Times that Zendesk may accept a redaction and still show the file before it ends as failed.
MOST_SENDINGS = 5


class Shown(Protocol):
    """An attachment as the ticket shows it."""

    @property
    def id(self) -> int:
        """Zendesk's id of it."""

    @property
    def file_name(self) -> str:
        """Its name now."""

    @property
    def size(self) -> int | None:
        """Its size now, in bytes."""


class Presence(StrEnum):
    """What the listing says of an attachment that is to go."""

    THERE = "there"
    GONE = "gone"
    UNSURE = "unsure"  # it bears the placeholder's name and size itself, or the listing does not show its slot


@dataclass(slots=True)
class Target:
    """One attachment to redact, and how far that is. Kept as JSON in the action's row.

    sent is the time of the last sending that may have arrived (0: none), way the endpoint it went through, sendings how
    often Zendesk accepted it, not_before the time until which Zendesk wants no other.
    """

    comment_id: int
    attachment_id: int
    name: str
    size: int | None
    content_url: str
    sent: float = 0.0
    sendings: int = 0
    not_before: float = 0.0
    way: str = ""
    done: bool = False
    refusal: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it JSON-ready."""
        return asdict(self)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done about it."""
        return self.done or bool(self.refusal)

    def is_overdue(self, now: float) -> bool:
        """Whether a redaction that is sent had its time to show."""
        return now - self.sent > RESEND_SECONDS

    def next_look(self, now: float) -> float:
        """When to look again: ever more rarely, but at the time when it may be sent again."""
        if self.is_overdue(now):
            return self.not_before
        return min(now + min(max(now - self.sent, 1.0), 15.0), self.sent + RESEND_SECONDS + 0.1)


def presence(target: Target, shown: Iterable[Shown]) -> Presence:
    """Tell whether the attachment is still there, from the attachments that its ticket shows now."""
    slot = next((attachment for attachment in shown if attachment.id == target.attachment_id), None)
    if slot is None:
        # Zendesk keeps the slot of a redacted file, so this is a vanished comment, or a listing that is behind.
        return Presence.UNSURE
    if target.name != PLACEHOLDER:
        return Presence.GONE if slot.file_name == PLACEHOLDER else Presence.THERE
    # The customer's file was called so itself: only another size tells the two apart.
    if slot.file_name != PLACEHOLDER:
        return Presence.THERE
    if slot.size is None or target.size is None or slot.size == target.size:
        return Presence.UNSURE
    return Presence.GONE
