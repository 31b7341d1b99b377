"""Count what happened in each hour. Counting an hour again gives the same, so it may be repeated at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, insert, select
from sqlalchemy.sql.elements import ColumnElement

from app.db import Database
from app.tickets.hours import HOUR, SCANNED, SEEN, Measure, cause_of, class_of, hour_of, rules_of
from app.tickets.tables import actions, comments, counted_hours, decisions, hourly_figures, scans

#: Seconds after its end for which an hour is counted again: what cannot be fetched is tried for an hour.
MATURE_SECONDS = 5_400.0
#: Hours that are counted, and for how many they are kept: 31 days for the longest span, 400 for whoever asks later.
COUNTED_HOURS, KEPT_HOURS = 31 * 24, 400 * 24
#: Hours that one run counts at most, newest first: it stays short when there are years to make up for.
AT_ONCE = 72

#: Connection, measure, label.
Key = tuple[int, Measure, str]

_UNFINISHED = ("queued", "scanning", "failed")


class Counting:
    """Keeps ``hourly_figures`` up to date."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def run(self) -> int:
        """Count the hours that are to be counted; return how many those were."""
        now = self._now()
        with self._database.exclusive("counting"):
            with self._database.read() as connection:
                due = _due(connection, now)[:AT_ONCE]
            self._count(due, now)
            self._forget(hour_of(now) - KEPT_HOURS)
        return len(due)

    def _count(self, hours: Sequence[int], now: float) -> None:
        """Put the figures of these hours in the place of what stood there, in one short transaction."""
        with self._database.read() as connection:
            figures = {hour: counted(connection, hour * HOUR, (hour + 1) * HOUR) for hour in hours}
        rows = [
            {"connection_id": key[0], "hour": hour, "measure": key[1].value, "label": key[2], "amount": amount}
            for hour, found in figures.items()
            for key, amount in found.items()
        ]
        with self._database.write() as connection:
            for table in (hourly_figures, counted_hours):
                connection.execute(delete(table).where(table.c.hour.in_(hours)))
            if rows:
                connection.execute(insert(hourly_figures), rows)
            connection.execute(insert(counted_hours), [{"hour": hour, "counted_at": now} for hour in hours])

    def _forget(self, before: int) -> None:
        with self._database.read() as connection:
            if connection.execute(select(counted_hours.c.hour).where(counted_hours.c.hour < before)).first() is None:
                return
        with self._database.write() as connection:
            connection.execute(delete(hourly_figures).where(hourly_figures.c.hour < before))
            connection.execute(delete(counted_hours).where(counted_hours.c.hour < before))


def _due(connection: Connection, now: float) -> list[int]:
    """Return the hours that were never counted or may have changed since, newest first."""
    last = hour_of(now)
    first = last - COUNTED_HOURS
    marks = counted_hours.c.hour, counted_hours.c.counted_at
    counted_at = {row[0]: row[1] for row in connection.execute(select(*marks).where(counted_hours.c.hour >= first))}
    oldest = connection.execute(select(func.min(comments.c.seen_at))).scalar()
    decided = connection.execute(select(func.min(decisions.c.decided_at))).scalar()
    began = min((moment for moment in (oldest, decided) if moment is not None), default=now)
    hours = range(last, max(first, hour_of(began)) - 1, -1)
    return [hour for hour in hours if counted_at.get(hour, 0.0) < (hour + 1) * HOUR + MATURE_SECONDS]


def counted(connection: Connection, since: float, until: float) -> Counter[Key]:
    """Return what happened from ``since`` to before ``until`` (unix seconds), by connection, measure and label."""
    figures: Counter[Key] = Counter()
    decided = and_(decisions.c.decided_at >= since, decisions.c.decided_at < until)
    for key, amount in [*_judged(connection, decided), *_effects(connection, decided)]:
        figures[key] += amount
    figures.update(_reasons(connection, decided))
    figures.update(_false_alarms(connection, decided))
    figures.update(_redactions(connection, since, until))
    for key, amount in _comments(connection, since, until):
        figures[key] += amount
    return figures


def _first() -> ColumnElement[bool]:
    """The decision is the first on its scan: what is judged again was counted then."""
    earlier = decisions.alias("earlier")
    return ~exists().where(earlier.c.scan_id == decisions.c.scan_id, earlier.c.id < decisions.c.id)


def _judged(connection: Connection, decided: ColumnElement[bool]) -> Iterable[tuple[Key, int]]:
    columns = decisions.c.connection_id, decisions.c.verdict
    for row in connection.execute(select(*columns, func.count()).where(decided, _first()).group_by(*columns)):
        yield (row[0], Measure.SCANNED, row[1]), row[2]


def _effects(connection: Connection, decided: ColumnElement[bool]) -> Iterable[tuple[Key, int]]:
    columns = decisions.c.connection_id, decisions.c.effect
    statement = select(*columns, func.count()).where(decided, decisions.c.effect != "nothing").group_by(*columns)
    for row in connection.execute(statement):
        yield (row[0], Measure.RELEASED if row[1] == "release" else Measure.CAUGHT, row[1]), row[2]


def _reasons(connection: Connection, decided: ColumnElement[bool]) -> Iterable[Key]:
    """Return what spoke against things that were not clean, each once a scan."""
    for row in _with_findings(connection, decided, decisions.c.verdict != "clean", _first()):
        if row.verdict == "unknown":
            yield row.connection_id, Measure.UNKNOWN, cause_of(row.findings, row.state)
        for rule in rules_of(row.findings):
            yield row.connection_id, Measure.RULE, rule


def _false_alarms(connection: Connection, decided: ColumnElement[bool]) -> Iterable[Key]:
    by_people = decisions.c.verdict_by == "person"
    for row in _with_findings(connection, decided, by_people, decisions.c.verdict == "clean"):
        for rule in rules_of(row.findings):
            yield row.connection_id, Measure.FALSE_ALARM, rule


def _with_findings(connection: Connection, *conditions: ColumnElement[bool]) -> Iterable[Any]:
    columns = decisions.c.connection_id, decisions.c.verdict, scans.c.findings, scans.c.state
    statement = select(*columns).join_from(decisions, scans, scans.c.id == decisions.c.scan_id)
    return connection.execute(statement.where(*conditions))


def _redactions(connection: Connection, since: float, until: float) -> Iterable[Key]:
    """What people ordered later says nothing of how fast we are, so only what the scanner or a list ordered counts."""
    statement = (
        select(actions.c.connection_id, actions.c.finished_at - comments.c.created_at)
        .join_from(actions, decisions, decisions.c.id == actions.c.decision_id)
        .join(
            comments,
            and_(comments.c.connection_id == actions.c.connection_id, comments.c.comment_id == actions.c.comment_id),
        )
        .where(actions.c.kind.in_(("redact", "redact_link")), actions.c.state == "done")
        .where(actions.c.finished_at >= since, actions.c.finished_at < until)
        .where(decisions.c.verdict_by != "person", comments.c.created_at.is_not(None))
    )
    for connection_id, seconds in connection.execute(statement):
        yield connection_id, Measure.REDACTED_IN, str(class_of(seconds))


def _comments(connection: Connection, since: float, until: float) -> Iterable[tuple[Key, int]]:
    owner, seen = comments.c.connection_id, and_(comments.c.seen_at >= since, comments.c.seen_at < until)
    unfinished = exists().where(
        scans.c.connection_id == owner,
        scans.c.comment_id == comments.c.comment_id,
        scans.c.state.in_(_UNFINISHED),
    )
    for label, conditions in ((SEEN, (seen,)), (SCANNED, (seen, ~unfinished))):
        for row in connection.execute(select(owner, func.count()).where(*conditions).group_by(owner)):
            yield (row[0], Measure.COMMENTS, label), row[1]
