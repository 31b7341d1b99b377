"""Google Safe Browsing v5: ``hashes:search``, in its mode without a local list (No Storage Real Time Mode).

developers.google.com/safe-browsing/reference/rest/v5/hashes/search. Free for non-commercial use only; whoever sells
something with it uses Web Risk. Version 4, which answered in JSON, ends in March 2027; this one answers in protocol
buffers (the JSON that its description shows is read too, should it come).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from app.adapters.providers.hashes import PREFIX_BYTES, hash_hits, listings_of, prefix_questions
from app.adapters.providers.http import PAUSE_BROKEN, Door, Reply as HttpReply, check, document
from app.adapters.providers.model import Access, Answer, Listing, NoOpinion, Question, kept_for
from app.adapters.providers.wire import fields, numbers
from app.engine.links.reputation import Hit

FEED = "Google Safe Browsing"
BASE_URL = "https://safebrowsing.googleapis.com"

_THREAT_TYPES = {
    1: "MALWARE",
    2: "SOCIAL_ENGINEERING",
    3: "UNWANTED_SOFTWARE",
    4: "POTENTIALLY_HARMFUL_APPLICATION",
}
#: Full hash, names of its threats.
_Found = tuple[bytes, list[str]]


class SafeBrowsing:
    """Asks with prefixes of hashes."""

    #: Google asks for at most 30 for an address and takes 1,000.
    batch = 100

    def __init__(self, door: Door) -> None:
        self._door = door

    def recipient(self, access: Access) -> str:
        """Return the host to which the questions go."""
        return self._door.host

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return the hash prefixes of an address."""
        return prefix_questions(url)

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Return what Google lists under each prefix. Raises NoOpinion."""
        prefixes = [base64.b64encode(bytes.fromhex(question.value)).decode() for question in questions]
        query = urlencode([("hashPrefixes", prefix) for prefix in prefixes] + [("alt", "proto")])
        reply = self._door.call(
            "GET", f"/v5/hashes:search?{query}", seconds=access.seconds, headers={"X-Goog-Api-Key": access.key}
        )
        check(reply)
        found, seconds = _read(reply)
        by_prefix: dict[str, list[Listing]] = {}
        for full_hash, threats in found:
            by_prefix.setdefault(full_hash[:PREFIX_BYTES].hex(), []).extend(listings_of(full_hash, threats))
        return [
            Answer(question.value, tuple(by_prefix.get(question.value, ())), kept_for(seconds))
            for question in questions
        ]

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return the listings that mean this address."""
        return hash_hits(FEED, url, listings)


def _read(reply: HttpReply) -> tuple[list[_Found], float]:
    """Return the full hashes and the seconds for which the answer may be kept. Raises NoOpinion."""
    try:
        if "json" in reply.headers.get("Content-Type", "") or reply.body[:1] == b"{":
            return _read_json(reply)
        return _read_message(reply.body)
    except (ValueError, TypeError, AttributeError, KeyError, binascii.Error):
        raise NoOpinion("unreadable", "What came back is no answer of the provider's.", pause=PAUSE_BROKEN) from None


def _read_message(body: bytes) -> tuple[list[_Found], float]:
    """``SearchHashesResponse``: full_hashes = 1, cache_duration = 2 (a Duration: seconds = 1, nanos = 2)."""
    found, seconds = [], 0.0
    for number, value in fields(body):
        if number == 1:
            found.append(_full_hash(_message(value)))
        elif number == 2:
            seconds = float(next((part for name, part in fields(_message(value)) if name == 1), 0))
    return found, seconds


def _full_hash(data: bytes) -> _Found:
    """``FullHash``: full_hash = 1, full_hash_details = 2 (threat_type = 1, attributes = 2)."""
    full_hash, threats = b"", []
    for number, value in fields(data):
        if number == 1:
            full_hash = _message(value)
        elif number == 2:
            threats += _threats(_message(value))
    return full_hash, threats


def _threats(data: bytes) -> list[str]:
    """Return the name of the threat, if it is one of a link that people follow.

    No attribute leaves it one: CANARY is not to be acted on, FRAME_ONLY counts inside frames alone, and what has an
    attribute or a type that we do not know is to be left out as a whole.
    """
    kind, attributes = 0, set[int]()
    for number, value in fields(data):
        if number == 1:
            kind = int(value) if isinstance(value, int) else 0
        elif number == 2:
            attributes |= set(numbers(value))
    return [_THREAT_TYPES[kind]] if kind in _THREAT_TYPES and not attributes else []


def _message(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where a message was expected")
    return value


def _read_json(reply: HttpReply) -> tuple[list[_Found], float]:
    answer = document(reply)
    seconds = float(str(answer.get("cacheDuration") or "0s").removesuffix("s"))
    return list(_found_in(answer.get("fullHashes") or [])), seconds


def _found_in(entries: object) -> Iterator[_Found]:
    if not isinstance(entries, list):
        raise ValueError("no list")
    for entry in entries:
        details = [
            str(each.get("threatType")) for each in entry.get("fullHashDetails") or [] if not each.get("attributes")
        ]
        yield base64.b64decode(entry["fullHash"], validate=True), details
