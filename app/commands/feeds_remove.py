"""``deskwarden feeds remove``: remove a feed with all that it lists."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, TextIO

from app.commands.feed_options import open_feeds

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", metavar="NAME")


def run(args: Namespace) -> int:
    """Remove it; return 0."""
    return run_with(open_feeds(), args, out=sys.stdout)


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    feeds.remove(args.name)
    feeds.builder.build(wait=True)
    print(f"{args.name} is removed.", file=out)
    return 0
