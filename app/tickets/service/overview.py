"""The overview: what happened in a span of time, and what waits now."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select

from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.tickets.filters import iso
from app.tickets.hours import HOUR, SCANNED, SEEN, Measure, hour_of, quantile
from app.tickets.tables import actions, counted_hours, hourly_figures, inbox, scans

#: Rules and causes that are named; the rest is summed up.
_MOST_NAMED = 12


class Span(StrEnum):
    """Back from now."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


#: Hours of each span, and of one column of its chart.
_HOURS = {Span.DAY: (24, 1), Span.WEEK: (7 * 24, 6), Span.MONTH: (30 * 24, 24)}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the chart: when it begins (ISO 8601), for how many hours, and scans by verdict."""

    begins: str
    hours: int
    by_verdict: Mapping[str, int]


class Overview:
    """Reads what ``Counting`` keeps; no answer costs more the more scans there are."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def period(self, span: Span, name: str | None = None) -> dict[str, Any]:
        """Return the figures of a span, of one connection when it is named; raises Rejected for an unknown name."""
        owner = None if name is None else self._id_of(name)
        sums = self._sums(span, owner)
        classes = {int(label): amount for label, amount in sums[Measure.REDACTED_IN].items()}
        seen, scanned = sums[Measure.COMMENTS][SEEN], sums[Measure.COMMENTS][SCANNED]
        return {
            "span": span.value,
            "connection": name,
            "counted_at": iso(self._counted_at()),
            "scanned": sums[Measure.SCANNED].total(),
            "by_verdict": dict(sums[Measure.SCANNED]),
            "caught": sums[Measure.CAUGHT].total(),
            "caught_by_effect": dict(sums[Measure.CAUGHT]),
            "released": sums[Measure.RELEASED].total(),
            "redactions": sum(classes.values()),
            "seconds_to_redaction_p50": quantile(classes, 0.5),
            "seconds_to_redaction_p95": quantile(classes, 0.95),
            "comments_seen": seen,
            "comments_scanned": scanned,
            "unknown_by_cause": _named(sums[Measure.UNKNOWN]),
            "false_alarms": _false_alarms(sums[Measure.FALSE_ALARM], sums[Measure.RULE]),
        }

    def chart(self, span: Span, name: str | None = None) -> list[Column]:
        """Return scans by verdict over the span, oldest first; columns in which nothing happened are there too."""
        owner = None if name is None else self._id_of(name)
        hours, width = _HOURS[span]
        last = hour_of(self._now())
        first = last - hours + 1
        found: dict[int, Counter[str]] = defaultdict(Counter)
        with self._database.read() as connection:
            for hour, label, amount in connection.execute(self._scanned_by_hour(first, owner)):
                found[(hour - first) // width][label] += amount
        return [
            Column(iso((first + number * width) * HOUR) or "", width, dict(found[number]))
            for number in range(hours // width)
        ]

    def waiting(self) -> dict[str, int]:
        """Return what waits now: calls nobody has read, files and links to be judged, deeds to be done."""
        tables = {"calls": inbox.c.done_at, "scans": scans.c.finished_at, "actions": actions.c.finished_at}
        with self._database.read() as connection:
            return {
                name: connection.execute(select(func.count()).where(ended.is_(None))).scalar_one()
                for name, ended in tables.items()
            }

    def _sums(self, span: Span, owner: int | None) -> defaultdict[Measure, Counter[str]]:
        figures = hourly_figures.c
        statement = select(figures.measure, figures.label, func.sum(figures.amount))
        statement = statement.where(figures.hour > hour_of(self._now()) - _HOURS[span][0])
        if owner is not None:
            statement = statement.where(figures.connection_id == owner)
        sums: defaultdict[Measure, Counter[str]] = defaultdict(Counter)
        with self._database.read() as connection:
            for measure, label, amount in connection.execute(statement.group_by(figures.measure, figures.label)):
                sums[Measure(measure)][label] = int(amount)
        return sums

    def _scanned_by_hour(self, first: int, owner: int | None) -> Any:
        figures = hourly_figures.c
        statement = select(figures.hour, figures.label, figures.amount)
        statement = statement.where(figures.hour >= first, figures.measure == Measure.SCANNED.value)
        return statement if owner is None else statement.where(figures.connection_id == owner)

    def _counted_at(self) -> float | None:
        with self._database.read() as connection:
            return connection.execute(select(func.max(counted_hours.c.counted_at))).scalar()

    def _id_of(self, name: str) -> int:
        with self._database.read() as connection:
            found = connection.execute(select(connections.c.id).where(connections.c.name == name)).scalar()
        if found is None:
            raise Rejected("There is no connection of this name.", code="not-found")
        return int(found)


def _named(causes: Counter[str]) -> list[dict[str, Any]]:
    named = [{"cause": cause, "count": count} for cause, count in causes.most_common(_MOST_NAMED)]
    rest = causes.total() - sum(count for _, count in causes.most_common(_MOST_NAMED))
    return [*named, {"cause": "other", "count": rest}] if rest else named


def _false_alarms(alarms: Counter[str], spoke: Counter[str]) -> list[dict[str, Any]]:
    """Return the rules that people overruled, most often first; ``spoke``: how often each had a part in a verdict."""
    return [
        {"rule": rule, "count": count, "of": max(count, spoke[rule])} for rule, count in alarms.most_common(_MOST_NAMED)
    ]
