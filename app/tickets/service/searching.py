"""Find scans by filters among a million, each page within a bound.

A search walks along the way that gives the fewest scans (``narrowing``) and compares what it meets with the other
filters. Where every filter by itself fits very many and hardly anything fits them all, it stops after a stated number
of scans, gives what it has, and goes on from there when asked for the next page.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Integer,
    and_,
    any_,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    text,
    true,
)

from app.connections.tables import connections
from app.db import Database
from app.tickets.filters import ScanFilters, State
from app.tickets.search_index import LONGEST_TERM
from app.tickets.service.narrowing import (
    LARGEST_ID,
    Cell,
    Cells,
    Column,
    Either,
    Everything,
    HashStart,
    Known,
    Like,
    Term,
    Trigrams,
    Way,
    Window,
    cells,
    rarest_trigrams,
    rules,
)
from app.tickets.tables import scan_order, scan_terms, scans

#: Scans up to which the tabs count what fits other filters than theirs.
MOST_COUNTED = 500

#: Digits from which a search also looks for a hash that begins so.
SHORTEST_HASH = 6

#: Finding ids that one search looks up.
MOST_RULES = 50

#: Seconds between taking a scan's time and storing it that nobody saw: other transactions under way.
UNSEEN_SECONDS = 600.0

_HASH = re.compile(r"[0-9a-f]{6,64}")
_TICKET = re.compile(r"#?([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much work a search does.

    few       a way that gives no more scans than these is taken whole
    some      scans in chosen cells up to which all are compared rather than walking along another filter
    compared  scans that one search compares before it gives what it has: some 30 ms
    """

    few: int = 2_000
    some: int = 5_000
    compared: int = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of scans, newest first. ``next`` is where the next page begins (ids below it), None at the end.

    partial  the search stopped because it had compared enough; older scans may fit too
    """

    ids: list[int]
    next: int | None
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Scans by verdict, of those that have one; ``total`` counts the others too."""

    by_verdict: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class _Plan:
    way: Way
    #: What remains to be compared, None when the way gives nothing else.
    condition: ColumnElement[bool] | None


class ScanSearch:
    """Which scans fit filters; their rows are for others to read."""

    def __init__(self, database: Database, now: Callable[[], float] = time.time, bounds: Bounds | None = None) -> None:
        self._database = database
        self._bounds = bounds or Bounds()
        self._now = now
        self._has_trigrams: bool | None = None if not database.is_sqlite else True

    def find(
        self, filters: ScanFilters, below: int | None = None, limit: int = 50, *, compared: int | None = None
    ) -> Found:
        """Return up to ``limit`` ids below ``below`` after comparing about ``compared`` scans at most."""
        filters = filters.at(self._now())
        with self._database.read() as connection:
            window = self._window(connection, filters, below)
            plan = self._plan(connection, filters, window, limit)
            return (
                Found([], None)
                if plan is None
                else self._walk(connection, plan, window, limit, compared or self._bounds.compared)
            )

    def tally(self, filters: ScanFilters) -> Tally | None:
        """Count what fits all filters but the verdict; None where that would take long."""
        whole = replace(filters.at(self._now()), verdict=None)
        if not _narrows(whole):
            with self._database.read() as connection:
                return _counted(_cells(connection, whole))
        found = self.find(whole, limit=MOST_COUNTED, compared=4 * MOST_COUNTED)
        if found.next is not None:
            return None
        with self._database.read() as connection:
            columns = (scans.c.connection_id, scans.c.kind, scans.c.verdict, scans.c.state, scans.c.verdict_by)
            rows = connection.execute(select(*columns, func.count()).where(self._among(found.ids)).group_by(*columns))
            return _counted({(row[0], row[1], row[2], row[3], row[4]): row[5] for row in rows})

    def rules(self) -> list[str]:
        """Return the id of every finding that any scan has."""
        with self._database.read() as connection:
            return rules(connection)

    def newest(self) -> int:
        """Return the id of the newest scan, 0 when there is none."""
        with self._database.read() as connection:
            return connection.execute(select(func.max(scans.c.id))).scalar() or 0

    def _window(self, connection: Connection, filters: ScanFilters, below: int | None) -> Window:
        """Ids follow the time of creation but for ``scan_order`` seconds, so times become ids."""
        window = Window(0, LARGEST_ID if below is None else min(below, LARGEST_ID))
        if filters.since is None and filters.until is None:
            return window
        apart = UNSEEN_SECONDS + (connection.execute(select(scan_order.c.seconds)).scalar() or 0.0)
        by_time = select(scans.c.id).limit(1)
        if filters.since is not None:
            older = by_time.where(scans.c.created_at < filters.since - apart).order_by(scans.c.created_at.desc())
            window = replace(window, least=connection.execute(older).scalar() or 0)
        if filters.until is not None:
            newer = by_time.where(scans.c.created_at >= filters.until + apart).order_by(scans.c.created_at)
            window = window.until(connection.execute(newer).scalar() or LARGEST_ID)
        return window

    def _plan(self, connection: Connection, filters: ScanFilters, window: Window, limit: int) -> _Plan | None:
        chosen = _cells(connection, filters) if _chooses_cells(filters) else None
        if chosen is not None and not chosen:
            return None
        found_rules = _rules_like(connection, filters.q)
        condition = self._condition(filters, chosen, found_rules)
        ways = self._ways(connection, filters, found_rules)
        if not ways:
            way: Way = Everything() if chosen is None else Cells(tuple(chosen))
            # A way by cells alone gives exactly what is wanted; so does no filter at all.
            exact = not filters.q and filters.since is None and filters.until is None
            return _Plan(way, None if exact else condition)
        return _Plan(_narrowest(connection, ways, chosen, window, self._bounds), condition)

    def _ways(self, connection: Connection, filters: ScanFilters, found_rules: Sequence[str]) -> list[Way]:
        ways: list[Way] = [Term(term) for term in _terms(filters)]
        if filters.ticket is not None:
            ways.append(Column("ticket_id", filters.ticket))
        if filters.sha256 is not None:
            ways.append(Column("sha256", filters.sha256))
        if filters.q and (text_way := self._text_way(connection, filters.q, found_rules)):
            ways.append(text_way)
        return ways

    def _text_way(self, connection: Connection, words: str, found_rules: Sequence[str]) -> Way | None:
        """How to find a text; None where only looking at one scan after the other helps."""
        if len(words) < 3 or not self._trigrams_are_there():
            return None
        is_sqlite = self._database.is_sqlite
        ways: list[Way] = [Trigrams(rarest_trigrams(connection, words)) if is_sqlite else Like(words)]
        ways += [Term(f"rule:{rule}") for rule in found_rules]
        if ticket := _TICKET.fullmatch(words):
            ways.append(Column("ticket_id", int(ticket[1])))
        if _HASH.fullmatch(words.lower()):
            ways.append(HashStart(words.lower()))
        return Either(tuple(ways))

    def _trigrams_are_there(self) -> bool:
        if self._has_trigrams is None:
            with self._database.read() as connection:
                indexes = text("SELECT count(*) FROM pg_indexes WHERE indexname = 'ix_scans_text'")
                self._has_trigrams = bool(connection.execute(indexes).scalar())
        return self._has_trigrams

    def _condition(
        self, filters: ScanFilters, chosen: dict[Cell, int] | None, found_rules: Sequence[str]
    ) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = []
        if chosen is not None:
            conditions += _cell_conditions(filters, chosen)
        for name, value in (("ticket_id", filters.ticket), ("sha256", filters.sha256), ("sender", filters.sender),
                            ("receiver", filters.receiver), ("channel", filters.channel)):  # fmt: skip
            if value is not None:
                conditions.append(_unindexed(scans.c[name]) == value)
        conditions += [_has_term(term) for term in _terms(filters) if term.startswith(("rule:", "host:"))]
        if filters.since is not None:
            conditions.append(_unindexed(scans.c.created_at) >= filters.since)
        if filters.until is not None:
            conditions.append(_unindexed(scans.c.created_at) < filters.until)
        if filters.q:
            conditions.append(_mentions(filters.q, found_rules))
        return and_(true(), *conditions)

    def _walk(self, connection: Connection, plan: _Plan, window: Window, limit: int, compared: int) -> Found:
        found: list[int] = []
        size = limit + 1 if plan.condition is None else max(limit + 1, 250)
        looked = 0
        while True:
            piece = plan.way.ids(connection, window, size)
            found += piece if plan.condition is None else self._fitting(connection, piece, plan.condition)
            if len(found) > limit:
                return Found(found[:limit], found[limit - 1])
            if len(piece) < size:
                return Found(found, None)
            looked += len(piece)
            window = window.until(piece[-1])
            if looked >= compared:
                return Found(found, piece[-1], partial=True)
            size = min(size * 4, 5_000)

    def _fitting(self, connection: Connection, piece: Sequence[int], condition: ColumnElement[bool]) -> list[int]:
        fitting = select(scans.c.id).where(self._among(piece), condition).order_by(scans.c.id.desc())
        return list(connection.execute(fitting).scalars())

    def _among(self, ids: Sequence[int]) -> ColumnElement[bool]:
        """As one parameter, however many there are."""
        if not self._database.is_sqlite:
            return scans.c.id == any_(literal(list(ids), ARRAY(Integer)))
        listed = func.json_each("[" + ",".join(map(str, ids)) + "]").table_valued("value")
        return scans.c.id.in_(select(listed.c.value))


def _narrowest(
    connection: Connection, ways: Sequence[Way], chosen: dict[Cell, int] | None, window: Window, bounds: Bounds
) -> Way:
    """Return the way with the fewest scans, as far as that can be seen in a short look at each."""
    looks = [(way, way.ids(connection, window, bounds.few + 1)) for way in ways]
    whole = [found for _, found in looks if len(found) <= bounds.few]
    if whole:
        return Known(min(whole, key=len))
    if chosen is not None and sum(chosen.values()) <= bounds.some:
        return Cells(tuple(chosen))
    # The one that reaches back the furthest with the same number of scans lies the thinnest.
    return min(looks, key=lambda look: look[1][-1])[0]


def _chooses_cells(filters: ScanFilters) -> bool:
    return any((filters.verdicts, filters.kind, filters.state, filters.connection, filters.decided_by))


def _cells(connection: Connection, filters: ScanFilters) -> dict[Cell, int]:
    """Return the cells that fit and how many scans they hold."""
    wanted = (filters.kind, None, filters.state, filters.decided_by)
    owner = None
    if filters.connection is not None:
        owner = connection.execute(select(connections.c.id).where(connections.c.name == filters.connection)).scalar()
    return {
        cell: count
        for cell, count in cells(connection).items()
        if all(value is None or value == each for value, each in zip(wanted, cell[1:], strict=True))
        and (not filters.verdicts or cell[2] in filters.verdicts)
        and (filters.connection is None or cell[0] == owner)
    }


def _narrows(filters: ScanFilters) -> bool:
    """Whether a filter is given that the counts know nothing of."""
    return any((filters.q, filters.ticket, filters.sha256, *_terms(filters))) or (
        filters.since is not None or filters.until is not None
    )


def _terms(filters: ScanFilters) -> list[str]:
    given = {"from": filters.sender, "to": filters.receiver, "by": filters.channel, "rule": filters.rule}
    found = [f"{kind}:{value}" for kind, value in given.items() if value is not None]
    return found if filters.host is None else [*found, f"host:{filters.host.lower()}"]


def _counted(counts: dict[Cell, int]) -> Tally:
    by_verdict: dict[str, int] = {}
    for (_, _, verdict, state, _), count in counts.items():
        if state not in (State.QUEUED, State.SCANNING):
            by_verdict[verdict] = by_verdict.get(verdict, 0) + count
    return Tally(by_verdict, sum(counts.values()))


def _cell_conditions(filters: ScanFilters, chosen: dict[Cell, int]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.verdicts:
        found.append(_unindexed(scans.c.verdict).in_(filters.verdicts))
    for name, value in (("kind", filters.kind), ("state", filters.state), ("verdict_by", filters.decided_by)):
        if value is not None:
            found.append(_unindexed(scans.c[name]) == value)
    if filters.connection is not None:
        found.append(_unindexed(scans.c.connection_id).in_({cell[0] for cell in chosen}))
    return found


def _rules_like(connection: Connection, words: str | None) -> list[str]:
    if not words:
        return []
    return [rule for rule in rules(connection) if words.lower() in rule.lower()][:MOST_RULES]


def _mentions(words: str, found_rules: Sequence[str]) -> ColumnElement[bool]:
    # Databases know the small letters of ASCII only, so the usual spellings of other letters are tried.
    spellings = {words} if words.isascii() else {words, words.lower(), words.upper(), words.title()}
    anywhere: list[ColumnElement[bool]] = [
        column.icontains(spelling, autoescape=True) for column in (scans.c.name, scans.c.url) for spelling in spellings
    ]
    if found_rules:
        anywhere.append(_has_any([f"rule:{rule}" for rule in found_rules]))
    if ticket := _TICKET.fullmatch(words):
        anywhere.append(_unindexed(scans.c.ticket_id) == int(ticket[1]))
    if _HASH.fullmatch(words.lower()):
        anywhere.append(_unindexed(scans.c.sha256).startswith(words.lower()))
    return or_(*anywhere)


def _has_term(term: str) -> ColumnElement[bool]:
    return _has_any([term])


def _has_any(terms: Sequence[str]) -> ColumnElement[bool]:
    return exists(
        select(1)
        .select_from(scan_terms)
        .where(scan_terms.c.term.in_([term[:LONGEST_TERM] for term in terms]), scan_terms.c.scan_id == scans.c.id)
    )


def _unindexed(column: Any) -> ColumnElement[Any]:
    """Keep the databases from walking along the index of a column when a list of ids is the shorter way."""
    return func.coalesce(column, null())
