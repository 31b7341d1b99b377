"""``deskwarden feeds status``: how each feed stands, and the index of this machine."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from app.commands.feed_options import open_feeds
from app.engine.links.index import Unreadable
from app.engine.printable import printable
from app.feeds.catalogue import READY_MADE, ReadyMade

if TYPE_CHECKING:
    from app.feeds.service.feeds import Feeds

#: Problems that are shown of one feed.
_SHOWN = 3


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="one JSON object for programs")


def run(args: Namespace) -> int:
    """Show it; return 0 when all is well, 1 when a feed failed last time or the index cannot be read."""
    return run_with(open_feeds(), args, out=sys.stdout)


def run_with(feeds: Feeds, args: Namespace, *, out: TextIO) -> int:
    """Do the same over given feeds."""
    rows = feeds.rows()
    index = _index(feeds)
    ready = [feed for feed in READY_MADE if feed.name not in {row.name for row in rows}]
    if args.json:
        document = {
            "feeds": [_as_json(row) for row in rows],
            "index": index,
            "ready": [{"name": feed.name, "key": feed.key, "licence": feed.licence} for feed in ready],
        }
        print(json.dumps(document), file=out)
    else:
        for line in [*(line for row in rows for line in _lines(row)), *_index_lines(index), *map(_ready, ready)]:
            print(line, file=out)
    failing = any(row.enabled and row.last_error for row in rows)
    return 1 if failing or index["problem"] else 0


def _index(feeds: Feeds) -> dict[str, Any]:
    """Return how the index of this machine stands; all of it is read."""
    index = feeds.reputation.index()
    problem = ""
    if index is None:
        enabled = any(row.enabled and row.entries for row in feeds.rows())
        problem = "There is no index on this machine: run 'deskwarden feeds update'." if enabled else ""
    else:
        try:
            index.verify()
        except Unreadable:
            problem = "The index is damaged: delete the file, then run 'deskwarden feeds update'."
    return {"entries": index.count if index else 0, "problem": problem}


def _as_json(row: Any) -> dict[str, Any]:
    names = ("name", "format", "enabled", "category", "weight", "licence", "max_age", "stale_after", "entries")
    return {
        **{name: getattr(row, name) for name in names},
        "rejected": row.rejected,
        "left_out": row.left_out,
        "problems": [{"line": line, "reason": reason} for line, reason in row.problems],
        "downloaded": row.url is not None,
        "has_key": row.key is not None,
        "last_run_at": _time(row.last_run_at),
        "last_ok_at": _time(row.last_ok_at),
        "last_error": row.last_error,
    }


def _lines(row: Any) -> list[str]:
    state = "on " if row.enabled else "off"
    when = (_time(row.last_ok_at) or "never")[:16].replace("T", " ")
    counts = f"{row.entries} entries" + (f", {row.rejected} not usable" if row.rejected else "")
    lines = [f"{state} {row.name:<20} {row.category:<10} weight {row.weight:<3} {counts}, last taken {when}"]
    if row.last_error:
        lines.append(f"    failed: {printable(row.last_error, 500)}")
    return lines + [f"    line {line}: {printable(reason, 200)}" for line, reason in row.problems[:_SHOWN]]


def _index_lines(index: dict[str, Any]) -> list[str]:
    return [f"index: {index['problem'] or str(index['entries']) + ' entries'}"]


def _ready(feed: ReadyMade) -> str:
    key = {"needed": "needs a key", "optional": "works without a key"}.get(feed.key, "no key")
    return f"--  {feed.name:<20} {feed.category:<10} ready to be enabled, {key}. {feed.licence}"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
