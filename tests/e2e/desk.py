"""What the people at the tenant's help desk do and see."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from app.sandbox import samples
from app.sandbox.mail_catcher import Mail
from app.sandbox.server import Sandbox

EICAR_SHA256 = "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f"


def report_virus(tenant: Sandbox, name: str = "invoice.com") -> int:
    """Write a ticket with a malicious file as a customer; return its number."""
    file = (name, samples.eicar(), "application/octet-stream")
    return tenant.add_ticket("Invoice", "Please see the file.", [file]).id


def notes(tenant: Sandbox, ticket_id: int) -> list[dict[str, Any]]:
    """Return the internal notes that the service wrote into a ticket."""
    return [each for each in tenant.comments(ticket_id) if each["author_id"] == tenant.bot.id and not each["public"]]


def files(tenant: Sandbox, ticket_id: int) -> list[str]:
    """Return the names of all files that a ticket shows."""
    return [file["file_name"] for comment in tenant.comments(ticket_id) for file in comment["attachments"]]


def mails(tenant: Sandbox, ticket_id: int) -> list[Mail]:
    """Return the mails about a ticket."""
    assert tenant.mail is not None
    return [mail for mail in tenant.mail.list() if f"#{ticket_id}" in mail.subject.split()]


def redactions(tenant: Sandbox, ticket_id: int) -> Counter[int]:
    """Return how often each file of a ticket was really redacted, by its number."""
    with tenant.state.lock:
        return Counter(
            event["attachment_id"]
            for audit in tenant.state.ticket(ticket_id).audits
            for event in audit.events
            if event["type"] == "AttachmentRedactionEvent"
        )


@dataclass(frozen=True)
class End:
    """How a ticket stands: files shown, real redactions of each file, notes, and the Message-IDs of its mails."""

    files: tuple[str, ...]
    redactions: tuple[int, ...]
    notes: int
    message_ids: frozenset[str]

    @property
    def mails(self) -> int:
        """How many different mails went out."""
        return len(self.message_ids)


def end_of(tenant: Sandbox, ticket_id: int) -> End:
    """Return how a ticket stands now."""
    return End(
        tuple(files(tenant, ticket_id)),
        tuple(redactions(tenant, ticket_id).values()),
        len(notes(tenant, ticket_id)),
        frozenset(mail.message_id for mail in mails(tenant, ticket_id)),
    )


def is_handled(tenant: Sandbox, ticket_id: int) -> bool:
    """Whether the file is gone, the note stands, and the mail is out."""
    end = end_of(tenant, ticket_id)
    return end.files == ("redacted.txt",) and end.notes > 0 and end.mails > 0
