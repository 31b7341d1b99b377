"""``deskwarden feeds update``: download the feeds now and build the index."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, TextIO

from app.commands.feed_options import Progress, open_feeds, outcome_lines

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds, Outcome


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these feeds (default: all that are enabled)")
    parser.add_argument(
        "--force", action="store_true", help="also what is unchanged, or lists suddenly far less than before"
    )


def run(args: Namespace) -> int:
    """Update; return 0 when all went well, 1 when a feed failed or somebody else is at it."""
    return run_with(open_feeds(), args, out=sys.stdout)


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    progress = Progress()

    def tell(outcome: Outcome) -> None:
        progress.clear()
        print("\n".join(outcome_lines(outcome)), file=out, flush=True)

    outcomes = feeds.update(args.names, tell=tell, progress=progress.show, force=args.force)
    if not outcomes:
        print("No feed is enabled. 'deskwarden feeds status' lists those that are ready to be.", file=out)
    return 0 if all(outcome.state in ("updated", "unchanged") for outcome in outcomes) else 1
