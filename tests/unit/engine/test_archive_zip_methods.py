from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import inflate64
import pyppmd
import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.archive import libarchive
from app.engine.budget import MIB, Limits
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

DEFLATE64, PPMD, IMPLODE = 9, 98, 6


def deflate64(plain: bytes) -> bytes:
    packer = inflate64.Deflater()
    return bytes(packer.deflate(plain) + packer.flush())


def ppmd(plain: bytes) -> bytes:
    """APPNOTE 5.10: order less one, megabytes less one, how the model starts anew; then the stream."""
    packer = pyppmd.Ppmd8Encoder(6, 8 * MIB, 0)
    return struct.pack("<H", 5 | 7 << 4) + bytes(packer.encode(plain) + packer.flush())


PACKERS: dict[int, Callable[[bytes], bytes]] = {DEFLATE64: deflate64, PPMD: ppmd, 0: bytes, IMPLODE: bytes}


def zip_of(*members: tuple[str, bytes, int]) -> bytes:
    local, central = b"", b""
    for name, plain, method in members:
        raw, packed = name.encode(), PACKERS[method](plain)
        shared = struct.pack("<HHHHHIII", 20, 0, method, 0, 0x21, zlib.crc32(plain), len(packed), len(plain))
        shared += struct.pack("<HH", len(raw), 0)
        place = struct.pack("<HHHII", 0, 0, 0, 0, len(local))
        central += b"PK\1\2" + struct.pack("<H", 20) + shared + place + raw
        local += b"PK\3\4" + shared + raw + packed
    count = len(members)
    return local + central + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, count, count, len(central), len(local), 0)


@pytest.mark.parametrize("method", [DEFLATE64, PPMD])
def test_a_member_under_a_rare_method_is_found(engine: Engine, method: int) -> None:
    content = zip_of(("a.txt", BENIGN, 0), ("sub/e.txt", BENIGN * 900 + EICAR, method))

    report = engine.scan(content, name="a.zip")

    assert (report.verdict, unknowns(report), report.nodes) == (Verdict.MALICIOUS, set(), 3)
    assert places(report)["yara.eicar"] == "a.zip/sub/e.txt"


@pytest.mark.parametrize("method", [DEFLATE64, PPMD])
def test_a_harmless_member_under_a_rare_method_is_clean(engine: Engine, method: int) -> None:
    report = engine.scan(zip_of(("a.txt", BENIGN, method)), name="a.zip")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


def test_a_method_that_is_not_read_is_unknown_and_the_others_are_read(engine: Engine) -> None:
    report = engine.scan(zip_of(("a.txt", BENIGN, IMPLODE), ("e.txt", EICAR, 0)), name="a.zip")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.unsupported"})


def test_where_the_library_is_missing_ppmd_is_unknown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libarchive, "_LIBRARY", None)

    assert unknowns(engine.scan(zip_of(("a.txt", BENIGN, PPMD)), name="a.zip")) == {"archive.unsupported"}


@pytest.mark.parametrize("method", [DEFLATE64, PPMD])
def test_a_bomb_ends_at_the_limit(rules: RuleSet, method: int) -> None:
    engine = Engine(rules, Limits(node_bytes=MIB, tree_bytes=4 * MIB))

    assert unknowns(engine.scan(zip_of(("a.bin", bytes(3 * MIB), method)), name="a.zip")) == {"limit.node_bytes"}


@pytest.mark.parametrize("method", [DEFLATE64, PPMD])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(method: int, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(zip_of(("a.txt", BENIGN, method)))), "a.zip").nodes >= 1
