"""The trail written out: nothing in it that a spreadsheet runs, nothing that ends a line before its time."""

from __future__ import annotations

import csv
import io

import orjson
import pytest
from hypothesis import given, strategies as st

from app.findings.audit.lines import COLUMNS, as_csv, as_jsonl, guarded
from tests.fuzz import fuzzed
from tests.unit.findings.audit.rows import a_row

HOSTILE = [
    "=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1+1", "＝1", "\u202egnp.exe", "<b>",
    'a,b"c', "x" * 10_000, "line\nfeed", "'=1",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_cell_that_is_no_formula(name):
    written = b"".join(as_csv([a_row(actor=name, subject=name, origin={"agent": name}, detail={"reason": name})]))
    header, line = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert header == list(COLUMNS)
    cells = dict(zip(header, line, strict=True))
    for column in ("actor", "subject", "agent", "detail"):
        assert not cells[column].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert cells["actor"] in (name, f"'{name}")


@fuzzed(40)
@given(st.text())
def test_no_text_at_all_is_a_formula(text):
    assert not guarded(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize("name", HOSTILE)
def test_every_row_is_one_line_of_json(name):
    row = a_row(actor=name, detail={"reason": name})
    written = b"".join(as_jsonl([row, row]))
    assert written.count(b"\n") == 2
    first = orjson.loads(written.splitlines()[0])
    assert (first["actor"], first["at"], first["at_us"]) == (name, "2026-11-21T12:00:00.000Z", 1_795_262_400_000_000)
