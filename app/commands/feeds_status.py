"""``deskwarden feeds status``: how each feed stands, and the index of this machine."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
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
            "feeds": [{**_as_json(row), "stale": feeds.is_stale(row)} for row in rows],
            "index": index,
            "ready": [{"name": feed.name, "key": feed.key, "licence": feed.licence} for feed in ready],
        }
        print(json.dumps(document), file=out)
    else:
        heading = ["", "Ready to be used, each with 'deskwarden feeds enable NAME':"] if ready else []
        feeds_lines = [line for row in rows for line in _lines(row, feeds.is_stale(row))]
        for line in [*_summary(rows, index), *feeds_lines, *heading, *map(_ready, ready)]:
            print(line, file=out)
    failing = any(row.enabled and (row.last_error or feeds.is_stale(row)) for row in rows)
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


def _summary(rows: Sequence[Any], index: dict[str, Any]) -> list[str]:
    """Return what most readers came for: whether links are checked, and against how much."""
    used = [row for row in rows if row.enabled]
    failing = sum(1 for row in used if row.last_error)
    stand = "No feed is in use"
    if used:
        stand = f"{len(used)} {'feed is' if len(used) == 1 else 'feeds are'} in use"
        stand += f", {failing} of them failing" if failing else ", all well"
    return [f"{stand}. {index['problem'] or 'Links are checked against ' + _entries(index['entries']) + '.'}"]


def _lines(row: Any, is_stale: bool) -> list[str]:
    state = "off" if not row.enabled else "FAILING" if row.last_error else "ok" if row.last_ok_at else "waiting"
    taken = f"taken {row_time[:16].replace('T', ' ')} UTC" if (row_time := _time(row.last_ok_at)) else "never taken"
    counts = _entries(row.entries) + (f", {_counted(row.rejected, 'line')} not usable" if row.rejected else "")
    lines = [f"{state:<8} {row.name:<20} {row.category:<10} weight {row.weight:<3} {counts}, {taken}"]
    if row.last_error:
        kept = " What it listed before stays in use." if row.entries and not is_stale else ""
        lines.append(f"         {printable(row.last_error, 500)}{kept}")
    if row.enabled and is_stale:
        lines.append(f"         Nothing of it counts any more: no download went well for {row.stale_after} days.")
    return lines + [f"         line {line}: {printable(reason, 200)}" for line, reason in row.problems[:_SHOWN]]


def _entries(count: int) -> str:
    return f"{count:,} {'entry' if count == 1 else 'entries'}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _ready(feed: ReadyMade) -> str:
    key = {"needed": "needs a key", "optional": "works without a key"}.get(feed.key, "no key")
    return f"         {feed.name:<20} {feed.category:<10} {key}. {feed.licence}"


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
