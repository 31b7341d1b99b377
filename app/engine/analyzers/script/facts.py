"""What a script is seen to do: facts, told by the words of the languages that desktops and servers run.

A fact says nothing by itself: administrators fetch, write, hide and schedule too. ``script_verdict`` says what which
facts mean together. All patterns read lower-case text and are bounded, so that cost grows with the text and no faster.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.engine.analyzers.script.fact import Fact
from app.engine.analyzers.script.facts_harm import HARMING
from app.engine.analyzers.script.facts_start import FETCHING
from app.engine.analyzers.script.facts_stay import STAYING

FACTS: tuple[Fact, ...] = (*FETCHING, *STAYING, *HARMING)
_BY_NAME = {fact.name: fact for fact in FACTS}


class Seen:
    """The facts that hold for a text, each looked for when it is first asked for: most rows fail at their first need.

    given  facts that are known already, each with the place that shows it
    """

    def __init__(self, text: str, given: Mapping[str, str] | None = None) -> None:
        self._lower = text.lower()
        # A few letters become two in lower case: then places are told in lower case too.
        self._shown = text if len(self._lower) == len(text) else self._lower
        # Needles are plain; letters of one byte are searched at the speed of memory.
        self._plain = self._lower.encode("ascii", "replace").decode("ascii")
        self._found: dict[str, str | None] = dict(given or {})

    def get(self, name: str) -> str | None:
        """Return the place that shows the fact ``name``; None when it does not hold, or is none."""
        if name not in self._found:
            fact = _BY_NAME.get(name)
            self._found[name] = None if fact is None else self._place(fact)
        return self._found[name]

    def _place(self, fact: Fact) -> str | None:
        at = self._first(fact)
        if at is None:
            return None
        line = self._shown.rfind("\n", 0, at) + 1
        start = line if at - line < 60 else at - 20
        return self._shown[start : start + 240].strip()

    def _first(self, fact: Fact) -> int | None:
        if fact.pattern is None:
            return min((at for needle in fact.needles if (at := self._plain.find(needle)) >= 0), default=None)
        for start, end in _near(self._plain, fact.needles):
            if match := fact.pattern.search(self._lower, start, end):
                return match.start()
        return None


def seen(text: str, names: Iterable[str] | None = None) -> dict[str, str]:
    """Return the facts (of ``names`` only, when given) that hold for ``text``, each with the place that shows it."""
    facts = Seen(text)
    places = ((name, facts.get(name)) for name in (_BY_NAME if names is None else names))
    return {name: place for name, place in places if place is not None}


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
