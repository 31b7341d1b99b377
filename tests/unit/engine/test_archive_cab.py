from __future__ import annotations

import struct
import zlib
from base64 import b85decode

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.archive import libarchive
from app.engine.budget import MIB, Budget, Limits
from app.engine.model import Verdict
from app.engine.node import Tools
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

STORED, MSZIP, QUANTUM, LZX = 0, 1, 0x1472, 0x1503
#: A cabinet with one file under LZX, compressed, with the addresses of calls translated.
COMPRESSED = (
    "O;bZg00000eE<Le00000EC2ui000000|5a50RR9100000LjV8(0RRIJ9smFU000000084$Oo|`?WjHQkX>I_@pIWFg03HBafPjqv"
    "FyH|X00001000050002!00000=l}o!faw4K|9|KX0RRB#5;RtL=!a!PAp"
)


def blocks(content: bytes, method: int) -> list[bytes]:
    packed, history = [], b""
    for at in range(0, len(content), 32_768):
        plain = content[at : at + 32_768]
        body = plain
        if method == MSZIP:
            stream = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=history) if history else zlib.compressobj(9, 8, -15)
            body, history = b"CK" + stream.compress(plain) + stream.flush(), plain
        if method == LZX:
            # MS-PATCH 2.2: no translation of calls, a block that is not compressed, its size, three last places.
            head = 0b011 << 28 | len(plain) << 4
            body = struct.pack("<HHIII", head >> 16, head & 0xFFFF, 1, 1, 1) + plain + bytes(len(plain) % 2)
        packed.append(struct.pack("<IHH", 0, len(body), len(plain)) + body)
    return packed


def cab(files: dict[str, bytes], method: int = MSZIP, *, folder: int = 0, utf8: bool = False) -> bytes:
    data = blocks(b"".join(files.values()), method)
    entries, offset = b"", 0
    for name, content in files.items():
        raw = name.encode("utf-8" if utf8 else "cp1252")
        entries += struct.pack("<IIHHHH", len(content), offset, folder, 0, 0, 0x80 * utf8) + raw + b"\0"
        offset += len(content)
    start = 36 + 8 + len(entries)
    size = start + sum(map(len, data))
    header = b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, size, 0, 44, 0, 3, 1, 1, len(files), 0, 1, 0)
    return header + struct.pack("<IHH", start, len(data), method) + entries + b"".join(data)


@pytest.mark.parametrize("method", [STORED, MSZIP, LZX])
def test_a_file_in_a_cabinet_is_found(engine: Engine, method: int) -> None:
    report = engine.scan(cab({"a.txt": BENIGN, "sub\\e.txt": EICAR}, method), name="a.cab")

    assert report.verdict is Verdict.MALICIOUS
    assert places(report)["yara.eicar"] == "a.cab/sub/e.txt"
    assert report.nodes == 3


def test_a_file_behind_several_blocks_that_refer_to_each_other_is_found(engine: Engine) -> None:
    filler = bytes(range(256)) * 400
    report = engine.scan(cab({"filler.bin": filler, "e.txt": EICAR + filler}), name="a.cab")

    assert (places(report)["yara.eicar"], unknowns(report)) == ("a.cab/e.txt", set())


def test_a_harmless_cabinet_is_clean(engine: Engine) -> None:
    report = engine.scan(cab({"Übersicht.txt": BENIGN}, utf8=True), name="a.cab")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_a_method_that_is_not_read_is_unknown(engine: Engine) -> None:
    report = engine.scan(cab({"a.txt": BENIGN}, QUANTUM), name="a.cab")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.unsupported"})


def test_where_the_library_is_missing_lzx_is_unknown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libarchive, "_LIBRARY", None)

    assert unknowns(engine.scan(cab({"a.txt": BENIGN}, LZX), name="a.cab")) == {"archive.unsupported"}


def test_a_harmless_file_under_lzx_is_clean(engine: Engine) -> None:
    report = engine.scan(cab({"a.txt": BENIGN, "b.txt": BENIGN * 9}, LZX), name="a.cab")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 3)


def test_a_compressed_block_of_lzx_is_read() -> None:
    """From libarchive's test suite (test_read_format_cab_lzx_e8.cab, BSD licence)."""
    ((name, content),) = [
        (member.name, b"".join(member.content))
        for member in libarchive.members(b85decode(COMPRESSED), "cab", Tools(Budget(Limits())))
    ]

    assert (name, len(content)) == ("e8.bin", 30)


def test_a_cabinet_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine) -> None:
    content = cab({"e.txt": EICAR + bytes(40_000), "a.txt": BENIGN}, STORED)

    report = engine.scan(content[:-20_000], name="a.cab")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})


@pytest.mark.parametrize("length", [20, 40, 50, 70])
def test_a_cabinet_without_its_tables_is_unknown(engine: Engine, length: int) -> None:
    assert unknowns(engine.scan(cab({"a.txt": BENIGN})[:length], name="a.cab")) == {"archive.broken"}


def test_a_file_that_goes_on_in_another_cabinet_is_unknown(engine: Engine) -> None:
    report = engine.scan(cab({"e.txt": EICAR}, folder=0xFFFE), name="a.cab")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.volume"})


def test_a_bomb_ends_at_the_limit(rules: RuleSet) -> None:
    engine = Engine(rules, Limits(node_bytes=MIB, tree_bytes=4 * MIB))

    report = engine.scan(cab({"a.bin": bytes(3 * MIB)}), name="a.cab")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"limit.node_bytes"})


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(cab({"a.txt": BENIGN, "b.txt": BENIGN}), within=(4, 400)))

    assert judged(rules, content, "a.cab").nodes >= 1
