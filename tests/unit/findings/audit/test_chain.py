"""Whatever is done to the rows past the service shows, and where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.findings.audit.chain import GENESIS, Head, linked, missing, verify
from app.findings.audit.entry import entry_of
from tests.builders import NOON
from tests.unit.findings.audit.rows import HERE, a_chain, a_row, is_ours, relinked, sealed


def found(rows, checkpoints=()):
    problem = verify(rows, checkpoints, is_ours).problem
    return None if problem is None else (problem.kind, problem.row_id)


def test_a_chain_that_nobody_touched_holds():
    rows = a_chain()
    verified = verify(rows, [sealed(rows[2])], is_ours)
    assert (verified.whole, verified.rows, verified.head.id) == (True, 6, 6)
    assert verified.signed == sealed(rows[2])


def test_an_empty_chain_holds():
    assert verify([], [], is_ours).head == Head(0, GENESIS)


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "bob"},
        {"event": "list.removed"},
        {"subject": "block:9"},
        {"at": NOON + 99},
        {"connection_id": 2},
        {"detail": {"kind": "url"}},
        {"origin": {"via": "service"}},
    ],
)
def test_a_changed_row_shows(change):
    rows = a_chain()
    rows[3] = replace(rows[3], **change)
    assert found(rows) == ("changed", 4)


def test_a_changed_row_with_a_hash_that_fits_breaks_the_link_to_the_next():
    rows = a_chain()
    rows[3] = a_row(4, previous=rows[2].hash, actor="bob")
    assert found(rows) == ("link", 5)


def test_a_removed_row_shows_and_is_named():
    rows = a_chain()
    del rows[2]
    assert found(rows) == ("link", 4)
    assert "row 3" in str(verify(rows, [], is_ours).problem)


def test_rows_removed_from_the_beginning_show():
    assert found(a_chain()[2:]) == ("link", 3)


def test_an_inserted_row_shows():
    rows = a_chain()
    rows.insert(3, a_row(30, previous=rows[2].hash))
    assert found(rows) == ("link", 4)


def test_exchanged_rows_show():
    rows = a_chain()
    rows[2], rows[3] = replace(rows[3], id=3), replace(rows[2], id=4)
    assert found(rows) == ("link", 3)


def test_a_row_that_was_written_past_the_service_shows():
    rows = a_chain()
    rows.append(a_row(7, previous=None, hash=None))
    assert found(rows) == ("unlinked", 7)


def test_rows_cut_off_the_end_are_missed_by_the_checkpoint():
    rows = a_chain()
    assert found(rows[:4], [sealed(rows[5])]) == ("cut", 5)


def test_rows_cut_off_the_end_and_replaced_are_not_those_that_were_signed():
    rows = a_chain()
    others = [entry_of(NOON + 9, "eve", "list.added", origin=HERE) for _ in range(2)]
    forged = rows[:4] + list(linked(Head(4, str(rows[3].hash)), NOON, others))
    assert found(forged) is None
    assert found(forged, [sealed(rows[5])]) == ("rewritten", 6)


def test_a_chain_that_was_written_anew_fits_together_but_not_with_what_was_signed():
    rows = a_chain()
    forged = relinked([replace(rows[0], actor="eve"), *rows[1:]])
    assert found(forged) is None
    assert found(forged, [sealed(rows[3])]) == ("rewritten", 4)


def test_a_checkpoint_of_somebody_without_the_key_shows():
    rows = a_chain()
    forged = relinked([replace(rows[0], actor="eve"), *rows[1:]])
    assert found(forged, [sealed(forged[3], b"theirs")]) == ("signature", 4)


def test_a_checkpoint_of_an_earlier_key_says_nothing_for_or_against():
    rows = a_chain()
    verified = verify(rows, [replace(sealed(rows[3], b"theirs"), key_id="earlier")], is_ours)
    assert verified.whole
    assert verified.signed is None


def test_a_checkpoint_between_two_rows_means_that_its_row_is_gone():
    rows = a_chain()
    forged = relinked(rows[:2] + rows[3:])
    assert found(forged, [sealed(rows[2])]) == ("cut", 3)


def test_a_look_goes_on_where_an_earlier_one_ended():
    rows = a_chain()
    first = verify(rows[:3], [], is_ours, to_the_end=False)
    assert verify(rows[3:], [sealed(rows[4])], is_ours, after=first.head).whole
    assert not verify(rows[4:], [], is_ours, after=first.head).whole


def test_what_a_stream_has_taken_over_cannot_be_cut_off():
    assert missing(Head(6, "x"), 6, "sent to the stream 'siem'") is None
    problem = missing(Head(4, "x"), 6, "sent to the stream 'siem'")
    assert problem is not None
    assert (problem.kind, problem.row_id) == ("cut", 5)


def test_times_never_go_back_along_the_chain():
    entries = [entry_of(at, "ana", "list.added", origin=HERE) for at in (NOON, NOON - 500, NOON + 1)]
    assert [row.at for row in linked(Head(), 0.0, entries)] == [NOON, NOON, NOON + 1]


def test_the_formula_is_the_one_that_is_documented():
    # Computed by hand from docs/audit.md: SHA-256 over this very text.
    import hashlib

    text = (
        '{"actor":"ana","at":1795262400000000,"connection_id":1,"detail":{"kind":"domain"},"event":"list.added",'
        '"id":17,"origin":{"address":"203.0.113.7","agent":"Firefox","via":"console"},"previous":"' + "0" * 64 + '",'
        '"subject":"block:1","v":1}'
    )
    assert a_row().hash == hashlib.sha256(text.encode()).hexdigest()
