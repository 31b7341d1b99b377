from __future__ import annotations

import gzip
import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

REGULAR, FOLDER = 0o100644, 0o040755


def member(form: str, name: bytes, content: bytes, mode: int = REGULAR) -> bytes:
    name += b"\0"
    if form == "new":
        numbers = [1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0]
        head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name
        return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)
    if form == "octal":
        head = b"070707" + b"%06o" % 0 * 2 + b"%06o" % mode + b"%06o" % 0 * 4 + b"%011o" % 0
        return head + b"%06o%011o" % (len(name), len(content)) + name + content
    size = (len(content) >> 16, len(content) & 0xFFFF)
    order = "<" if form == "little" else ">"
    head = struct.pack(f"{order}13H", 0o070707, 0, 0, mode, 0, 0, 1, 0, 0, 0, len(name), *size) + name
    return head + bytes(-len(head) % 2) + content + bytes(-len(content) % 2)


def cpio(form: str, content: bytes) -> bytes:
    parts = [member(form, b"sub", b"", FOLDER), member(form, b"sub/e.txt", content)]
    return b"".join(parts) + member(form, b"TRAILER!!!", b"", 0)


def rpm(content: bytes) -> bytes:
    section = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 5) + bytes(16) + bytes(5)
    return b"\xed\xab\xee\xdb".ljust(96, b"\0") + section + bytes(3) + section + gzip.compress(cpio("new", content))


@pytest.mark.parametrize("form", ["new", "octal", "little", "big"])
def test_a_file_in_an_archive_is_found(engine: Engine, form: str) -> None:
    report = engine.scan(cpio(form, EICAR), name="a.cpio")

    assert (report.verdict, places(report)["yara.eicar"]) == (Verdict.MALICIOUS, "a.cpio/sub/e.txt")


@pytest.mark.parametrize("form", ["new", "octal", "little", "big"])
def test_a_harmless_archive_is_clean(engine: Engine, form: str) -> None:
    report = engine.scan(cpio(form, BENIGN), name="a.cpio")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


@pytest.mark.parametrize("form", ["new", "octal", "little", "big"])
def test_an_archive_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine, form: str) -> None:
    content = cpio(form, EICAR + bytes(500))
    report = engine.scan(content[: content.index(EICAR) + 200], name="a.cpio")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


def test_a_package_of_red_hat_is_opened(engine: Engine) -> None:
    found = engine.scan(rpm(EICAR), name="a.rpm")

    assert places(found)["yara.eicar"] == "a.rpm/payload.cpio/payload/sub/e.txt"
    assert engine.scan(rpm(BENIGN), name="a.rpm").verdict is Verdict.CLEAN
    assert unknowns(engine.scan(rpm(BENIGN)[:110], name="a.rpm")) == {"archive.broken"}


@pytest.mark.parametrize("form", ["new", "octal", "little"])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(form: str, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(cpio(form, BENIGN))), "a.cpio").nodes >= 1
