from __future__ import annotations

import struct

from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

SECTOR = 2048
#: Sector of the partition; blocks of the tree are counted from it.
PARTITION = 260


def tagged(tag: int, body: bytes) -> bytes:
    head = struct.pack("<HHBBHHHI", tag, 2, 0, 0, 0, 0, 0, 0)
    return head[:4] + bytes([sum(head) & 0xFF]) + head[5:] + body


def placed(room: int, **fields: tuple[int, bytes]) -> bytes:
    """A descriptor's body: every field is (place in the whole descriptor, bytes)."""
    body = bytearray(room)
    for place, value in fields.values():
        body[place - 16 : place - 16 + len(value)] = value
    return bytes(body)


def long_ad(length: int, block: int) -> bytes:
    return struct.pack("<IIH6x", length, block, 0)


def entry(size: int, allocation: bytes, form: int, *, extended: bool = False) -> bytes:
    base = 216 if extended else 176
    fields = {
        "flags": (34, struct.pack("<H", form)),
        "size": (56, struct.pack("<Q", size)),
        "length": (base - 4, struct.pack("<I", len(allocation))),
        "allocation": (base, allocation),
    }
    return tagged(266 if extended else 261, placed(SECTOR - 16, **fields))


def identifier(name: bytes, block: int, traits: int = 0) -> bytes:
    body = struct.pack("<HBB", 1, traits, len(name)) + long_ad(SECTOR, block) + struct.pack("<H", 0) + name
    whole = tagged(257, body)
    return whole + bytes(-len(whole) % 4)


def udf(content: bytes, *, name: bytes = b"\x08plain.txt", form: int = 0, extended: bool = False) -> bytes:
    """One file in the folder ``sub``; ``form`` 0 short, 1 long extents, 3 content within the entry."""
    sectors: dict[int, bytes] = {16: b"\0BEA01\1", 17: b"\0NSR02\1", 18: b"\0TEA01\1"}
    sectors[256] = tagged(2, struct.pack("<II", 4 * SECTOR, 32))
    sectors[32] = tagged(5, placed(496, start=(188, struct.pack("<I", PARTITION))))
    volume = placed(
        496,
        block=(212, struct.pack("<I", SECTOR)),
        file_set=(248, long_ad(SECTOR, 0)),
        maps=(268, struct.pack("<I", 1)),
        map=(440, b"\x01\x06\x01\x00\x00\x00"),
    )
    sectors[33], sectors[34] = tagged(6, volume), tagged(8, bytes(496))
    top, sub = identifier(b"\x08sub", 3, 2), identifier(name, 5)
    parent = identifier(b"", 1, 8)
    sectors[PARTITION] = tagged(256, placed(496, root=(400, long_ad(SECTOR, 1))))
    sectors[PARTITION + 1] = entry(len(parent + top), struct.pack("<II", len(parent + top), 2), 0)
    sectors[PARTITION + 2] = parent + top
    sectors[PARTITION + 3] = entry(len(sub), struct.pack("<II", len(sub), 4), 0)
    sectors[PARTITION + 4] = sub
    extents = {0: struct.pack("<II", len(content), 6), 1: long_ad(len(content), 6), 3: content}[form]
    sectors[PARTITION + 5] = entry(len(content), extents, form, extended=extended)
    sectors[PARTITION + 6] = content if form != 3 else b""
    return b"".join(sectors.get(number, b"").ljust(SECTOR, b"\0") for number in range(PARTITION + 7))


def test_a_file_on_a_udf_disc_is_found(engine: Engine) -> None:
    report = engine.scan(udf(EICAR), name="a.iso")

    assert (report.verdict, places(report)["yara.eicar"]) == (Verdict.MALICIOUS, "a.iso/sub/plain.txt")


def test_all_ways_to_keep_content_are_read(engine: Engine) -> None:
    name = b"\x10" + "März.txt".encode("utf-16-be")
    for form, extended in ((0, True), (1, False), (1, True), (3, True)):
        report = engine.scan(udf(EICAR, name=name, form=form, extended=extended), name="a.img")

        assert places(report)["yara.eicar"] == "a.img/sub/März.txt"


def test_a_harmless_udf_disc_is_clean(engine: Engine) -> None:
    report = engine.scan(udf(BENIGN), name="a.iso")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 2)


def test_a_udf_disc_cut_short_is_unknown(engine: Engine) -> None:
    for length in (PARTITION * SECTOR + 6 * SECTOR + 3, PARTITION * SECTOR, 40 * SECTOR):
        report = engine.scan(udf(BENIGN)[:length], name="a.iso")

        assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.broken"})


def test_a_kind_of_partition_that_is_not_read_is_unknown(engine: Engine) -> None:
    content = udf(BENIGN).replace(b"\x01\x06\x01\x00\x00\x00", b"\x02\x40\x01\x00\x00\x00")

    assert unknowns(engine.scan(content, name="a.iso")) == {"archive.unsupported"}


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    image = udf(BENIGN)
    content = data.draw(damaged(image, within=(PARTITION * SECTOR, len(image) - 1)))

    assert judged(rules, content, "a.iso").nodes >= 1
