"""``deskwarden feeds enable``: use a feed, one that is ready to be used or one that was disabled."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, TextIO

from app.commands.feed_options import add_key_option, key_of, open_feeds

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", metavar="NAME")
    add_key_option(parser)


def run(args: Namespace) -> int:
    """Enable it; return 0."""
    return run_with(open_feeds(), args, out=sys.stdout)


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    feeds.enable(args.name, key=key_of(args.name, args.key_env))
    feeds.builder.build(wait=True)
    print(f"{args.name} is enabled; 'deskwarden feeds update {args.name}' downloads it now.", file=out)
    return 0
