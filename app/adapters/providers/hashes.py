"""Hash prefixes of the expressions of an address: what Safe Browsing and Web Risk are asked.

developers.google.com/safe-browsing/reference/URLs.and.Hashing: SHA-256 of each expression, of which the first four
bytes are sent. Tens of thousands of addresses share each prefix, so that it does not tell which one is meant.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from app.adapters.providers.model import Kind, Listing, Question
from app.engine.links.expressions import expressions
from app.engine.links.reputation import Hit

PREFIX_BYTES = 4

#: Names of threats, as both services have them, with our category and how far they are believed.
THREATS: dict[str, tuple[str, int]] = {
    "MALWARE": ("malware", 100),
    "SOCIAL_ENGINEERING": ("phishing", 100),
    "UNWANTED_SOFTWARE": ("unwanted software", 60),
    "POTENTIALLY_HARMFUL_APPLICATION": ("unwanted software", 60),
    # Lists more than Google's own browsers warn of, at the price of more mistakes (Web Risk only).
    "SOCIAL_ENGINEERING_EXTENDED_COVERAGE": ("phishing", 60),
}


def prefix_questions(url: str) -> tuple[Question, ...]:
    """Return the hash prefixes (hex) of the expressions of a canonical address."""
    prefixes = (digest(expression)[: 2 * PREFIX_BYTES] for expression in expressions(url))
    return tuple(Question(Kind.HASH_PREFIX, prefix) for prefix in dict.fromkeys(prefixes))


def listings_of(full_hash: bytes, threats: Sequence[str]) -> list[Listing]:
    """Return what is kept of one full hash; threats that we do not know are left out, as the services ask for."""
    if len(full_hash) != hashlib.sha256().digest_size:
        return []
    return [Listing(full_hash.hex(), *THREATS[threat]) for threat in threats if threat in THREATS]


def hash_hits(feed: str, url: str, listings: Sequence[Listing]) -> list[Hit]:
    """Return a hit for each listed full hash that is one of this address: others only share a prefix with it."""
    by_hash: dict[str, list[Listing]] = {}
    for listing in listings:
        by_hash.setdefault(listing.key, []).append(listing)
    return [
        Hit(feed, listing.category, listing.weight, expression)
        for expression in expressions(url)
        for listing in by_hash.get(digest(expression), ())
    ]


def digest(expression: str) -> str:
    """Return the SHA-256 of an expression in hex."""
    return hashlib.sha256(expression.encode("utf-8", "surrogatepass")).hexdigest()
