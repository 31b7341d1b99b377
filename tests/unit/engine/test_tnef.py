from __future__ import annotations

import struct

from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns


def attribute(tag: int, value: bytes, level: int = 2) -> bytes:
    return struct.pack("<BII", level, tag, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def padded(value: bytes) -> bytes:
    return struct.pack("<I", len(value)) + value + bytes(-len(value) % 4)


def properties(*rows: bytes) -> bytes:
    return struct.pack("<I", len(rows)) + b"".join(rows)


def long_name(name: str) -> bytes:
    return struct.pack("<HHI", 0x1F, 0x3707, 1) + padded((name + "\0").encode("utf-16-le"))


def tnef(content: bytes, *, name: str = "Rechnung für März.txt", body: bytes = b"Hello") -> bytes:
    named = struct.pack("<HH16xII", 3, 0x8001, 0, 7) + bytes(4)
    page = struct.pack("<HHI", 0x102, 0x1013, 1) + padded(b"<a href='https://site.example/x'>x</a>")
    return (
        b"x\x9f>\x22\x01\x00"
        + attribute(0x00069003, properties(named, struct.pack("<HHI", 3, 0x17, 1), page), 1)
        + attribute(0x0002800C, body, 1)
        + attribute(0x00069002, bytes(14))
        + attribute(0x00018010, b"RECHNU~1.TXT\0")
        + attribute(0x0006800F, content)
        + attribute(0x00069005, properties(long_name(name)))
    )


def test_an_attachment_is_found_by_its_long_name(engine: Engine) -> None:
    report = engine.scan(tnef(EICAR), name="winmail.dat")

    assert (report.verdict, report.type) == (Verdict.MALICIOUS, "application/vnd.ms-tnef")
    assert {f.where for f in report.findings} >= {"winmail.dat/Rechnung für März.txt"}


def test_bodies_are_read_for_addresses(engine: Engine) -> None:
    report = engine.scan(tnef(BENIGN, body=b"see https://other.example/"), name="winmail.dat")

    assert {link.where for link in report.urls} == {"winmail.dat/body.html", "winmail.dat/body.txt"}


def test_a_message_inside_a_message_is_opened(engine: Engine) -> None:
    inner = struct.pack("<HHI", 0x0D, 0x3701, 1) + padded(bytes(16) + tnef(EICAR, name="e.txt"))
    content = b"x\x9f>\x22\x01\x00" + attribute(0x00069002, bytes(14))
    content += attribute(0x00069005, properties(long_name("forwarded.msg"), inner))

    assert "winmail.dat/forwarded.msg/e.txt" in {f.where for f in engine.scan(content, name="winmail.dat").findings}


def test_a_harmless_one_is_clean(engine: Engine) -> None:
    report = engine.scan(tnef(BENIGN), name="winmail.dat")

    assert (report.verdict, report.findings, report.nodes) == (Verdict.CLEAN, (), 4)


def test_one_cut_short_is_unknown_and_its_beginning_is_read(engine: Engine) -> None:
    content = tnef(EICAR + bytes(500))
    report = engine.scan(content[: content.index(EICAR) + 200], name="winmail.dat")

    assert (report.verdict, unknowns(report)) == (Verdict.MALICIOUS, {"archive.broken"})
    assert "winmail.dat/RECHNU~1.TXT" in set(places(report).values()) | {f.where for f in report.findings}


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(tnef(BENIGN), within=(4, 10_000)))

    assert judged(rules, content, "winmail.dat").nodes >= 1
