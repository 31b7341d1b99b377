"""One signed POST to an address that somebody chose: over https to public addresses only, and no redirect followed.

The signature is made as Zendesk makes its own: base64 of HMAC-SHA256 over the timestamp followed by the body, in the
headers ``X-Deskwarden-Signature`` and ``X-Deskwarden-Signature-Timestamp``.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import requests
from urllib3.exceptions import HTTPError

from app.adapters.open_internet import OpenRule
from app.adapters.zendesk.connect import Resolve, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import USER_AGENT, send
from app.adapters.zendesk.hosts import parse
from app.errors import DeskwardenError, Rejected, Temporary

#: Seconds for a whole call, the answer included.
CALL_SECONDS = 20.0

#: Bytes of an answer that are read; nothing in it is used.
_ANSWER = 4096


class SignedPost:
    """Posts what is signed for one receiver to that receiver. ``trusted_hosts`` may be private or plain http."""

    def __init__(
        self,
        trusted_hosts: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = resolve_host,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rule = OpenRule(frozenset(), trusted_hosts)
        self._resolve = resolve
        self._now = now

    def check(self, url: str) -> None:
        """Raise Rejected when nothing may ever be sent to this address; that its host is a public one shows later."""
        try:
            self._rule.check(parse(url).origin)
        except NotAllowed as refusal:
            raise _forbidden(refusal) from None

    def send(self, url: str, content: bytes, headers: Mapping[str, str], *, key: str = "") -> None:
        """Post the body, signed when there is a key. Raises Temporary or Rejected with a sentence."""
        sent = {"User-Agent": USER_AGENT, **headers, **(self._signed(key, content) if key else {})}
        with Deadline(CALL_SECONDS) as deadline, guarded_session(self._rule, resolve=self._resolve) as session:
            try:
                target = parse(url)
                self._rule.check(target.origin)
                with send(session, requests.Request("POST", target.url, headers=sent, data=content).prepare()) as got:
                    got.raw.read(_ANSWER)
                    status, wait = got.status_code, got.headers.get("Retry-After", "")
            except NotAllowed as refusal:
                raise _forbidden(refusal) from None
            except (requests.RequestException, HTTPError, OSError, ValueError) as failure:
                late = deadline.expired or isinstance(failure, requests.Timeout)
                why = "does not answer in time" if late else f"cannot be reached ({type(failure).__name__})"
                raise Temporary(f"The receiver {why}; it is tried again.", code="connection") from None
        if not 200 <= status < 300:
            raise _refusal(status, wait)

    def _signed(self, key: str, content: bytes) -> dict[str, str]:
        stamp = self._now().strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "X-Deskwarden-Signature": signature(key, stamp, content),
            "X-Deskwarden-Signature-Timestamp": stamp,
        }


def signature(key: str, stamp: str, content: bytes) -> str:
    """Return base64 of HMAC-SHA256 over timestamp and body."""
    return base64.b64encode(hmac.digest(key.encode(), stamp.encode() + content, "sha256")).decode()


def _forbidden(refusal: NotAllowed) -> Rejected:
    return Rejected(
        f"This address may not be sent to. {refusal.message} A receiver of your own is named in "
        "DESKWARDEN_TRUSTED_HOSTS.",
        code=refusal.code,
    )


def _refusal(status: int, wait: str) -> DeskwardenError:
    if status == 413:
        return Rejected("The receiver takes nothing of this size (HTTP 413).", code="too-large", status=status)
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
