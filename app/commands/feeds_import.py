"""``deskwarden feeds import``: take in a feed from files, in the place of what was imported under its name before."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from app.commands.audit_options import record
from app.commands.feed_options import Progress, add_reading_options, open_feeds, outcome_lines, reading_of

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="what to call the feed; stands in findings")
    add_reading_options(parser)
    parser.add_argument("--force", action="store_true", help="also when it lists far less than before")
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="plain, or packed with gzip, bzip2, xz, zip"
    )


def run(args: Namespace) -> int:
    """Import; return 0 when every line could be used, 1 when some could not."""
    status = run_with(open_feeds(), args, out=sys.stdout)
    record("feed.imported", f"feed:{args.name}", files=len(args.files))
    return status


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    from app.feeds.service.feeds import NewFeed

    progress = Progress()
    feed = NewFeed(args.name, **reading_of(args))
    outcome = feeds.import_files(
        feed, args.files, progress=lambda count: progress.show(args.name, count), force=args.force
    )
    progress.clear()
    print("\n".join(outcome_lines(outcome)), file=out)
    return 0 if outcome.state == "updated" and not outcome.rejected else 1
