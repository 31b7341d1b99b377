"""One-time links: to the first account, to accept an invitation, and back in for who is locked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select, update

from app.access.languages import DEFAULT
from app.access.roles import Role
from app.access.service.identity import digest_of, new_secret
from app.access.service.passwords import Passwords
from app.access.service.users import User, Users, insert_user
from app.access.tables import sessions, sign_in_links, users
from app.db import Database
from app.errors import Rejected

#: Seconds for which an invitation or a way back in can be used: over a long weekend.
LINK_SECONDS = 4 * 24 * 3600.0
#: Seconds for the link to the first account; every start of the service makes a new one.
FIRST_SECONDS = 24 * 3600.0

_GONE = "This link was used before, is too old, or a newer one was made. Ask an administrator for a new one."


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a link that still works leads to: the account it is for, or None for the first account."""

    user: User | None


class Links:
    """Makes and redeems one-time links. A link is a secret in an address; only its digest is kept."""

    def __init__(self, database: Database, accounts: Users, passwords: Passwords, now: Callable[[], float]) -> None:
        self._database = database
        self._users = accounts
        self._passwords = passwords
        self._now = now

    def first_admin(self) -> str | None:
        """Return a new link to the first account, the earlier one dead; None when an administrator can sign in."""
        if self._users.has_admin():
            return None
        return self._make(None, FIRST_SECONDS)

    def make(self, user_id: int) -> str:
        """Return a new link that lets this person choose a password; an earlier one dies.

        Raises Rejected for an account that is disabled or not there.
        """
        if self._users.get(user_id).disabled_at is not None:
            raise Rejected("This account is disabled. Enable it first.", code="disabled")
        return self._make(user_id, LINK_SECONDS)

    def look(self, secret: str) -> Welcome:
        """Return what a link leads to, without using it up. Raises Rejected (gone)."""
        with self._database.read() as connection:
            row = connection.execute(select(sign_in_links).where(self._usable(secret))).one_or_none()
        if row is None or (row.user_id is None and self._users.has_admin()):
            raise Rejected(_GONE, code="gone")
        return Welcome(None if row.user_id is None else self._users.get(row.user_id))

    def redeem_first(self, secret: str, *, name: str, login: str, password: str, language: str = DEFAULT) -> User:
        """Make the first account, an administrator. Raises Rejected: the link is gone, or something does not fit."""
        if self.look(secret).user is not None:
            raise Rejected(_GONE, code="gone")
        hashed = self._passwords.hash(password, login=login, name=name)
        with self._database.write() as connection:
            self._use(connection, secret)
            user_id = insert_user(
                connection,
                name=name,
                login=login,
                role=Role.ADMIN,
                by="one-time link",
                language=language,
                now=self._now(),
                password_hash=hashed,
                password_changed_at=self._now(),
            )
        return self._users.get(user_id)

    def redeem(self, secret: str, *, password: str) -> User:
        """Give the account of a link a new password and end its sessions. Raises Rejected as above."""
        user = self.look(secret).user
        if user is None:
            raise Rejected(_GONE, code="gone")
        hashed = self._passwords.hash(password, login=user.login, name=user.name)
        now = self._now()
        with self._database.write() as connection:
            self._use(connection, secret)
            connection.execute(
                update(users).where(users.c.id == user.id).values(password_hash=hashed, password_changed_at=now)
            )
            connection.execute(
                update(sessions)
                .where(sessions.c.user_id == user.id, sessions.c.ended_at.is_(None))
                .values(ended_at=now)
            )
        return self._users.get(user.id)

    def _make(self, user_id: int | None, seconds: float) -> str:
        secret, now = new_secret(), self._now()
        of_user = sign_in_links.c.user_id.is_(None) if user_id is None else sign_in_links.c.user_id == user_id
        with self._database.write() as connection:
            connection.execute(delete(sign_in_links).where(of_user | (sign_in_links.c.expires_at <= now)))
            connection.execute(
                sign_in_links.insert().values(
                    digest=digest_of(secret), user_id=user_id, created_at=now, expires_at=now + seconds
                )
            )
        return secret

    def _use(self, connection: Connection, secret: str) -> None:
        used = connection.execute(update(sign_in_links).where(self._usable(secret)).values(used_at=self._now()))
        if not used.rowcount:
            raise Rejected(_GONE, code="gone")

    def _usable(self, secret: str) -> ColumnElement[bool]:
        return (
            (sign_in_links.c.digest == digest_of(secret))
            & sign_in_links.c.used_at.is_(None)
            & (sign_in_links.c.expires_at > self._now())
        )
