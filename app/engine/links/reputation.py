"""What reputation is for those who judge: a question about expressions of an address, and the hits that answer it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hit:
    """One feed that lists one expression.

    feed        its name, as the operator gave it
    category    what it says of it: ``phishing``, ``malware``, …
    weight      how far the feed is believed: 1 (hardly) to 100 (as an own list)
    expression  host suffix and path prefix that is listed, without scheme; of a network its CIDR notation
    added_at    when the feed listed it (UTC seconds since 1970, to the day); None when it does not say
    """

    feed: str
    category: str
    weight: int
    expression: str
    added_at: float | None = None


class Reputation(Protocol):
    """Answers at once and locally: nothing leaves the house."""

    def lookup(self, expressions: Sequence[str]) -> list[Hit]:
        """Return what is known of the expressions of one address, in the order of the expressions."""

    def lookup_many(self, expressions: Sequence[Sequence[str]]) -> list[list[Hit]]:
        """Return the same for many addresses, in their order: quicker than one by one."""

    def networks(self, address: str) -> list[Hit]:
        """Return the listed networks in which an IP address lies, the smallest first. Nothing for what is none."""


class KnownHits:
    """A reputation made of a mapping from expressions to hits: for what is known by other means, and for tests."""

    def __init__(self, hits: Mapping[str, Sequence[Hit]] | None = None) -> None:
        self._hits = dict(hits or {})

    def lookup(self, expressions: Sequence[str]) -> list[Hit]:
        """Return what the mapping holds of them."""
        return [hit for expression in expressions for hit in self._hits.get(expression, ())]

    def lookup_many(self, expressions: Sequence[Sequence[str]]) -> list[list[Hit]]:
        """Return the same for many."""
        return [self.lookup(each) for each in expressions]

    def networks(self, address: str) -> list[Hit]:
        """Return what the mapping holds under the address itself."""
        return list(self._hits.get(address, ()))


#: Knows nothing: what there is before the first feed.
NOTHING_KNOWN: Reputation = KnownHits()
