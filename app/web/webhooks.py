"""``POST /webhooks/zendesk/{connection}``: check, store, answer. The hot path of the service."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request
from prometheus_client import Counter

from app.errors import Rejected, Temporary

if TYPE_CHECKING:
    from app.bootstrap import Services

#: Bytes. Our trigger sends a hundred, Zendesk's event envelopes a few thousand.
LARGEST_BODY = 1024 * 1024

#: Seconds. Zendesk only repeats a 503 that asks for less than 60.
RETRY_AFTER = "10"

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_STATUS = {"unsigned": 401, "stale": 401, "malformed": 400}

calls = Counter("deskwarden_webhook_calls_total", "Webhook calls by how they were answered", ["outcome"])
# Looked up once: naming a label costs as much as checking a signature.
_counted = cache(calls.labels)


def blueprint_for(services: Services) -> Blueprint:
    """Return the blueprint of the webhook route."""
    blueprint = Blueprint("webhooks", __name__)
    inbox = services.inbox

    @blueprint.route("/webhooks/zendesk/<connection>", methods=_METHODS, provide_automatic_options=False)
    def receive(connection: str) -> Response:
        try:
            receiver = inbox.receiver(connection)
            if receiver is None:
                return _answer(404, "unknown", "No connection of this name.")
            if request.method != "POST":
                answer = _answer(405, "method", "Only POST is answered here.")
                answer.headers["Allow"] = "POST"
                return answer
            body = _body()
            if body is None:
                return _answer(413, "too-large", "The body is larger than 1 MiB.")
            fresh = inbox.receive(
                receiver,
                body=body,
                timestamp=request.headers.get("X-Zendesk-Webhook-Signature-Timestamp", ""),
                signed=request.headers.get("X-Zendesk-Webhook-Signature", ""),
                invocation=request.headers.get("X-Zendesk-Webhook-Invocation-Id", ""),
            )
        except Rejected as refusal:
            return _answer(_STATUS[refusal.code], refusal.code, refusal.message)
        except Temporary:
            answer = _answer(503, "unavailable", "The call could not be stored. Please repeat it.")
            answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        return _answer(202, "stored" if fresh else "repeated", "Stored.")

    return blueprint


def _body() -> bytes | None:
    """Return the raw body, or None when it is over the limit; never reads more than that."""
    if (request.content_length or 0) > LARGEST_BODY:
        return None
    body = request.stream.read(LARGEST_BODY + 1)
    return None if len(body) > LARGEST_BODY else body


def _answer(status: int, outcome: str, text: str) -> Response:
    _counted(outcome).inc()
    return Response(f"{text}\n", status=status, mimetype="text/plain")
