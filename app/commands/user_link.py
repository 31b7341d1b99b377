"""``deskwarden user link``: a one-time link for who is locked out; an earlier link of the account stops working."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.commands.user_options import ACTOR, link_of, named, open_people

if TYPE_CHECKING:
    from app.access.service import People
    from app.findings.service import Audit


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="the sign-in name, as `deskwarden user list` shows it")


def run(args: Namespace) -> int:
    """Print the link alone; return 0. Raises Rejected when there is no such account, or it is disabled."""
    people, audit, settings = open_people()
    return run_with(people, audit, settings.public_url, args)


def run_with(people: People, audit: Audit, public_url: str, args: Namespace) -> int:
    """Do the same over given services."""
    user = named(people, args.name)
    link = link_of(people, public_url, user)
    audit.record(ACTOR, "account.link_made", subject=user.subject)
    sys.stdout.write(link + "\n")
    return 0
