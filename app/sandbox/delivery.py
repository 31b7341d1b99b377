"""Sends webhooks: signs each attempt, obeys the retry rules, keeps what came of it.

Signature: base64 of HMAC-SHA256 over timestamp + raw body, keyed by the secret string's own bytes, with the time of
the attempt. Retried: 409 always, 429 and 503 when they name a wait below 60 s, timeouts. Everything else is lost.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
import hmac
import http.client
import itertools
import random
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.sandbox import events, triggers
from app.sandbox.model import Data, Invocation, Ticket, User, Webhook
from app.sandbox.state import State, Update
from app.sandbox.views import Views, stamp

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105 -- public, of the documentation
_ULID_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return the value of ``X-Zendesk-Webhook-Signature``."""
    mac = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def ulid(moment: float, source: random.Random) -> str:
    """Return a ULID: 48 bits of milliseconds, then 80 random bits, in Crockford's base 32."""
    number = int(moment * 1000) << 80 | source.getrandbits(80)
    return "".join(_ULID_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


@dataclass(frozen=True)
class Answer:
    """What the receiver answered: status 0 with ``error`` set when there was no answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    error: str = ""


def call(webhook: Webhook, body: bytes, headers: dict[str, str], timeout: float) -> Answer:
    """Send one request to the webhook's endpoint and return what came back; never raises for the network."""
    place = urlsplit(webhook.endpoint)
    connection: http.client.HTTPConnection
    if place.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(place.hostname or "", place.port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=timeout)
    path = (place.path or "/") + (f"?{place.query}" if place.query else "")
    try:
        connection.request(webhook.http_method, path, None if webhook.http_method == "GET" else body, headers)
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read(65536))
    except TimeoutError:
        return Answer(0, {}, b"", "timeout")
    except (OSError, http.client.HTTPException) as problem:
        return Answer(0, {}, b"", type(problem).__name__)
    finally:
        connection.close()


def request_headers(webhook: Webhook, invocation_id: str, body: bytes, moment: float) -> dict[str, str]:
    """Return the headers of one attempt, signed for this moment."""
    timestamp = stamp(moment)
    headers = {str(name): str(value) for name, value in (webhook.settings.get("custom_headers") or {}).items()}
    return headers | {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Zendesk Webhook",
        "X-Zendesk-Account-Id": str(events.ACCOUNT_ID),
        "X-Zendesk-Webhook-Id": webhook.id,
        "X-Zendesk-Webhook-Invocation-Id": invocation_id,
        "X-Zendesk-Webhook-Signature": signature(webhook.secret, timestamp, body),
        "X-Zendesk-Webhook-Signature-Timestamp": timestamp,
        **_credentials(webhook),
    }


def _credentials(webhook: Webhook) -> dict[str, str]:
    held = webhook.settings.get("authentication") or {}
    data = held.get("data") or {}
    if held.get("type") == "basic_auth":
        pair = f"{data.get('username', '')}:{data.get('password', '')}".encode()
        return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    if held.get("type") == "bearer_token":
        return {"Authorization": f"Bearer {data.get('token', '')}"}
    if held.get("type") == "api_key":
        return {str(data.get("name", "X-API-Key")): str(data.get("value", ""))}
    return {}


class Deliverer:
    """Turns updates into deliveries and works them off in threads of its own."""

    def __init__(self, state: State, base: Callable[[], str], *, threads: int = 4) -> None:
        self._state, self._base = state, base
        self._queue: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()
        self._wake = threading.Condition()
        self._busy = 0
        self._stopped = False
        self._scripted: list[dict[str, Any]] = []
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]
        state.listeners.append(self.observe)

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop; what is still waiting is lost, as in any restart."""
        with self._wake:
            self._stopped = True
            self._queue.clear()
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(2)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is queued or under way; return whether that came in time."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._queue and not self._busy, timeout)

    def script(self, kind: str, times: int = 1, seconds: float = 0.0) -> None:
        """Do something to the next deliveries: ``duplicate`` (same id), ``repeat`` (new id), ``drop``, ``delay``."""
        if kind not in ("duplicate", "repeat", "drop", "delay"):
            raise ValueError(f"There is no delivery fault {kind!r}.")
        with self._wake:
            self._scripted.append({"kind": kind, "times": times, "seconds": seconds})

    def observe(self, update: Update) -> None:
        """Queue what this update sets off. Called with the tenant's lock held."""
        data = self._state.data
        for trigger in sorted(data.triggers.values(), key=lambda item: item.position):
            if triggers.fires(trigger, update):
                for action in trigger.actions:
                    self._act(action, update)
        for webhook in list(data.webhooks.values()):
            wanted = {kind for kind in webhook.subscriptions if kind.startswith(events.PREFIX)}
            if wanted:
                for kind, body in events.envelopes(self._state, Views(self._state, self._base()), update):
                    if kind in wanted:
                        self.send(webhook.id, body, kind)

    def _act(self, action: dict[str, Any], update: Update) -> None:
        if action["field"] != "notification_webhook":
            return
        webhook_id, template = str(action["value"][0]), str(action["value"][1])
        delay = self._state.switches.trigger_delay
        if not delay:
            self._notify(webhook_id, template, update.ticket, update.actor)
            return
        self._later(delay, lambda: self._notify(webhook_id, template, update.ticket, update.actor))

    def _notify(self, webhook_id: str, template: str, ticket: Ticket, actor: User) -> None:
        with self._state.lock:
            body = triggers.rendered(template, self._state, self._base(), ticket, actor)
        self.send(webhook_id, body.encode(), "conditional_ticket_events")

    def send(self, webhook_id: str, body: bytes, kind: str) -> Invocation | None:
        """Queue one delivery; return it, or None when the webhook is gone, inactive, or a fault drops it."""
        webhook = self._state.data.webhooks.get(webhook_id)
        if webhook is None or webhook.status != "active":
            return None
        fault = self._next_fault()
        if fault.get("kind") == "drop":
            return None
        invocation = self._new_invocation(webhook, body, kind)
        self._later(float(fault.get("seconds", 0)), lambda: self._attempt(invocation, 0))
        if fault.get("kind") in ("duplicate", "repeat"):
            again = invocation if fault["kind"] == "duplicate" else self._new_invocation(webhook, body, kind)
            self._later(float(fault["seconds"]), lambda: self._attempt(again, 0))
        return invocation

    def _new_invocation(self, webhook: Webhook, body: bytes, kind: str) -> Invocation:
        with self._state.lock:
            now = self._state.now()
            number = ulid(now, self._state.random)
            invocation = Invocation(number, webhook.id, "accepted", now, body, kind)
            self._state.data.invocations.append(invocation)
            return invocation

    def _next_fault(self) -> dict[str, Any]:
        with self._wake:
            for fault in self._scripted:
                if fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
            return {}

    def _attempt(self, invocation: Invocation, number: int) -> None:
        data: Data = self._state.data
        webhook = data.webhooks.get(invocation.webhook_id)
        if webhook is None:
            return
        now = self._state.now()
        headers = request_headers(webhook, invocation.id, invocation.body, now)
        answer = call(webhook, invocation.body, headers, self._state.switches.webhook_timeout)
        status, wait = self._outcome(answer, number)
        record = {
            "invoked_at": stamp(now),
            "status": status,
            "response_status": answer.status or None,
            "error": answer.error or None,
            "request_headers": headers,
        }
        with self._state.lock:
            invocation.attempts.append(record)
            invocation.status = status
        if wait is not None:
            self._later(wait, lambda: self._attempt(invocation, number + 1))

    def _outcome(self, answer: Answer, number: int) -> tuple[str, float | None]:
        """Return the word for the invocations list, and seconds until the next try or None."""
        switches = self._state.switches
        left = number < switches.retries
        if 200 <= answer.status < 300:
            return "success", None
        if answer.error == "timeout":
            return "timeout", switches.retry_delay if left else None
        if answer.status == 409:
            return "client error", switches.retry_delay if left else None
        if answer.status in (429, 503):
            named = {name.lower(): value for name, value in answer.headers.items()}.get("retry-after", "")
            if left and named.isdigit() and int(named) < 60:
                return "throttled" if answer.status == 429 else "server error", float(named)
        if 400 <= answer.status < 500:
            return "client error", None
        return ("server error" if answer.status >= 500 else "failed"), None

    def _later(self, seconds: float, job: Callable[[], None]) -> None:
        with self._wake:
            if not self._stopped:
                heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._count), job))
                self._wake.notify_all()

    def _work(self) -> None:
        while True:
            with self._wake:
                job = self._next()
                if job is None:
                    return
                self._busy += 1
            try:
                job()
            finally:
                with self._wake:
                    self._busy -= 1
                    self._wake.notify_all()

    def _next(self) -> Callable[[], None] | None:
        while not self._stopped:
            if not self._queue:
                self._wake.wait()
                continue
            wait = self._queue[0][0] - time.monotonic()
            if wait <= 0:
                return heapq.heappop(self._queue)[2]
            self._wake.wait(wait)
        return None
