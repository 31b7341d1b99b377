"""Wrong guesses, counted so that guessing is slow and nobody can shut another one out with it.

A guess is counted before it is checked and taken back when it was right, so that many at once gain nothing. What is
counted against an account from strange browsers never touches a browser that has signed in to it before: that one
shows a signed cookie and has a count of its own. After OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, delete, select, update

from app.access import delays, origin
from app.access.delays import Delay
from app.access.tables import sign_in_attempts as attempts
from app.db import Database
from app.errors import Rejected
from app.keys import MasterKey

#: Rows kept at most; above it the oldest go. Each is about 100 bytes.
MOST_ROWS = 50_000
#: Rows that are removed at once when there are too many.
_ROOM = 5_000

_PURPOSE = "sign-in-attempt"
_DEVICE = "device-cookie"
_NONCE_CHARACTERS = 22
#: Accounts whose cookies one browser shows, joined by ``~``.
_MOST_DEVICES = 4


class TooSoon(Rejected):
    """Too many wrong guesses: wait for ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"Too many wrong tries. Wait {_words(seconds)}, then try again. A browser in which you have signed in "
            "before is not held up by the wrong tries of others; an administrator can also send you a one-time link.",
            code="too-soon",
        )
        self.seconds = max(1, round(seconds))


class Attempts:
    """Counts and slows guesses."""

    def __init__(self, database: Database, keys: MasterKey, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    def device_cookie(self, login: str) -> str:
        """Return what a browser shows from now on to be known to this account; it opens nothing by itself."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._keys.sign(_DEVICE, _bound(login, nonce))}"

    def device(self, login: str, cookie: str) -> str:
        """Return the name of a browser that has signed in to this account before; empty for any other."""
        for each in cookie.split("~")[:_MOST_DEVICES]:
            nonce, _, signature = each.partition(".")
            if len(nonce) == _NONCE_CHARACTERS and self._keys.compare(_DEVICE, _bound(login, nonce), signature):
                return nonce
        return ""

    def password_keys(self, login: str, address: str, device: str) -> dict[str, Delay]:
        """Return what a guess at a password counts against."""
        if device:
            return {self._key("browser", login, device): delays.KNOWN_BROWSER}
        network = origin.network(address)
        return {
            self._key("account-network", login, network): delays.ACCOUNT_FROM_NETWORK,
            self._key("network", network): delays.NETWORK,
            self._key("account", login): delays.ACCOUNT,
        }

    def second_factor_keys(self, login: str, device: str) -> dict[str, Delay]:
        """Return what a guess at a code counts against."""
        return {self._key("second", login, device): delays.SECOND_FACTOR}

    def begin(self, keys: Mapping[str, Delay]) -> None:
        """Count a guess. Raises TooSoon, without counting it, when earlier wrong ones are not long enough ago."""
        now = self._now()
        with self._database.write() as connection:
            self._make_room(connection, now)
            for key in sorted(keys):
                # The row is there before it is read, so that two guesses at once queue up behind it on PostgreSQL.
                connection.execute(self._database.insert_once(attempts).values(key=key, failures=0, failed_at=0.0))
            rows = connection.execute(
                select(attempts).where(attempts.c.key.in_(keys)).order_by(attempts.c.key).with_for_update()
            ).all()
            known = {row.key: (row.failures, row.failed_at) for row in rows}
            wait = max((_wait(keys[key], *known[key], now) for key in known), default=0.0)
            if wait <= 0:
                for key, (failures, failed_at) in known.items():
                    kept = failures if now - failed_at < delays.FORGOTTEN_SECONDS else 0
                    connection.execute(
                        update(attempts).where(attempts.c.key == key).values(failures=kept + 1, failed_at=now)
                    )
        if wait > 0:
            raise TooSoon(wait)

    def succeed(self, keys: Mapping[str, Delay]) -> None:
        """Take the guess back that was right.

        What counts one account is cleared; what counts a network only loses this one guess, so that whoever owns one
        account does not buy guesses at others with it.
        """
        with self._database.write() as connection:
            for key, delay in keys.items():
                if delay is delays.NETWORK:
                    connection.execute(
                        update(attempts)
                        .where(attempts.c.key == key, attempts.c.failures > 0)
                        .values(failures=attempts.c.failures - 1)
                    )
                else:
                    connection.execute(delete(attempts).where(attempts.c.key == key))

    def _key(self, *parts: str) -> str:
        return self._keys.sign(_PURPOSE, "\n".join(parts))

    def _make_room(self, connection: Connection, now: float) -> None:
        stale = attempts.c.failed_at < now - delays.FORGOTTEN_SECONDS
        connection.execute(delete(attempts).where(stale))
        oldest = select(attempts.c.failed_at).order_by(attempts.c.failed_at.desc()).offset(MOST_ROWS).limit(1)
        if connection.execute(oldest).one_or_none() is not None:
            last = select(attempts.c.key).order_by(attempts.c.failed_at).limit(_ROOM)
            connection.execute(delete(attempts).where(attempts.c.key.in_(last)))


def _bound(login: str, nonce: str) -> str:
    return f"{login}\n{nonce}"


def _wait(delay: Delay, failures: int, failed_at: float, now: float) -> float:
    if now - failed_at >= delays.FORGOTTEN_SECONDS:
        return 0.0
    return failed_at + delay.after(failures) - now


def _words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes"
