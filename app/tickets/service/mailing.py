"""The ``mail`` action: one mail for each notice, under a Message-ID that never changes.

The words are fixed in the outbox before the first attempt, so that a mail repeated by a crash is the same mail. Without
a mail server it stays in the outbox, where the console shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from sqlalchemy import select, update

from app.adapters.mail import Mail, Refusal
from app.errors import Misconfigured, Rejected, Temporary
from app.findings import notices as words
from app.tickets.service.acting import Desk
from app.tickets.service.notes import Pages
from app.tickets.service.subjects import gather
from app.tickets.tables import outbox

log = structlog.get_logger()

#: Seconds for which a mail is tried; afterwards it stays in the outbox, to be read in the console.
GIVE_UP_SECONDS = 3 * 86400.0


class Mailer(Protocol):
    """Sends a mail; raises Temporary, Rejected or Misconfigured."""

    def send(self, mail: Mail, *, now: float) -> tuple[Refusal, ...]:
        """Hand it over to the next server."""


class Mailing:
    """Writes and sends the mails that are due, each after its note."""

    def __init__(
        self, mailer: Mailer | None, pages: Pages, *, recipients: Callable[[int], tuple[str, ...]], sender: str
    ) -> None:
        self._mailer = mailer
        self._pages = pages
        self._recipients = recipients
        self._domain = sender.rpartition("@")[2].strip("<> ") or "localhost"

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Send what is due."""
        owed = [action for action in due if action.kind == "mail"]
        for action in owed:
            self._mail(desk, action)
        return bool(owed)

    def _mail(self, desk: Desk, action: Any) -> None:
        row = self._written(desk, action)
        if self._mailer is None or not row.recipients:
            with desk.database.write() as connection:
                desk.finish(connection, action, detail={"kept": True})
            return
        desk.mark_sending(action.id)
        mail = Mail(row.message_id, tuple(row.recipients), row.subject, row.text, row.html)
        try:
            desk.keep()
            refused = self._mailer.send(mail, now=row.created_at)
        except (Temporary, Misconfigured) as error:
            if desk.now() - action.created_at < GIVE_UP_SECONDS:
                desk.postpone(action, error)
                return
            self._end(desk, action, row, error.message)
        except Rejected as error:
            self._end(desk, action, row, error.message)
        else:
            if refused:
                # Others got it; repeating it for these would send it to those again.
                log.warning("mail.partly_refused", action=action.id, recipients=len(refused))
            self._end(desk, action, row)

    def _written(self, desk: Desk, action: Any) -> Any:
        """Return the mail's row, written at the first call and never changed."""
        with desk.database.write() as connection:
            row = connection.execute(select(outbox).where(outbox.c.action_id == action.id)).one_or_none()
            if row is not None:
                return row
            subject = gather(connection, action, self._pages)
            write = words.release_mail if subject.kind == "release" else words.quarantine_mail
            title, text, html = write(subject.notice)
            connection.execute(
                outbox.insert().values(
                    action_id=action.id,
                    connection_id=desk.connection_id,
                    message_id=f"<deskwarden.{action.notice_id}.{action.id}.{int(action.created_at)}@{self._domain}>",
                    recipients=list(self._recipients(desk.connection_id)),
                    subject=title,
                    text=text,
                    html=html,
                    created_at=desk.now(),
                )
            )
            return connection.execute(select(outbox).where(outbox.c.action_id == action.id)).one()

    def _end(self, desk: Desk, action: Any, row: Any, error: str | None = None) -> None:
        with desk.database.write() as connection:
            desk.finish(connection, action, error=error)
            if error is None:
                connection.execute(update(outbox).where(outbox.c.id == row.id).values(sent_at=desk.now()))
