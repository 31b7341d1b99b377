"""What the commands about feeds share: the feeds of this installation, options, and how an outcome is told."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import TYPE_CHECKING, Any, TextIO

from app.engine.printable import printable
from app.errors import Misconfigured

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds, Outcome


def open_feeds() -> Feeds:
    """Return the feeds of this installation, whose database is made on the first call."""
    from app.adapters.feeds import FeedFetcher
    from app.bootstrap import prepare
    from app.config import Settings
    from app.db import Database
    from app.feeds.service.feeds import Feeds
    from app.keys import MasterKey

    settings = Settings.from_environment()
    prepare(settings)
    keys = MasterKey.load(settings.home, settings.secret_key)
    fetcher = FeedFetcher(settings.trusted_hosts)
    return Feeds(Database(settings.database_url), keys, fetcher, settings.home, time.time)


def add_key_option(parser: ArgumentParser) -> None:
    """Declare where the provider's key is found; it never stands on the command line, where others see it."""
    parser.add_argument(
        "--key-env", metavar="VAR", help="variable with the provider's key (default: DESKWARDEN_FEED_<NAME>_KEY)"
    )


def key_of(name: str, variable: str | None) -> str:
    """Return the key for the feed of that name, empty when none is given. Raises Misconfigured for an empty one."""
    usual = f"DESKWARDEN_FEED_{name.upper().replace('-', '_')}_KEY"
    value = os.environ.get(variable or usual, "").strip()
    if variable and not value:
        raise Misconfigured(f"The variable {printable(variable, 100)} is empty: put the key there.", code="arguments")
    return value


def add_reading_options(parser: ArgumentParser) -> None:
    """Declare how a feed is read and what its hits are worth."""
    from app.feeds.formats import FORMATS
    from app.feeds.formats.columns import ROLES

    parser.add_argument("--format", required=True, choices=list(FORMATS), help="how it is written; see docs/feeds.md")
    parser.add_argument("--category", default="", help="what it lists: phishing, malware, … (default: by the format)")
    parser.add_argument("--weight", type=int, default=50, help="how far it is believed, 1 to 100 (default: 50)")
    parser.add_argument("--max-age", type=int, default=0, metavar="DAYS", help="entries older than this do not count")
    parser.add_argument("--licence", default="", metavar="NOTE", help="on whose terms it may be used")
    parser.add_argument("--least-confidence", type=int, default=50, metavar="PERCENT", help="(default: 50)")
    parser.add_argument("--delimiter", default=",", help="of --format csv: the sign between two columns")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        type=_column,
        metavar="WHAT=COLUMN",
        help=f"of --format csv: its title or number from 1; WHAT is one of {', '.join(ROLES)}",
    )


def reading_of(args: Namespace) -> dict[str, Any]:
    """Return the options of ``add_reading_options`` as the fields of a new feed."""
    options: dict[str, Any] = {"least_confidence": args.least_confidence}
    if args.format == "csv":
        options |= {"columns": dict(args.column), "delimiter": args.delimiter}
    return {
        "format": args.format,
        "category": args.category,
        "weight": args.weight,
        "max_age": args.max_age,
        "licence": args.licence,
        "options": options,
    }


def _column(text: str) -> tuple[str, str]:
    from app.feeds.formats.columns import ROLES

    role, mark, column = text.partition("=")
    if not mark or role not in ROLES or not column.strip():
        raise ArgumentTypeError(f"write it like url=link, with one of {', '.join(ROLES)} in front")
    return role, column.strip()


def outcome_lines(outcome: Outcome) -> list[str]:
    """Return what a person may want to know of an update or import, the first line a summary."""
    if outcome.state == "failed":
        kept = f" The {outcome.entries} entries it had stay in use." if outcome.entries else ""
        return [f"{outcome.name}: failed: {printable(outcome.reason, 1000)}{kept}"]
    if outcome.state == "busy":
        return [f"{outcome.name}: another process is updating it, or was killed while it did: wait up to half an hour."]
    left = f", {outcome.left_out} left out" if outcome.left_out else ""
    lines = [f"{outcome.name}: {outcome.state}, {outcome.entries} entries, {outcome.rejected} not usable{left}"]
    lines += [f"  line {line}: {printable(reason, 200)}" for line, reason in outcome.problems]
    if outcome.rejected > len(outcome.problems) > 0:
        lines.append(f"  … and {outcome.rejected - len(outcome.problems)} more")
    return lines


class Progress:
    """A line on standard error that counts, when that is a terminal."""

    def __init__(self, log: TextIO | None = None) -> None:
        self._log = log or sys.stderr
        self._live = self._log.isatty()

    def show(self, name: str, count: int) -> None:
        """Say how many entries of a feed have been read."""
        if self._live:
            self._log.write(f"\r\x1b[K{printable(name, 40)}: {count} read ")
            self._log.flush()

    def clear(self) -> None:
        """Take the line away, so that something else can be written."""
        if self._live:
            self._log.write("\r\x1b[K")
            self._log.flush()
