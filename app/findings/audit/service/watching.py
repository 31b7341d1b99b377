"""Watch over the chain: sign its head now and then, and read all of it again and again.

The sweep calls ``run``: it signs the head when it moved, and goes on with the pass over the chain that is under way, a
bounded number of rows at a time, so that it costs next to nothing however long the chain is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog
from sqlalchemy import Connection, select, update

from app.db import Database
from app.findings.audit.chain import GENESIS, Checkpoint, Head, Problem, Verified, missing, verify
from app.findings.audit.filters import AuditFilters
from app.findings.audit.service.reading import AuditReader, head_of
from app.findings.audit.service.writing import note
from app.findings.audit.tables import audit_checkpoints, audit_streams, audit_watch
from app.keys import MasterKey

log = structlog.get_logger()

#: Rows that one call of ``run`` reads at most: about a third of a second.
ROWS_AT_ONCE = 20_000

#: Seconds between the end of a pass over the chain and the beginning of the next.
PASS_SECONDS = 3_600.0

_PURPOSE = "audit-checkpoint"
_ONLY = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """How the watch stands.

    rows        rows in the chain, by the id of the newest
    head        the newest row
    signed      the newest checkpoint
    read        how far the pass that is under way has read
    whole_at    when the last pass that found nothing ended, None before the first; ``whole_rows`` it read
    problem     the first break that was found, None when the chain holds; ``problem_at`` when it was found
    """

    head: Head
    signed: Checkpoint | None
    read: int
    whole_at: float | None
    whole_rows: int
    problem: Problem | None
    problem_at: float | None

    @property
    def state(self) -> str:
        """``whole``, ``broken``, or ``unknown`` before the first pass has ended."""
        if self.problem is not None:
            return "broken"
        return "unknown" if self.whole_at is None else "whole"


class AuditWatch:
    """Signs, reads and remembers."""

    def __init__(self, database: Database, keys: MasterKey, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._now = now
        self._reader = AuditReader(database)

    def run(self) -> None:
        """Sign the head when it moved, and read on."""
        self.sign()
        self.read_on()

    def sign(self) -> Checkpoint | None:
        """Sign the head, unless the newest checkpoint stands there already; return the new one."""
        with self._database.read() as connection:
            head, last = head_of(connection), _newest(connection)
        if head.id == 0 or (last is not None and last.row_id >= head.id):
            return None
        bare = Checkpoint(head.id, head.hash, round(self._now(), 6), self._keys.id, "")
        checkpoint = dataclasses.replace(bare, signature=self._keys.sign(_PURPOSE, bare.text))
        with self._database.write() as connection:
            connection.execute(self._database.insert_once(audit_checkpoints).values(dataclasses.asdict(checkpoint)))
        # The log is kept elsewhere: who rewrites the database does not reach it.
        log.info("audit.signed", row=head.id, hash=head.hash, signature=checkpoint.signature)
        return checkpoint

    def whole(self) -> Verified:
        """Read all of the chain, once, from its first row to its last."""
        # What is signed or sent before the reading begins is there when the reading gets to it.
        checkpoints, known = self._reader.checkpoints(), self._sent()
        found = verify(self._reader.every(AuditFilters()), checkpoints, self.is_signed)
        return found if found.problem else dataclasses.replace(found, problem=self._unknown_to(found.head, known))

    def read_on(self, limit: int = ROWS_AT_ONCE) -> Standing:
        """Go on with the pass that is under way, or begin one when it is time; return how it stands then."""
        watch = self._watch()
        if watch.row_id == 0 and watch.next_at > self._now():
            return self.standing()
        after = Head(watch.row_id, watch.hash)
        checkpoints, known = self._reader.checkpoints(after.id), self._sent()
        rows = list(islice(self._reader.every(AuditFilters(), after=after.id), limit))
        ends = len(rows) < limit
        if not ends:
            checkpoints = [each for each in checkpoints if each.row_id <= rows[-1].id]
        found = verify(rows, checkpoints, self.is_signed, after=after, to_the_end=ends)
        problem = found.problem or (self._unknown_to(found.head, known) if ends else None)
        self._remember(after, found, problem, ends=ends, rows=watch.rows + found.rows)
        return self.standing()

    def begin(self) -> Standing:
        """Begin a pass now, and read as much of it as one call does."""
        with self._database.write() as connection:
            connection.execute(update(audit_watch).values(row_id=0, hash=GENESIS, rows=0, next_at=0.0))
        return self.read_on()

    def standing(self) -> Standing:
        """Return how the watch stands, without reading the chain."""
        watch = self._watch()
        with self._database.read() as connection:
            head, last = head_of(connection), _newest(connection)
        problem = None if watch.problem is None else Problem(**watch.problem)
        return Standing(head, last, watch.row_id, watch.whole_at, watch.whole_rows, problem, watch.problem_at)

    def is_signed(self, checkpoint: Checkpoint) -> bool | None:
        """Tell whether a checkpoint is ours; None when another master key signed it."""
        if checkpoint.key_id != self._keys.id:
            return None
        return self._keys.compare(_PURPOSE, checkpoint.text, checkpoint.signature)

    def _watch(self) -> Any:
        with self._database.read() as connection:
            row = connection.execute(select(audit_watch).where(audit_watch.c.id == _ONLY)).one_or_none()
        if row is not None:
            return row
        with self._database.write() as connection:
            first = self._database.insert_once(audit_watch).values(id=_ONLY, hash=GENESIS)
            connection.execute(first)
            return connection.execute(select(audit_watch).where(audit_watch.c.id == _ONLY)).one()

    def _remember(self, after: Head, found: Verified, problem: Problem | None, *, ends: bool, rows: int) -> None:
        now = self._now()
        values: dict[str, object] = {"row_id": found.head.id, "hash": found.head.hash, "rows": rows}
        if problem is not None:
            values = {"row_id": 0, "hash": GENESIS, "rows": 0, "next_at": now + PASS_SECONDS}
            values |= {"problem": dataclasses.asdict(problem), "problem_at": now}
        elif ends:
            values = {"row_id": 0, "hash": GENESIS, "rows": 0, "next_at": now + PASS_SECONDS}
            values |= {"whole_at": now, "whole_rows": rows, "problem": None, "problem_at": None}
        mine = (audit_watch.c.id == _ONLY) & (audit_watch.c.row_id == after.id)
        with self._database.write() as connection:
            before = connection.execute(select(audit_watch.c.problem)).scalar_one()
            moved = connection.execute(update(audit_watch).where(mine).values(values)).rowcount
            if moved and problem is not None and (before or {}).get("row_id") != problem.row_id:
                log.error("audit.broken", row=problem.row_id, kind=problem.kind)
                note(
                    connection, now, "Deskwarden", "audit.broken", subject=f"audit:{problem.row_id}", kind=problem.kind
                )

    def _sent(self) -> list[tuple[str, Head]]:
        """What each stream has taken over: it knows the chain up to there, whatever the database says now."""
        columns = (audit_streams.c.name, audit_streams.c.row_id, audit_streams.c.hash)
        with self._database.read() as connection:
            rows = connection.execute(select(*columns).where(audit_streams.c.hash.is_not(None))).all()
        return [(row.name, Head(row.row_id, row.hash)) for row in rows]

    def _unknown_to(self, head: Head, known: list[tuple[str, Head]]) -> Problem | None:
        for name, sent in known:
            if (problem := missing(head, sent.id, f"sent to the stream '{name}'")) is not None:
                return problem
            row = self._reader.one(sent.id)
            if row is None or row.hash != sent.hash:
                return Problem(
                    sent.id,
                    "rewritten",
                    f"Row {sent.id} is not the row that was sent to the stream '{name}'.",
                    "The chain was written anew from some row before this one on; compare it with what lies there.",
                )
        return None


def _newest(connection: Connection) -> Checkpoint | None:
    newest = select(audit_checkpoints).order_by(audit_checkpoints.c.row_id.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else Checkpoint(row.row_id, row.hash, row.at, row.key_id, row.signature)
