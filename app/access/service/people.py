"""Everything about who signs in, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from argon2 import PasswordHasher

from app.access.service.attempts import Attempts
from app.access.service.links import Links
from app.access.service.passwords import STANDARD, Passwords
from app.access.service.second_factors import SecondFactors
from app.access.service.sessions import Sessions
from app.access.service.sign_in import SignIn
from app.access.service.single_sign_on import NoOpenId, OpenId, SingleSignOn
from app.access.service.tokens import Access
from app.access.service.users import Users
from app.db import Database
from app.keys import MasterKey


@dataclass(frozen=True, slots=True)
class People:
    """The services behind the pages of accounts."""

    tokens: Access
    users: Users
    sessions: Sessions
    links: Links
    factors: SecondFactors
    sign_in: SignIn
    sso: SingleSignOn


def build_people(
    database: Database,
    keys: MasterKey,
    now: Callable[[], float],
    *,
    openid: OpenId | None = None,
    hasher: PasswordHasher = STANDARD,
) -> People:
    """Put them together; tests give a cheaper ``hasher``."""
    users, passwords = Users(database, now), Passwords(hasher)
    factors, attempts = SecondFactors(database, keys, now), Attempts(database, keys, now)
    return People(
        tokens=Access(database, now),
        users=users,
        sessions=Sessions(database, now),
        links=Links(database, users, passwords, now),
        factors=factors,
        sign_in=SignIn(database, users, passwords, factors, attempts, now),
        sso=SingleSignOn(database, keys, users, openid or NoOpenId(), now),
    )
