"""What all providers have in common: a question is exactly what leaves the house, an answer is what may be kept of it.

A provider takes an address apart into questions without asking anybody, asks some of them, and puts answers, fresh or
kept, together again. What cannot be asked is ``NoOpinion``: never a hit and never a sign that an address is clean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from app.engine.links.reputation import Hit

#: Seconds for which an answer is kept at least and at most, whatever the provider says: asking again at once would
#: only spend the budget, and after a day nothing is believed any more.
LEAST_SECONDS, MOST_SECONDS = 60.0, 86_400.0


class Kind(StrEnum):
    """What a question tells the provider about the address, from little to all."""

    HASH_PREFIX = "hash-prefix"
    HOST = "host"
    URL = "url"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask; ``value`` is what leaves the house, word for word."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a provider lists. ``key`` says what exactly (its full hash, name or address), in the provider's own terms.

    target  where a shortened address leads, from the provider that follows them; else empty
    """

    key: str
    category: str = ""
    weight: int = 0
    target: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping."""
        return {"key": self.key, "category": self.category, "weight": self.weight, "target": self.target}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Listing:
        """Build a listing from what ``to_dict`` returned."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, and for how many seconds it may be kept. No listings: the provider knows nothing."""

    value: str
    listings: tuple[Listing, ...] = ()
    seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Access:
    """How a provider is reached for one connection: its key, seconds that a call may take, and its own options."""

    key: str = field(default="", repr=False)
    seconds: float = 5.0
    options: Mapping[str, Any] = field(default_factory=dict)


class NoOpinion(Exception):
    """A question that was not answered: ``code`` for machines, the words for whoever reads the record.

    pause    seconds in which it is of no use to ask again, for all questions
    is_sent  whether anything left the house
    answers  what was answered all the same, where several questions were asked
    unsent   questions that did not leave, where others of the same call did
    """

    def __init__(
        self,
        code: str,
        words: str,
        *,
        pause: float = 0.0,
        is_sent: bool = True,
        answers: Sequence[Answer] = (),
        unsent: Sequence[Question] = (),
    ) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.pause = pause
        self.is_sent = is_sent
        self.answers = answers
        self.unsent = unsent


class Provider(Protocol):
    """One provider. Its methods may be called from several threads."""

    @property
    def batch(self) -> int:
        """How many questions one call may hold."""

    def recipient(self, access: Access) -> str:
        """Return the host to which the questions go."""

    def questions(self, url: str, access: Access) -> tuple[Question, ...]:
        """Return what would be asked about a canonical address; nothing when it says nothing about such ones."""

    def ask(self, questions: Sequence[Question], access: Access) -> list[Answer]:
        """Ask; return an answer to each question. Raises NoOpinion."""

    def hits(self, url: str, listings: Sequence[Listing]) -> list[Hit]:
        """Return what the listings that answered the questions of this address say about it."""


def kept_for(seconds: float) -> float:
    """Return a time to keep an answer, in bounds."""
    return min(max(seconds, LEAST_SECONDS), MOST_SECONDS) if seconds == seconds else LEAST_SECONDS
