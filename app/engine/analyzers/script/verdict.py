"""What a script is judged to be by the facts that are seen in it: which rows hold, told with what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from app.engine.analyzers.script.facts import FACTS, Seen
from app.engine.analyzers.script.rows import ANY, NODE, PYTHON, ROWS, SHELL, WINDOWS, Row

__all__ = ["NODE", "PYTHON", "SHELL", "WINDOWS", "Facts", "facts_for", "judged"]


class Facts:
    """The facts of one script: what is known about it as a whole, then what is seen in each of its texts."""

    def __init__(self, given: Mapping[str, str], texts: Sequence[Seen]) -> None:
        self._given = given
        self._texts = texts

    def get(self, name: str) -> str | None:
        """Return the place that shows the fact ``name``, from the first text that has it; None when none does."""
        if name in self._given:
            return self._given[name]
        return next((place for text in self._texts if (place := text.get(name)) is not None), None)


def facts_for(kind: str) -> frozenset[str]:
    """Return the names of the facts that any row about scripts of ``kind`` asks for."""
    return _FACTS_FOR[kind]


def judged(facts: Facts, kind: str) -> Iterator[tuple[Row, str]]:
    """Yield the rows that hold for ``facts`` in a script of ``kind``, each with its evidence; one for each finding."""
    told: set[str] = set()
    for row in ROWS:
        if row.code in told or kind not in row.kinds:
            continue
        places = _places(row, facts)
        if places is not None and (not row.lacks or _holds(row.lacks, facts) is None):
            told.add(row.code)
            yield row, next(filter(None, places), "")


def _places(row: Row, facts: Facts) -> list[str] | None:
    """Return what shows each of a row's needs, None as soon as one does not hold: what costs nothing is asked first."""
    places: dict[str, str] = {}
    for need in sorted(row.needs, key=_costs):
        place = _holds(need, facts)
        if place is None:
            return None
        places[need] = place
    return [places[need] for need in row.needs]


def _costs(need: str) -> int:
    """How many words must be looked for to tell whether a need holds; none for what is known of the script anyway."""
    return sum(_WORDS.get(name, 0) for name in _names(need))


def _names(need: str) -> Iterator[str]:
    for name in need.split("|"):
        if name.endswith("*"):
            yield from _STARRED[name]
        else:
            yield name


def _holds(need: str, facts: Facts) -> str | None:
    """Return the evidence of the first alternative that holds, None when none does."""
    return next((place for name in _names(need) if (place := facts.get(name)) is not None), None)


_WORDS = {fact.name: len(fact.needles) for fact in FACTS}
_STARRED = {
    name: tuple(fact for fact in _WORDS if fact.startswith(name[:-1]))
    for row in ROWS
    for need in row.needs
    for name in need.split("|")
    if name.endswith("*")
}
_FACTS_FOR = {
    kind: frozenset(
        name
        for row in ROWS
        if kind in row.kinds
        for need in (*row.needs, row.lacks)
        if need
        for name in _names(need)
        if name in _WORDS
    )
    for kind in ANY
}
