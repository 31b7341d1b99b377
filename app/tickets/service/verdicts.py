"""What people decide: the IR team's verdict on a scan, and what it sets in motion."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from app.db import Database
from app.engine.model import Verdict
from app.errors import Rejected, Temporary
from app.findings.policy import Effect, Policy
from app.jobs import Job, Queue
from app.tickets.service.approvals import WAITS, end_wish, needs_agreement, write_wish
from app.tickets.service.policies import policy_of
from app.tickets.service.record import Judgement, is_cut, record
from app.tickets.tables import actions, decisions, scans, standing_verdicts

#: Only these two can be given by a person: the others say what a machine could or could not see.
GIVEN = (Verdict.CLEAN, Verdict.MALICIOUS)


class Verdicts:
    """Takes verdicts of people. They stand for the content until a person changes them."""

    def __init__(self, database: Database, queue: Queue, *, policy: Policy, now: Callable[[], float]) -> None:
        self._database = database
        self._queue = queue
        self._policy = policy
        self._now = now

    def by_person(
        self, scan_id: int, verdict: Verdict, *, reason: str, actor: str, subject: str = "", agreed: bool = False
    ) -> bool:
        """Give a verdict; return whether it changed anything (False: it stood already).

        ``subject`` tells people of one name apart (``user:3``). Where the policy wants a second person for giving back
        what is malicious, the wish is written down until one agrees; ``agreed``: one has. Raises Rejected with code
        ``not-found``, ``not-finished``, ``not-given`` or, for a wish, ``second-person``.
        """
        if verdict not in GIVEN:
            raise Rejected("A person's verdict is clean or malicious.", code="not-given")
        with self._database.write() as connection:
            scan = self._scan(connection, scan_id)
            if scan.verdict == verdict.value and scan.verdict_by == "person":
                return False
            policy = policy_of(connection, self._policy, scan.connection_id, scan.ticket_id, now=self._now())
            wish = None
            if policy.four_eyes and not agreed and needs_agreement(scan, verdict):
                wish = write_wish(connection, scan, verdict, reason, actor, subject, self._now())
            else:
                end_wish(connection, scan.id, self._now())
                effect = self._give(connection, scan, verdict, reason, actor, policy)
        if wish is not None:
            raise Rejected(
                f"A second person has to agree before a malicious file is given back. Your request {wish} waits for "
                "one; until then nothing changes.",
                code=WAITS,
            )
        if effect is not Effect.NOTHING:
            with contextlib.suppress(Temporary):
                self._queue.put(Job.ACT, connection_id=scan.connection_id, ticket_id=scan.ticket_id)
        return True

    def _give(
        self, connection: Connection, scan: Any, verdict: Verdict, reason: str, actor: str, policy: Policy
    ) -> Effect:
        # First stop what has not begun: only then is it certain where the file is, or is going.
        self._overrule(connection, scan)
        effect = self._effect(connection, scan, verdict, policy)
        judgement = Judgement(verdict, "person", actor, reason=reason, rules_version=scan.rules_version)
        record(connection, scan, judgement, effect, policy=policy, now=self._now(), by_hand=True)
        self._stand(connection, scan, judgement)
        return effect

    def _scan(self, connection: Connection, scan_id: int) -> Any:
        query = select(scans).where(scans.c.id == scan_id)
        scan = connection.execute(query if self._database.is_sqlite else query.with_for_update()).one_or_none()
        if scan is None:
            raise Rejected(f"There is no scan {scan_id}.", code="not-found")
        if scan.finished_at is None:
            raise Rejected("This scan is not finished yet; give the verdict when it is.", code="not-finished")
        return scan

    def _effect(self, connection: Connection, scan: Any, verdict: Verdict, policy: Policy) -> Effect:
        """What the verdict orders, given where the file is now: what is out already is not taken out again."""
        ordered = policy.effect_of_person(scan.kind, verdict)
        if scan.ticket_id is None:
            # What others sent stands in no ticket: there is nobody to tell.
            return Effect.NOTHING
        if scan.kind != "attachment":
            return Effect.NOTHING if verdict.value == scan.verdict or is_cut(connection, scan.id) else ordered
        out = self._is_out(connection, scan)
        if verdict is Verdict.CLEAN:
            return Effect.RELEASE if out else Effect.NOTHING
        return Effect.NOTHING if out else ordered

    def _is_out(self, connection: Connection, scan: Any) -> bool:
        """Whether the file was, or is just being, taken out of the ticket and not given back since."""
        last = connection.execute(
            select(actions.c.kind)
            .where(actions.c.scan_id == scan.id, actions.c.kind.in_(("redact", "release")))
            .where(actions.c.state.in_(("sending", "done")))
            .order_by(actions.c.id.desc())
            .limit(1)
        ).scalar_one_or_none()
        return last == "redact"

    def _overrule(self, connection: Connection, scan: Any) -> None:
        """What was ordered before and has not begun does not happen any more, nor is anybody told of it."""
        stopped = connection.execute(
            update(actions)
            .where(actions.c.scan_id == scan.id, actions.c.state == "planned")
            .values(state="failed", finished_at=self._now(), error="A person decided otherwise before this was done.")
            .returning(actions.c.decision_id)
        ).scalars()
        for decision_id in set(stopped):
            begun = connection.execute(
                select(actions.c.id)
                .where(actions.c.decision_id == decision_id, actions.c.kind.in_(("redact", "redact_link")))
                .where(actions.c.state.in_(("sending", "done")))
            ).first()
            if begun is None:
                connection.execute(
                    update(decisions).where(decisions.c.id == decision_id).values(settled=True, overruled=True)
                )
        connection.execute(
            update(decisions)
            .where(decisions.c.scan_id == scan.id, decisions.c.effect == Effect.TELL.value)
            .where(decisions.c.notice_id.is_(None))
            .values(overruled=True)
        )

    def _stand(self, connection: Connection, scan: Any, judgement: Judgement) -> None:
        subject = f"url:{scan.url}" if scan.kind == "url" else f"sha256:{scan.sha256}"
        if scan.kind != "url" and not scan.sha256:
            return
        values = {
            "verdict": judgement.verdict.value,
            "actor": judgement.actor,
            "reason": judgement.reason,
            "decided_at": self._now(),
        }
        connection.execute(
            self._database.insert_once(standing_verdicts).values(
                connection_id=scan.connection_id, subject=subject, **values
            )
        )
        connection.execute(
            update(standing_verdicts)
            .where(standing_verdicts.c.connection_id == scan.connection_id, standing_verdicts.c.subject == subject)
            .values(**values)
        )
