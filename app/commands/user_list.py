"""``deskwarden user list``: every account, one a line."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.commands.user_options import open_people

if TYPE_CHECKING:
    from app.access.service import People, User

_PAGE = 500


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(args: Namespace) -> int:
    """Print the accounts, newest first; return 0."""
    people, _, _ = open_people()
    return run_with(people, args)


def run_with(people: People, _args: Namespace) -> int:
    """Do the same over given services."""
    cursor: int | None = None
    while True:
        found, cursor = people.users.page(cursor, _PAGE)
        sys.stdout.writelines(_line(user) + "\n" for user in found)
        if cursor is None:
            return 0


def _line(user: User) -> str:
    ways = [
        way
        for way, there in (
            ("password", user.has_password),
            ("second factor", user.has_second_factor),
            ("single sign-on", user.has_single_sign_on),
        )
        if there
    ]
    last = "never"
    if user.last_sign_in_at:
        last = datetime.fromtimestamp(user.last_sign_in_at, UTC).strftime("%Y-%m-%d %H:%M")
    signs_in = ", ".join(ways) or "nothing yet"
    return f"{user.login}  {user.role:<8} {user.state:<8} {user.name}  signs in with {signs_in}  last {last}"
