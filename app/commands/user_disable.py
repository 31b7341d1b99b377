"""``deskwarden user disable``: nobody signs in with the account any more, and its sessions end at once."""

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
    parser.add_argument("--keep-tokens", action="store_true", help="let the API tokens that it made live on")


def run(args: Namespace) -> int:
    """Disable the account; return 0, or 1 when it was. Raises Rejected for the last administrator."""
    people, audit, _ = open_people()
    return run_with(people, audit, args)


def run_with(people: People, audit: Audit, args: Namespace) -> int:
    """Do the same over given services."""
    user = named(people, args.name)
    if not people.users.disable(user.id):
        sys.stderr.write(f"{user.login} was disabled already.\n")
        return 1
    revoked = 0 if args.keep_tokens else people.tokens.revoke_made_by(user.id)
    audit.record(ACTOR, "account.disabled", subject=user.subject, tokens_revoked=revoked)
    return 0
