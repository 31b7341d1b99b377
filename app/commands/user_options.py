"""What the commands about accounts share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from app.errors import Rejected

if TYPE_CHECKING:
    from app.access.service import People, User
    from app.config import Settings
    from app.findings.service import Audit

#: Who acts when somebody uses the command line.
ACTOR = "command line"


def open_people() -> tuple[People, Audit, Settings]:
    """Return the accounts of this installation, whose database is made on the first call, and its audit trail."""
    from app.access.service import build_people
    from app.bootstrap import prepare
    from app.config import Settings
    from app.db import Database
    from app.findings.service import Audit
    from app.keys import MasterKey

    settings = Settings.from_environment()
    prepare(settings)
    database = Database(settings.database_url)
    keys = MasterKey.load(settings.home, settings.secret_key)
    return build_people(database, keys, time.time), Audit(database, time.time), settings


def named(people: People, login: str) -> User:
    """Return the account that signs in with this name. Raises Rejected with what to do when there is none."""
    user = people.users.by_login(login)
    if user is None:
        raise Rejected(
            f"There is no account {login.strip()[:100]!r}. `deskwarden user list` shows the sign-in names.",
            code="not-found",
        )
    return user


def link_of(people: People, public_url: str, user: User) -> str:
    """Return a new one-time link for an account. Raises Rejected when it is disabled."""
    return f"{public_url}/welcome/{people.links.make(user.id)}"
