"""Ways to walk through scans from the newest to the oldest: each gives the ids of those that may fit.

A way may give scans that do not fit (a trigram is no word), never leave out one that does.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Select, func, select, text

from app.tickets.search_index import LONGEST_TERM
from app.tickets.tables import scan_counts, scan_terms, scans

#: Trigrams of a search, spread over all of it, of which the rarest few are looked up. The rest of the text is compared
#: with the scans that hold those: to walk along many long lists at once takes longer.
MOST_TRIGRAMS, FEW_TRIGRAMS = 16, 3
_LOOK = 200

#: The largest id that a scan can have: PostgreSQL's integer.
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Window:
    """Ids that count: from ``least`` to below ``below``."""

    least: int
    below: int

    def until(self, below: int) -> Window:
        """Return what of the window lies below an id."""
        return Window(self.least, min(self.below, below))


class Way(Protocol):
    """Gives ids from large to small."""

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the ``limit`` largest ids within the window, fewer only where there are no more."""


class Everything:
    """Every scan."""

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        return _newest(connection, select(scans.c.id), scans.c.id, window, limit)


@dataclass(frozen=True, slots=True)
class Known:
    """Scans that were looked up already, newest first."""

    found: Sequence[int]

    def ids(self, _connection: Connection, window: Window, limit: int) -> list[int]:
        """Return those within the window."""
        return [each for each in self.found if window.least <= each < window.below][:limit]


@dataclass(frozen=True, slots=True)
class Column:
    """Scans with this value in a column that has an index: ``ticket_id`` or ``sha256``."""

    name: str
    value: Any

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        wanted = select(scans.c.id).where(scans.c[self.name] == self.value)
        return _newest(connection, wanted, scans.c.id, window, limit)


@dataclass(frozen=True, slots=True)
class HashStart:
    """Scans whose SHA-256 begins so."""

    start: str

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        # "g" follows the last digit; the sum with 0 keeps PostgreSQL and SQLite from walking all ids instead.
        wanted = select(scans.c.id).where(scans.c.sha256 >= self.start, scans.c.sha256 < self.start + "g")
        return _newest(connection, wanted, scans.c.id + 0, window, limit)


@dataclass(frozen=True, slots=True)
class Term:
    """Scans with one exact word: ``from:…``, ``to:…``, ``by:…``, ``rule:…``, ``host:…``."""

    term: str

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        wanted = select(scan_terms.c.scan_id).where(scan_terms.c.term == self.term[:LONGEST_TERM])
        return _newest(connection, wanted, scan_terms.c.scan_id, window, limit)


@dataclass(frozen=True, slots=True)
class Trigrams:
    """Scans in whose name or address all of these trigrams occur, on SQLite."""

    trigrams: tuple[str, ...]

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        found = connection.execute(
            _TRIGRAMS, {"wanted": _quoted(self.trigrams), "least": window.least, "below": window.below, "limit": limit}
        )
        return list(found.scalars())


@dataclass(frozen=True, slots=True)
class Like:
    """Scans in whose name or address a text occurs, on PostgreSQL with its index of trigrams."""

    words: str

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        anywhere = [column.icontains(self.words, autoescape=True) for column in (scans.c.name, scans.c.url)]
        return _newest(connection, select(scans.c.id).where(anywhere[0] | anywhere[1]), scans.c.id, window, limit)


@dataclass(frozen=True, slots=True)
class Either:
    """What any of several ways gives."""

    ways: tuple[Way, ...]

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids of all, each once."""
        found = {each for way in self.ways for each in way.ids(connection, window, limit)}
        return heapq.nlargest(limit, found)


#: A cell of ``scan_counts``: connection, kind, verdict, state, who judged.
Cell = tuple[int, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Cells:
    """Scans of some cells: a short walk through the index for each, then the newest of all."""

    cells: tuple[Cell, ...]

    def ids(self, connection: Connection, window: Window, limit: int) -> list[int]:
        """Return the newest ids."""
        found: list[int] = []
        for connection_id, kind, verdict, state, verdict_by in self.cells:
            values = {"c": connection_id, "k": kind, "v": verdict, "s": state, "b": verdict_by}
            values |= {"least": window.least, "below": window.below, "limit": limit}
            found += connection.execute(_CELL, values).scalars()
            if len(found) >= 2 * limit:
                found = heapq.nlargest(limit, found)
                # Older ones of the cells to come are no longer wanted.
                window = Window(found[-1], window.below)
        return heapq.nlargest(limit, found)


def rarest_trigrams(connection: Connection, words: str) -> tuple[str, ...]:
    """Return the rarest trigrams of a text of three characters or more, as far as a short look at each can tell."""
    every = list(dict.fromkeys(words[at : at + 3] for at in range(len(words) - 2)))
    step = max(1, len(every) // MOST_TRIGRAMS)
    looks = {each: _reach(connection, each) for each in every[::step][:MOST_TRIGRAMS]}
    return tuple(sorted(looks, key=lambda each: looks[each])[:FEW_TRIGRAMS])


def _reach(connection: Connection, trigram: str) -> int:
    """How far back the newest scans with a trigram reach: the smaller the id, the rarer the trigram."""
    look = {"wanted": _quoted((trigram,)), "least": 0, "below": LARGEST_ID, "limit": _LOOK}
    found = list(connection.execute(_TRIGRAMS, look).scalars())
    return found[-1] if len(found) == _LOOK else len(found) - _LOOK


def _quoted(found: Sequence[str]) -> str:
    return " AND ".join('"{}"'.format(each.replace('"', '""')) for each in found)


def _newest(connection: Connection, wanted: Select[Any], column: Any, window: Window, limit: int) -> list[int]:
    within = wanted.where(column >= window.least, column < window.below).order_by(column.desc()).limit(limit)
    return list(connection.execute(within).scalars())


_TRIGRAMS = text(
    "SELECT rowid FROM scan_text WHERE scan_text MATCH :wanted AND rowid >= :least AND rowid < :below "
    "ORDER BY rowid DESC LIMIT :limit"
)
_CELL = text(
    "SELECT id FROM scans WHERE connection_id = :c AND kind = :k AND verdict = :v AND state = :s AND verdict_by = :b "
    "AND id >= :least AND id < :below ORDER BY id DESC LIMIT :limit"
)

#: Every finding id there is, by leaps through the index instead of a walk over all of them.
_RULES = text(
    "WITH RECURSIVE found(term) AS (SELECT min(term) FROM scan_terms WHERE term >= 'rule:' AND term < 'rule;' "
    "UNION ALL SELECT (SELECT min(term) FROM scan_terms WHERE term > found.term AND term < 'rule;') FROM found "
    "WHERE found.term IS NOT NULL) SELECT term FROM found WHERE term IS NOT NULL"
)


def rules(connection: Connection) -> list[str]:
    """Return the id of every finding that any scan has."""
    return [term.removeprefix("rule:") for term in connection.execute(_RULES).scalars()]


def cells(connection: Connection) -> dict[Cell, int]:
    """Return how many scans each cell holds, without empty ones."""
    names = [scan_counts.c[name] for name in ("connection_id", "kind", "verdict", "state", "verdict_by")]
    amount = func.sum(scan_counts.c.amount)
    found = connection.execute(select(*names, amount).group_by(*names).having(amount > 0))
    return {(row[0], row[1], row[2], row[3], row[4]): int(row[5]) for row in found}
