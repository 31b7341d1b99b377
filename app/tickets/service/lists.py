"""The rows of the allow and block lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, case, delete, func, insert, or_, select, update

from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.findings.audit.service.writing import note
from app.tickets import lists_csv
from app.tickets.lists import LONGEST_REASON, Entry, EntryKind, Side, anchor_of, candidates, normalised
from app.tickets.lists_csv import Line, Mistake
from app.tickets.tables import list_entries

#: Patterns about every host on one list: each is held against every link.
MOST_EVERYWHERE = 100

#: Entries whose hits are counted by one statement.
_AT_ONCE = 200


class Lists:
    """Keeps the entries; who decides by them asks ``entries_for`` and the pure ``decide_by_lists``."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def add(
        self,
        side: Side,
        kind: EntryKind,
        value: str,
        *,
        actor: str,
        reason: str = "",
        expires_at: float | None = None,
        connection: str | None = None,
    ) -> tuple[Entry, bool]:
        """Return the entry and whether it is new; a value that stands already gets the new reason and end.

        Raises Rejected with code ``invalid`` when the value does not fit its kind or the connection is unknown.
        """
        if len(reason) > LONGEST_REASON:
            raise Rejected(f"A reason has at most {LONGEST_REASON} characters.", code="invalid")
        line = Line(kind, normalised(kind, value, side), reason, expires_at, connection)
        with self._database.write() as transaction:
            row_id, fresh = self._put(transaction, side, line, actor, _ids(transaction))
            row = transaction.execute(select(list_entries).where(list_entries.c.id == row_id)).one()
            self._note(transaction, actor, "list.added" if fresh else "list.changed", row)
        return _entry(row), fresh

    def remove(self, side: Side, entry_id: int, *, actor: str = "Deskwarden") -> Entry | None:
        """Take an entry off its list and return it; None when there is none of this id."""
        statement = delete(list_entries).where(list_entries.c.id == entry_id, list_entries.c.side == side.value)
        with self._database.write() as transaction:
            row = transaction.execute(statement.returning(list_entries)).one_or_none()
            if row is not None:
                self._note(transaction, actor, "list.removed", row)
        return None if row is None else _entry(row)

    def page(
        self, side: Side, cursor: int | None = None, limit: int = 50, *, kind: EntryKind | None = None, text: str = ""
    ) -> tuple[list[Entry], int | None]:
        """Return up to ``limit`` entries, newest first and expired ones too, and the cursor of the next page.

        Of one kind when ``kind`` is given, and with ``text`` in their value, reason or the name of who added them.
        """
        statement = select(list_entries).where(list_entries.c.side == side.value)
        statement = statement.order_by(list_entries.c.id.desc()).limit(limit + 1)
        if cursor is not None:
            statement = statement.where(list_entries.c.id < cursor)
        if kind is not None:
            statement = statement.where(list_entries.c.kind == kind.value)
        if text:
            columns = (list_entries.c.value, list_entries.c.reason, list_entries.c.actor)
            statement = statement.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
        with self._database.read() as reading:
            rows = reading.execute(statement).all()
        return [_entry(row) for row in rows[:limit]], rows[limit - 1].id if len(rows) > limit else None

    def counts(self, side: Side) -> dict[EntryKind, int]:
        """Return how many entries of each kind a list has."""
        statement = select(list_entries.c.kind, func.count()).where(list_entries.c.side == side.value)
        with self._database.read() as reading:
            found = {row[0]: row[1] for row in reading.execute(statement.group_by(list_entries.c.kind))}
        return {kind: found.get(kind.value, 0) for kind in EntryKind}

    def is_over(self, entry: Entry) -> bool:
        """Return whether an entry has expired and no longer decides about anything."""
        return entry.expires_at is not None and entry.expires_at <= self._now()

    def all(self, side: Side) -> list[Entry]:
        """Return every entry of a list, oldest first and expired ones too."""
        with self._database.read() as reading:
            rows = reading.execute(
                select(list_entries).where(list_entries.c.side == side.value).order_by(list_entries.c.id)
            ).all()
        return [_entry(row) for row in rows]

    def entries_for(
        self, connection_id: int, *, sha256: str | None = None, url: str | None = None, sender: str | None = None
    ) -> list[Entry]:
        """Return every entry that may speak about this content, by one look-up in the index of values."""
        return self.entries_among(connection_id, candidates(sha256=sha256, url=url, sender=sender))

    def entries_among(self, connection_id: int, values: set[str]) -> list[Entry]:
        """The same for values collected with ``candidates``, so that many links cost one query."""
        if not values:
            return []
        statement = select(list_entries).where(
            list_entries.c.value.in_(values) | list_entries.c.anchor.in_({"", *values}),
            list_entries.c.connection_id.is_(None) | (list_entries.c.connection_id == connection_id),
        )
        with self._database.read() as reading:
            return [_entry(row) for row in reading.execute(statement)]

    def version(self, connection_id: int) -> str:
        """Return what changes whenever the lists may say something else about a connection's content."""
        columns = (
            func.count(),
            func.coalesce(func.max(list_entries.c.id), 0),
            func.coalesce(func.max(func.coalesce(list_entries.c.changed_at, list_entries.c.created_at)), 0.0),
        )
        statement = select(*columns).where(
            list_entries.c.connection_id.is_(None) | (list_entries.c.connection_id == connection_id),
            list_entries.c.expires_at.is_(None) | (list_entries.c.expires_at > self._now()),
        )
        with self._database.read() as reading:
            count, newest, changed = reading.execute(statement).one()
        return f"{count}.{newest}.{changed:.6f}" if count else ""

    @staticmethod
    def count_hits(transaction: Connection, hits: Mapping[int, int], now: float) -> None:
        """Note that entries decided, as part of an open transaction: ``hits`` is how often, by entry id."""
        for start in range(0, len(hits), _AT_ONCE):
            some = dict(list(hits.items())[start : start + _AT_ONCE])
            transaction.execute(
                update(list_entries)
                .where(list_entries.c.id.in_(some))
                .values(hits=list_entries.c.hits + case(some, value=list_entries.c.id, else_=0), last_hit_at=now)
            )

    def connection_names(self) -> dict[int, str]:
        """Return the name of each connection by its id."""
        with self._database.read() as reading:
            return {row.id: row.name for row in reading.execute(select(connections.c.id, connections.c.name))}

    def exported(self, side: Side) -> str:
        """Return a list as CSV that ``imported`` reads again."""
        return lists_csv.written(self.all(side), self.connection_names())

    def imported(self, side: Side, text: str, *, actor: str) -> tuple[int, int, list[Mistake]]:
        """Add every line of a CSV, or none when one of them does not fit.

        Returns how many were added, how many stood already, and the mistakes. Raises Rejected when it is no CSV.
        """
        lines, mistakes = lists_csv.read(text, side)
        added = 0
        with self._database.write() as transaction:
            ids = _ids(transaction)
            mistakes += [Mistake(0, f"There is no connection {name!r}.") for name in _unknown(lines, ids)]
            if mistakes:
                return 0, 0, mistakes
            for line in lines:
                added += self._put(transaction, side, line, actor, ids)[1]
            updated = len(lines) - added
            note(transaction, self._now(), actor, "list.imported", subject=side.value, added=added, updated=updated)
        return added, len(lines) - added, []

    def _note(self, transaction: Connection, actor: str, event: str, row: Any) -> None:
        """Record a change of an entry together with it. What it is about may name a customer, and is left out."""
        subject, about = f"{row.side}:{row.id}", {"kind": row.kind, "reason": row.reason}
        note(transaction, self._now(), actor, event, subject=subject, connection_id=row.connection_id, **about)

    def _put(
        self, transaction: Connection, side: Side, line: Line, actor: str, ids: dict[str, int]
    ) -> tuple[int, bool]:
        if _unknown([line], ids):
            raise Rejected("There is no connection of this name.", code="invalid")
        same = {
            "side": side.value,
            "kind": line.kind.value,
            "value": line.value,
            "connection_id": ids[line.connection] if line.connection else None,
        }
        said = {"reason": line.reason, "expires_at": line.expires_at, "actor": actor, "changed_at": self._now()}
        row_id = transaction.execute(
            update(list_entries)
            .where(*(list_entries.c[name].is_not_distinct_from(value) for name, value in same.items()))
            .values(**said)
            .returning(list_entries.c.id)
        ).scalar()
        if row_id is not None:
            return row_id, False
        anchor = anchor_of(line.kind, line.value)
        if anchor == "":
            self._check_room(transaction, side)
        added = insert(list_entries).values(**same, **said, anchor=anchor, created_at=self._now())
        added = added.returning(list_entries.c.id)
        return int(transaction.execute(added).scalar_one()), True

    @staticmethod
    def _check_room(transaction: Connection, side: Side) -> None:
        """Patterns about every host are held against every link there is."""
        held = select(func.count()).where(list_entries.c.anchor == "", list_entries.c.side == side.value)
        if transaction.execute(held).scalar_one() >= MOST_EVERYWHERE:
            raise Rejected(f"A list has at most {MOST_EVERYWHERE} patterns about every host.", code="invalid")


def _ids(transaction: Connection) -> dict[str, int]:
    return {row.name: row.id for row in transaction.execute(select(connections.c.id, connections.c.name))}


def _unknown(lines: Sequence[Line], ids: dict[str, int]) -> list[str]:
    return sorted({line.connection for line in lines if line.connection and line.connection not in ids})


def _entry(row: Any) -> Entry:
    return Entry(
        id=row.id,
        side=Side(row.side),
        kind=EntryKind(row.kind),
        value=row.value,
        reason=row.reason,
        actor=row.actor,
        created_at=row.created_at,
        expires_at=row.expires_at,
        connection_id=row.connection_id,
        hits=row.hits,
        last_hit_at=row.last_hit_at,
    )
