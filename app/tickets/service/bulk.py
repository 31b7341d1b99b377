"""One verdict of a person on many scans: ordered once, worked off in small steps, safe to repeat after a crash.

The order and its scans are rows before anything happens. Each step gives the verdict on a few scans the way it is given
on one (so a repeat finds it standing and does nothing) and notes what came of it.
"""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy import func, insert, or_, select, update

from app.db import Database
from app.engine.model import Verdict
from app.errors import Rejected, Temporary
from app.findings.policy import Policy
from app.jobs import Job, Queue
from app.tickets.filters import ScanFilters, State, iso
from app.tickets.service.expected import Expected, expected
from app.tickets.service.narrowing import LARGEST_ID
from app.tickets.service.searching import ScanSearch
from app.tickets.tables import bulk_items, bulk_verdicts, scans

log = structlog.get_logger()

#: Scans of one order.
MOST = 1_000

#: Scans that are compared to find them, at most: whoever waits for the page waits for this.
MOST_COMPARED = 200_000

#: Scans between two looks at the lease, and seconds for which it holds.
STEP = 20
LEASE_SECONDS = 60.0

#: Seconds after which a wake-up that led to nothing counts as lost.
LOST_SECONDS = 30.0


class GivesVerdicts(Protocol):
    """What gives the verdict on one scan."""

    def by_person(self, scan_id: int, verdict: Verdict, *, reason: str, actor: str) -> bool:
        """Return whether it changed anything. Raises Rejected."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The scans that an order would be about, newest first; ``more`` when further ones fit too."""

    ids: tuple[int, ...]
    more: bool


class BulkVerdicts:
    """Takes orders for many scans and works them off."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        verdicts: GivesVerdicts,
        now: Callable[[], float],
        *,
        policy: Policy,
        record: Callable[[str, int, Verdict], None] = lambda _actor, _scan_id, _verdict: None,
    ) -> None:
        self._database = database
        self._queue = queue
        self._verdicts = verdicts
        self._policy = policy
        self._search = ScanSearch(database, now)
        self._now = now
        #: Writes the audit trail of each verdict that changed something.
        self._record = record

    def chosen(self, ids: Sequence[int] | None, filters: ScanFilters) -> Chosen:
        """Return the scans with these ids, or else those that fit the filters. Unfinished ones are left out.

        Raises Rejected when there are too many ids.
        """
        if ids is not None:
            if len(ids) > MOST:
                raise Rejected(f"At most {MOST:,} scans can be decided at once.", code="too-many")
            with self._database.read() as connection:
                possible = sorted({each for each in ids if each <= LARGEST_ID})
                known = connection.execute(_finished(possible)).scalars().all()
            return Chosen(tuple(known), False)
        found = self._search.find(filters, limit=MOST, compared=MOST_COMPARED)
        with self._database.read() as connection:
            known = connection.execute(_finished(found.ids)).scalars().all()
        return Chosen(tuple(known), found.next is not None)

    def expected(self, ids: Sequence[int], verdict: Verdict) -> Expected:
        """Return what the verdict would do, told before it is ordered."""
        return expected(self._database, self._policy, ids, verdict, self._now())

    def order(self, ids: Sequence[int], verdict: Verdict, *, reason: str, actor: str, token: str) -> int:
        """Store the order and wake a worker; return its id. The same token gives the same order again.

        Raises Rejected with code ``nothing`` or ``too-many``.
        """
        if not ids:
            raise Rejected("No scan was chosen.", code="nothing")
        if len(ids) > MOST:
            raise Rejected(f"At most {MOST:,} scans can be decided at once.", code="too-many")
        with self._database.write() as connection:
            order_id = connection.execute(
                self._database.insert_once(bulk_verdicts)
                .values(
                    token=token,
                    actor=actor,
                    verdict=verdict.value,
                    reason=reason,
                    total=len(set(ids)),
                    created_at=self._now(),
                    woken_at=self._now(),
                )
                .returning(bulk_verdicts.c.id)
            ).scalar()
            if order_id is None:
                known = select(bulk_verdicts.c.id).where(bulk_verdicts.c.token == token)
                return int(connection.execute(known).scalar_one())
            connection.execute(
                insert(bulk_items), [{"bulk_id": order_id, "scan_id": each} for each in sorted(set(ids))]
            )
        with contextlib.suppress(Temporary):
            self._queue.put(Job.DECIDE, bulk_id=order_id)
        return int(order_id)

    def run(self, bulk_id: int) -> None:
        """Work the order off. Does nothing while another worker is at it, and when it is done."""
        token = secrets.token_hex(8)
        while (order := self._take(bulk_id, token)) is not None:
            waiting = self._waiting(bulk_id)
            for scan_id in waiting:
                self._settle(bulk_id, scan_id, *self._give(order, scan_id))
            if len(waiting) < STEP:
                self._finish(bulk_id)

    def sweep(self) -> None:
        """Wake a worker again for orders that lie about."""
        now = self._now()
        with self._database.write() as connection:
            lost = connection.execute(
                update(bulk_verdicts)
                .where(bulk_verdicts.c.finished_at.is_(None), bulk_verdicts.c.woken_at <= now - LOST_SECONDS)
                .where(bulk_verdicts.c.leased_until <= now)
                .values(woken_at=now)
                .returning(bulk_verdicts.c.id)
            ).scalars()
            waiting = list(lost)
        for bulk_id in waiting:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.DECIDE, bulk_id=bulk_id)

    def progress(self, bulk_id: int) -> dict[str, Any] | None:
        """Return how far an order is and which scans were refused, JSON-ready; None when it is unknown."""
        with self._database.read() as connection:
            order = connection.execute(select(bulk_verdicts).where(bulk_verdicts.c.id == bulk_id)).one_or_none()
            if order is None:
                return None
            counted = connection.execute(
                select(bulk_items.c.outcome, func.count())
                .where(bulk_items.c.bulk_id == bulk_id)
                .group_by(bulk_items.c.outcome)
            )
            counts = Counter({row[0]: row[1] for row in counted})
            refused = connection.execute(
                select(bulk_items.c.scan_id, bulk_items.c.detail)
                .where(bulk_items.c.bulk_id == bulk_id, bulk_items.c.outcome == "refused")
                .order_by(bulk_items.c.scan_id)
            ).all()
        return {
            "id": order.id,
            "actor": order.actor,
            "verdict": order.verdict,
            "reason": order.reason,
            "total": order.total,
            "waiting": counts[None],
            "given": counts["given"],
            "stood": counts["stood"],
            "refused": [{"scan_id": row.scan_id, "detail": row.detail} for row in refused],
            "created_at": iso(order.created_at),
            "finished_at": iso(order.finished_at),
        }

    def _take(self, bulk_id: int, token: str) -> Any:
        now = self._now()
        mine = or_(bulk_verdicts.c.leased_until <= now, bulk_verdicts.c.leased_by == token)
        with self._database.write() as connection:
            return connection.execute(
                update(bulk_verdicts)
                .where(bulk_verdicts.c.id == bulk_id, bulk_verdicts.c.finished_at.is_(None), mine)
                .values(leased_until=now + LEASE_SECONDS, leased_by=token, woken_at=now)
                .returning(bulk_verdicts)
            ).one_or_none()

    def _waiting(self, bulk_id: int) -> list[int]:
        waiting = select(bulk_items.c.scan_id).where(bulk_items.c.bulk_id == bulk_id, bulk_items.c.outcome.is_(None))
        with self._database.read() as connection:
            return list(connection.execute(waiting.order_by(bulk_items.c.scan_id).limit(STEP)).scalars())

    def _give(self, order: Any, scan_id: int) -> tuple[str, str]:
        verdict = Verdict(order.verdict)
        try:
            changed = self._verdicts.by_person(scan_id, verdict, reason=order.reason, actor=order.actor)
        except Rejected as refusal:
            return "refused", refusal.message
        if changed:
            self._record(order.actor, scan_id, verdict)
        return ("given" if changed else "stood"), ""

    def _settle(self, bulk_id: int, scan_id: int, outcome: str, detail: str) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(bulk_items)
                .where(bulk_items.c.bulk_id == bulk_id, bulk_items.c.scan_id == scan_id)
                .where(bulk_items.c.outcome.is_(None))
                .values(outcome=outcome, detail=detail)
            )

    def _finish(self, bulk_id: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                update(bulk_verdicts)
                .where(bulk_verdicts.c.id == bulk_id, bulk_verdicts.c.finished_at.is_(None))
                .values(finished_at=self._now(), leased_until=0.0, leased_by=None)
            )
        log.info("bulk.finished", bulk=bulk_id)


def _finished(ids: Sequence[int]) -> Any:
    pending = (State.QUEUED.value, State.SCANNING.value)
    return select(scans.c.id).where(scans.c.id.in_(ids), scans.c.state.not_in(pending)).order_by(scans.c.id.desc())
