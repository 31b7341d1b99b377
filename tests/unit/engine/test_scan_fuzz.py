from __future__ import annotations

import gzip
import io
from unicodedata import category

import py7zr
import pytest
from hypothesis import given, strategies as st

from app.engine.budget import MIB, Limits
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed


def _seven_zip() -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive:
        archive.writef(io.BytesIO(b"text"), "a.txt")
    return buffer.getvalue()


#: One of each kind that is taken apart.
SEEDS = {
    "a.zip": samples.zip_of({"a.txt": b"text", "b/c.html": b"<a href='https://a.example'>"}),
    "a.docm": samples.macro_document(),
    "a.tar": samples.tar_of({"a.txt": b"text"}, compressed=False),
    "a.gz": gzip.compress(b"text" * 50),
    "a.7z": _seven_zip(),
    "a.eml": samples.mail_with([("a.txt", b"text")]),
    "a.pdf": samples.pdf(),
    "l.zip": samples.locked_archive("infected"),
}


@pytest.mark.parametrize("name", SEEDS)
@fuzzed(25)
@given(st.data())
def test_a_file_with_wrong_bytes_is_judged_and_never_raises(name: str, rules: RuleSet, data: st.DataObject) -> None:
    content = bytearray(SEEDS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, content[position] ^ 1]))
    engine = Engine(rules, Limits(tree_bytes=8 * MIB, node_bytes=4 * MIB, passwords=2))

    report = engine.scan(bytes(content), name=name)

    assert report.verdict in Verdict and report.nodes >= 1


@fuzzed(60)
@given(st.binary(max_size=300), st.text(max_size=30), st.text(max_size=60))
def test_anything_under_any_name_is_judged(engine: Engine, content: bytes, name: str, comment: str) -> None:
    report = engine.scan(content, name=name, comment=comment)

    assert report.verdict in Verdict
    for finding in report.findings:
        assert {category(letter) for letter in finding.where}.isdisjoint({"Cc", "Cs", "Zl", "Zp"})
