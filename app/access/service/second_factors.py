"""Second factors: time-based codes (RFC 6238) and ten recovery codes. No code is ever taken twice."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Callable
from typing import Any

import pyotp
from sqlalchemy import delete, func, insert, select, update

from app.access.tables import recovery_codes, users
from app.db import Database
from app.errors import Rejected
from app.keys import MasterKey

ISSUER = "Deskwarden"

#: Steps of 30 s that the clock of a phone may be off, either way (RFC 6238, section 5.2, recommends one).
WINDOW = 1
STEP_SECONDS = 30

RECOVERY_CODES = 10
#: Letters and digits that nobody reads for one another (Crockford's base32); 50 bits a code.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_CODE_CHARACTERS = 10
_MISREAD = str.maketrans({"o": "0", "i": "1", "l": "1", "-": "", " ": ""})

_PURPOSE = "totp"
_RECOVERY = "recovery-code"


class SecondFactors:
    """Sets second factors up and checks their codes."""

    def __init__(self, database: Database, keys: MasterKey, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._now = now

    def begin(self, user_id: int) -> None:
        """Make a new secret, which counts once a code of it was confirmed. Raises Rejected when one counts already."""
        # 160 bits, as RFC 4226 recommends.
        sealed = self._keys.seal(_PURPOSE, base64.b32encode(secrets.token_bytes(20)))
        with self._database.write() as connection:
            begun = connection.execute(
                update(users)
                .where(users.c.id == user_id, users.c.totp_confirmed_at.is_(None))
                .values(totp_sealed=sealed, totp_last_step=None)
            )
        if not begun.rowcount:
            raise Rejected("There is a second factor already. Take it away first.", code="conflict")

    def pending(self, user_id: int) -> pyotp.TOTP | None:
        """Return the secret that waits for its confirmation, to be shown; None when there is none."""
        row = self._row(user_id)
        if row is None or row.totp_sealed is None or row.totp_confirmed_at is not None:
            return None
        return self._totp(row)

    def confirm(self, user_id: int, code: str) -> list[str]:
        """Make the new secret count and return the recovery codes, this once. Raises Rejected for a wrong code."""
        row = self._row(user_id)
        if row is None or row.totp_sealed is None or row.totp_confirmed_at is not None:
            raise Rejected("There is no second factor to confirm. Begin again.", code="conflict")
        step = self._step_of(row, code)
        if step is None:
            raise Rejected(
                "This code does not fit. Take the one that stands there now; if it still fails, look at the clock of "
                "the phone and of this server.",
                code="code",
            )
        with self._database.write() as connection:
            connection.execute(
                update(users)
                .where(users.c.id == user_id, users.c.totp_sealed == row.totp_sealed)
                .values(totp_confirmed_at=self._now(), totp_last_step=step)
            )
        return self.renew_recovery_codes(user_id)

    def check(self, user_id: int, code: str) -> str | None:
        """Return ``totp`` or ``recovery code`` when the code is right, and use it up; else None."""
        row = self._row(user_id)
        if row is None or row.totp_confirmed_at is None:
            return None
        step = self._step_of(row, code)
        if step is not None:
            return "totp" if self._use_step(user_id, step) else None
        return "recovery code" if self._use_recovery_code(user_id, code) else None

    def renew_recovery_codes(self, user_id: int) -> list[str]:
        """Return ten new recovery codes, this once; the earlier ones are void."""
        codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_CHARACTERS)) for _ in range(RECOVERY_CODES)]
        now = self._now()
        with self._database.write() as connection:
            connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
            connection.execute(
                insert(recovery_codes),
                [{"user_id": user_id, "signature": self._signed(user_id, each), "created_at": now} for each in codes],
            )
        return [f"{each[:5]}-{each[5:]}" for each in codes]

    def recovery_codes_left(self, user_id: int) -> int:
        """Return how many recovery codes are unused."""
        statement = select(func.count()).where(recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None))
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def _row(self, user_id: int) -> Any:
        with self._database.read() as connection:
            return connection.execute(select(users).where(users.c.id == user_id)).one_or_none()

    def _totp(self, row: Any) -> pyotp.TOTP:
        secret = self._keys.unseal(_PURPOSE, row.totp_sealed).decode()
        return pyotp.TOTP(secret, name=row.login, issuer=ISSUER, interval=STEP_SECONDS)

    def _step_of(self, row: Any, code: str) -> int | None:
        """Return the step that this code belongs to, when it is near enough and later than the last one taken."""
        code = "".join(code.split())
        if len(code) != 6 or not (code.isascii() and code.isdigit()):
            return None
        totp, now = self._totp(row), int(self._now()) // STEP_SECONDS
        for step in range(now - WINDOW, now + WINDOW + 1):
            if hmac.compare_digest(totp.generate_otp(step), code) and step > (row.totp_last_step or 0):
                return step
        return None

    def _use_step(self, user_id: int, step: int) -> bool:
        """Note the step, unless another request with the same code was first."""
        fresh = users.c.totp_last_step.is_(None) | (users.c.totp_last_step < step)
        with self._database.write() as connection:
            used = connection.execute(update(users).where(users.c.id == user_id, fresh).values(totp_last_step=step))
        return bool(used.rowcount)

    def _use_recovery_code(self, user_id: int, code: str) -> bool:
        plain = code.strip().casefold().translate(_MISREAD)
        if len(plain) != _CODE_CHARACTERS:
            return False
        with self._database.write() as connection:
            used = connection.execute(
                update(recovery_codes)
                .where(
                    recovery_codes.c.user_id == user_id,
                    recovery_codes.c.signature == self._signed(user_id, plain),
                    recovery_codes.c.used_at.is_(None),
                )
                .values(used_at=self._now())
            )
        return bool(used.rowcount)

    def _signed(self, user_id: int, code: str) -> str:
        # Fifty bits could be tried out against a plain digest; under the master key a stolen database is no help.
        return self._keys.sign(_RECOVERY, f"{user_id}:{code}")
