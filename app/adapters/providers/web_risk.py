"""Google Web Risk: ``hashes:search``, for commercial use. JSON, one hash prefix a call.

cloud.google.com/web-risk/docs/reference/rest/v1/hashes/search. By the option ``send_urls`` whole addresses are asked
(``uris:search``): one call in place of up to thirty, at the price of telling Google each address.
"""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app.adapters.providers.hashes import THREATS, hash_hits, listings_of, prefix_questions
from app.adapters.providers.http import PAUSE_BROKEN, Door, check, document
from app.adapters.providers.model import Access, Answer, Kind, Listing, NoOpinion, Question, kept_for
from app.engine.links.expressions import expressions
from app.engine.links.reputation import Hit

FEED = "Google Web Risk"
BASE_URL = "https://webrisk.googleapis.com"

_LISTS = ("MALWARE", "SOCIAL_ENGINEERING", "UNWANTED_SOFTWARE", "SOCIAL_ENGINEERING_EXTENDED_COVERAGE")
#: Seconds for which an answer without a time of its own is kept.
_UNSAID = 300.0


class WebRisk:
    """Asks with prefixes of hashes, or with addresses where that is allowed."""

    batch = 1

    def __init__(self, door: Door, now: Callable[[], float] = time.time) -> None:
        self._door = door
        self._now = now

    def recipient(self, access: Access) -> str:
        """Return the host to which the questions go."""
        return self._door.host

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return the hash prefixes of an address, or the address where sending those is allowed."""
        return (Question(Kind.URL, url),) if access.options.get("send_urls") else prefix_questions(url)

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Return what Google lists. Raises NoOpinion."""
        return [
            self._by_url(question, access) if question.kind is Kind.URL else self._by_prefix(question, access)
            for question in questions
        ]

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return the listings that mean this address."""
        by_url = [Hit(FEED, each.category, each.weight, _own(url)) for each in listings if each.key == url]
        return by_url + hash_hits(FEED, url, listings)

    def _by_prefix(self, question: Question, access: Access) -> Answer:
        prefix = base64.urlsafe_b64encode(bytes.fromhex(question.value)).decode()
        answer = self._get("hashes:search", ("hashPrefix", prefix), access)
        try:
            threats = _list(answer.get("threats"))
            listings = [
                listing
                for each in threats
                for listing in listings_of(
                    base64.b64decode(each["hash"], validate=True), [str(name) for name in each["threatTypes"]]
                )
            ]
            times = [self._until(each.get("expireTime")) for each in threats]
            # Where something is listed its own time counts, else how long "nothing" may be believed.
            seconds = min(times) if times else self._until(answer.get("negativeExpireTime"))
        except (ValueError, TypeError, AttributeError, KeyError, binascii.Error):
            raise _unreadable() from None
        return Answer(question.value, tuple(listings), kept_for(seconds))

    def _by_url(self, question: Question, access: Access) -> Answer:
        answer = self._get("uris:search", ("uri", question.value), access)
        try:
            threat = answer.get("threat") or {}
            names = [str(name) for name in _list(threat.get("threatTypes"))]  # type: ignore[attr-defined]
            seconds = self._until(threat.get("expireTime"))  # type: ignore[attr-defined]
        except (ValueError, TypeError, AttributeError):
            raise _unreadable() from None
        listings = tuple(Listing(question.value, *THREATS[name]) for name in names if name in THREATS)
        return Answer(question.value, listings, kept_for(seconds))

    def _get(self, method: str, asked: tuple[str, str], access: Access) -> dict[str, object]:
        query = urlencode([*(("threatTypes", name) for name in _LISTS), asked])
        reply = self._door.call(
            "GET", f"/v1/{method}?{query}", seconds=access.seconds, headers={"X-Goog-Api-Key": access.key}
        )
        check(reply)
        return document(reply)

    def _until(self, stamp: object) -> float:
        """Return the seconds until a time of theirs (RFC 3339, nanoseconds and all)."""
        if not isinstance(stamp, str):
            return _UNSAID
        seconds, _, _ = stamp.removesuffix("Z").partition(".")
        return datetime.fromisoformat(f"{seconds}+00:00").timestamp() - self._now()


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _own(url: str) -> str:
    return next(iter(expressions(url)), url)


def _unreadable() -> NoOpinion:
    return NoOpinion("unreadable", "What came back is no answer of the provider's.", pause=PAUSE_BROKEN)
