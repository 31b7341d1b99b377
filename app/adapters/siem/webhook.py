"""A webhook over https: the batch as one signed POST.

The signature is made as Zendesk makes its own: base64 of HMAC-SHA256 over the timestamp followed by the body, in the
headers ``X-Deskwarden-Signature`` and ``X-Deskwarden-Signature-Timestamp``. A receiver that has seen
``X-Deskwarden-Batch`` before has the events already.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
import requests
from urllib3.exceptions import HTTPError

from app.adapters.open_internet import OpenRule
from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.hosts import parse
from app.errors import DeskwardenError, Rejected, Temporary
from app.findings.audit.stream import BodyFormat, Secret

#: Seconds for a whole call, the answer included.
CALL_SECONDS = 20.0

#: Bytes of an answer that are read; nothing in it is used.
_ANSWER = 4096

_TYPES = {
    BodyFormat.NDJSON: "application/x-ndjson",
    BodyFormat.JSON: "application/json",
    BodyFormat.HEC: "application/json",
}


class WebhookSender:
    """Sends to one address; follows no redirect: what is signed for one receiver goes to no other."""

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
        self._rule = OpenRule(frozenset(), trusted_hosts)
        self._resolve = resolve
        self._now = now

    def send(self, events: Sequence[dict[str, Any]]) -> None:
        """Post the events, oldest first. Raises Temporary or Rejected with a sentence."""
        content = body_of(events, self._format)
        first, last = events[0]["metadata"], events[-1]["metadata"]
        headers = {
            "User-Agent": USER_AGENT,
            "Content-Type": _TYPES[self._format],
            "X-Deskwarden-Batch": f"{first['uid']}-{last['sequence']}",
            **self._signed(content),
        }
        if self._secret.token:
            # Splunk's collector has a word of its own for it.
            scheme = "Splunk" if self._format is BodyFormat.HEC else "Bearer"
            headers["Authorization"] = f"{scheme} {self._secret.token}"
        self._post(content, headers)

    def _signed(self, content: bytes) -> dict[str, str]:
        if not self._secret.signing_key:
            return {}
        stamp = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "X-Deskwarden-Signature": signature(self._secret.signing_key, stamp, content),
            "X-Deskwarden-Signature-Timestamp": stamp,
        }

    def _post(self, content: bytes, headers: Mapping[str, str]) -> None:
        with Deadline(CALL_SECONDS) as deadline, guarded_session(self._rule, resolve=self._resolve) as session:
            try:
                target = parse(self._url)
                self._rule.check(target.origin)
                with send(
                    session, requests.Request("POST", target.url, headers=headers, data=content).prepare()
                ) as got:
                    got.raw.read(_ANSWER)
                    status, wait = got.status_code, got.headers.get("Retry-After", "")
            except NotAllowed as refusal:
                raise Rejected(
                    f"This address may not be sent to. {refusal.message} A receiver of your own is named in "
                    "DESKWARDEN_TRUSTED_HOSTS.",
                    code=refusal.code,
                ) from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
                late = deadline.expired or isinstance(failure, requests.Timeout)
                why = "does not answer in time" if late else f"cannot be reached ({type(failure).__name__})"
                raise Temporary(f"The receiver {why}; it is tried again.", code="connection") from None
        if not 200 <= status < 300:
            raise _refusal(status, wait)


def body_of(events: Sequence[dict[str, Any]], form: BodyFormat) -> bytes:
    """Return the body: a line an event, an array, or one object after another as Splunk's collector reads them."""
    if form is BodyFormat.JSON:
        return orjson.dumps(list(events))
    if form is BodyFormat.HEC:
        return b"\n".join(orjson.dumps(_for_splunk(event)) for event in events)
    return b"".join(orjson.dumps(event) + b"\n" for event in events)


def signature(key: str, stamp: str, content: bytes) -> str:
    """Return base64 of HMAC-SHA256 over timestamp and body."""
    return base64.b64encode(hmac.digest(key.encode(), stamp.encode() + content, "sha256")).decode()


def _for_splunk(event: dict[str, Any]) -> dict[str, Any]:
    return {"time": event["time"] / 1000, "sourcetype": "deskwarden:ocsf", "source": "deskwarden", "event": event}


def _refusal(status: int, wait: str) -> DeskwardenError:
    if status == 413:
        return Rejected("The receiver takes no batch of this size (HTTP 413).", code="too-large", status=status)
    if status in (401, 403):
        return Rejected(
            f"The receiver refuses us (HTTP {status}): look at the token and the signing key.", code="refused"
        )
    if status in (404, 410):
        return Rejected(f"There is nothing at the address (HTTP {status}): look at the path.", code="gone")
    if 300 <= status < 400:
        return Rejected(f"The address forwards elsewhere (HTTP {status}): enter where it leads.", code="redirect")
    after = float(wait) if wait.isdecimal() and len(wait) < 6 else None
    sentence = f"The receiver cannot take it just now (HTTP {status}); it is tried again."
    return Temporary(sentence, code="not_served", status=status, retry_after=after)
