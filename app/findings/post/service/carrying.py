"""Mails go out, each under a Message-ID that never changes, so that one repeated by a crash is the same mail.

The words are fixed before the first attempt. Without a mail server a mail is kept, and the console shows it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from sqlalchemy import or_, select, update

from app.adapters.mail import Mail, Refusal
from app.db import Database
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.findings.post.service.leaving import Leaving
from app.findings.post.tables import mails

log = structlog.get_logger()

#: Seconds for which a mail is tried; afterwards it stays here, to be read in the console and sent again from there.
GIVE_UP_SECONDS = 3 * 86400.0

#: Seconds for which a worker owns a mail. A slower server may be given it twice: it is the same mail.
LEASE_SECONDS = 30.0

#: Seconds between two attempts at most.
LONGEST_WAIT = 300.0


class Mailer(Protocol):
    """Sends a mail; raises Temporary, Rejected or Misconfigured."""

    def send(self, mail: Mail, *, now: float) -> tuple[Refusal, ...]:
        """Hand it over to the next server."""


class Carrying:
    """Sends what is due, oldest first."""

    def __init__(self, database: Database, mailer: Mailer | None, leaving: Leaving, now: Callable[[], float]) -> None:
        self._database = database
        self._mailer = mailer
        self._leaving = leaving
        self._now = now

    def run(self, connection_id: int) -> None:
        """Send the mails of a connection until none is due. One that has to wait does not hold up the others."""
        while (mail := self._take(connection_id)) is not None:
            self._send(mail)

    def again(self, mail_id: int) -> int | None:
        """Have a mail sent that was kept or given up; return its connection, None when it is none of these."""
        values = {"state": "waiting", "attempts": 0, "next_at": 0.0, "error": None, "tried_since": self._now()}
        with self._database.write() as connection:
            found: int | None = connection.execute(
                update(mails)
                .where(mails.c.id == mail_id, mails.c.state.in_(("kept", "failed")))
                .values(**values)
                .returning(mails.c.connection_id)
            ).scalar_one_or_none()
        return found

    def _take(self, connection_id: int) -> Any:
        """Own the oldest mail that is due; None: there is none."""
        now, token = self._now(), secrets.token_hex(8)
        waiting = (
            or_(mails.c.state == "waiting", mails.c.state == "sending"),
            mails.c.next_at <= now,
            mails.c.leased_until <= now,
        )
        oldest = (
            select(mails.c.id)
            .where(mails.c.connection_id == connection_id, *waiting)
            .order_by(mails.c.id)
            .limit(1)
            .scalar_subquery()
        )
        with self._database.write() as connection:
            return connection.execute(
                update(mails)
                .where(mails.c.id == oldest, *waiting)
                .values(
                    state="sending", attempts=mails.c.attempts + 1, leased_until=now + LEASE_SECONDS, leased_by=token
                )
                .returning(mails)
            ).one_or_none()

    def _send(self, row: Any) -> None:
        if self._mailer is None or not row.recipients:
            error = None if row.recipients else "There is nobody to send it to."
            self._end(row, state="kept", error=error)
            return
        try:
            refused = self._mailer.send(self._mail(row), now=row.created_at)
        except (Temporary, Misconfigured) as error:
            self._postpone(row, error)
        except Rejected as error:
            self._end(row, state="failed", error=error.message)
        else:
            if refused:
                # Others got it; repeating it for these would send it to those again.
                log.warning("mail.partly_refused", mail=row.id, recipients=len(refused))
            self._end(row, state="sent", sent_at=self._now(), error=_partly(refused))

    def _mail(self, row: Any) -> Mail:
        headers: tuple[tuple[str, str], ...] = ()
        if row.leave:
            headers = (
                ("List-Unsubscribe", f"<{self._leaving.address(row.leave)}>"),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            )
        return Mail(row.message_id, tuple(row.recipients), row.subject, row.text, row.html, headers)

    def _postpone(self, row: Any, error: DeskwardenError) -> None:
        waited = self._now() - row.tried_since
        if waited >= GIVE_UP_SECONDS:
            self._end(row, state="failed", error=error.message)
            return
        delay = min(max(2.0 ** min(row.attempts, 9), waited / 4), LONGEST_WAIT)
        log.warning("mail.postponed", mail=row.id, code=error.code, seconds=delay)
        self._end(row, state="waiting", next_at=self._now() + delay, error=error.message)

    def _end(self, row: Any, **values: Any) -> None:
        ours = (mails.c.id == row.id) & (mails.c.leased_by == row.leased_by)
        with self._database.write() as connection:
            connection.execute(update(mails).where(ours).values(leased_until=0.0, leased_by=None, **values))


def _partly(refused: tuple[Refusal, ...]) -> str | None:
    """Return what the console says where some recipients were refused; their addresses stand beside it anyway."""
    if not refused:
        return None
    return f"The mail server refused {len(refused)} of the recipients: {refused[0].reason}."
