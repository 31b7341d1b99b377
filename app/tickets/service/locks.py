"""Locked files and the ticket's other comments: people send the password before, after, and in another mail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from sqlalchemy import Connection, func, select, update

from app.adapters.zendesk import Comment
from app.db import Database
from app.engine.passwords import may_hold_password
from app.errors import Rejected
from app.keys import MasterKey
from app.tickets.filters import Kind
from app.tickets.locked import MOST_RETRIES, REOPENED, is_locked, words
from app.tickets.tables import comments, decisions, scans, uploads


class Tenant(Protocol):
    """What reading a ticket's words needs of a tenant."""

    def comments(self, ticket_id: int, *, newer_than: int | None = None) -> list[Comment]:
        """The ticket's comments after that one, oldest first."""


def words_with(database: Database, keys: MasterKey, scan: Any) -> str:
    """Return the words that came with a file: its comment, or the password that its sender gave."""
    if scan.kind == Kind.UPLOAD:
        query, purpose = select(uploads.c.password).where(uploads.c.scan_id == scan.id), "upload"
    else:
        mine = (comments.c.connection_id == scan.connection_id, comments.c.comment_id == scan.comment_id)
        query, purpose = select(comments.c.text).where(*mine), "comment"
    with database.read() as connection:
        sealed = connection.execute(query).scalar_one_or_none()
    said = keys.unseal(purpose, sealed).decode() if sealed else ""
    return f"Password: {said}" if said and purpose == "upload" else said


def all_words(tenant: Callable[[int, str], Tenant], scan: Any) -> str:
    """Return what the ticket's comments say, the newest first. One call, for locked files only.

    Raises Temporary or Misconfigured when the ticket cannot be read now.
    """
    try:
        found = tenant(scan.connection_id, "scan").comments(scan.ticket_id)
    except Rejected:
        return ""  # the ticket is gone, and the words of the file's own comment did not help
    return "\n".join(words(comment.body, comment.html_body) for comment in reversed(found))


def reopen(connection: Connection, connection_id: int, ticket_id: int, new: Iterable[Comment], now: float) -> list[int]:
    """Queue the ticket's locked files again where a new comment may hold their password; return those scans."""
    newest = [comment for comment in new if may_hold_password(words(comment.body, comment.html_body))]
    if not newest:
        return []
    found = connection.execute(
        select(scans.c.id, scans.c.findings, scans.c.comment_id)
        .where(scans.c.connection_id == connection_id, scans.c.ticket_id == ticket_id)
        .where(scans.c.kind == "attachment", scans.c.state == "done", scans.c.verdict.in_(("unknown", "suspicious")))
        .where(scans.c.verdict_by == "engine", _tries() <= MOST_RETRIES)
    ).all()
    locked = [
        scan.id
        for scan in found
        if is_locked(finding["id"] for finding in scan.findings)
        and any(comment.id != scan.comment_id for comment in newest)
    ]
    if locked:
        connection.execute(
            update(scans)
            .where(scans.c.id.in_(locked))
            .values(state="queued", finished_at=None, queued_at=now, next_at=0.0, woken_at=now, reason=REOPENED)
        )
    return locked


def _tries() -> Any:
    return (
        select(func.count()).select_from(decisions).where(decisions.c.scan_id == scans.c.id).correlate(scans)
    ).scalar_subquery()
