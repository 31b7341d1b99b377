"""``deskwarden user create``: a new account; prints the one-time link in which its person chooses the password."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.access.languages import DEFAULT, LANGUAGES
from app.access.roles import Role
from app.commands.user_options import ACTOR, link_of, open_people

if TYPE_CHECKING:
    from app.access.service import People
    from app.findings.service import Audit


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="mail address or name with which the person signs in")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])
    parser.add_argument("--shown", help="name that stands in histories (default: the sign-in name)")
    parser.add_argument("--language", choices=list(LANGUAGES), default=DEFAULT, help="language of the person's mails")


def run(args: Namespace) -> int:
    """Print the link alone; return 0. Raises Rejected for a name that does not fit or is taken."""
    people, audit, settings = open_people()
    return run_with(people, audit, settings.public_url, args)


def run_with(people: People, audit: Audit, public_url: str, args: Namespace) -> int:
    """Do the same over given services."""
    shown = args.shown or args.name
    user = people.users.create(shown, args.name, Role(args.role), by=ACTOR, language=args.language)
    audit.record(ACTOR, "account.created", subject=user.subject, role=user.role.value, name=user.name)
    sys.stdout.write(link_of(people, public_url, user) + "\n")
    return 0
