"""Simulate a policy before it is saved: judge the scans of the last 30 days again, by what stands and by the draft.

Nothing is scanned again. Both sides are judged by the very call that decides about new scans, so what comes out is what
would happen. A simulation is a row and the work of a job: batches of scans, newest first, each remembered with what was
found, so that a killed worker loses one batch and memory holds no more than that.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, and_, delete, func, insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.engine.model import Finding, Verdict
from app.errors import Rejected, Temporary
from app.findings.policies.document import read
from app.findings.policies.judging import Judged, Ruling, rule
from app.findings.policies.scope import NO_FACTS, TicketFacts
from app.findings.policies.service import DEFAULT, connection_named
from app.findings.policies.store import Rulebook, Standing, loaded, rulebook
from app.findings.policies.tables import policies, policy_simulation_scans, policy_simulations
from app.findings.policy import Policy
from app.jobs import Job, Queue
from app.tickets.filters import iso
from app.tickets.service.leases import Lease, take
from app.tickets.service.policies import remembered
from app.tickets.tables import scans, tickets

log = structlog.get_logger()

#: Days that are looked back.
DAYS = 30
#: Scans judged between two writes.
BATCH = 2_000
#: Seconds after which a job hands over to another one, so that a long look holds up nothing else.
TURN_SECONDS = 15.0
#: Scans that a simulation keeps to be shown; it counts all of them.
MOST_KEPT = 20_000
#: Seconds for which simulations are kept.
KEPT_SECONDS = 7 * 86_400.0

_COLUMNS = (
    "id", "connection_id", "ticket_id", "kind", "name", "content_type", "findings", "verdict", "verdict_by",
    "engine_verdict", "state",
)  # fmt: skip
_FACTS = ("brand_id", "group_id", "requester_domain", "requester_role", "requester_verified", "facts_at")


class _Books:
    """What stands for a connection, and what would stand with the draft."""

    def __init__(self, now: Rulebook, then: Rulebook) -> None:
        self.now = now
        self.then = then
        self.needs_facts = now.needs_facts or then.needs_facts
        self._pairs: dict[TicketFacts, tuple[Policy, Policy] | None] = {}

    def pair(self, facts: TicketFacts, now: float) -> tuple[Policy, Policy] | None:
        """Return what stands for a ticket and what would stand; None when that is the same."""
        if facts not in self._pairs:
            old, new = self.now.policy(facts, now), self.then.policy(facts, now)
            self._pairs[facts] = None if old == new else (old, new)
        return self._pairs[facts]


class Simulator:
    """Starts simulations, works on them, shows what they found."""

    def __init__(self, database: Database, queue: Queue, *, policy: Policy, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._policy = policy
        self._now = now

    # -- asking and showing

    def start(
        self,
        document: Mapping[str, Any],
        *,
        author: str,
        which: str | int | None = None,
        connection: str | None = None,
        title: str = "",
        expected: int | None = None,
    ) -> int:
        """Begin a simulation of a draft; return its id.

        The draft is of the policy ``which`` (an id or ``default``), or of a new one of ``connection``. ``title`` and
        ``expected`` (the number of the version that was read) are kept for saving it. Raises Rejected.
        """
        now, policy = self._now(), read(document, now=self._now())
        with self._database.write() as writing:
            policy_id, connection_id = self._about(writing, which, connection)
            writing.execute(delete(policy_simulations).where(policy_simulations.c.created_at < now - KEPT_SECONDS))
            since = now - DAYS * 86_400.0
            simulation_id = writing.execute(
                insert(policy_simulations)
                .values(
                    policy_id=policy_id,
                    connection_id=connection_id,
                    document=policy.to_dict(),
                    digest=policy.digest,
                    title=title,
                    expected=expected,
                    author=author,
                    state="running",
                    since=since,
                    created_at=now,
                    total=self._total(writing, connection_id, since),
                    counts={},
                )
                .returning(policy_simulations.c.id)
            ).scalar_one()
        self._put(simulation_id)
        return int(simulation_id)

    def get(self, simulation_id: int) -> dict[str, Any]:
        """Return how far a simulation is and what it counted. Raises Rejected, code ``not-found``."""
        with self._database.read() as reading:
            row = reading.execute(
                select(policy_simulations, connections.c.name.label("connection"))
                .outerjoin_from(policy_simulations, connections, _OF_CONNECTION)
                .where(policy_simulations.c.id == simulation_id)
            ).one_or_none()
        if row is None:
            raise Rejected("There is no simulation with this id; they are kept for a week.", code="not-found")
        return _shown(row)

    def scans(
        self, simulation_id: int, cursor: int | None = None, limit: int = 50
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` scans that would have come out differently, newest first, and the next cursor."""
        self.get(simulation_id)
        changed = policy_simulation_scans
        statement = (
            select(changed, scans.c.name, scans.c.url, scans.c.kind, scans.c.ticket_id, scans.c.created_at)
            .join_from(changed, scans, changed.c.scan_id == scans.c.id)
            .where(changed.c.simulation_id == simulation_id)
            .order_by(changed.c.scan_id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            statement = statement.where(changed.c.scan_id < cursor)
        with self._database.read() as reading:
            rows = reading.execute(statement).all()
        return [_changed(row) for row in rows[:limit]], rows[limit - 1].scan_id if len(rows) > limit else None

    # -- working

    def run(self, simulation_id: int) -> None:
        """Go on with a simulation, unless another worker is at it."""
        is_running = (policy_simulations.c.id == simulation_id) & (policy_simulations.c.state == "running")
        until, by = policy_simulations.c.leased_until, policy_simulations.c.leased_by
        lease = take(self._database, policy_simulations, is_running, until=until, by=by, now=self._now)
        if lease is None:
            return
        end = self._now() + TURN_SECONDS
        running = True
        try:
            while running and self._now() < end:
                running = self._step(lease, simulation_id)
        finally:
            lease.release()
        if running:
            self._put(simulation_id)

    def sweep(self) -> None:
        """Wake a worker for simulations that nobody is at."""
        free = (policy_simulations.c.state == "running") & (policy_simulations.c.leased_until <= self._now())
        with self._database.read() as reading:
            waiting = reading.execute(select(policy_simulations.c.id).where(free).limit(20)).scalars().all()
        for simulation_id in waiting:
            self._put(simulation_id)

    def _step(self, lease: Lease, simulation_id: int) -> bool:
        """Judge one batch and keep what was found; return whether there is more."""
        with self._database.read() as reading:
            simulation = reading.execute(
                select(policy_simulations).where(policy_simulations.c.id == simulation_id)
            ).one()
            rows = reading.execute(_batch(simulation)).all()
            books = {each: self._books(reading, simulation, each) for each in {row.connection_id for row in rows}}
        found = [each for row in rows if (each := compare(row, books[row.connection_id], simulation.created_at))]
        is_over = len(rows) < BATCH
        return self._keep(lease, simulation, rows, found, _unplaced(rows, books), is_over=is_over) and not is_over

    def _keep(
        self, lease: Lease, simulation: Any, rows: Sequence[Any], found: Sequence[Any], unplaced: int, *, is_over: bool
    ) -> bool:
        """Write what a batch came to; return whether the simulation is still ours."""
        counts = Counter(simulation.counts)
        counts.update(_key(*rulings) for _, *rulings in found)
        values: dict[str, Any] = {
            "cursor": rows[-1].id if rows else simulation.cursor,
            "looked": simulation.looked + len(rows),
            "changed": simulation.changed + len(found),
            "unplaced": simulation.unplaced + unplaced,
            "counts": dict(counts),
        }
        if is_over:
            values |= {"state": "done", "finished_at": self._now()}
        kept = found[: max(0, MOST_KEPT - simulation.changed)]
        with self._database.write() as writing:
            held = writing.execute(update(policy_simulations).where(lease.held()).values(**values))
            if held.rowcount and kept:
                rows_kept = [_row(simulation.id, scan_id, *rulings) for scan_id, *rulings in kept]
                writing.execute(insert(policy_simulation_scans), rows_kept)
        return bool(held.rowcount) and (is_over or lease.renew())

    def _books(self, reading: Connection, simulation: Any, connection_id: int) -> _Books:
        now = rulebook(reading, connection_id, self._policy)
        draft = Standing(
            simulation.policy_id,
            simulation.connection_id,
            "",
            loaded(simulation.digest, simulation.document),
        )
        return _Books(now, with_draft(now, draft))

    def _about(
        self, reading: Connection, which: str | int | None, connection: str | None
    ) -> tuple[int | None, int | None]:
        """Return the ids of the policy (None: the default without a row, or a new one) and of its connection."""
        if which is None:
            if connection is None:
                raise Rejected("Name the policy that the draft is of, or the connection of a new one.", code="policy")
            return None, connection_named(reading, connection)
        named = policies.c.slot == DEFAULT if which == DEFAULT else policies.c.id == which
        row = reading.execute(select(policies).where(named, policies.c.retired_at.is_(None))).one_or_none()
        if row is None and which != DEFAULT:
            raise Rejected("There is no policy with this id.", code="not-found")
        return (None, None) if row is None else (row.id, row.connection_id)

    def _total(self, reading: Connection, connection_id: int | None, since: float) -> int:
        counted = select(func.count()).select_from(scans).where(*_wanted(connection_id, since))
        return int(reading.execute(counted).scalar_one())

    def _put(self, simulation_id: int) -> None:
        with contextlib.suppress(Temporary):
            self._queue.put(Job.SIMULATE, simulation_id=simulation_id)


def with_draft(book: Rulebook, draft: Standing) -> Rulebook:
    """Return the rulebook as it would be with the draft in place of what it is a draft of. Pure."""
    if draft.id is None and draft.connection_id is not None:
        return replace(book, choices=(*book.choices, draft))
    return replace(book, choices=tuple(draft if each.id == draft.id else each for each in book.choices))


def compare(row: Any, books: _Books, now: float) -> tuple[int, Ruling, Ruling] | None:
    """Return the scan's id with what stands and what the draft would make of it; None when that is the same. Pure."""
    pair = books.pair(remembered(row) if books.needs_facts else NO_FACTS, now)
    if pair is None:
        return None
    old, new = pair
    asks = any(each.exceptions or each.types.added or each.types.lifted for each in pair)
    judged = _judged(row, with_findings=asks)
    before, after = rule(judged, old, now=now), rule(judged, new, now=now)
    if (before.verdict, before.effect) == (after.verdict, after.effect):
        return None
    return row.id, before, after


def _judged(row: Any, *, with_findings: bool) -> Judged:
    findings: Iterable[Any] = row.findings if with_findings else ()
    return Judged(
        row.kind,
        Verdict(row.engine_verdict or row.verdict),
        row.verdict_by,
        tuple(Finding.from_dict({"confidence": "high", **each}) for each in findings),
        row.name,
        row.content_type or "",
        fetched=row.state != "failed" or not any(each["id"].startswith("fetch.") for each in row.findings),
    )


def _wanted(connection_id: int | None, since: float) -> list[Any]:
    wanted = [
        scans.c.created_at >= since,
        scans.c.kind.in_(("attachment", "url")),
        scans.c.ticket_id.is_not(None),
        scans.c.finished_at.is_not(None),
        # What a person decided stays as it is, whatever the policy.
        scans.c.verdict_by != "person",
    ]
    return wanted if connection_id is None else [*wanted, scans.c.connection_id == connection_id]


def _batch(simulation: Any) -> Any:
    at = and_(tickets.c.connection_id == scans.c.connection_id, tickets.c.ticket_id == scans.c.ticket_id)
    statement = (
        select(*(scans.c[name] for name in _COLUMNS), *(tickets.c[name] for name in _FACTS))
        .outerjoin_from(scans, tickets, at)
        .where(*_wanted(simulation.connection_id, simulation.since))
        .order_by(scans.c.id.desc())
        .limit(BATCH)
    )
    return statement if simulation.cursor is None else statement.where(scans.c.id < simulation.cursor)


def _unplaced(rows: Iterable[Any], books: Mapping[int, _Books]) -> int:
    return sum(row.facts_at is None and books[row.connection_id].needs_facts for row in rows)


_OF_CONNECTION = policy_simulations.c.connection_id == connections.c.id


def _key(before: Ruling, after: Ruling) -> str:
    return f"{before.verdict.value} {before.effect.value}>{after.verdict.value} {after.effect.value}"


def _row(simulation_id: int, scan_id: int, before: Ruling, after: Ruling) -> dict[str, Any]:
    return {
        "simulation_id": simulation_id,
        "scan_id": scan_id,
        "from_verdict": before.verdict.value,
        "from_effect": before.effect.value,
        "to_verdict": after.verdict.value,
        "to_effect": after.effect.value,
    }


def _shown(row: Any) -> dict[str, Any]:
    names = ("id", "policy_id", "connection", "author", "state", "total", "looked", "changed", "unplaced")
    times = {name: iso(getattr(row, name)) for name in ("since", "created_at", "finished_at")}
    counts = [_count(key, amount) for key, amount in sorted(row.counts.items(), key=lambda each: -each[1])]
    shown = {**{name: getattr(row, name) for name in names}, **times, "version": row.digest, "policy": row.document}
    shown |= {"title": row.title, "expected": row.expected}
    return {**shown, "counts": counts, "listed": min(row.changed, MOST_KEPT)}


def _count(key: str, amount: int) -> dict[str, Any]:
    before, after = (side.split(" ") for side in key.split(">"))
    sides = {"from": {"verdict": before[0], "effect": before[1]}, "to": {"verdict": after[0], "effect": after[1]}}
    return {**sides, "scans": amount}


def _changed(row: Any) -> dict[str, Any]:
    return {
        "scan_id": row.scan_id,
        "kind": row.kind,
        "name": row.url or row.name if row.kind == "url" else row.name,
        "ticket_id": row.ticket_id,
        "created_at": iso(row.created_at),
        "from": {"verdict": row.from_verdict, "effect": row.from_effect},
        "to": {"verdict": row.to_verdict, "effect": row.to_effect},
    }
