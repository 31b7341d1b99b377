"""The lines that decisions and deeds leave in the audit trail, in the transaction of the decision or the deed itself.

What was judged clean leaves none: nothing follows from it, and it is nearly everything. Names of files, links and
people stand in the scan, to which the line points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from app.engine.model import Verdict
from app.findings.audit.service.writing import note
from app.findings.policy import Effect

if TYPE_CHECKING:
    from app.tickets.service.record import Judgement

#: Who does what nobody in particular does.
SERVICE = "Deskwarden"

#: Decisions of one comment that each get a line; beyond that one line tells of all.
MOST_LINES = 20

#: The events of the deeds that change a ticket, done and not done.
_DEEDS = {
    "redact": ("file.redacted", "file.not_redacted"),
    "release": ("file.released", "file.not_released"),
    "redact_link": ("link.redacted", "link.not_redacted"),
}

Judged = tuple[Any, "Judgement", Effect]


def judged(connection: Connection, decided: Sequence[Judged], now: float) -> None:
    """Record what the service decided by itself: by the engine, a list or the standing verdict of a person."""
    told = [each for each in decided if each[1].verdict is not Verdict.CLEAN]
    if len(told) > MOST_LINES:
        _judged_together(connection, told, now)
        return
    for scan, judgement, effect in told:
        note(connection, now, SERVICE, "scan.judged", **_about(scan, judgement, effect))


def given(connection: Connection, decided: Sequence[Judged], now: float) -> None:
    """Record the verdict that a person has just given."""
    for scan, judgement, effect in decided:
        about = _about(scan, judgement, effect) | {"reason": judgement.reason, "before": scan.verdict}
        note(connection, now, judgement.actor, "verdict.given", **about)


def acted(connection: Connection, action: Any, now: float, *, error: str | None) -> None:
    """Record that a file or a link was taken out of a ticket or given back, or could not be."""
    if action.kind in _DEEDS:
        about = {"ticket": action.ticket_id, "action": action.id, **({"reason": error} if error else {})}
        subject, owner = f"scan:{action.scan_id}", action.connection_id
        note(connection, now, SERVICE, _event(action, error), subject=subject, connection_id=owner, **about)


def acted_together(connection: Connection, ended: Sequence[Any], now: float, *, error: str | None) -> None:
    """Record the same for actions of one ticket that ended alike, as one line."""
    told = [action for action in ended if action.kind in _DEEDS]
    if len(told) == 1:
        acted(connection, told[0], now, error=error)
    elif told:
        first = told[0]
        about = {"count": len(told), "scans": [action.scan_id for action in told]}
        about |= {"reason": error} if error else {}
        subject, owner = f"ticket:{first.ticket_id}", first.connection_id
        note(connection, now, SERVICE, _event(first, error), subject=subject, connection_id=owner, **about)


def _judged_together(connection: Connection, told: Sequence[Judged], now: float) -> None:
    worst = max((judgement.verdict for _, judgement, _ in told), key=list(Verdict).index)
    scan = told[0][0]
    about = {"verdict": worst.value, "count": len(told), "scans": [scan.id for scan, _, _ in told]}
    subject, owner = f"ticket:{scan.ticket_id}", scan.connection_id
    note(connection, now, SERVICE, "scan.judged", subject=subject, connection_id=owner, **about)


def _about(scan: Any, judgement: Judgement, effect: Effect) -> dict[str, Any]:
    found = [finding.id for finding in judgement.findings[:5]]
    return {
        "subject": f"scan:{scan.id}",
        "connection_id": scan.connection_id,
        "verdict": judgement.verdict.value,
        "by": judgement.by,
        "effect": effect.value,
        # Rows of links come with few columns.
        "kind": getattr(scan, "kind", "url"),
        "ticket": scan.ticket_id,
        **({"decided_by": judgement.actor} if judgement.by == "person" else {}),
        **({"findings": found} if found else {}),
    }


def _event(action: Any, error: str | None) -> str:
    done, failed = _DEEDS[action.kind]
    return failed if error else done
