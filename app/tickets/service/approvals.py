"""The second pair of eyes: calling malicious content clean takes another person, where the policy says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import Connection, insert, select, update

from app.connections.tables import connections
from app.db import Database
from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.tickets.filters import Kind, iso
from app.tickets.tables import approvals, scans

#: The code of the refusal that says that a second person has to agree.
WAITS = "second-person"
#: Characters of a reason.
LONGEST_REASON = 1_000
_GRAVE = (Verdict.MALICIOUS.value, Verdict.RESTRICTED.value)
_SHOWN = ("id", "scan_id", "verdict", "reason", "asked_by", "state", "decided_by", "decided_reason")


class Giver(Protocol):
    """Gives verdicts."""

    def by_person(
        self, scan_id: int, verdict: Verdict, *, reason: str, actor: str, subject: str = "", agreed: bool = False
    ) -> bool:
        """Give one."""


def needs_agreement(scan: Any, verdict: Verdict) -> bool:
    """Return whether the verdict on a row of ``scans`` lets out what was held to be bad."""
    return verdict is Verdict.CLEAN and scan.kind == Kind.ATTACHMENT and scan.verdict in _GRAVE


def write_wish(
    connection: Connection, scan: Any, verdict: Verdict, reason: str, actor: str, subject: str, now: float
) -> int:
    """Write down what somebody wants, once as long as it waits; return the request's id."""
    waiting = (approvals.c.scan_id == scan.id, approvals.c.state == "waiting")
    known = connection.execute(select(approvals.c.id).where(*waiting)).scalar()
    if known is not None:
        return int(known)
    wish = connection.execute(
        insert(approvals)
        .values(
            connection_id=scan.connection_id,
            scan_id=scan.id,
            verdict=verdict.value,
            reason=reason,
            asked_by=actor,
            asked_subject=subject or actor,
            created_at=now,
        )
        .returning(approvals.c.id)
    ).scalar_one()
    note(
        connection, now, actor, "verdict.requested", subject=f"scan:{scan.id}", connection_id=scan.connection_id,
        verdict=verdict.value, approval=wish,
    )  # fmt: skip
    return int(wish)


def end_wish(connection: Connection, scan_id: int, now: float) -> None:
    """End what waits about a scan: another verdict has overtaken it."""
    connection.execute(
        update(approvals)
        .where(approvals.c.scan_id == scan_id, approvals.c.state == "waiting")
        .values(state="overtaken", decided_at=now)
    )


class Approvals:
    """What waits for a second person, and what that person says."""

    def __init__(self, database: Database, verdicts: Giver, *, now: Callable[[], float]) -> None:
        self._database = database
        self._verdicts = verdicts
        self._now = now

    def page(
        self, cursor: int | None = None, limit: int = 50, *, waiting: bool | None = None, scan_id: int | None = None
    ) -> tuple[list[dict[str, Any]], int | None]:
        """Return up to ``limit`` requests, the newest first, and the cursor of the next page."""
        statement = _with_scans().order_by(approvals.c.id.desc()).limit(limit + 1)
        if waiting is not None:
            statement = statement.where((approvals.c.state == "waiting") == waiting)
        if scan_id is not None:
            statement = statement.where(approvals.c.scan_id == scan_id)
        if cursor is not None:
            statement = statement.where(approvals.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [_shown(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def decide(self, approval_id: int, *, agree: bool, reason: str, actor: str, subject: str) -> dict[str, Any]:
        """Agree, which gives the verdict, or refuse; return the request.

        Raises Rejected with code ``not-found``, ``conflict`` when it waits no more, and ``same-person``.
        """
        reason = reason.strip()[:LONGEST_REASON]
        row = self._mark(approval_id, agree=agree, reason=reason, actor=actor, subject=subject)
        if agree:
            said = "; ".join(text for text in (row.reason, f"agreed by {actor}", reason) if text)
            self._verdicts.by_person(
                row.scan_id,
                Verdict(row.verdict),
                reason=said,
                actor=row.asked_by,
                subject=row.asked_subject,
                agreed=True,
            )
        with self._database.read() as connection:
            return _shown(connection.execute(_with_scans().where(approvals.c.id == approval_id)).one())

    def _mark(self, approval_id: int, *, agree: bool, reason: str, actor: str, subject: str) -> Any:
        now, state = self._now(), "agreed" if agree else "refused"
        with self._database.write() as connection:
            row = connection.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
            if row is None:
                raise Rejected(f"There is no request {approval_id}.", code="not-found")
            # Who died between agreeing and the verdict may say it again.
            again = agree and row.state == "agreed" and row.decided_by == actor
            if row.state != "waiting" and not again:
                raise Rejected(f"This request waits no more: it is {row.state}.", code="conflict")
            if subject == row.asked_subject or actor == row.asked_by:
                raise Rejected("You asked for it, so another person has to agree.", code="same-person")
            values = {"state": state, "decided_by": actor, "decided_reason": reason, "decided_at": now}
            connection.execute(update(approvals).where(approvals.c.id == row.id).values(**values))
            if not again:
                note(
                    connection, now, actor, f"verdict.{state}", subject=f"scan:{row.scan_id}",
                    connection_id=row.connection_id, approval=row.id,
                )  # fmt: skip
            return row


def _with_scans() -> Any:
    named = (scans.c.name.label("scan_name"), scans.c.url, scans.c.verdict.label("stands"))
    return (
        select(approvals, *named, connections.c.name.label("connection"))
        .join_from(approvals, scans, approvals.c.scan_id == scans.c.id)
        .join(connections, approvals.c.connection_id == connections.c.id)
    )


def _shown(row: Any) -> dict[str, Any]:
    about = {"scan_name": row.scan_name, "url": row.url, "stands": row.stands, "connection": row.connection}
    times = {name: iso(getattr(row, name)) for name in ("created_at", "decided_at")}
    return {**{name: getattr(row, name) for name in _SHOWN}, **about, **times}
