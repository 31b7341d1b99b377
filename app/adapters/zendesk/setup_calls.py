"""The calls that set a connection up, look after it and take it down: webhooks, their secrets, triggers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from app.adapters.zendesk.errors import NotFound
from app.adapters.zendesk.exchange import Interrupted
from app.adapters.zendesk.fields import mapping, number, text
from app.adapters.zendesk.paging import walk
from app.adapters.zendesk.records import (
    Trigger,
    Webhook,
    WebhookTest,
    read_all,
    read_trigger,
    read_webhook,
)
from app.adapters.zendesk.transport import Route, Transport
from app.errors import Temporary

#: What a webhook subscribes to that is called by triggers.
BY_TRIGGER = ("conditional_ticket_events",)

_WEBHOOKS, _WEBHOOK = "/api/v2/webhooks", "/api/v2/webhooks/{webhook_id}"
_TRIGGERS, _TRIGGER = "/api/v2/triggers", "/api/v2/triggers/{trigger_id}"
_PAGE = {"page[size]": "100"}


class SetupCalls:
    """Mixed into the client. Deleting what is gone already is no error."""

    _transport: Transport

    def webhooks(self) -> list[Webhook]:
        """Return all webhooks of the account."""
        route = Route("GET", _WEBHOOKS, "the list of webhooks", query=_PAGE)
        pages = walk(self._transport.call, route)
        return [item for page in pages for item in read_all("webhook", page.get("webhooks"), read_webhook)]

    def create_webhook(
        self, name: str, endpoint: str, *, description: str = "", subscriptions: Iterable[str] = BY_TRIGGER
    ) -> Webhook:
        """Create an active webhook that posts JSON to ``endpoint``; what it subscribes to cannot be changed later."""
        webhook = {
            "name": name,
            "description": description,
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": list(subscriptions),
        }
        route = Route("POST", _WEBHOOKS, "the new webhook", document={"webhook": webhook})
        created = read_webhook(mapping(self._transport.call(route).get("webhook")))
        if created is None:
            raise Interrupted("Zendesk answered a new webhook without its id.", code="no_webhook")
        return created

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._delete(Route("DELETE", _WEBHOOK, "the removal of a webhook", {"webhook_id": webhook_id}))

    def signing_secret(self, webhook_id: str) -> str:
        """Return the secret that a webhook signs with; its own bytes are the key."""
        return self._secret("GET", webhook_id)

    def reset_signing_secret(self, webhook_id: str) -> str:
        """Have a webhook sign with a new secret from now on, and return it."""
        return self._secret("POST", webhook_id)

    def _secret(self, method: str, webhook_id: str) -> str:
        route = Route(method, _WEBHOOK + "/signing_secret", "the webhook's signing secret", {"webhook_id": webhook_id})
        secret = text(mapping(self._transport.call(route).get("signing_secret")).get("secret"))
        if not secret:
            raise Temporary("Zendesk answered the question for a signing secret without one.", code="no_secret")
        return secret

    def test_webhook(self, webhook_id: str, endpoint: str, payload: Mapping[str, Any]) -> WebhookTest:
        """Have Zendesk call a webhook with a payload now, signed as always, and return what our side answered."""
        request = {
            "endpoint": endpoint,
            "http_method": "POST",
            "request_format": "json",
            "payload": orjson.dumps(payload).decode(),
        }
        route = Route(
            "POST",
            _WEBHOOKS + "/test",
            "the test of a webhook",
            query={"webhook_id": webhook_id},
            document={"request": request},
        )
        response = mapping(self._transport.call(route).get("response"))
        return WebhookTest(number(response.get("status_code")), text(response.get("payload")))

    def triggers(self) -> list[Trigger]:
        """Return all triggers of the account."""
        route = Route("GET", _TRIGGERS, "the list of triggers", query=_PAGE)
        pages = walk(self._transport.call, route)
        return [item for page in pages for item in read_all("trigger", page.get("triggers"), read_trigger)]

    def create_trigger(
        self,
        title: str,
        conditions: Mapping[str, Any],
        actions: Iterable[Mapping[str, Any]],
        *,
        description: str = "",
    ) -> Trigger:
        """Create an active trigger: ``conditions`` as ``{"all": […], "any": […]}``."""
        trigger = {
            "title": title,
            "description": description,
            "active": True,
            "conditions": dict(conditions),
            "actions": list(actions),
        }
        return self._write_trigger(Route("POST", _TRIGGERS, "the new trigger", document={"trigger": trigger}))

    def update_trigger(self, trigger_id: int, changes: Mapping[str, Any]) -> Trigger:
        """Change a trigger; naming conditions or actions replaces all of both, so name both whole."""
        document = {"trigger": dict(changes)}
        return self._write_trigger(
            Route("PUT", _TRIGGER, "the change of a trigger", {"trigger_id": trigger_id}, document=document)
        )

    def delete_trigger(self, trigger_id: int) -> None:
        """Delete a trigger."""
        self._delete(Route("DELETE", _TRIGGER, "the removal of a trigger", {"trigger_id": trigger_id}))

    def _write_trigger(self, route: Route) -> Trigger:
        written = read_trigger(mapping(self._transport.call(route).get("trigger")))
        if written is None:
            raise Interrupted("Zendesk answered the writing of a trigger without its id.", code="no_trigger")
        return written

    def _delete(self, route: Route) -> None:
        try:
            self._transport.call(route)
        except NotFound:
            return
