"""What one verdict on many scans would do, in a handful of queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.connections.tables import connections
from app.db import Database
from app.engine.model import Verdict
from app.findings.policy import Effect, Policy
from app.tickets.effects import Standing, orders
from app.tickets.service.policies import policy_finder
from app.tickets.tables import actions, scans

_COLUMNS = ("id", "connection_id", "kind", "verdict", "verdict_by", "finished_at", "ticket_id")


@dataclass(frozen=True, slots=True)
class Expected:
    """What would be ordered about each scan that the verdict changes, and on how many it stands already."""

    orders: tuple[Effect, ...]
    standing: int


def expected(database: Database, policy: Policy, ids: Sequence[int], verdict: Verdict, now: float) -> Expected:
    """Return what a person's verdict on these scans would do; ``policy`` holds where nobody has written one."""
    with database.read() as connection:
        found = _orders(connection, policy, ids, verdict, now)
    return Expected(tuple(each for each in found if each is not None), sum(each is None for each in found))


def _orders(
    connection: Connection, policy: Policy, ids: Sequence[int], verdict: Verdict, now: float
) -> list[Effect | None]:
    rows = connection.execute(
        select(*(scans.c[name] for name in _COLUMNS), connections.c.name)
        .join_from(scans, connections, scans.c.connection_id == connections.c.id)
        .where(scans.c.id.in_(ids))
    ).all()
    out, cut = _deeds(connection, ids)
    finders: dict[int, Callable[[int | None], Policy]] = {
        each: policy_finder(connection, policy, each, now=now) for each in {row.connection_id for row in rows}
    }
    return [
        None
        if (row.verdict, row.verdict_by) == (verdict.value, "person")
        else orders(_standing(row, out, cut), finders[row.connection_id](row.ticket_id), verdict)
        for row in rows
    ]


def _standing(row: Any, out: set[int], cut: set[int]) -> Standing:
    return Standing(
        row.kind, row.verdict, row.verdict_by, row.finished_at is not None, row.name, row.ticket_id,
        out=row.id in out, cut=row.id in cut,
    )  # fmt: skip


def _deeds(connection: Connection, ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which files are out of their tickets (the last deed about them took them out), and which links are cut."""
    done = (
        select(actions.c.scan_id, actions.c.kind, actions.c.state)
        .where(actions.c.scan_id.in_(ids), actions.c.kind.in_(("redact", "release", "redact_link")))
        .where(actions.c.state.in_(("sending", "done")))
        .order_by(actions.c.id)
    )
    last: dict[int, str] = {}
    cut = set()
    for scan_id, kind, state in connection.execute(done):
        if kind == "redact_link" and state == "done":
            cut.add(scan_id)
        elif kind != "redact_link":
            last[scan_id] = kind
    return {scan_id for scan_id, kind in last.items() if kind == "redact"}, cut
