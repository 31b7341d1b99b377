from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.archive import libarchive
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine import packers
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
    head = number(len(head)) + head
    return struct.pack("<I", zlib.crc32(head)) + head + data


def rar5(content: bytes, *, name: str = "e.txt", method: int = 0, locked: bool = False, flags: int = 0) -> bytes:
    raw = name.encode()
    data = packers.rar5(content) if method == PACKED else content
    body = number(0) + number(len(content)) + number(0) + number(min(method, 3) << 7) + number(0)
    extra = number(2) + number(1) + b"\0" if locked else b""
    file = block(2, flags, body + number(len(raw)) + raw, data, extra)
    return b"Rar!\x1a\x07\x01\x00" + block(1, 0, number(0)) + file + block(5, 0, number(0))


def old_block(kind: int, flags: int, body: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


def rar4(content: bytes, *, name: str = "e.txt", method: int = 0, locked: bool = False, flags: int = 0) -> bytes:
    raw = name.encode()
    data = packers.rar4(content) if method == PACKED else content
    sizes = struct.pack("<IIBI", len(data), len(content), 2, zlib.crc32(content))
    body = sizes + struct.pack("<IBBHI", 0, 29, 0x30 + min(method, 3), len(raw), 0x20) + raw
    file = old_block(0x74, flags | 0x8000 | 4 * locked, body) + data
    return b"Rar!\x1a\x07\x00" + old_block(0x73, 0, bytes(6)) + file + old_block(0x7B, 0x4000, b"")


#: A method that needs unpacking, with bytes that are packed; others come with whatever bytes they are given.
PACKED = 9
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
def test_a_compressed_member_is_found(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(EICAR, method=PACKED, name="sub/e.txt"), name="a.rar")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert places(report)["yara.eicar"] == "a.rar/sub/e.txt"


@BOTH
def test_a_harmless_compressed_member_is_clean(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(BENIGN, method=PACKED), name="a.rar")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


@BOTH
def test_a_compressed_member_that_cannot_be_unpacked_is_unknown(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", method=3), name="a.rar")

    assert report.verdict is Verdict.UNKNOWN
    assert unknowns(report) & {"archive.unsupported", "archive.broken"}


def test_where_the_library_is_missing_compressed_members_are_named(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libarchive, "_LIBRARY", None)

    (finding,) = engine.scan(rar5(BENIGN, method=PACKED), name="a.rar").findings

    assert (finding.id, finding.evidence) == ("archive.unsupported", "e.txt")


@BOTH
def test_a_locked_program_under_the_name_of_a_document_is_malicious(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", name="Invoice.pdf.exe", locked=True), name="a.rar")

    assert report.verdict is Verdict.MALICIOUS
    assert places(report)["name.double_extension"] == "a.rar/Invoice.pdf.exe"


@BOTH
def test_a_locked_document_is_only_unknown(engine: Engine, rar: Packer) -> None:
    report = engine.scan(rar(b"noise", name="Invoice.2026.pdf", locked=True), name="a.rar")

    assert (report.verdict, set(places(report))) == (Verdict.UNKNOWN, {"archive.encrypted"})


def test_a_compressed_member_that_goes_on_elsewhere_is_read_as_far_as_it_goes(engine: Engine) -> None:
    report = engine.scan(rar5(EICAR, method=PACKED, flags=0x10), name="a.part1.rar")

    assert report.verdict in (Verdict.MALICIOUS, Verdict.UNKNOWN)
    assert unknowns(report) == {"archive.volume"}


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
    method = data.draw(st.sampled_from([0, PACKED]))
    content = data.draw(damaged(rar(BENIGN, method=method), within=(8, 10_000)))

    assert judged(rules, content, "a.rar").nodes >= 1
