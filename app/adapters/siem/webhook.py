"""A webhook over https: the batch as one signed POST (``signed_post``).

A receiver that has seen ``X-Deskwarden-Batch`` before has the events already.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from app.adapters.signed_post import SignedPost
from app.adapters.zendesk.connect import Resolve, resolve_host
from app.findings.audit.stream import BodyFormat, Secret

_TYPES = {
    BodyFormat.NDJSON: "application/x-ndjson",
    BodyFormat.JSON: "application/json",
    BodyFormat.HEC: "application/json",
}


class WebhookSender:
    """Sends to one address, as ``SignedPost`` does."""

    def __init__(
        self,
        url: str,
        body: BodyFormat,
        secret: Secret,
        *,
        trusted_hosts: frozenset[str] = frozenset(),
        resolve: Resolve = resolve_host,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._url = url
        self._format = body
        self._secret = secret
        self._post = SignedPost(trusted_hosts, resolve=resolve, now=now)

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Post the events, oldest first. Raises Temporary or Rejected with a sentence."""
        first, last = events[0]["metadata"], events[-1]["metadata"]
        headers = {
            "Content-Type": _TYPES[self._format],
            "X-Deskwarden-Batch": f"{first['uid']}-{last['sequence']}",
        }
        if self._secret.token:
            # Splunk's collector has a word of its own for it.
            scheme = "Splunk" if self._format is BodyFormat.HEC else "Bearer"
            headers["Authorization"] = f"{scheme} {self._secret.token}"
        self._post.send(self._url, body_of(events, self._format), headers, key=self._secret.signing_key)


def body_of(events: Sequence[dict[str, Any]], form: BodyFormat) -> bytes:
    """Return the body: a line an event, an array, or one object after another as Splunk's collector reads them."""
    if form is BodyFormat.JSON:
        return orjson.dumps(list(events))
    if form is BodyFormat.HEC:
        return b"\n".join(orjson.dumps(_for_splunk(event)) for event in events)
    return b"".join(orjson.dumps(event) + b"\n" for event in events)


def _for_splunk(event: dict[str, Any]) -> dict[str, Any]:
    return {"time": event["time"] / 1000, "sourcetype": "deskwarden:ocsf", "source": "deskwarden", "event": event}
