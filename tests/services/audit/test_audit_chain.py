"""The chain in a database: what is recorded with an act, what an intruder leaves behind, and many writers at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import select, text

from app.config import PROJECT
from app.findings.audit.filters import AuditFilters
from app.findings.audit.origin import Origin, acting_from
from app.findings.audit.service.watching import PASS_SECONDS
from app.findings.audit.tables import audit, audit_checkpoints

#: Writes rows as another process would: alone, two in one transaction, and one whose act fails.
_WRITER = """
import sys
from app.db import Database
from app.findings.audit.service.trail import Audit
database = Database(sys.argv[1])
trail = Audit(database, lambda: 1795262400.0)
for number in range(20):
    trail.record(sys.argv[2], "list.added", subject=f"block:{number}")
    with database.write() as transaction:
        trail.record_in(transaction, sys.argv[2], "list.added", n=1)
        trail.record_in(transaction, sys.argv[2], "list.removed", n=2)
    try:
        with database.write() as transaction:
            trail.record_in(transaction, sys.argv[2], "never")
            raise ValueError
    except ValueError:
        pass
"""


def test_what_is_recorded_comes_back_whole_and_holds(trail):
    with acting_from(Origin("api", "203.0.113.7", "curl/8")):
        trail.audit.record("ana", "list.added", subject="block:1", connection_id=3, n=1.5, text="é\u202e😀", none=None)
    trail.write()
    [first, *_] = trail.rows()
    assert first.origin == {"via": "api", "address": "203.0.113.7", "agent": "curl/8"}
    assert first.detail == {"n": 1.5, "text": "é\u202e😀", "none": None}
    assert trail.found() is None


def test_an_act_and_its_line_are_there_together_or_not_at_all(trail):
    with pytest.raises(ValueError, match="undone"), trail.database.write() as transaction:
        trail.audit.record_in(transaction, "ana", "list.added")
        raise ValueError("undone")
    assert trail.rows() == []
    with trail.database.write() as transaction:
        trail.audit.record_in(transaction, "ana", "list.added")
        assert transaction.execute(select(audit)).all() == []  # not before the very end
        trail.audit.record_in(transaction, "ana", "list.removed")
    assert [(row.id, row.event) for row in trail.rows()] == [(1, "list.added"), (2, "list.removed")]


def test_processes_that_write_at_once_make_one_chain(trail):
    command = [sys.executable, "-c", _WRITER, trail.url]
    running = [subprocess.Popen([*command, name], cwd=PROJECT, stderr=subprocess.PIPE, text=True) for name in "ab"]
    assert [process.communicate(timeout=60)[1] for process in running] == ["", ""]
    rows = trail.rows()
    assert [row.id for row in rows] == list(range(1, 121))
    assert {row.actor for row in rows} == {"a", "b"}
    assert trail.found() is None


def test_a_changed_row_shows_whatever_was_changed_in_it(trail):
    trail.write()
    before = trail.rows()[2]
    changes = {
        "actor": "eve", "event": "list.removed", "subject": "x", "detail": {}, "at": 5.0, "origin": {"via": "api"},
        "connection_id": 9, "hash": "0" * 64,
    }  # fmt: skip
    for name, value in changes.items():
        trail.tamper(3, **{name: value})
        assert trail.found() == ("changed", 3), name
        trail.tamper(3, **{name: getattr(before, name)})
    assert trail.found() is None


def test_a_removed_row_shows(trail):
    trail.write()
    trail.run("DELETE FROM audit WHERE id = 3")
    assert trail.found() == ("link", 4)


def test_an_inserted_row_shows(trail):
    trail.write()
    trail.run("INSERT INTO audit (id, at, actor, event, subject, detail) VALUES (6, 1, 'eve', 'x', '', '{}')")
    assert trail.found() == ("unlinked", 6)


def test_exchanged_rows_show(trail):
    trail.write()
    for sql in ("SET id = 99 WHERE id = 2", "SET id = 2 WHERE id = 3", "SET id = 3 WHERE id = 99"):
        trail.run(f"UPDATE audit {sql}")
    assert trail.found() == ("link", 2)


def test_rows_cut_off_the_end_show_after_a_checkpoint(trail):
    trail.write()
    trail.cut(5)
    assert trail.found() is None  # nobody knew of it
    trail.write(1)
    assert trail.watch.sign().row_id == 5
    trail.cut(4)
    assert trail.found() == ("cut", 4)
    trail.write(5)
    assert trail.found() == ("rewritten", 5)


def test_a_checkpoint_that_was_moved_shows(trail):
    trail.write()
    trail.watch.sign()
    trail.cut(5)
    trail.run(f"UPDATE audit_checkpoints SET row_id = 4, hash = '{trail.rows()[-1].hash}'")
    assert trail.found() == ("signature", 4)


def test_the_head_is_signed_once_wherever_it_stands(trail):
    assert trail.watch.sign() is None
    trail.write()
    assert trail.watch.sign().row_id == 5
    assert trail.watch.sign() is None
    trail.write(1)
    trail.watch.sign()
    with trail.database.read() as connection:
        assert connection.execute(select(audit_checkpoints.c.row_id)).scalars().all() == [5, 6]
    assert trail.watch.whole().signed.row_id == 6


def test_the_watch_reads_piece_by_piece_and_then_rests(trail):
    trail.write(7)
    trail.watch.sign()
    assert [trail.watch.read_on(3).read for _ in range(3)] == [3, 6, 0]
    standing = trail.watch.standing()
    assert (standing.state, standing.whole_rows, standing.head.id) == ("whole", 7, 7)
    trail.tamper(2, actor="eve")
    assert trail.watch.read_on(3).state == "whole"  # it rests
    trail.clock.pass_(PASS_SECONDS)
    assert trail.watch.read_on(3).problem.row_id == 2
    assert trail.rows()[-1].event == "audit.broken"


def test_a_break_is_recorded_once_and_forgotten_when_it_is_mended(trail):
    trail.write()
    trail.tamper(2, actor="eve")
    assert trail.watch.begin().state == "broken"
    assert trail.watch.begin().state == "broken"
    assert [row.event for row in trail.rows()].count("audit.broken") == 1
    trail.tamper(2, actor="ana")
    assert trail.watch.begin().state == "whole"


def test_lines_are_narrowed_by_every_filter_and_page_by_page(trail):
    trail.write(4)
    trail.audit.record("bob", "list.removed", subject="block:2")
    start = trail.rows()[0].at

    def ids(**given):
        return [row.id for row in trail.audit.reader.page(AuditFilters(**given))[0]]

    assert ids(actor="bob") == [5]
    assert ids(event="list.added") == [4, 3, 2, 1]
    assert ids(subject="block:2") == [5, 3]
    assert ids(subject="block:2", actor="ana", event="list.added") == [3]
    assert ids(since=start + 1, until=start + 3) == [3, 2]
    assert ids(since=start + 3, actor="ana") == [4]
    assert ids(until=start) == []
    rows, cursor = trail.audit.reader.page(AuditFilters(actor="ana"), limit=3)
    assert ([row.id for row in rows], cursor) == ([4, 3, 2], 2)
    assert [row.id for row in trail.audit.reader.page(AuditFilters(actor="ana"), cursor)[0]] == [1]
    assert trail.audit.reader.names("event") == ["list.added", "list.removed"]


def test_no_two_rows_can_follow_the_same_one(trail):
    trail.write(2)
    with pytest.raises(Exception, match=r"(?i)unique"):
        trail.run(
            "INSERT INTO audit (id, at, actor, event, subject, detail, previous)"
            " SELECT 9, at, actor, event, subject, detail, previous FROM audit WHERE id = 2"
        )


def test_the_newest_line_of_a_database_without_the_chain_is_no_obstacle(trail):
    trail.run("INSERT INTO audit (id, at, actor, event, subject, detail) VALUES (1, 1, 'old', 'x', '', '{}')")
    trail.write(1)
    assert trail.found() == ("unlinked", 1)
    with trail.database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit")).scalar_one() == 2
