"""``deskwarden token list``: every token without the token itself, to find the one to revoke."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.commands.token import open_access

if TYPE_CHECKING:
    from app.access.service import Access, Token


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options: there are none."""


def run(args: Namespace) -> int:
    """Print one line a token; return 0."""
    return run_with(open_access(), args)


def run_with(access: Access, _args: Namespace) -> int:
    """Do the same over given access."""
    for token in access.tokens():
        sys.stdout.write(_line(token) + "\n")
    return 0


def _line(token: Token) -> str:
    used = _day(token.last_used_at) if token.last_used_at else "never"
    end = f"  revoked {_day(token.revoked_at)}" if token.revoked_at else ""
    return f"{token.id:>4}  {token.role:<8} {token.name}  created {_day(token.created_at)}  used {used}{end}"


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
