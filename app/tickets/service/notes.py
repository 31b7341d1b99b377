"""Recognise our own notes. What merely looks like one proves nothing: authors can be set and texts copied.

A note of ours was written by our own user after the action's row was made, is internal, and carries a reference keyed
by our secret.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.adapters.zendesk import Comment
from app.db import Database
from app.findings.mail_rules import Language
from app.findings.notices import find_references, make_reference
from app.findings.policy import Policy
from app.keys import MasterKey
from app.tickets.service.acting import Desk
from app.tickets.service.policies import policy_of

#: Seconds by which Zendesk's clock may be behind ours.
CLOCK_SKEW = 300.0


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses of our own pages, for notes and mails."""

    public_url: str

    def scan(self, scan_id: int) -> str:
        """Return the address of a scan's page."""
        return f"{self.public_url}/scans/{scan_id}"

    def ticket(self, connection: str, ticket_id: int) -> str:
        """Return the address of all scans of a ticket; other tenants have tickets of the same number."""
        return f"{self.public_url}/scans?connection={connection}&ticket={ticket_id}"


class NoteLanguages:
    """The language of the notes in a ticket: its policy's."""

    def __init__(self, database: Database, default: Policy, now: Callable[[], float]) -> None:
        self._database = database
        self._default = default
        self._now = now

    def of(self, connection_id: int, ticket_id: int) -> Language:
        """Return the language that the agents of a ticket are told things in."""
        with self._database.read() as connection:
            policy = policy_of(connection, self._default, connection_id, ticket_id, now=self._now())
        return policy.mail.language


class NoteFinder:
    """Makes references and finds the note that carries one."""

    def __init__(self, keys: MasterKey, own_user: Callable[[int], int | None]) -> None:
        self._keys = keys
        self._own_user = own_user

    def reference(self, action_key: str) -> str:
        """Return the reference that a note of this action carries."""
        return make_reference(lambda text: self._keys.sign("reference", text), action_key)

    def find(self, desk: Desk, action: Any, comment_id: int | None = None) -> Comment | None:
        """Read the ticket and return our note of this action, or None.

        With ``comment_id``, which Zendesk gave the note when it took it, nothing has to be recognised.
        """
        reference = self.reference(action.key)
        own_user = self._own_user(desk.connection_id)
        for comment in desk.shown():
            if comment.id == comment_id:
                return comment
            ours = comment.author_id == own_user and comment.public is False
            young = comment.created_at is None or comment.created_at >= action.created_at - CLOCK_SKEW
            if ours and young and reference in find_references(comment.html_body + "\n" + comment.body):
                return comment
        return None
