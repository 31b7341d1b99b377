"""A figure of the bench: what we measured, what the raw part did in the same run, and how far apart they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median


class Compare(Enum):
    """How ours and the raw one are set against each other."""

    AT_LEAST = "≥"  # ours / raw, the more the better
    AT_MOST = "≤"  # ours / raw, the less the better
    MORE_BY = "≤ +"  # ours - raw
    COUNT = "≤ "  # ours alone, the less the better
    RATE = "≥ "  # ours alone, the more the better

    @property
    def alone(self) -> bool:
        """Whether there is no raw part beside it."""
        return self in (Compare.COUNT, Compare.RATE)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``ours`` and ``raw`` hold one value a round; the two of a round belong together.

    unit    of both sides, as it is printed behind a number
    target  of the ratio, of the difference, or of the count
    """

    name: str
    unit: str
    ours: Sequence[float]
    raw: Sequence[float]
    compare: Compare
    target: float

    @property
    def rounds(self) -> list[float]:
        """What each round came to by itself. Both sides of a round met the same machine."""
        if self.compare.alone:
            return list(self.ours)
        if self.compare is Compare.MORE_BY:
            return [ours - raw for ours, raw in zip(self.ours, self.raw, strict=True)]
        return [ours / raw for ours, raw in zip(self.ours, self.raw, strict=True)]

    @property
    def value(self) -> float:
        """Median of the rounds: the ratio, the difference or the count."""
        return median(self.rounds)

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        if self.compare in (Compare.AT_LEAST, Compare.RATE):
            return self.value >= self.target
        return self.value <= self.target
