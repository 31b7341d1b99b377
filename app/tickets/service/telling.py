"""Tell people, once: one note a comment covers its files and links, and one mail says the same.

A notice is formed in one transaction from decisions that nobody was told of yet, so that each is in exactly one. A note
found in ``sending`` is looked for in the ticket by its keyed reference before it is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from app.adapters.zendesk import Forbidden
from app.errors import Misconfigured, Rejected, Temporary
from app.findings import notices as words
from app.findings.policy import Effect
from app.tickets.service.acting import Desk
from app.tickets.service.notes import NoteFinder, NoteLanguages, Pages
from app.tickets.service.subjects import gather
from app.tickets.tables import actions, comments, decisions, notices, scans

#: Seconds after which a comment's note is written although some of its files are not judged yet.
PATIENCE_SECONDS = 60.0

#: Decisions that one statement puts into a notice.
_AT_ONCE = 500


class Forming:
    """Gathers what is to be told into notices."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def run(self, desk: Desk, _due: Sequence[Any]) -> bool:
        """Form the notices whose time has come; return whether there were any."""
        formed = False
        with desk.database.write() as connection:
            for comment_id, group in self._untold(connection, desk.connection_id, desk.ticket_id).items():
                ready = [decision for decision in group if decision.settled]
                if ready and self._time(connection, desk.connection_id, comment_id, group) <= self._now():
                    self._form(connection, desk, comment_id, ready)
                    formed = True
        return formed

    def next_time(self, connection: Connection, connection_id: int, ticket_id: int) -> float | None:
        """Return when the ticket's next notice is due, or None; what waits for a deed is woken by the deed."""
        times = [
            self._time(connection, connection_id, comment_id, group)
            for comment_id, group in self._untold(connection, connection_id, ticket_id).items()
            if any(decision.settled for decision in group)
        ]
        return min(times, default=None)

    def _untold(self, connection: Connection, connection_id: int, ticket_id: int) -> dict[int | None, list[Any]]:
        rows = connection.execute(
            select(decisions)
            .where(decisions.c.connection_id == connection_id, decisions.c.ticket_id == ticket_id)
            .where(decisions.c.notice_id.is_(None), decisions.c.effect != Effect.NOTHING.value)
            .where(decisions.c.overruled.is_(False))
            .order_by(decisions.c.id)
        ).all()
        groups: dict[int | None, list[Any]] = {}
        for row in rows:
            groups.setdefault(row.comment_id, []).append(row)
        return groups

    def _time(self, connection: Connection, connection_id: int, comment_id: int | None, group: list[Any]) -> float:
        """When the comment's note is due: at once when all is judged and done, else when patience ends.

        Without a comment it is about the ticket's subject or fields, which no files come with.
        """
        if comment_id is None:
            first = min(decision.decided_at for decision in group)
            return 0.0 if all(decision.settled for decision in group) else float(first) + PATIENCE_SECONDS
        waiting = connection.execute(
            select(scans.c.id)
            .where(scans.c.connection_id == connection_id, scans.c.comment_id == comment_id)
            .where(scans.c.finished_at.is_(None))
            .limit(1)
        ).first()
        if waiting is None and all(decision.settled for decision in group):
            return 0.0
        seen = connection.execute(
            select(comments.c.seen_at).where(
                comments.c.connection_id == connection_id, comments.c.comment_id == comment_id
            )
        ).scalar_one()
        return float(seen) + PATIENCE_SECONDS

    def _form(self, connection: Connection, desk: Desk, comment_id: int | None, ready: list[Any]) -> None:
        """A release has its note already (it bears the file), so only its mail is owed."""
        for kind, group in (
            ("quarantine", [decision for decision in ready if decision.effect != Effect.RELEASE.value]),
            ("release", [decision for decision in ready if decision.effect == Effect.RELEASE.value]),
        ):
            if not group:
                continue
            notice_id = connection.execute(
                insert(notices)
                .values(
                    connection_id=desk.connection_id,
                    ticket_id=desk.ticket_id,
                    comment_id=comment_id,
                    kind=kind,
                    created_at=self._now(),
                )
                .returning(notices.c.id)
            ).scalar_one()
            ids = [row.id for row in group]
            for start in range(0, len(ids), _AT_ONCE):
                some = decisions.c.id.in_(ids[start : start + _AT_ONCE])
                connection.execute(update(decisions).where(some).values(notice_id=notice_id))
            for action in ("note", "mail") if kind == "quarantine" else ("mail",):
                connection.execute(
                    insert(actions).values(
                        connection_id=desk.connection_id,
                        key=f"{action}:notice:{notice_id}",
                        kind=action,
                        ticket_id=desk.ticket_id,
                        comment_id=comment_id,
                        notice_id=notice_id,
                        created_at=self._now(),
                        detail={},
                    )
                )


class Noting:
    """The ``note`` action: one internal note about a comment's files and links."""

    def __init__(self, finder: NoteFinder, pages: Pages, languages: NoteLanguages) -> None:
        self._finder = finder
        self._pages = pages
        self._languages = languages

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Write the notes that are due."""
        owed = [action for action in due if action.kind == "note"]
        for action in owed:
            self._note(desk, action)
        return bool(owed)

    def _note(self, desk: Desk, action: Any) -> None:
        try:
            # The ticket's stamp is read before the ticket is searched: who writes in between makes our write fail.
            ticket = desk.tenant.ticket(desk.ticket_id)
            if action.state == "sending":
                if (found := self._finder.find(desk, action)) is not None:
                    desk.remember_note(found.id)
                    self._end(desk, action)
                    return
                if desk.is_settling(action):
                    return
            if ticket.status in ("closed", "archived"):
                self._end(desk, action, error="The ticket is closed, so no note is possible there.")
                return
            self._write(desk, action, ticket.updated_stamp)
        except (Rejected, Forbidden) as error:
            # The mail comes after the note and must not wait for a permission.
            self._end(desk, action, error=f"Zendesk refused the note: {error.message}")
        except (Temporary, Misconfigured) as error:
            desk.postpone(action, error)

    def _write(self, desk: Desk, action: Any, stamp: str) -> None:
        with desk.database.read() as connection:
            subject = gather(connection, action, self._pages)
        told = subject.notice
        note = words.quarantine_note(
            told.files,
            told.links,
            reference=self._finder.reference(action.key),
            page=told.page,
            language=self._languages.of(desk.connection_id, desk.ticket_id),
        )
        desk.mark_sending(action.id, detail={**action.detail, "sent": desk.now()})
        desk.keep()
        written = desk.tenant.add_note(desk.ticket_id, note, updated_stamp=stamp or None)
        desk.remember_note(written.comment_id)
        self._end(desk, action)

    def _end(self, desk: Desk, action: Any, error: str | None = None) -> None:
        with desk.database.write() as connection:
            desk.finish(connection, action, error=error)
