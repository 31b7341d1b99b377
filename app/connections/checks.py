"""Verify a connection: every part of it, which is broken, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from app.adapters.zendesk import Me, Trigger, Webhook, ZendeskClient
from app.connections import setup
from app.connections.service import Connections
from app.errors import DeskwardenError
from app.keys import MasterKey


class State(StrEnum):
    """How a check came out. ``UNKNOWN`` is not well: it could not be looked at, and why."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One part of a connection: its name, how it is, what was seen, and what to do where it is not well."""

    name: str
    state: State
    detail: str
    mend: str = ""


_AGAIN = "Run 'deskwarden connect' again with the same name; it mends what is missing."


def verify(connections: Connections, keys: MasterKey, name: str, public_url: str) -> list[Check]:
    """Check every part of a connection, in the order in which they depend on each other."""
    row = connections.row(name)
    client = connections.client(row.id, "people")
    return list(_Verification(client, row, keys, public_url).run())


class _Verification:
    def __init__(self, client: ZendeskClient, row: Any, keys: MasterKey, public_url: str) -> None:
        self._client = client
        self._row = row
        self._keys = keys
        self._public_url = public_url

    def run(self) -> Iterator[Check]:
        me = yield from self._look("credentials", self._client.me, self._credentials)
        if me is None:
            return
        yield self._role(me)
        yield from self._look("account", self._client.account_settings, self._account)
        webhooks = yield from self._look("webhook", self._client.webhooks, self._webhook)
        if webhooks is not None and self._row.webhook_id:
            yield from self._look(
                "signing secret", lambda: self._client.signing_secret(self._row.webhook_id), self._secret
            )
        yield from self._look("trigger", self._client.triggers, self._trigger)
        yield self._public()
        yield from self._look("delivery", self._test_call, self._delivery)

    def _look(self, name: str, ask: Callable[[], Any], judge: Callable[[Any], Check]) -> Generator[Check, None, Any]:
        """Yield the check of what ``ask`` returns; return that, or None when it could not be asked."""
        try:
            answer = ask()
        except DeskwardenError as error:
            unsure = name in ("account", "delivery")
            yield Check(name, State.UNKNOWN if unsure else State.BROKEN, error.message, "" if unsure else _AGAIN)
            return None
        yield judge(answer)
        return answer

    def _credentials(self, me: Me) -> Check:
        if self._row.own_user_id not in (None, me.id):
            return Check("credentials", State.BROKEN, "They now belong to another user than when connecting.", _AGAIN)
        return Check("credentials", State.OK, f"Zendesk accepts them; we act as user {me.id}.")

    def _role(self, me: Me) -> Check:
        if me.is_suspended:
            return Check("role", State.BROKEN, "The connecting user is suspended.", "Lift the suspension in Zendesk.")
        if me.role == "admin":
            return Check("role", State.OK, "The connecting user is an admin, so redaction and triggers are allowed.")
        return Check(
            "role",
            State.UNKNOWN,
            "The connecting user is an agent; whether it may redact depends on its role.",
            "Give the role the permission to redact ticket content, or connect with an admin's client.",
        )

    def _account(self, settings: dict[str, Any]) -> Check:
        workspace = (settings.get("active_features") or {}).get("agent_workspace")
        if workspace is None:
            workspace = (settings.get("agents") or {}).get("agent_workspace")
        if workspace is False:
            return Check(
                "account",
                State.UNKNOWN,
                "Agent Workspace is off: files in closed tickets cannot be redacted, only reported by mail.",
                "Switch Agent Workspace on in Admin Center if closed tickets matter.",
            )
        return Check("account", State.OK, "The account's settings can be read.")

    def _webhook(self, webhooks: list[Webhook]) -> Check:
        ours = next((each for each in webhooks if each.id == self._row.webhook_id), None)
        wanted = setup.webhook_address(self._public_url, self._row.name)
        if ours is None:
            return Check("webhook", State.BROKEN, "Our webhook is gone, so no comment is told to us.", _AGAIN)
        if ours.status != "active":
            return Check("webhook", State.BROKEN, "Our webhook is switched off.", "Activate it in Admin Center.")
        if ours.endpoint != wanted:
            return Check("webhook", State.BROKEN, f"Our webhook calls another address than {wanted}.", _AGAIN)
        return Check("webhook", State.OK, "It is there, active, and calls our address.")

    def _secret(self, secret: str) -> Check:
        stored = self._row.signing_secret
        if stored is None or self._keys.unseal("signing-secret", stored).decode() != secret:
            return Check("signing secret", State.BROKEN, "It was changed in Zendesk: each call is refused.", _AGAIN)
        return Check("signing secret", State.OK, "Both sides hold the same one.")

    def _trigger(self, triggers: list[Trigger]) -> Check:
        ours = next((each for each in triggers if each.id == self._row.trigger_id), None)
        if ours is None:
            return Check("trigger", State.BROKEN, "Our trigger is gone, so the webhook is never called.", _AGAIN)
        if not ours.active:
            return Check("trigger", State.BROKEN, "Our trigger is switched off.", "Activate it in Admin Center.")
        if not setup.is_unchanged(ours, self._row.webhook_id or "", self._row.own_user_id or 0):
            return Check("trigger", State.BROKEN, "Our trigger was changed and may miss comments.", _AGAIN)
        return Check("trigger", State.OK, "It is there, active, and unchanged.")

    def _public(self) -> Check:
        parts = urlsplit(self._public_url)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            return Check(
                "public address",
                State.BROKEN,
                "It is not https, so calls travel readable.",
                "Put the service behind https and set DESKWARDEN_PUBLIC_URL.",
            )
        return Check("public address", State.OK, self._public_url)

    def _test_call(self) -> Any:
        address = setup.webhook_address(self._public_url, self._row.name)
        return self._client.test_webhook(self._row.webhook_id or "", address, {"ticket_id": "", "comment_id": ""})

    def _delivery(self, answer: Any) -> Check:
        """Our route answers a signed call without a ticket with 400: it got through, was signed right, and was read."""
        status = answer.status_code
        if status in (400, 202):
            return Check("delivery", State.OK, "Zendesk reached us with a signed test call.")
        if status == 401:
            return Check("delivery", State.BROKEN, "Zendesk reached us, but its signature was refused.", _AGAIN)
        if status == 404:
            return Check(
                "delivery",
                State.BROKEN,
                "The service that answered does not know this connection.",
                "Check that DESKWARDEN_PUBLIC_URL leads to this installation.",
            )
        return Check(
            "delivery",
            State.BROKEN,
            f"Zendesk's test call did not get through (it saw: {status or 'no answer'}).",
            "Start the service and make DESKWARDEN_PUBLIC_URL reachable from the internet.",
        )
