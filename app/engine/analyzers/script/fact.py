"""One thing that a script is seen to do, and how it is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: A program's name as command lines hold it.
EXE = r"(?:\.exe)?[\"']{0,2}"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a script does.

    name      by which ``script_verdict`` knows it
    needles   words one of which stands in every text with this fact: most scripts hold none, and cost no more
    pattern   what must be there; None when a needle says enough
    """

    name: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str] | None = None


def fact(name: str, needles: Iterable[str], pattern: str = "") -> Fact:
    """Return the fact ``name``, told by one of ``needles`` and, when given, by ``pattern`` (on lower-case text)."""
    return Fact(name, tuple(needles), re.compile(pattern) if pattern else None)
