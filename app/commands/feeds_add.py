"""``deskwarden feeds add``: a feed of your own, downloaded regularly from an address."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, TextIO

from app.commands.feed_options import add_key_option, add_reading_options, key_of, open_feeds, reading_of

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--name", required=True, help="what to call it; stands in findings")
    parser.add_argument("--url", required=True, help="where it is; {key} in it stands for the provider's key")
    add_reading_options(parser)
    add_key_option(parser)
    parser.add_argument("--key-header", default="", metavar="NAME", help="header that takes the key, as Auth-Key")
    parser.add_argument("--every", type=float, default=3_600.0, metavar="SECONDS", help="(default: 3600)")
    parser.add_argument(
        "--stale-after", type=int, default=14, metavar="DAYS", help="without a good download it stops counting (14)"
    )


def run(args: Namespace) -> int:
    """Add it; return 0."""
    return run_with(open_feeds(), args, out=sys.stdout)


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    from app.feeds.service.feeds import NewFeed

    key = key_of(args.name, args.key_env)
    feeds.add(
        NewFeed(
            args.name,
            url=args.url,
            key=key,
            key_header=args.key_header,
            every=args.every,
            stale_after=args.stale_after,
            **reading_of(args),
        )
    )
    print(f"{args.name} is added; 'deskwarden feeds update {args.name}' downloads it now.", file=out)
    return 0
