"""``deskwarden user reset-totp``: takes an account's second factor away, for who has lost the phone and the codes."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.commands.user_options import ACTOR, named, open_people

if TYPE_CHECKING:
    from app.access.service import People
    from app.findings.service import Audit


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="the sign-in name, as `deskwarden user list` shows it")


def run(args: Namespace) -> int:
    """Take it away; return 0, or 1 when there was none."""
    people, audit, _ = open_people()
    return run_with(people, audit, args)


def run_with(people: People, audit: Audit, args: Namespace) -> int:
    """Do the same over given services."""
    user = named(people, args.name)
    if not people.users.reset_second_factor(user.id):
        sys.stderr.write(f"{user.login} has no second factor.\n")
        return 1
    audit.record(ACTOR, "account.second_factor_reset", subject=user.subject)
    return 0
