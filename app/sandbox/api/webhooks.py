"""Webhooks: make, show, change, delete, test; their signing secrets and what became of their calls."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, request

from app.sandbox import delivery, errors, events
from app.sandbox.api.edge import allow, body, count_webhook_call, paged, state, views
from app.sandbox.model import Invocation, User, Webhook
from app.sandbox.views import stamp

pages = Blueprint("webhooks", __name__, url_prefix="/api/v2/webhooks")

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SETTINGS = ("description", "authentication", "custom_headers", "external_source")


def _allow(kind: str, *, test: bool = False) -> User:
    user = allow(f"webhooks:{kind}", roles=("admin",))
    count_webhook_call(test=test)
    return user


def _get(webhook_id: str) -> Webhook:
    try:
        return state().data.webhooks[webhook_id]
    except KeyError:
        raise _refused(404, "WebhookNotFound", "Webhook not found") from None


def _refused(status: int, code: str, title: str) -> errors.ApiError:
    return errors.ApiError(status, {"errors": [{"code": code, "title": title, "detail": title}]})


@pages.get("")
def list_webhooks() -> dict[str, Any]:
    """List webhooks, always by cursor."""
    _allow("read")
    rows = list(state().data.webhooks.values())
    name, status = request.args.get("filter[name_contains]", ""), request.args.get("filter[status]")
    rows = [row for row in rows if name.lower() in row.name.lower() and status in (None, row.status)]
    return paged("webhooks", rows, views().webhook, lambda row: row.id, cursor=True)


@pages.post("")
def create() -> tuple[dict[str, Any], int]:
    """Make a webhook; its secret is read by another call."""
    user = _allow("write")
    sent = body("webhook")
    _check(sent)
    with state().lock:
        now = state().now()
        made = Webhook(
            delivery.ulid(now, state().random),
            str(sent["name"]),
            str(sent["endpoint"]),
            str(sent["http_method"]).upper(),
            str(sent["request_format"]),
            str(sent.get("status", "active")),
            [str(item) for item in sent.get("subscriptions") or []],
            _new_secret(),
            now,
            user.id,
            now,
            {name: sent[name] for name in _SETTINGS if sent.get(name) is not None},
        )
        state().data.webhooks[made.id] = made
    return {"webhook": views().webhook(made)}, 201


def _check(sent: dict[str, Any]) -> None:
    place = urlsplit(str(sent.get("endpoint") or ""))
    subscriptions = sent.get("subscriptions") or []
    wrong = (
        "name" if not sent.get("name") else
        "endpoint" if place.scheme not in ("http", "https") or not place.hostname else
        "http_method" if str(sent.get("http_method")).upper() not in _METHODS else
        "request_format" if sent.get("request_format") not in ("json", "xml", "form_encoded") else
        "status" if sent.get("status", "active") not in ("active", "inactive") else
        "subscriptions" if not _subscriptions_fit(subscriptions, sent) else
        ""
    )  # fmt: skip
    if wrong:
        raise _refused(400, "InvalidWebhook", f"Invalid webhook: {wrong}")


def _subscriptions_fit(subscriptions: Any, sent: dict[str, Any]) -> bool:
    # Either for triggers or for events, never both; event webhooks are POST and JSON.
    if not isinstance(subscriptions, list):
        return False
    of_events = [item for item in subscriptions if str(item).startswith(events.PREFIX)]
    if not of_events:
        return set(subscriptions) <= {"conditional_ticket_events"}
    plain = str(sent.get("http_method")).upper() == "POST" and sent.get("request_format") == "json"
    return plain and len(of_events) == len(subscriptions)


def _new_secret() -> str:
    return base64.b64encode(state().random.randbytes(32)).decode()


@pages.get("/<webhook_id>")
def show(webhook_id: str) -> dict[str, Any]:
    """Show a webhook."""
    _allow("read")
    return {"webhook": views().webhook(_get(webhook_id))}


@pages.route("/<webhook_id>", methods=["PUT", "PATCH"])
def update(webhook_id: str) -> tuple[str, int]:
    """Change a webhook; what it is subscribed to cannot be changed."""
    _allow("write")
    held, sent = _get(webhook_id), body("webhook")
    present = {name: getattr(held, name) for name in ("name", "endpoint", "http_method", "request_format", "status")}
    wanted = {**present, "subscriptions": held.subscriptions, **sent}
    _check(wanted)
    if set(wanted["subscriptions"]) != set(held.subscriptions):
        raise _refused(400, "InvalidWebhook", "The subscriptions of a webhook cannot be changed")
    with state().lock:
        for name in present:
            setattr(held, name, str(wanted[name]))
        held.settings |= {name: sent[name] for name in _SETTINGS if name in sent}
        held.updated_at = state().now()
    return "", 204


@pages.delete("/<webhook_id>")
def delete(webhook_id: str) -> tuple[str, int]:
    """Delete a webhook, unless a trigger still uses it."""
    _allow("write")
    _get(webhook_id)
    with state().lock:
        for trigger in state().data.triggers.values():
            if any(a["field"] == "notification_webhook" and a["value"][0] == webhook_id for a in trigger.actions):
                raise _refused(400, "WebhookInUse", "The webhook is used by a trigger and cannot be deleted")
        state().data.webhooks.pop(webhook_id, None)
    return "", 204


@pages.get("/<webhook_id>/signing_secret")
def secret(webhook_id: str) -> dict[str, Any]:
    """Show the signing secret."""
    _allow("read")
    return {"signing_secret": {"secret": _get(webhook_id).secret, "algorithm": "SHA256"}}


@pages.post("/<webhook_id>/signing_secret")
def reset_secret(webhook_id: str) -> tuple[dict[str, Any], int]:
    """Make a new signing secret; the old one ends at once."""
    _allow("write")
    with state().lock:
        held = _get(webhook_id)
        held.secret = _new_secret()
    return {"signing_secret": {"secret": held.secret, "algorithm": "SHA256"}}, 201


@pages.post("/test")
def test() -> dict[str, Any]:
    """Send one call and show what came back; an unsaved webhook signs with the public test secret."""
    user = _allow("write", test=True)
    sent = body("request")
    known = request.args.get("webhook_id")
    now = state().now()
    webhook = _get(known) if known else _unsaved(user, now)
    tried = Webhook(**{**vars(webhook), "endpoint": str(sent.get("endpoint") or webhook.endpoint)})
    if urlsplit(tried.endpoint).scheme not in ("http", "https"):
        raise _refused(400, "InvalidWebhook", "Invalid webhook: endpoint")
    payload = sent.get("payload", "")
    raw = (payload if isinstance(payload, str) else json.dumps(payload)).encode()
    headers = delivery.request_headers(tried, delivery.ulid(now, state().random), raw, now)
    answer = delivery.call(tried, raw, headers, state().switches.webhook_timeout)
    if not answer.status:
        raise _refused(400, "WebhookTestFailed", f"The endpoint gave no answer: {answer.error}")
    listed = [{"key": key, "value": value} for key, value in answer.headers.items()]
    shown = {"headers": listed, "status_code": answer.status, "payload": answer.body.decode("utf-8", "replace")}
    return {"response": shown}


def _unsaved(user: User, now: float) -> Webhook:
    return Webhook("", "", "", "POST", "json", "active", [], delivery.TEST_SECRET, now, user.id, now)


@pages.get("/<webhook_id>/invocations")
def invocations(webhook_id: str) -> dict[str, Any]:
    """List what became of the webhook's calls, newest first."""
    _allow("read")
    _get(webhook_id)
    with state().lock:
        rows = [item for item in reversed(state().data.invocations) if item.webhook_id == webhook_id]
    return paged("invocations", rows, _shown, lambda row: row.id, cursor=True)


@pages.get("/<webhook_id>/invocations/<invocation_id>/attempts")
def attempts(webhook_id: str, invocation_id: str) -> dict[str, Any]:
    """List the attempts of one call."""
    _allow("read")
    for item in state().data.invocations:
        if item.id == invocation_id and item.webhook_id == webhook_id:
            return {"attempts": list(item.attempts)}
    raise _refused(404, "InvocationNotFound", "Invocation not found")


def _shown(item: Invocation) -> dict[str, Any]:
    last = item.attempts[-1]["invoked_at"] if item.attempts else stamp(item.created_at)
    return {"id": item.id, "status": item.status, "event_type": item.event_type, "latest_completed_at": last}
