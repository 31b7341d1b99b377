"""Signing in with a password and, where one is set up, a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select, update

from app.access.service.attempts import Attempts
from app.access.service.passwords import Passwords
from app.access.service.second_factors import SecondFactors
from app.access.service.users import User, Users, fold
from app.access.tables import users
from app.db import Database
from app.errors import Rejected

#: Seconds between the password and the code.
BETWEEN_SECONDS = 300.0

#: One sentence for an unknown name and for a wrong password: nobody learns which names there are.
WRONG = "This name and password do not fit together."


class SignIn:
    """Checks who wants to come in. Every guess is slowed by ``Attempts``."""

    def __init__(
        self,
        database: Database,
        accounts: Users,
        passwords: Passwords,
        factors: SecondFactors,
        attempts: Attempts,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._users = accounts
        self._passwords = passwords
        self._factors = factors
        self._attempts = attempts
        self._now = now

    def password(self, login: str, password: str, *, address: str, device_cookie: str = "") -> User:
        """Return whose name and password these are; whoever has a second factor is not in yet.

        Raises TooSoon, or Rejected for what does not fit and for a disabled account.
        """
        login = fold(login)
        keys = self._attempts.password_keys(login, address, self._attempts.device(login, device_cookie))
        self._attempts.begin(keys)
        row = self._row(users.c.login == login)
        if not self._passwords.verify(None if row is None else row.password_hash, password):
            raise Rejected(WRONG, code="wrong")
        self._attempts.succeed(keys)
        self._renew_hash(row, password)
        return self._open(row.id)

    def second_factor(self, user_id: int, code: str, *, since: float, device_cookie: str = "") -> tuple[User, str]:
        """Return whose code this is, and which kind it was, after a password was right at ``since``.

        Raises TooSoon, or Rejected: ``again`` when the password must be given anew, ``wrong`` for the code.
        """
        row = self._row(users.c.id == user_id)
        stale = not 0 <= self._now() - since < BETWEEN_SECONDS
        if row is None or stale or (row.password_changed_at or 0.0) > since:
            raise Rejected("That took too long. Sign in again.", code="again")
        keys = self._attempts.second_factor_keys(row.login, self._attempts.device(row.login, device_cookie))
        self._attempts.begin(keys)
        kind = self._factors.check(user_id, code)
        if kind is None:
            raise Rejected(
                "This code does not fit, or was used already. Wait for the next one, or take a recovery code.",
                code="wrong",
            )
        self._attempts.succeed(keys)
        return self._open(user_id), kind

    def confirm_password(self, user: User, password: str, *, address: str, device_cookie: str = "") -> None:
        """Ask somebody who is signed in for the password again, before something that matters.

        Raises TooSoon, or Rejected for a wrong one.
        """
        keys = self._attempts.password_keys(user.login, address, self._attempts.device(user.login, device_cookie))
        self._attempts.begin(keys)
        row = self._row(users.c.id == user.id)
        if row is None or not self._passwords.verify(row.password_hash, password):
            raise Rejected("This is not your present password.", code="wrong")
        self._attempts.succeed(keys)

    def change_password(self, user: User, password: str) -> None:
        """Set a new password. Raises Rejected with the reason when it will not do."""
        hashed = self._passwords.hash(password, login=user.login, name=user.name)
        with self._database.write() as connection:
            connection.execute(
                update(users).where(users.c.id == user.id).values(password_hash=hashed, password_changed_at=self._now())
            )

    def device_cookie(self, user: User) -> str:
        """Return the cookie by which this browser is known to the account from now on."""
        return self._attempts.device_cookie(user.login)

    def knows(self, user: User, device_cookie: str) -> bool:
        """Return whether this browser is known to the account already."""
        return bool(self._attempts.device(user.login, device_cookie))

    def _row(self, condition: Any) -> Any:
        with self._database.read() as connection:
            return connection.execute(select(users).where(condition)).one_or_none()

    def _renew_hash(self, row: Any, password: str) -> None:
        renewed = self._passwords.renewed(row.password_hash, password)
        if renewed is None:
            return
        with self._database.write() as connection:
            # Only where it is still the one that was verified: a password changed meanwhile stays.
            connection.execute(
                update(users)
                .where(users.c.id == row.id, users.c.password_hash == row.password_hash)
                .values(password_hash=renewed)
            )

    def _open(self, user_id: int) -> User:
        user = self._users.get(user_id)
        if user.disabled_at is not None:
            raise Rejected("This account is disabled. Ask an administrator.", code="disabled")
        return user
