"""Gather what a note or a mail is about from the rows of its notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from app.connections.tables import connections
from app.engine.links.defang import defang
from app.engine.model import Finding, Verdict
from app.findings import notices as words
from app.findings.leading import leading
from app.findings.policy import Effect
from app.tickets.service.notes import Pages
from app.tickets.tables import actions, decisions, notices, scans

#: The deed of an effect, and what has become of the thing when it is done.
_DEEDS = {
    Effect.QUARANTINE.value: ("redact", words.REDACTED),
    Effect.HOLD.value: ("redact", words.REDACTED),
    Effect.REDACT.value: ("redact_link", words.REDACTED),
    Effect.RELEASE.value: ("release", words.RELEASED),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The files and links of one notice, in the words' own shape."""

    kind: str
    notice: words.Notice


def gather(connection: Connection, action: Any, pages: Pages) -> Subject:
    """Return what the notice of this action (a ``note`` or a ``mail``) tells, by a handful of queries."""
    notice = connection.execute(select(notices).where(notices.c.id == action.notice_id)).one()
    told = connection.execute(
        select(
            *(decisions.c[name].label(f"decision_{name}") for name in ("id", "verdict", "verdict_by", "reason")),
            decisions.c.effect,
            *(scans.c[name] for name in ("id", "kind", "name", "url", "urls", "sha256", "size", "findings")),
        )
        .join_from(decisions, scans, decisions.c.scan_id == scans.c.id)
        .where(decisions.c.notice_id == notice.id)
        .order_by(decisions.c.id)
    ).all()
    deeds = _deeds(connection, notice.id)
    again = _judged_before(connection, notice.id)
    tenant = connection.execute(select(connections.c.name).where(connections.c.id == notice.connection_id)).scalar_one()
    return Subject(
        notice.kind,
        words.Notice(
            ticket_id=notice.ticket_id,
            tenant=tenant,
            files=tuple(_file(row, deeds, pages) for row in told if row.kind != "url"),
            links=tuple(_link(row, deeds, again, pages) for row in told if row.kind == "url"),
            page=pages.ticket(tenant, notice.ticket_id),
            no_note=_no_note(connection, notice),
        ),
    )


def _no_note(connection: Connection, notice: Any) -> str:
    error = connection.execute(
        select(actions.c.error).where(actions.c.notice_id == notice.id, actions.c.kind == "note")
    ).scalar_one_or_none()
    return error or ""


def _deeds(connection: Connection, notice_id: int) -> dict[tuple[int, str], str]:
    """Return, by decision and kind, why what a decision ordered could not be done; empty where it was."""
    rows = connection.execute(
        select(actions.c.decision_id, actions.c.kind, actions.c.error)
        .join_from(actions, decisions, actions.c.decision_id == decisions.c.id)
        .where(decisions.c.notice_id == notice_id)
    )
    return {(row.decision_id, row.kind): row.error or "" for row in rows}


def _judged_before(connection: Connection, notice_id: int) -> set[int]:
    """Return the scans of the notice about which there was another decision before."""
    about = select(decisions.c.scan_id).where(decisions.c.notice_id == notice_id)
    rows = connection.execute(
        select(decisions.c.scan_id)
        .where(decisions.c.scan_id.in_(about))
        .group_by(decisions.c.scan_id)
        .having(func.count() > 1)
    )
    return set(rows.scalars())


def _file(row: Any, deeds: dict[tuple[int, str], str], pages: Pages) -> words.FileNotice:
    finding = _deciding(row)
    return words.FileNotice(
        name=row.name,
        sha256=row.sha256 or "",
        size=row.size or 0,
        verdict=Verdict(row.decision_verdict),
        title=finding.title if finding else "",
        where=finding.where if finding else "",
        outcome=_outcome(row, deeds),
        link=pages.scan(row.id),
        finding=finding.id if finding else "",
        technique=finding.technique if finding else "",
    )


def _link(row: Any, deeds: dict[tuple[int, str], str], again: set[int], pages: Pages) -> words.LinkNotice:
    finding = _deciding(row)
    found = row.urls[0] if row.urls else {}
    return words.LinkNotice(
        defanged=defang(row.url or row.name),
        title=finding.title if finding else "",
        link=pages.scan(row.id),
        verdict=row.decision_verdict,
        outcome=_outcome(row, deeds),
        place=found.get("where", ""),
        shown=found.get("text", ""),
        changed=row.decision_reason if row.id in again and row.decision_verdict_by != "person" else "",
        finding=finding.id if finding else "",
        technique=finding.technique if finding else "",
    )


def _deciding(row: Any) -> Finding | None:
    """The finding that says most, unless a person decided, who needs none."""
    if row.decision_verdict_by == "person":
        return None
    return leading(Finding.from_dict(data) for data in row.findings)


def _outcome(row: Any, deeds: dict[tuple[int, str], str]) -> str:
    """What became of it: read from the action that was to move it."""
    kind, done = _DEEDS.get(row.effect, ("", words.KEPT))
    error = deeds.get((row.decision_id, kind), "")
    return f"{words.KEPT}: {error}" if error else done
