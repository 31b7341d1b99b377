"""``deskwarden token revoke``: end a token and its console sessions at once."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from app.commands.audit_options import record
from app.commands.token import open_access

if TYPE_CHECKING:
    from app.access.service import Access


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("id", type=int, help="its number in `deskwarden token list`")


def run(args: Namespace) -> int:
    """Revoke the token; return 0, or 1 when there was none to revoke."""
    status = run_with(open_access(), args)
    if status == 0:
        record("token.revoked", f"token:{args.id}")
    return status


def run_with(access: Access, args: Namespace) -> int:
    """Do the same over given access."""
    if access.revoke(args.id):
        return 0
    sys.stderr.write(f"There is no token {args.id} that could be revoked.\n")
    return 1
