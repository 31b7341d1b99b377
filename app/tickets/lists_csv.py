"""Lists as CSV, for spreadsheets. Columns: kind, value, reason, expires_at (ISO 8601 or empty), connection (or empty).

A cell that a spreadsheet would run as a formula is written with an apostrophe in front and read without it
(OWASP, "CSV Injection").
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.errors import Rejected
from app.tickets.filters import iso, moment
from app.tickets.lists import LONGEST_REASON, Entry, EntryKind, Side, normalised

COLUMNS = ("kind", "value", "reason", "expires_at", "connection")

#: More lines are refused: they would not fit into one short transaction.
MOST_LINES = 10_000

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class Line:
    """One line that was read and fits; ``connection`` is a name, None for all of them."""

    kind: EntryKind
    value: str
    reason: str
    expires_at: float | None
    connection: str | None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line that does not fit: its number in the file (the header is 1) and what is wrong with it."""

    line: int
    detail: str


def written(entries: Iterable[Entry], names: Mapping[int, str]) -> str:
    """Return the entries as CSV with a header; ``names`` gives the name of each connection."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for entry in entries:
        connection = names.get(entry.connection_id or 0, "")
        cells = (entry.kind.value, entry.value, entry.reason, iso(entry.expires_at) or "", connection)
        writer.writerow([guarded(cell) for cell in cells])
    return out.getvalue()


def read(text: str, side: Side) -> tuple[list[Line], list[Mistake]]:
    """Return the lines that fit and the mistakes in the others. Raises Rejected when this is no CSV of ours at all."""
    lines: list[Line] = []
    mistakes: list[Mistake] = []
    try:
        for number, row in _rows(text):
            try:
                lines.append(_line(row, side))
            except (Rejected, ValueError) as error:
                mistakes.append(Mistake(number, error.message if isinstance(error, Rejected) else _reason(error)))
    except csv.Error as error:
        raise Rejected("This is no CSV file.", code="invalid") from error
    return lines, mistakes


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith((*_FORMULA, "'")) else cell


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    if not {"kind", "value"} <= set(reader.fieldnames or ()):
        raise Rejected(f"The first line must name the columns: {', '.join(COLUMNS)}.", code="invalid")
    for count, row in enumerate(reader):
        if count >= MOST_LINES:
            raise Rejected(f"At most {MOST_LINES} lines can be imported at once.", code="invalid")
        # Cells beyond the header come under the key None; cells that are missing come as None.
        yield reader.line_num, {name: _unguarded((row.get(name) or "").strip()) for name in COLUMNS}


def _line(row: dict[str, str], side: Side) -> Line:
    kind = EntryKind(row["kind"].lower())
    if len(row["reason"]) > LONGEST_REASON or "\0" in row["reason"]:
        raise Rejected(f"A reason has at most {LONGEST_REASON} characters.", code="invalid")
    return Line(
        kind=kind,
        value=normalised(kind, row["value"], side),
        reason=row["reason"],
        expires_at=moment(row["expires_at"]) if row["expires_at"] else None,
        connection=row["connection"] or None,
    )


def _reason(error: ValueError) -> str:
    known = ", ".join(kind.value for kind in EntryKind)
    return f"The kind must be one of {known}." if "EntryKind" in str(error) else "expires_at is no ISO 8601 time."
