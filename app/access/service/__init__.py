"""Who may come in: accounts, sessions, tokens, second factors, single sign-on. These are the names to use."""

from __future__ import annotations

from app.access.service.attempts import TooSoon
from app.access.service.identity import RANDOM_BYTES, Identity
from app.access.service.people import People, build_people
from app.access.service.sessions import Session, Sessions
from app.access.service.tokens import (
    LAST_USED_SECONDS,
    SIGN_IN_SECONDS,
    TOKEN_PREFIX,
    Access,
    Token,
)
from app.access.service.users import User, Users

__all__ = [
    "LAST_USED_SECONDS",
    "RANDOM_BYTES",
    "SIGN_IN_SECONDS",
    "TOKEN_PREFIX",
    "Access",
    "Identity",
    "People",
    "Session",
    "Sessions",
    "Token",
    "TooSoon",
    "User",
    "Users",
    "build_people",
]
