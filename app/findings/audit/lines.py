"""The audit trail written out: as JSON lines and as CSV for spreadsheets. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from app.findings.audit.chain import Row

COLUMNS = (
    "id", "at", "actor", "event", "subject", "connection_id", "via", "address", "forwarded", "agent", "host", "command",
    "detail", "previous", "hash",
)  # fmt: skip

#: What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), and the full-width forms of it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def moment(at: float) -> str:
    """Return a time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def shown(row: Row) -> dict[str, Any]:
    """Return a row as the API shows it."""
    return {
        "id": row.id,
        "at": moment(row.at),
        "actor": row.actor,
        "event": row.event,
        "subject": row.subject,
        "connection_id": row.connection_id,
        "detail": row.detail,
        "origin": row.origin,
        "previous": row.previous,
        "hash": row.hash,
    }


def as_jsonl(rows: Iterable[Row]) -> Iterator[bytes]:
    """Return one JSON object a row, each on a line of its own.

    ``at_us`` is the time in whole microseconds, from which the hash is computed.
    """
    for row in rows:
        yield orjson.dumps({**shown(row), "at_us": round(row.at * 1_000_000)}) + b"\n"


def as_csv(rows: Iterable[Row]) -> Iterator[bytes]:
    """Return a CSV with a header; no cell is one that a spreadsheet runs."""
    yield _line(COLUMNS)
    for row in rows:
        named = {**shown(row), **row.origin, "detail": orjson.dumps(row.detail).decode()}
        yield _line([_cell(named.get(name)) for name in COLUMNS])


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe in front where it might."""
    return f"'{cell}" if cell.lstrip(" ").startswith((*_FORMULA, "'")) else cell


def _cell(value: Any) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else guarded(str(value))


def _line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
