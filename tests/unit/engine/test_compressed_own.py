from __future__ import annotations

import lzma
import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.archive import lz4 as compressed_lz4, lzw as compressed_lzw
from app.engine.budget import MIB, Limits
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def lz4_block(content: bytes) -> bytes:
    """Literals, then, where the end repeats its last letter, one match that overlaps itself, and last literals."""
    count = len(content) - len(content.rstrip(content[-1:])) if content else 0
    tail, repeats = content[:1] * 0 + content[-5:], count - 6
    if repeats < 20:
        return _token(len(content), 0) + content
    literals = content[: len(content) - count + 1]
    return _token(len(literals), repeats - 4, literals, 1) + _token(len(tail), 0) + tail


def _token(literals: int, match: int, text: bytes = b"", back: int = 0) -> bytes:
    def rest(value: int) -> bytes:
        return b"" if value < 15 else b"\xff" * ((value - 15) // 255) + bytes([(value - 15) % 255])

    head = bytes([min(literals, 15) << 4 | (min(match, 15) if back else 0)]) + rest(literals) + text
    return head + (struct.pack("<H", back) + rest(match) if back else b"")


def lz4(content: bytes, *, stored: bool = False) -> bytes:
    body = content if stored else lz4_block(content)
    size = len(body) | (0x80000000 if stored else 0)
    return b"\x04\x22\x4d\x18\x60\x70\x73" + struct.pack("<I", size) + body + bytes(4)


def lz4_legacy(content: bytes) -> bytes:
    body = lz4_block(content)
    return b"\x02\x21\x4c\x18" + struct.pack("<I", len(body)) + body


def lzip(content: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
    # The raw format has no end mark; the one of "alone" does, behind 13 bytes of header.
    body = lzma.compress(content, lzma.FORMAT_ALONE, filters=filters)[13:]
    return b"LZIP\x01\x10" + body + struct.pack("<IQQ", 0, len(content), 26 + len(body))


def compress(content: bytes, most: int = 12) -> bytes:
    """The LZW of ``compress``; codes are padded to groups of eight when their width grows."""
    table = {bytes([letter]): letter for letter in range(256)}
    following, width, codes, current = 257, 9, [], b""
    widths = []
    for letter in content:
        longer = current + bytes([letter])
        if longer in table:
            current = longer
            continue
        codes.append(table[current])
        if following < 1 << most:
            table[longer] = following
            following += 1
        current = bytes([letter])
    codes += [table[current]] if current else []
    bits, used, known, out = 0, 0, 256, b""
    for code in codes:
        bits, used = bits | code << used, used + width
        widths.append(width)
        known += 1
        if known > (1 << width) - 1 and width < most:
            group = width * 8
            used += -used % group
            out += bits.to_bytes(-(-used // 8), "little")
            bits, used, width = 0, 0, width + 1
    return bytes([0x1F, 0x9D, 0x80 | most]) + out + bits.to_bytes(-(-used // 8), "little")


PACKERS = {
    "e.txt.lz4": lz4,
    "stored.lz4": lambda content: lz4(content, stored=True),
    "legacy.lz4": lz4_legacy,
    "e.txt.lz": lzip,
    "e.txt.Z": compress,
}


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_inside_is_found(engine: Engine, name: str) -> None:
    report = engine.scan(PACKERS[name](BENIGN * 50 + EICAR), name=name)

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, set())
    assert f"{name}/{name.rpartition('.')[0]}" in {finding.where for finding in report.findings}


@pytest.mark.parametrize("name", PACKERS)
def test_a_harmless_one_is_clean(engine: Engine, name: str) -> None:
    report = engine.scan(PACKERS[name](BENIGN), name=name)

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


@pytest.mark.parametrize("name", [name for name in PACKERS if not name.endswith(".Z")])
def test_one_cut_short_is_unknown(engine: Engine, name: str) -> None:
    report = engine.scan(PACKERS[name](BENIGN * 9)[:-30], name=name)

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.broken"})


def test_a_code_that_refers_to_nothing_is_unknown(engine: Engine) -> None:
    assert unknowns(engine.scan(b"\x1f\x9d\x90\x41\xff\xff\xff\xff", name="a.Z")) == {"archive.broken"}


def test_several_frames_behind_each_other_are_read(engine: Engine) -> None:
    skipped = struct.pack("<II", 0x184D2A51, 3) + b"abc"

    report = engine.scan(lz4(BENIGN) + skipped + lz4(EICAR), name="a.lz4")

    assert places(report)["yara.eicar"] == "a.lz4/a"
    assert engine.scan(lzip(BENIGN) + lzip(EICAR), name="a.lz").verdict is Verdict.MALICIOUS


def test_matches_and_growing_codes_are_unpacked() -> None:
    content = bytes(range(256)) * 40 + b"z" * 3_000

    assert b"".join(compressed_lz4.chunks(memoryview(lz4(content)))) == content
    assert b"".join(compressed_lzw.chunks(memoryview(compress(content)))) == content


def test_bombs_end_at_the_limit(rules: RuleSet) -> None:
    engine = Engine(rules, Limits(node_bytes=MIB // 16, tree_bytes=MIB))

    for name in ("a.lz4", "a.Z"):
        packed = (lz4 if name == "a.lz4" else compress)(bytes(MIB // 4))
        assert unknowns(engine.scan(packed, name=name)) == {"limit.node_bytes"}


@pytest.mark.parametrize("name", PACKERS)
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(name: str, rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(PACKERS[name](BENIGN * 5), within=(2, 10_000)))

    assert judged(rules, content, name).nodes >= 1
