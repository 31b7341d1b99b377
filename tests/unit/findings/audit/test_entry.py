"""Whatever is recorded can be stored by every database and hashed again when it comes back."""

from __future__ import annotations

import orjson
from hypothesis import given, strategies as st

from app.findings.audit.canonical import canonical
from app.findings.audit.entry import LARGEST_DETAIL, LONGEST_ACTOR, entry_of
from app.findings.audit.origin import SERVICE, Origin, acting_from, current
from tests.builders import NOON
from tests.fuzz import fuzzed


def test_signs_that_a_database_refuses_are_replaced():
    entry = entry_of(NOON, "a\0na", "x", subject="\ud800", detail={"n": "b\0\ud800"}, origin=SERVICE)
    assert (entry.actor, entry.subject, entry.detail) == ("a\ufffdna", "?", {"n": "b\ufffd?"})


def test_what_is_too_long_is_cut():
    entry = entry_of(NOON, "a" * 10_000, "x", detail={"n": "b" * 10_000}, origin=Origin("api", agent="c" * 10_000))
    assert len(entry.actor) == LONGEST_ACTOR
    assert len(entry.detail["n"]) == 2_000
    assert len(entry.origin["agent"]) == 400
    full = entry_of(NOON, "a", "x", detail={str(n): "b" * 2_000 for n in range(50)}, origin=SERVICE)
    assert len(orjson.dumps(full.detail)) < LARGEST_DETAIL


def test_numbers_that_are_not_exact_everywhere_become_text():
    entry = entry_of(NOON, "a", "x", detail={"big": 2**60, "nan": float("nan"), "fine": 5}, origin=SERVICE)
    assert entry.detail == {"big": str(2**60), "nan": "nan", "fine": 5}


@fuzzed(60)
@given(st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists)))
def test_any_details_come_back_with_the_same_hash(detail):
    fitted = entry_of(NOON, "a", "x", detail=detail, origin=SERVICE).detail
    assert canonical(orjson.loads(orjson.dumps(fitted))) == canonical(fitted)


def test_from_where_is_what_was_set_last_and_the_service_when_nobody_set_it():
    assert current() == SERVICE
    with acting_from(Origin("command", host="desk")):
        assert current().to_dict() == {"via": "command", "host": "desk"}
    assert current() == SERVICE
