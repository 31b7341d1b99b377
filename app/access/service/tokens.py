"""API tokens and the demo's one-time codes. Only digests are kept; a token is shown once and never again."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, insert, or_, select, update

from app.access.roles import Role, allows
from app.access.service.identity import RANDOM_BYTES, Identity, digest_of, new_secret
from app.access.tables import api_tokens
from app.db import Database
from app.errors import Rejected, Temporary

log = structlog.get_logger()

#: So that secret scanners and people recognise a token where it should not stand.
TOKEN_PREFIX = "dw_"  # noqa: S105 - the prefix of every token, no token

#: Seconds for which a sign-in code can be redeemed.
SIGN_IN_SECONDS = 600.0

#: Seconds between two updates of ``last_used_at``: a busy script must not write on every read.
LAST_USED_SECONDS = 60.0

#: Marks the digest of a code that nobody has redeemed, so that a code is never taken for a token.
_CODE = "code:"
#: Marks one that was redeemed: it is what that session hangs on.
_USED = "used:"

_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What may be shown about a token; times in unix seconds. ``made_by`` is empty for the command line."""

    id: int
    name: str
    role: Role
    created_at: float
    last_used_at: float | None
    revoked_at: float | None
    expires_at: float | None = None
    made_by: str = ""

    def ended(self, now: float) -> bool:
        """Return whether it no longer opens anything."""
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now)


class Access:
    """Makes, knows and revokes tokens."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def create_token(
        self, name: str, role: Role, *, expires_at: float | None = None, maker: Identity | None = None
    ) -> str:
        """Return a new token; this is the only time it can be seen.

        Raises Rejected for a name that does not fit, an end in the past, and a role above that of its maker.
        """
        if expires_at is not None and expires_at <= self._now():
            raise Rejected("The token would have ended already. Choose a later day.", code="expires")
        if maker is not None and not allows(maker.role, role):
            raise Rejected(f"Your role is {maker.role}; you cannot give a token the role {role}.", code="role")
        token = TOKEN_PREFIX + new_secret()
        made: dict[str, Any] = {"expires_at": expires_at}
        if maker is not None:
            made |= {"made_by_id": maker.user_id, "made_by": maker.name}
        self._insert(name, role, digest_of(token), **made)
        return token

    def create_sign_in_code(self, role: Role, name: str = "sign-in link") -> str:
        """Return a code that signs one browser in, once, within ten minutes. ``name`` is who acts then."""
        code = new_secret()
        self._insert(name, role, _CODE + digest_of(code))
        return code

    def redeem(self, code: str) -> Identity | None:
        """Return who a sign-in code stands for and use it up; None when it is unknown, used or too old."""
        now = self._now()
        with self._database.write() as connection:
            row = connection.execute(
                update(api_tokens)
                .where(
                    api_tokens.c.digest == _CODE + digest_of(code),
                    api_tokens.c.revoked_at.is_(None),
                    api_tokens.c.created_at > now - SIGN_IN_SECONDS,
                )
                # The row stays as what the session hangs on; no token fits this digest.
                .values(digest=_USED + secrets.token_hex(RANDOM_BYTES), last_used_at=now)
                .returning(api_tokens)
            ).one_or_none()
        return None if row is None else _identity(row)

    def identify(self, token: str) -> Identity | None:
        """Return who this token belongs to, or None when it is unknown, revoked or past its end."""
        with self._database.read() as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest_of(token))).one_or_none()
        if row is None or not is_valid(row, self._now()):
            return None
        if self._now() - (row.last_used_at or 0.0) >= LAST_USED_SECONDS:
            self._note_use(row.id)
        return _identity(row)

    def revoke(self, token_id: int | None) -> bool:
        """End a token and every session of it at once; return whether there was one to end."""
        return self._revoke(api_tokens.c.id == token_id) > 0

    def revoke_made_by(self, user_id: int) -> int:
        """End every token that an account made; return how many there were."""
        return self._revoke(api_tokens.c.made_by_id == user_id)

    def tokens(self) -> list[Token]:
        """Return every token there ever was, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(api_tokens).order_by(api_tokens.c.id)).all()
        return [_token(row) for row in rows]

    def token(self, token_id: int) -> Token | None:
        """Return one token, or None."""
        with self._database.read() as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.id == token_id)).one_or_none()
        return None if row is None else _token(row)

    def of_secret(self, token: str) -> Token:
        """Return what may be shown about a token just made. Raises Rejected for one that there is not."""
        with self._database.read() as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest_of(token))).one_or_none()
        if row is None:
            raise Rejected("There is no such token.", code="not-found")
        return _token(row)

    def page(self, cursor: int | None, limit: int) -> tuple[list[Token], int | None]:
        """Return up to ``limit`` tokens, newest first, without one-time codes, and the cursor of the next page."""
        statement = (
            select(api_tokens)
            .where(~or_(api_tokens.c.digest.startswith(_CODE), api_tokens.c.digest.startswith(_USED)))
            .order_by(api_tokens.c.id.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            statement = statement.where(api_tokens.c.id < cursor)
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return [_token(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def _insert(self, name: str, role: Role, digest: str, **made: Any) -> None:
        name = name.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise Rejected(f"A token needs a name of 1 to {_LONGEST_NAME} printable characters.", code="name")
        with self._database.write() as connection:
            connection.execute(
                insert(api_tokens).values(name=name, role=role.value, digest=digest, created_at=self._now(), **made)
            )

    def _revoke(self, condition: ColumnElement[bool]) -> int:
        with self._database.write() as connection:
            result = connection.execute(
                update(api_tokens).where(condition, api_tokens.c.revoked_at.is_(None)).values(revoked_at=self._now())
            )
        return int(result.rowcount)

    def _note_use(self, token_id: int) -> None:
        try:
            with self._database.write() as connection:
                connection.execute(
                    update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=self._now())
                )
        except Temporary:
            # Knowing when a token was last used is worth less than answering its holder.
            log.warning("token.use_not_noted", token=token_id)


def is_valid(row: Any, now: float) -> bool:
    """Return whether a row of ``api_tokens`` still opens something."""
    return row.revoked_at is None and (row.expires_at is None or row.expires_at > now)


def _identity(row: Any) -> Identity:
    return Identity(row.id, row.name, Role(row.role), maker_id=row.made_by_id)


def _token(row: Any) -> Token:
    return Token(
        row.id,
        row.name,
        Role(row.role),
        row.created_at,
        row.last_used_at,
        row.revoked_at,
        row.expires_at,
        row.made_by or "",
    )
