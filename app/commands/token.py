"""``deskwarden token create``: a new API token, alone on standard output, once."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.access.roles import Role
from app.commands.audit_options import record

if TYPE_CHECKING:
    from app.access.service import Access


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="who or what uses it; stands in every history")
    parser.add_argument("--role", required=True, choices=[role.value for role in Role])


def run(args: Namespace) -> int:
    """Print a new token; return 0. Raises Rejected for a name that does not fit."""
    status = run_with(open_access(), args)
    record("token.created", f"token:{args.name}", name=args.name, role=args.role)
    return status


def open_access() -> Access:
    """Return the tokens of this installation, whose database is made on the first call."""
    from app.access.service import Access
    from app.bootstrap import prepare
    from app.config import Settings
    from app.db import Database

    settings = Settings.from_environment()
    prepare(settings)
    return Access(Database(settings.database_url), time.time)


def run_with(access: Access, args: Namespace) -> int:
    """Do the same over given access."""
    sys.stdout.write(access.create_token(args.name, Role(args.role)) + "\n")
    return 0
