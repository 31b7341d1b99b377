"""Who may call: API tokens and one-time sign-in codes. Only digests are kept; a token is shown once and never again."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, insert, select, update

from app.access.roles import Role
from app.access.tables import api_tokens
from app.db import Database
from app.errors import Rejected, Temporary

log = structlog.get_logger()

#: So that secret scanners and people recognise a token where it should not stand.
TOKEN_PREFIX = "dw_"  # noqa: S105 - the prefix of every token, no token

#: Bytes of randomness in a token or code: too many to guess, so a plain digest is enough to keep.
RANDOM_BYTES = 32

#: Seconds for which a sign-in code can be redeemed.
SIGN_IN_SECONDS = 600.0

#: Seconds between two updates of ``last_used_at``: a busy script must not write on every read.
LAST_USED_SECONDS = 60.0

#: Marks the digest of a code that nobody has redeemed, so that a code is never taken for a token.
_CODE = "code:"

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: ``name`` stands in histories and in the audit trail as the actor."""

    token_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Token:
    """What may be shown about a token; times in unix seconds."""

    id: int
    name: str
    role: Role
    created_at: float
    last_used_at: float | None
    revoked_at: float | None


class Access:
    """Makes, knows and revokes tokens."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def create_token(self, name: str, role: Role) -> str:
        """Return a new token; this is the only time it can be seen. Raises Rejected for a name that does not fit."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
        self._insert(name, role, _digest(token))
        return token

    def create_sign_in_code(self, role: Role, name: str = "sign-in link") -> str:
        """Return a code that signs one browser in, once, within ten minutes. ``name`` is who acts then."""
        code = secrets.token_urlsafe(RANDOM_BYTES)
        self._insert(name, role, _CODE + _digest(code))
        return code

    def redeem(self, code: str) -> Identity | None:
        """Return who a sign-in code stands for and use it up; None when it is unknown, used or too old."""
        now = self._now()
        with self._database.write() as connection:
            row = connection.execute(
                update(api_tokens)
                .where(
                    api_tokens.c.digest == _CODE + _digest(code),
                    api_tokens.c.revoked_at.is_(None),
                    api_tokens.c.created_at > now - SIGN_IN_SECONDS,
                )
                # The row stays as what the session hangs on; no token fits this digest.
                .values(digest=f"used:{secrets.token_hex(RANDOM_BYTES)}", last_used_at=now)
                .returning(api_tokens)
            ).one_or_none()
        return None if row is None else _identity(row)

    def identify(self, token: str) -> Identity | None:
        """Return who this token belongs to, or None when it is unknown or revoked."""
        return self._find(api_tokens.c.digest == _digest(token))

    def holder(self, token_id: int) -> Identity | None:
        """Return who a session of this token belongs to, or None when the token was revoked since."""
        return self._find(api_tokens.c.id == token_id)

    def revoke(self, token_id: int) -> bool:
        """End a token and every session of it at once; return whether there was one to end."""
        with self._database.write() as connection:
            result = connection.execute(
                update(api_tokens)
                .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
                .values(revoked_at=self._now())
            )
        return bool(result.rowcount)

    def tokens(self) -> list[Token]:
        """Return every token there ever was, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(api_tokens).order_by(api_tokens.c.id)).all()
        return [
            Token(row.id, row.name, Role(row.role), row.created_at, row.last_used_at, row.revoked_at) for row in rows
        ]

    def _insert(self, name: str, role: Role, digest: str) -> None:
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise Rejected(f"A token needs a name of 1 to {_LONGEST_NAME} printable characters.", code="name")
        with self._database.write() as connection:
            connection.execute(
                insert(api_tokens).values(name=name, role=role.value, digest=digest, created_at=self._now())
            )

    def _find(self, condition: ColumnElement[bool]) -> Identity | None:
        with self._database.read() as connection:
            row = connection.execute(select(api_tokens).where(condition)).one_or_none()
        if row is None or row.revoked_at is not None:
            return None
        if self._now() - (row.last_used_at or 0.0) >= LAST_USED_SECONDS:
            self._note_use(row.id)
        return _identity(row)

    def _note_use(self, token_id: int) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(
                    update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=self._now())
                )
        except Temporary:
            # Knowing when a token was last used is worth less than answering its holder.
            log.warning("token.use_not_noted", token=token_id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _identity(row: Any) -> Identity:
    return Identity(row.id, row.name, Role(row.role))
