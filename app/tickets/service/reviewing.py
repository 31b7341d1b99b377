"""Judge links again on a decaying schedule, because pages are listed after their mails went out.

Only what may have changed is judged again: a link whose feeds and lists are those of last time just gets its next date.
Nobody is asked for it: no call to Zendesk, so whether the ticket is still open shows when there is something to tell.
(Only where a policy asks for more than is remembered of a ticket, and one of its links got worse, is the ticket read.)
A change for the worse acts like a first verdict; one for the better is recorded.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, func, select, update

from app.connections.tables import connections
from app.db import Database
from app.engine.model import Link, Verdict
from app.errors import Temporary
from app.findings.leading import leading
from app.findings.policy import Effect, Policy
from app.jobs import Job, Queue
from app.tickets.ageing import change, next_review
from app.tickets.service.leases import LEASE_SECONDS
from app.tickets.service.links import Ask, LinkJudge
from app.tickets.service.lists import Lists
from app.tickets.service.policies import PolicyFacts, decided, policy_finder
from app.tickets.service.record import Judgement, is_cut, record
from app.tickets.tables import decisions, scans

log = structlog.get_logger()

#: Links judged again by one job; where more are due, another job follows.
BATCH = 500


class LinkReview:
    """Works on the links of one connection whose time has come."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        judge: LinkJudge,
        *,
        policy: Policy,
        now: Callable[[], float],
        ask: Ask | None = None,
        facts: PolicyFacts | None = None,
    ) -> None:
        self._database = database
        self._queue = queue
        self._judge = judge
        self._policy = policy
        self._now = now
        self._ask = ask
        self._facts = facts

    def run(self, connection_id: int) -> None:
        """Judge the links that are due, unless another worker is at them."""
        token = secrets.token_hex(8)
        due = self._take(connection_id, token)
        if not due:
            return
        version = self._judge.version(connection_id)
        old = [row for row in due if row.judged_with != version and row.verdict_by != "person" and row.urls]
        links = [Link.from_dict({**row.urls[0], "reasons": ()}) for row in old]
        judged = dict(zip((row.id for row in old), self._judge.judge(connection_id, links), strict=True))
        if self._facts is not None:
            worse = [row.ticket_id for row in old if judged[row.id].verdict.rank > Verdict(row.verdict).rank]
            self._facts.learn_all(connection_id, worse)
        acting = self._store(connection_id, token, due, judged, version)
        log.info("links.reviewed", connection=connection_id, links=len(due), judged=len(judged), tickets=len(acting))
        for ticket_id in acting:
            self._put(Job.ACT, connection_id=connection_id, ticket_id=ticket_id)
        self._ask_again(connection_id, [row for row in due if _is_open(row, judged.get(row.id))])
        if len(due) == BATCH:
            self._put(Job.REVIEW, connection_id=connection_id)

    def wake(self, connection_id: int, urls: Iterable[str]) -> int:
        """Have recent links to these canonical addresses judged again at once; return how many there are.

        For whoever learns something about an address outside the feeds and lists.
        """
        now = self._now()
        with self._database.write() as connection:
            woken = connection.execute(
                update(scans)
                .where(scans.c.connection_id == connection_id, scans.c.review_at.is_not(None))
                .where(scans.c.kind == "url", scans.c.url.in_(list(urls)))
                .values(review_at=now, judged_with=None)
            ).rowcount
        if woken:
            self._put(Job.REVIEW, connection_id=connection_id)
        return woken

    def _ask_again(self, connection_id: int, rows: Sequence[Any]) -> None:
        """Have services outside the house asked again, where their answers have run out."""
        if self._ask is None:
            return
        by_ticket: dict[int | None, list[str]] = {}
        for row in rows:
            by_ticket.setdefault(row.ticket_id, []).append(row.url)
        for ticket_id, urls in by_ticket.items():
            self._ask.ask(connection_id, urls, ticket_id)

    def _take(self, connection_id: int, token: str) -> Sequence[Any]:
        now = self._now()
        free = (
            select(scans.c.id)
            .where(scans.c.connection_id == connection_id, scans.c.review_at <= now, scans.c.leased_until <= now)
            .order_by(scans.c.review_at, scans.c.id)
            .limit(BATCH)
        )
        with self._database.write() as connection:
            ids = connection.execute(free.with_for_update(skip_locked=True)).scalars().all()
            return connection.execute(
                update(scans)
                .where(scans.c.id.in_(ids))
                .values(leased_until=now + LEASE_SECONDS, leased_by=token)
                .returning(scans)
            ).all()

    def _store(
        self,
        connection_id: int,
        token: str,
        due: Sequence[Any],
        judged: dict[int, Judgement],
        version: str,
    ) -> set[int]:
        """Write what changed and everybody's next date; return the tickets on which there is something to do."""
        now, acting = self._now(), set()
        with self._database.write() as connection:
            changed = [row for row in due if row.id in judged and _differs(row, judged[row.id])]
            since = _decided_at(connection, [row.id for row in changed])
            find = policy_finder(connection, self._policy, connection_id, now=now)
            for row in changed:
                policy = find(row.ticket_id)
                under, ordered = decided(judged[row.id], policy, kind="url", now=now)
                # Else a person spoke meanwhile, or we were too slow.
                if _rewrite(connection, row, under, token):
                    at = since.get(row.id, row.created_at)
                    effect = _decide(connection, row, under, ordered, at, policy, now)
                    if effect is not Effect.NOTHING:
                        acting.add(row.ticket_id)
            _move_on(connection, due, token, version, now)
        return acting

    def _put(self, job: Job, **ids: int) -> None:
        with contextlib.suppress(Temporary):
            self._queue.put(job, **ids)


def due_connections(connection: Connection, now: float) -> Sequence[int]:
    """Return the connections that have links to judge again."""
    return (
        connection.execute(
            select(scans.c.connection_id)
            .join_from(scans, connections, scans.c.connection_id == connections.c.id)
            .where(scans.c.review_at <= now, scans.c.leased_until <= now, connections.c.disconnected_at.is_(None))
            .distinct()
        )
        .scalars()
        .all()
    )


def _is_open(row: Any, judgement: Judgement | None) -> bool:
    """Whether others may still know more of a link: nobody decided, and it does not count as dangerous."""
    by, verdict = (judgement.by, judgement.verdict) if judgement else (row.verdict_by, row.verdict)
    return bool(row.url) and by == "engine" and verdict != Verdict.MALICIOUS


def _differs(row: Any, judgement: Judgement) -> bool:
    """Whether the verdict is another one. What a person says of an address is offered, not done, to earlier links."""
    before = row.engine_verdict if judgement.by == "engine" and row.verdict_by == "engine" else None
    return judgement.by != "person" and judgement.verdict.value != (before or row.verdict)


def _decided_at(connection: Connection, scan_ids: Sequence[int]) -> dict[int, float]:
    rows = connection.execute(
        select(decisions.c.scan_id, func.max(decisions.c.decided_at).label("at"))
        .where(decisions.c.scan_id.in_(scan_ids))
        .group_by(decisions.c.scan_id)
    )
    return {row.scan_id: row.at for row in rows}


def _rewrite(connection: Connection, row: Any, judgement: Judgement, token: str) -> bool:
    reasons = [finding.title for finding in judgement.findings]
    link = {**row.urls[0], "verdict": judgement.verdict.value, "reasons": reasons}
    written = connection.execute(
        update(scans)
        .where(scans.c.id == row.id, scans.c.leased_by == token, scans.c.verdict_by != "person")
        .values(findings=[finding.to_dict() for finding in judgement.findings], urls=[link])
    )
    return bool(written.rowcount)


def _decide(
    connection: Connection, row: Any, judgement: Judgement, ordered: Effect, since: float, policy: Policy, now: float
) -> Effect:
    """Record what is thought now, and order what follows from a change for the worse."""
    before = Verdict(row.verdict)
    # What others sent through the API lies in no ticket, and a link that was taken out lies there no more.
    acts = judgement.verdict.rank > before.rank and row.ticket_id is not None and not is_cut(connection, row.id)
    effect = ordered if acts else Effect.NOTHING
    by_policy = judgement.reason if judgement.by == "engine" else ""
    told = " ".join(filter(None, (change(before, since, now, _cause(judgement)), by_policy)))
    judgement = replace(judgement, reason=told, withheld=judgement.withheld if acts else None)
    record(connection, row, judgement, effect, policy=policy, now=now)
    if judgement.entry_id is not None:
        Lists.count_hits(connection, {judgement.entry_id: 1}, now)
    return effect


def _cause(judgement: Judgement) -> str:
    """Say what is known now, without a full stop."""
    if judgement.by == "list" and judgement.verdict is Verdict.CLEAN:
        return "your organisation has allowed it"
    worst = leading(judgement.findings)
    if judgement.verdict is Verdict.CLEAN or worst is None:
        return "nothing is known against it any more"
    return worst.title


def _move_on(connection: Connection, due: Sequence[Any], token: str, version: str, now: float) -> None:
    """Give every link its next date and set it free."""
    statement = (
        update(scans)
        .where(scans.c.id == bindparam("row"), scans.c.leased_by == token)
        .values(
            review_at=bindparam("next"),
            reviews=scans.c.reviews + 1,
            judged_with=version,
            leased_until=0.0,
            leased_by=None,
        )
    )
    connection.execute(statement, [{"row": row.id, "next": next_review(row.created_at, now)} for row in due])
