from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def block(kind: int, flags: int, body: bytes, data: bytes = b"", extra: bytes = b"") -> bytes:
    head = number(kind) + number(flags | 2 * bool(data) | bool(extra))
    head += (number(len(extra)) if extra else b"") + (number(len(data)) if data else b"") + body + extra
    return bytes(4) + number(len(head)) + head + data


def rar5(content: bytes, *, name: str = "e.txt", method: int = 0, locked: bool = False, flags: int = 0) -> bytes:
    raw = name.encode()
    body = number(4) + number(len(content)) + number(0) + bytes(4) + number(method << 7) + number(0)
    extra = number(2) + number(1) + b"\0" if locked else b""
    file = block(2, flags, body + number(len(raw)) + raw, content, extra)
    return b"Rar!\x1a\x07\x01\x00" + block(1, 0, number(0)) + file + block(5, 0, number(0))


def rar4(content: bytes, *, name: str = "e.txt", method: int = 0, locked: bool = False, flags: int = 0) -> bytes:
    raw = name.encode()
    body = struct.pack("<IIBIIBBHI", len(content), len(content), 2, 0, 0, 29, 0x30 + method, len(raw), 0x20) + raw
    flags |= 0x8000 | 4 * locked
    file = struct.pack("<HBHH", 0, 0x74, flags, 7 + len(body)) + body + content
    start = b"Rar!\x1a\x07\x00" + struct.pack("<HBHH6x", 0, 0x73, 0, 13)
    return start + file + struct.pack("<HBHH", 0, 0x7B, 0x4000, 7)


Packer = Callable[..., bytes]
BOTH = pytest.mark.parametrize("rar", [rar4, rar5])


@BOTH
def test_a_stored_member_is_found(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(EICAR, name="sub/e.txt"), name="a.rar")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert "a.rar/sub/e.txt" in {finding.where for finding in report.findings if finding.id == "yara.eicar"}


@BOTH
def test_a_harmless_stored_member_is_clean(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(BENIGN), name="a.rar")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


@BOTH
def test_a_compressed_member_is_unknown_and_named(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", method=3), name="a.rar")

    (finding,) = report.findings
    assert (report.verdict, finding.id, finding.evidence) == (Verdict.UNKNOWN, "archive.unsupported", "e.txt")


@BOTH
def test_a_compressed_program_is_suspicious_by_its_name(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", method=3, name="Invoice.pdf.exe"), name="a.rar")

    assert report.verdict is Verdict.SUSPICIOUS
    assert set(places(report)) == {"archive.hidden_program", "archive.unsupported"}


@BOTH
def test_a_locked_member_is_unknown(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", locked=True), name="a.rar")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_locked_headers_are_unknown(engine: Engine) -> None:
    new = b"Rar!\x1a\x07\x01\x00" + block(4, 0, number(0) * 3 + bytes(20)) + bytes(64)
    old = b"Rar!\x1a\x07\x00" + struct.pack("<HBHH6x", 0, 0x73, 0x80, 13) + bytes(64)

    for content in (new, old):
        assert unknowns(engine.scan(content, name="a.rar")) == {"archive.encrypted"}


def test_one_volume_of_several_is_unknown(engine: Engine) -> None:
    for content in (rar5(BENIGN, flags=0x10), rar4(BENIGN, flags=2)):
        assert unknowns(engine.scan(content, name="a.part1.rar")) == {"archive.volume"}


@BOTH
def test_an_archive_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(EICAR + bytes(300))[:-200], name="a.rar")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


@BOTH
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rar: Packer, rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(rar(BENIGN), within=(8, 10_000)))

    assert judged(rules, content, "a.rar").nodes >= 1
