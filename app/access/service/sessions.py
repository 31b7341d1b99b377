"""Sessions of browsers: each is a row that can be listed and ended; the cookie only names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from app.access import origin
from app.access.roles import Role
from app.access.service.identity import Identity, digest_of, new_secret
from app.access.tables import api_tokens, sessions, users
from app.db import Database
from app.errors import Temporary

log = structlog.get_logger()

#: Seconds of a working day: whoever signs in in the morning is not asked again before the evening.
SESSION_SECONDS = 12 * 3600.0
#: Seconds without a page after which a session ends: a desk that was left.
IDLE_SECONDS = 2 * 3600.0
#: Seconds between two notes of when a session was last seen: reading must not mean writing.
SEEN_SECONDS = 60.0
#: Seconds for which an ended session can still be looked up.
KEPT_SECONDS = 30 * 24 * 3600.0

#: Characters of a secret that was made here; nothing else is looked up.
_SECRET_LENGTH = 43


@dataclass(frozen=True, slots=True)
class Session:
    """What may be shown about a session that is open; times in unix seconds."""

    id: int
    user_id: int | None
    token_id: int | None
    name: str
    how: str
    network: str
    browser: str
    created_at: float
    seen_at: float

    @property
    def holder(self) -> str:
        """Whose it is, as the audit trail calls it."""
        return f"token:{self.token_id}" if self.user_id is None else f"user:{self.user_id}"


class Sessions:
    """Begins, knows and ends sessions."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def start(self, caller: Identity, *, how: str, address: str = "", user_agent: str = "") -> str:
        """Return the secret of a new session of this caller; it goes into the cookie and is kept nowhere.

        ``how`` is ``password``, ``single sign-on``, ``token`` or ``link``.
        """
        secret, now = new_secret(), self._now()
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.created_at < now - KEPT_SECONDS))
            connection.execute(
                insert(sessions).values(
                    digest=digest_of(secret),
                    user_id=caller.user_id,
                    token_id=caller.token_id,
                    how=how,
                    network=origin.network(address),
                    browser=origin.browser(user_agent),
                    created_at=now,
                    seen_at=now,
                )
            )
            if caller.user_id is not None:
                connection.execute(update(users).where(users.c.id == caller.user_id).values(last_sign_in_at=now))
        return secret

    def holder(self, secret: str) -> Identity | None:
        """Return whose session this is; None when it ended, or its account or token did."""
        if len(secret) != _SECRET_LENGTH:
            return None
        now = self._now()
        statement = self._open().where(sessions.c.digest == digest_of(secret))
        with self._database.read() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        if now - row.seen_at >= SEEN_SECONDS:
            self._note_seen(row.id)
        return Identity(row.token_id, row.name or row.token_name, Role(row.role or row.token_role), row.user_id, row.id)

    def of(self, caller: Identity) -> list[Session]:
        """Return the open sessions of this caller's account or token, the newest first."""
        return self._listed(self._open().where(_belongs_to(caller)).order_by(sessions.c.id.desc()))

    def page(self, cursor: int | None, limit: int) -> tuple[list[Session], int | None]:
        """Return up to ``limit`` open sessions of anybody, newest first, and the cursor of the next page."""
        statement = self._open().order_by(sessions.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(sessions.c.id < cursor)
        found = self._listed(statement)
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def get(self, session_id: int) -> Session | None:
        """Return an open session, or None."""
        return next(iter(self._listed(self._open().where(sessions.c.id == session_id))), None)

    def end(self, session_id: int | None) -> bool:
        """End a session; return whether it was still open."""
        return self._end(sessions.c.id == session_id) > 0

    def end_others(self, caller: Identity) -> int:
        """End every session of this caller but the one that asks; return how many there were."""
        return self._end(_belongs_to(caller) & (sessions.c.id != (caller.session_id or 0)))

    def end_all(self, user_id: int) -> int:
        """End every session of an account; return how many there were."""
        return self._end(sessions.c.user_id == user_id)

    def _open(self) -> Select[Any]:
        """Sessions that are open, with whose they are: one query for each page that anybody looks at."""
        now = self._now()
        holds = (users.c.id.is_not(None) & users.c.disabled_at.is_(None)) | (
            api_tokens.c.revoked_at.is_(None)
            & api_tokens.c.id.is_not(None)
            & (api_tokens.c.expires_at.is_(None) | (api_tokens.c.expires_at > now))
        )
        return (
            select(
                sessions,
                users.c.name.label("name"),
                users.c.role.label("role"),
                api_tokens.c.name.label("token_name"),
                api_tokens.c.role.label("token_role"),
            )
            .select_from(
                sessions.outerjoin(users, sessions.c.user_id == users.c.id).outerjoin(
                    api_tokens, sessions.c.token_id == api_tokens.c.id
                )
            )
            .where(
                sessions.c.ended_at.is_(None),
                sessions.c.created_at > now - SESSION_SECONDS,
                sessions.c.created_at <= now,
                sessions.c.seen_at > now - IDLE_SECONDS,
                holds,
            )
        )

    def _listed(self, statement: Select[Any]) -> list[Session]:
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [
            Session(
                row.id,
                row.user_id,
                row.token_id,
                row.name or row.token_name,
                row.how,
                row.network,
                row.browser,
                row.created_at,
                row.seen_at,
            )
            for row in rows
        ]

    def _end(self, condition: ColumnElement[bool]) -> int:
        with self._database.write() as connection:
            result = connection.execute(
                update(sessions).where(condition, sessions.c.ended_at.is_(None)).values(ended_at=self._now())
            )
        return int(result.rowcount)

    def _note_seen(self, session_id: int) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=self._now()))
        except Temporary:
            # Whoever looks at a page is not to be refused because a note of it could not be written.
            log.warning("session.not_noted", session=session_id)


def _belongs_to(caller: Identity) -> ColumnElement[bool]:
    if caller.user_id is not None:
        return sessions.c.user_id == caller.user_id
    return sessions.c.token_id == caller.token_id
