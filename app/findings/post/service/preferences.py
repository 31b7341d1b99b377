"""What policies and accounts say about mails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.db import Database
from app.findings.languages import Language
from app.findings.mail_rules import MailRules
from app.findings.policies.store import policy_for


class Preferences:
    """Reads them where they stand: the connection's policy, its own recipients, the house's, the accounts.

    ``named`` gives the recipients that a connection names, ``everyone`` those of the setting, ``account`` the language
    of the account that signs in with an address.
    """

    def __init__(
        self,
        database: Database,
        named: Callable[[int], Sequence[str]],
        everyone: Sequence[str],
        account: Callable[[str], str | None],
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._named = named
        self._everyone = everyone
        self._account = account
        self._now = now

    def rules(self, connection_id: int) -> MailRules:
        """Return the mail rules of a connection."""
        rules: MailRules = self._policy(connection_id).mail
        return rules

    def recipients(self, connection_id: int) -> Sequence[str]:
        """Return who gets the mails of a connection; may be nobody."""
        return self._policy(connection_id).recipients or tuple(self._named(connection_id)) or tuple(self._everyone)

    def language(self, address: str) -> Language | None:
        """Return the language that the account with this address has chosen; None: there is no such account."""
        chosen = self._account(address)
        return Language(chosen) if chosen is not None else None

    def _policy(self, connection_id: int) -> Any:
        with self._database.read() as connection:
            return policy_for(connection, connection_id, now=self._now())
