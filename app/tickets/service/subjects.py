"""Gather what a note or a mail is about from the rows of its notice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.connections.tables import connections
from app.engine.links.defang import defang
from app.engine.model import Finding, Verdict
from app.findings import notices as words
from app.findings.policy import Effect
from app.tickets.service.notes import Pages
from app.tickets.tables import actions, decisions, notices, scans


@dataclass(frozen=True, slots=True)
class Subject:
    """The files and links of one notice, in the words' own shape."""

    kind: str
    notice: words.Notice


def gather(connection: Connection, action: Any, pages: Pages) -> Subject:
    """Return what the notice of this action (a ``note`` or a ``mail``) tells."""
    notice = connection.execute(select(notices).where(notices.c.id == action.notice_id)).one()
    told = connection.execute(
        select(decisions).where(decisions.c.notice_id == notice.id).order_by(decisions.c.id)
    ).all()
    files, links = [], []
    for decision in told:
        scan = connection.execute(select(scans).where(scans.c.id == decision.scan_id)).one()
        if scan.kind == "url":
            links.append(_link(scan, decision, pages))
        else:
            files.append(_file(connection, scan, decision, pages))
    tenant = connection.execute(select(connections.c.name).where(connections.c.id == notice.connection_id)).scalar_one()
    return Subject(
        notice.kind,
        words.Notice(
            ticket_id=notice.ticket_id,
            tenant=tenant,
            files=tuple(files),
            links=tuple(links),
            page=pages.ticket(tenant, notice.ticket_id),
            no_note=_no_note(connection, notice),
        ),
    )


def _no_note(connection: Connection, notice: Any) -> str:
    error = connection.execute(
        select(actions.c.error).where(actions.c.notice_id == notice.id, actions.c.kind == "note")
    ).scalar_one_or_none()
    return error or ""


def _file(connection: Connection, scan: Any, decision: Any, pages: Pages) -> words.FileNotice:
    finding = _deciding(scan, decision)
    return words.FileNotice(
        name=scan.name,
        sha256=scan.sha256 or "",
        size=scan.size or 0,
        verdict=Verdict(decision.verdict),
        title=finding.title if finding else "",
        where=finding.where if finding else "",
        outcome=_outcome(connection, decision),
        link=pages.scan(scan.id),
    )


def _link(scan: Any, decision: Any, pages: Pages) -> words.LinkNotice:
    finding = _deciding(scan, decision)
    title = finding.title if finding else ""
    return words.LinkNotice(defang(scan.url), title, pages.scan(scan.id), decision.verdict)


def _deciding(scan: Any, decision: Any) -> Finding | None:
    """The finding that says most, unless a person decided, who needs none."""
    if decision.verdict_by == "person":
        return None
    findings = [Finding.from_dict(data) for data in scan.findings]
    return max(findings, key=lambda finding: finding.severity.verdict.rank, default=None)


def _outcome(connection: Connection, decision: Any) -> str:
    """What became of the file: read from the action that was to move it."""
    kind = {Effect.QUARANTINE.value: "redact", Effect.RELEASE.value: "release"}.get(decision.effect)
    if kind is None:
        return words.KEPT
    action = connection.execute(
        select(actions).where(actions.c.decision_id == decision.id, actions.c.kind == kind)
    ).one()
    if action.error:
        return f"{words.KEPT}: {action.error}"
    return words.REDACTED if kind == "redact" else words.RELEASED
