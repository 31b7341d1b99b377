"""Scans as lines of a file: CSV for spreadsheets, JSON lines for programs. Pure.

CSV: RFC 4180, every cell that a spreadsheet would run as a formula with an apostrophe in front (OWASP, "CSV
Injection"), control characters as visible escapes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from app.engine.printable import printable
from app.tickets.lists_csv import guarded

Scan = Mapping[str, Any]

#: Columns of the CSV, in order.
COLUMNS = (
    "id", "created_at", "finished_at", "connection", "ticket_id", "comment_id", "kind", "name", "url", "verdict",
    "verdict_by", "state", "findings", "sha256", "size", "content_type", "sender", "receiver", "channel",
    "rules_version",
)  # fmt: skip

#: So that Excel takes the file for UTF-8.
BYTE_ORDER_MARK = "\ufeff"

#: Characters of a cell. Spreadsheets take no more than 32,767.
LONGEST_CELL = 32_000


class Format(StrEnum):
    """What a file of scans looks like."""

    CSV = "csv"
    JSONL = "jsonl"


#: The wide forms of the signs that begin a formula; some spreadsheets take them for the same.
_WIDE = ("＝", "＋", "－", "＠")

MEDIA_TYPES = {Format.CSV: "text/csv", Format.JSONL: "application/x-ndjson"}


def lines(pages: Iterable[Iterable[Scan]], form: Format, *, mark: bool = False) -> Iterator[str]:
    """Yield the file piece by piece: one piece a page, and a header before for CSV, after the mark where wanted."""
    if form is Format.CSV:
        yield (BYTE_ORDER_MARK if mark else "") + _csv([COLUMNS])
    for page in pages:
        if form is Format.CSV:
            yield _csv([_cell(scan, name) for name in COLUMNS] for scan in page)
        else:
            yield "".join(json.dumps(dict(scan), ensure_ascii=False, separators=(",", ":")) + "\n" for scan in page)


def _csv(rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _cell(scan: Scan, name: str) -> str:
    value = scan[name]
    if name == "findings":
        value = " ".join(dict.fromkeys(str(finding["id"]) for finding in value))
    cell = "" if value is None else guarded(printable(str(value), LONGEST_CELL))
    return f"'{cell}" if cell.startswith(_WIDE) else cell
