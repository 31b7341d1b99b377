"""Zendesk's webhook signature: base64 of HMAC-SHA256 over timestamp and raw body, nothing between them.

https://developer.zendesk.com/documentation/webhooks/verifying/ — the key is the secret string's own bytes; it looks
like base64 and is not to be decoded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature that Zendesk sends for this body at this timestamp (base64 text)."""
    mac = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def is_signed(secrets: Iterable[str], timestamp: str, body: bytes, signature: str) -> bool:
    """Whether one of the secrets made the signature. Takes the same time for every wrong one.

    The timestamp is opaque here: only after this answer is it worth reading as a time.
    """
    given = signature.encode("utf-8", "surrogateescape")
    timestamp = timestamp.encode("utf-8", "replace").decode()
    matches = [hmac.compare_digest(sign(secret, timestamp, body).encode(), given) for secret in secrets]
    return any(matches)


def age(timestamp: str, now: float) -> float | None:
    """Return how many seconds ago the timestamp was (negative: it lies ahead); None when it is no time.

    Zendesk writes ``2023-09-18T23:38:13Z``; other ISO 8601 forms with a zone are read too.
    """
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return None if moment.tzinfo is None else now - moment.timestamp()
