"""Passwords: argon2id, as RFC 9106 and OWASP recommend it; how many are computed at once is bounded."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.access.password_rules import MOST_CHARACTERS, normal, objection
from app.errors import Rejected

#: Computed at the same time in one process. Each takes 64 MiB, and strangers can ask for them.
AT_ONCE = 2

#: RFC 9106, second recommended option: 64 MiB, 3 rounds, 4 lanes; about 50 ms.
STANDARD = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

#: The cheapest parameters the function takes: for tests.
CHEAPEST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Passwords:
    """Hashes and verifies. It takes as long for an account that is not there as for one that is."""

    def __init__(self, hasher: PasswordHasher = STANDARD) -> None:
        self._hasher = hasher
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._decoy: str | None = None

    def hash(self, password: str, *, login: str = "", name: str = "") -> str:
        """Return what is kept of a new password. Raises Rejected with the reason when it will not do."""
        why = objection(password, login=login, name=name)
        if why is not None:
            raise Rejected(why, code="password")
        with self._turn:
            return self._hasher.hash(normal(password))

    def verify(self, kept: str | None, password: str) -> bool:
        """Return whether this is the password; for None, the same work is done for nothing."""
        if len(password) > MOST_CHARACTERS:
            return False
        try:
            with self._turn:
                right = self._hasher.verify(kept or self._decoy_hash(), normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def renewed(self, kept: str, password: str) -> str | None:
        """Return a new hash of a password that was right, when the parameters have risen since; else None."""
        if not self._hasher.check_needs_rehash(kept):
            return None
        with self._turn:
            return self._hasher.hash(normal(password))

    def _decoy_hash(self) -> str:
        if self._decoy is None:
            self._decoy = self._hasher.hash("nobody's password")
        return self._decoy
