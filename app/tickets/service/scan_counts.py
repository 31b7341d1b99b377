"""The counts of scans: adding up what transactions left, and counting anew."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select, text

from app.db import Database
from app.tickets.tables import scan_counts, scans

_CELL = ("connection_id", "kind", "verdict", "state", "verdict_by")

#: One statement, so that nobody sees what is gone and not yet added, and two at once add nothing twice.
_FOLD = text(
    "WITH gone AS (DELETE FROM scan_counts WHERE slot <> 0 RETURNING *), "
    "sums AS (SELECT connection_id, kind, verdict, state, verdict_by, sum(amount) AS amount FROM gone "
    "GROUP BY 1, 2, 3, 4, 5) "
    "INSERT INTO scan_counts AS c (connection_id, kind, verdict, state, verdict_by, slot, amount) "
    "SELECT connection_id, kind, verdict, state, verdict_by, 0, amount FROM sums ORDER BY 1, 2, 3, 4, 5 "
    "ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE "
    "SET amount = c.amount + excluded.amount"
)


class ScanCounts:
    """Looks after ``scan_counts``, which triggers keep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fold(self) -> None:
        """Add up what each transaction counted by itself. On SQLite all count in one place, so there is nothing."""
        if not self._database.is_sqlite:
            with self._database.write() as connection:
                connection.execute(_FOLD)

    def recount(self) -> None:
        """Count every scan anew; for a database that was repaired by hand."""
        columns = [scans.c[name] for name in _CELL]
        counted = select(*columns, func.count()).group_by(*columns)
        with self._database.write() as connection:
            connection.execute(delete(scan_counts))
            connection.execute(insert(scan_counts).from_select([*_CELL, "amount"], counted))
