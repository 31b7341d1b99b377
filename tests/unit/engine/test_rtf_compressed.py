from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.disk import lznt1 as disk_lznt1
from app.engine.analyzers.office import rtf_compressed
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from . import disks
from .containers import BENIGN, EICAR, damaged, judged, places, unknowns
from .test_rtf import embedded, package, rtf
from .test_tnef import attribute, padded, properties

#: The examples of MS-OXRTFCP 4.1 and 4.2.
_HELLO = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
_CROSSING = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
#: The example of MS-XCA 3.3.
_NOTES = bytes.fromhex(
    "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c0916014845"
    "00be009e000401189000"
)


def packed(text: bytes, kind: bytes = b"LZFu") -> bytes:
    """Literals only, ended by a reference to its own place."""
    place, body = (207 + len(text)) % 4096, b""
    tokens = [text[at : at + 1] for at in range(len(text))] + [struct.pack(">H", place << 4)]
    for at in range(0, len(tokens), 8):
        group = tokens[at : at + 8]
        body += bytes([0x80 >> 7 - (len(group) - 1) if at + 8 >= len(tokens) else 0]) + b"".join(group)
    body = text if kind == b"MELA" else body
    return struct.pack("<II", len(body) + 12, len(text)) + kind + bytes(4) + body


def test_the_examples_of_the_specification_are_unpacked() -> None:
    assert b"".join(rtf_compressed.unpacked(_HELLO)) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert b"".join(rtf_compressed.unpacked(_CROSSING)) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert disk_lznt1.unpacked(_NOTES, 142).startswith(b"F# F# G A A G F# E D D E F# F# E E F# F# G")


def message(body: bytes) -> bytes:
    return compound_file({"__properties_version1.0": bytes(32), "__substg1.0_10090102": body}, {})


def winmail(body: bytes) -> bytes:
    row = struct.pack("<HHI", 0x102, 0x1009, 1) + padded(body)
    return b"x\x9f>\x22\x01\x00" + attribute(0x00069003, properties(row), 1)


@pytest.mark.parametrize("kind", [b"LZFu", b"MELA"])
@pytest.mark.parametrize(("wrap", "name"), [(message, "a.msg"), (winmail, "winmail.dat")])
def test_a_file_in_the_packed_text_of_a_mail_is_found(engine: Engine, wrap: object, name: str, kind: bytes) -> None:
    body = packed(rtf(embedded("Package", package("bill.txt", EICAR))), kind)

    report = engine.scan(wrap(body), name=name)  # type: ignore[operator]

    assert places(report)["yara.eicar"] == f"{name}/body.rtf/bill.txt"


def test_a_mail_with_a_harmless_packed_text_is_clean(engine: Engine) -> None:
    report = engine.scan(message(_HELLO), name="a.msg")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


@pytest.mark.parametrize("body", [_HELLO[:30], b"short", _HELLO[:8] + b"????" + _HELLO[12:]])
def test_a_packed_text_that_cannot_be_read_is_unknown(engine: Engine, body: bytes) -> None:
    assert unknowns(engine.scan(winmail(body), name="winmail.dat")) == {"archive.broken"}


@fuzzed(60)
@given(data=st.data())
def test_damaged_texts_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(packed(b"{\\rtf1 some text that repeats some text}")))
    judged(rules, winmail(content), "winmail.dat")


def lznt1(content: bytes) -> bytes:
    """Pages of literals."""
    out = b""
    for at in range(0, len(content), 4096):
        page = content[at : at + 4096]
        body = b"".join(b"\0" + page[start : start + 8] for start in range(0, len(page), 8))
        out += struct.pack("<H", 0xB000 | len(body) - 1) + body if len(body) < 4096 else b"\xff\x3f" + page
    return out + bytes(2)


def test_a_file_that_the_disk_keeps_packed_is_read() -> None:
    plain = EICAR + BENIGN * 20

    assert disk_lznt1.unpacked(lznt1(plain), len(plain)) == plain
    assert disk_lznt1.unpacked(lznt1(b"x" * 4096 + plain), 4096 + len(plain)) == b"x" * 4096 + plain


@pytest.mark.parametrize(("content", "verdict"), [(EICAR, Verdict.MALICIOUS), (BENIGN, Verdict.CLEAN)])
def test_a_packed_file_on_a_volume_is_scanned(engine: Engine, content: bytes, verdict: Verdict) -> None:
    assert engine.scan(disks.ntfs_packed(lznt1(content), len(content)), name="a.img").verdict is verdict


@fuzzed(60)
@given(data=st.data())
def test_damaged_packed_files_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(lznt1(BENIGN) + _NOTES))
    judged(rules, disks.ntfs_packed(content, 200), "a.img")
