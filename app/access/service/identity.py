"""Who calls."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from app.access.roles import Role

#: Bytes of randomness in a token, link or session: too many to guess, so a plain digest is enough to keep.
RANDOM_BYTES = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: ``name`` stands in histories and in the audit trail as the actor.

    token_id    the API token that was shown, or that the session was begun with; None for a person's account
    user_id     the account of a person; None for a token
    session_id  the session of a browser; None for a call of the API
    maker_id    the account that made the token; None for the command line's
    """

    token_id: int | None
    name: str
    role: Role
    user_id: int | None = None
    session_id: int | None = None
    maker_id: int | None = None

    @property
    def person(self) -> str:
        """Who stands behind the caller, so that nobody is two: the account, that which made the token, or the token."""
        made = self.user_id if self.user_id is not None else self.maker_id
        return self.subject if made is None else f"user:{made}"

    @property
    def subject(self) -> str:
        """What the audit trail calls this caller: ``user:3`` or ``token:7``."""
        return f"token:{self.token_id}" if self.user_id is None else f"user:{self.user_id}"


def new_secret() -> str:
    """Return a new random secret of 256 bits, for an address or a cookie."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def digest_of(secret: str) -> str:
    """Return what is kept of a random secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
