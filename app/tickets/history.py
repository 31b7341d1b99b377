"""The story of a scan: what was decided and done about it, by whom and when, as one list in order of time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.tickets.filters import iso

#: Who does what nobody in particular does.
SERVICE = "Deskwarden"

Step = dict[str, Any]


def history(
    scan: Mapping[str, Any], decisions: Iterable[Mapping[str, Any]], actions: Iterable[Mapping[str, Any]]
) -> list[Step]:
    """Return the steps, oldest first: ``at`` (ISO 8601), ``who``, ``what``, ``from``, ``to``, ``reason``.

    ``what`` is ``scan``, ``verdict`` or the kind of an action (vault, redact, note, mail, release …). The mappings
    are rows of the tables of the same names; decisions in the order in which they were made.
    """
    decisions, actions = list(decisions), list(actions)
    actors = {decision["id"]: decision["actor"] for decision in decisions}
    told = {decision["notice_id"]: decision["actor"] for decision in decisions if decision["notice_id"]}
    timed = [*_scan_steps(scan, acted=any(action["scan_id"] for action in actions)), *_verdict_steps(decisions)]
    for action in actions:
        ordered_by = actors.get(action["decision_id"]) or told.get(action["notice_id"]) or SERVICE
        timed += _action_steps(action, ordered_by)
    # Sorting is stable, so that what happened within one moment stays in the order of cause and effect.
    return [step for _, step in sorted(timed, key=lambda entry: entry[0])]


def _scan_steps(scan: Mapping[str, Any], *, acted: bool) -> Iterator[tuple[float, Step]]:
    yield _step(scan["created_at"], SERVICE, "scan", None, "queued")
    if scan["finished_at"] is not None:
        # Where something was ordered about the file itself, the state tells of that and no longer of the scan.
        failed = scan["state"] == "failed" and not acted
        reason = scan["reason"] if failed else None
        yield _step(scan["finished_at"], SERVICE, "scan", "queued", "failed" if failed else "done", reason)


def _verdict_steps(decisions: Iterable[Mapping[str, Any]]) -> Iterator[tuple[float, Step]]:
    before = None
    for decision in decisions:
        yield _step(
            decision["decided_at"], decision["actor"], "verdict", before, decision["verdict"], decision["reason"]
        )
        before = decision["verdict"]


def _action_steps(action: Mapping[str, Any], ordered_by: str) -> Iterator[tuple[float, Step]]:
    kind = action["kind"]
    yield _step(action["created_at"], ordered_by, kind, None, "planned")
    if action["started_at"] is not None:
        yield _step(action["started_at"], SERVICE, kind, "planned", "sending")
    if action["finished_at"] is not None:
        before = "planned" if action["started_at"] is None else "sending"
        yield _step(action["finished_at"], SERVICE, kind, before, action["state"], action["error"])


def _step(
    at: float, who: str, what: str, before: str | None, after: str, reason: str | None = None
) -> tuple[float, Step]:
    return at, {"at": iso(at), "who": who, "what": what, "from": before, "to": after, "reason": reason or ""}
