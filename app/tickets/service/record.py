"""Record a verdict and what it orders, inside the caller's transaction: decision, actions, the scan's new state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.engine.model import Finding, Link, Verdict
from app.findings.policy import Effect, Policy
from app.tickets.filters import Kind
from app.tickets.service import audited
from app.tickets.tables import actions, decisions, scans, tickets, uploads


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with whoever gave it (engine, list or person) and what it rests on."""

    verdict: Verdict
    by: str
    actor: str
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    urls: tuple[Link, ...] = ()
    rules_version: str | None = None
    feeds_version: str | None = None
    #: The entry of a list that decided.
    entry_id: int | None = None
    #: What the engine said before a policy looked at it; None where it was not asked.
    engine_verdict: Verdict | None = None
    #: What would have been ordered, had the policy not only observed.
    withheld: Effect | None = None


def record(
    connection: Connection,
    scan: Any,
    judgement: Judgement,
    effect: Effect,
    *,
    policy: Policy,
    now: float,
    vault: dict[str, Any] | None = None,
    by_hand: bool = False,
) -> int:
    """Write the decision and plan its actions; return the decision's id. ``scan`` is a row of ``scans``.

    A copy that is in the vault already makes the copying a done action, so that every redaction has one before it.
    """
    [decision_id] = _decide(connection, [(scan, judgement, effect)], policy=policy, now=now)
    told = audited.given if by_hand else audited.judged
    told(connection, [(scan, judgement, effect)], now)
    if effect in (Effect.QUARANTINE, Effect.HOLD):
        _plan(connection, scan, decision_id, "vault", now, done=vault is not None)
    if effect in _DEEDS:
        _plan(connection, scan, decision_id, _DEEDS[effect], now)
    if effect is not Effect.NOTHING:
        due(connection, scan.connection_id, scan.ticket_id, now)
    values: dict[str, Any] = {"verdict": judgement.verdict.value, "verdict_by": judgement.by}
    if judgement.engine_verdict is not None:
        values["engine_verdict"] = judgement.engine_verdict.value
    if vault is not None:
        values["vault"] = vault
    connection.execute(update(scans).where(scans.c.id == scan.id).values(**values))
    if scan.kind == Kind.UPLOAD:
        _owe_callback(connection, scan.id, now)
    return decision_id


def _owe_callback(connection: Connection, scan_id: int, now: float) -> None:
    """Whoever sent the file is owed word of every verdict on it."""
    connection.execute(
        update(uploads)
        .where(uploads.c.scan_id == scan_id, uploads.c.callback_url.is_not(None))
        .values(callback_at=now, next_at=now, attempts=0, error=None)
    )


def record_links(
    connection: Connection, judged: Sequence[tuple[Any, Judgement, Effect]], *, policy: Policy, now: float
) -> None:
    """Write the decisions on many links of one ticket and plan their actions: each a scan's row, judgement and effect.

    The scans' rows bear their verdicts already.
    """
    ids = _decide(connection, judged, policy=policy, now=now)
    audited.judged(connection, judged, now)
    for decision_id, (scan, _, effect) in zip(ids, judged, strict=True):
        if effect in _DEEDS:
            _plan(connection, scan, decision_id, _DEEDS[effect], now)
    if any(effect is not Effect.NOTHING for _, _, effect in judged):
        due(connection, judged[0][0].connection_id, judged[0][0].ticket_id, now)


#: The action that an effect orders, besides telling of it and the copy that a quarantine begins with.
_DEEDS = {Effect.QUARANTINE: "redact", Effect.HOLD: "redact", Effect.RELEASE: "release", Effect.REDACT: "redact_link"}


def _decide(
    connection: Connection, judged: Sequence[tuple[Any, Judgement, Effect]], *, policy: Policy, now: float
) -> list[int]:
    version = policy.version
    rows = [
        {
            "connection_id": scan.connection_id,
            "scan_id": scan.id,
            "ticket_id": scan.ticket_id,
            "comment_id": scan.comment_id,
            "verdict": judgement.verdict.value,
            "verdict_by": judgement.by,
            "actor": judgement.actor,
            "reason": judgement.reason,
            "effect": effect.value,
            "withheld": judgement.withheld.value if judgement.withheld is not None else None,
            "policy_version": version,
            "rules_version": judgement.rules_version,
            "feeds_version": judgement.feeds_version,
            "decided_at": now,
            "settled": effect in (Effect.NOTHING, Effect.TELL),
        }
        for scan, judgement, effect in judged
    ]
    written = insert(decisions).returning(decisions.c.id, sort_by_parameter_order=True)
    return list(connection.execute(written, rows).scalars()) if rows else []


def is_cut(connection: Connection, scan_id: int) -> bool:
    """Return whether the link of a scan was taken out of its comment. That is for good, so it never happens twice."""
    done = (actions.c.scan_id == scan_id) & (actions.c.kind == "redact_link") & (actions.c.state == "done")
    return connection.execute(select(actions.c.id).where(done).limit(1)).first() is not None


def due(connection: Connection, connection_id: int, ticket_id: int, at: float) -> None:
    """Note that something of the ticket is to be done at that time."""
    connection.execute(
        update(tickets)
        .where(tickets.c.connection_id == connection_id, tickets.c.ticket_id == ticket_id)
        .where(tickets.c.act_at.is_(None) | (tickets.c.act_at > at))
        # Whoever calls this wakes a worker right after the commit; the relay need not do it again at once.
        .values(act_at=at, woken_at=at)
    )


def _plan(connection: Connection, scan: Any, decision_id: int, kind: str, now: float, *, done: bool = False) -> None:
    connection.execute(
        insert(actions).values(
            connection_id=scan.connection_id,
            key=f"{kind}:decision:{decision_id}",
            kind=kind,
            ticket_id=scan.ticket_id,
            comment_id=scan.comment_id,
            scan_id=scan.id,
            decision_id=decision_id,
            state="done" if done else "planned",
            created_at=now,
            started_at=now if done else None,
            finished_at=now if done else None,
            detail={},
        )
    )
