"""What a script is seen to do: facts, told by the words of the languages that desktops and servers run.

A fact says nothing by itself: administrators fetch, write, hide and schedule too. ``script_verdict`` says what which
facts mean together. All patterns read lower-case text and are bounded, so that cost grows with the text and no faster.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.analyzers.script.fact import Fact
from app.engine.analyzers.script.facts_harm import HARMING
from app.engine.analyzers.script.facts_start import FETCHING
from app.engine.analyzers.script.facts_stay import STAYING

FACTS: tuple[Fact, ...] = (*FETCHING, *STAYING, *HARMING)


def seen(text: str, names: frozenset[str] | None = None) -> dict[str, str]:
    """Return the facts (of ``names`` only, when given) that hold for ``text``, each with the place that shows it."""
    lower = text.lower()
    # A few letters become two in lower case: then places are told in lower case too.
    return dict(_seen(lower, text if len(lower) == len(text) else lower, names))


def _seen(text: str, shown: str, names: frozenset[str] | None) -> Iterator[tuple[str, str]]:
    for fact in FACTS:
        at = _first(text, fact) if names is None or fact.name in names else None
        if at is not None:
            line = text.rfind("\n", 0, at) + 1
            start = line if at - line < 60 else at - 20
            yield fact.name, shown[start : start + 240].strip()


def _first(text: str, fact: Fact) -> int | None:
    if fact.pattern is None:
        return min((at for needle in fact.needles if (at := text.find(needle)) >= 0), default=None)
    for start, end in _near(text, fact.needles):
        if match := fact.pattern.search(text, start, end):
            return match.start()
    return None


def _near(text: str, needles: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of ``text`` around the needles, none of them twice: patterns are slow, finding is not."""
    for needle in needles:
        start = end = -1
        at = text.find(needle)
        while at >= 0:
            if at - _BEFORE > end:
                if end >= 0:
                    yield start, end
                start = max(0, at - _BEFORE)
            end = at + _BEHIND
            # Dense needles make one long stretch: the next is looked for behind what this one covers.
            at = text.find(needle, max(at + 1, end - _BEHIND + len(needle)))
        if end >= 0:
            yield start, end


#: How far a pattern may reach before and behind its needle, in characters.
_BEFORE, _BEHIND = 400, 1_000
