"""The reference by which a note is found again: keyed, stable, and nothing that a file's name can forge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.findings.notices import (
    find_references,
    make_reference,
    quarantine_note,
)
from app.keys import MasterKey
from tests.unit.findings.letters import FILE, REFERENCE, Reader

KEY = MasterKey(b"k" * 32)


def reference_of(action_key: str) -> str:
    return make_reference(lambda text: KEY.sign("reference", text), action_key)


def test_a_reference_is_keyed_and_stable() -> None:
    assert reference_of("note:notice:1") == REFERENCE
    assert reference_of("note:notice:2") != REFERENCE


def test_a_reference_is_found_again_in_what_zendesk_makes_of_the_note() -> None:
    html = quarantine_note((FILE,), reference=REFERENCE)
    assert find_references(f'<div class="zd-comment" dir="auto">{html}</div>') == [REFERENCE]
    assert find_references(Reader(html).words) == [REFERENCE]
    assert find_references(f"{REFERENCE} and {REFERENCE} and {reference_of('x')}") == [REFERENCE, reference_of("x")]


@pytest.mark.parametrize("text", ["", "DW-1", REFERENCE[:-1], REFERENCE + "A", "X" + REFERENCE, REFERENCE.lower()])
def test_what_only_looks_like_a_reference_is_none(text: str) -> None:
    assert find_references(text) == []


def test_a_file_cannot_bear_a_second_reference_by_its_name() -> None:
    forged = reference_of("note:notice:999")
    html = quarantine_note((replace(FILE, name=f"{forged}.pdf"),), reference=REFERENCE)
    assert find_references(html)[-1] == REFERENCE
