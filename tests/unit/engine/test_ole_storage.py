from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.office.ole_storage import stream_name
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.compound import SECTOR, compound
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, unknowns

INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"


def packed_name(name: str) -> str:
    """The other way round from ``stream_name``: two letters in one character."""
    text, name = ("\u4840", name[1:]) if name.startswith("!") else ("", name)
    numbers = [_ALPHABET.index(letter) for letter in name]
    for at in range(0, len(numbers), 2):
        pair = numbers[at : at + 2]
        text += chr(0x3800 + pair[0] + (pair[1] << 6)) if len(pair) == 2 else chr(0x4800 + pair[0])
    return text


def msi(streams: dict[str, bytes], strings: list[bytes]) -> bytes:
    pool = struct.pack("<HH", 1252, 0)
    for text in strings:
        if len(text) > 0xFFFF:
            pool += struct.pack("<HH", 0, len(text) >> 16)
        pool += struct.pack("<HH", len(text) & 0xFFFF, 1)
    tables = {"!_StringPool": pool, "!_StringData": b"".join(strings)}
    # Blanks behind a pool are read as one more string, which has no content left.
    return compound({packed_name(name): body for name, body in (tables | streams).items()}, clsid=INSTALLER)


def test_names_of_streams_are_unpacked() -> None:
    for name in ("Binary.Setup.dll", "!_StringPool", "a", "cab1.cab"):
        assert stream_name(packed_name(name)) == name
    assert stream_name("\x05SummaryInformation") == "\x05SummaryInformation"


def test_a_file_carried_by_an_installer_is_found(engine: Engine) -> None:
    archive = samples.zip_of({"e.txt": EICAR})
    report = engine.scan(msi({"Binary.Setup.dll": EICAR, "a.zip": archive}, [b"x"]), name="a.msi")

    assert (report.verdict, report.type) == (Verdict.MALICIOUS, "application/x-msi")
    assert {finding.where for finding in report.findings} >= {"a.msi/Binary.Setup.dll", "a.msi/a.zip/e.txt"}


def test_the_strings_of_an_installer_are_text_of_its_own(engine: Engine) -> None:
    long = b"x" * 3000
    report = engine.scan(msi({}, [b"a", b"http://evil.example/payload", b"needle in the hay", long]), name="a.msi")

    assert {finding.where for finding in report.findings if finding.id == "yara.needle"} >= {"a.msi/strings.txt"}
    assert [link.url for link in report.urls] == ["http://evil.example/payload"]


def test_an_archive_behind_an_installer_is_opened(engine: Engine) -> None:
    report = engine.scan(msi({"Binary.Text": BENIGN}, [b"x"]) + samples.zip_of({"e.txt": EICAR}), name="a.msi")

    assert "a.msi/appended.zip/e.txt" in {finding.where for finding in report.findings}


def test_a_harmless_installer_is_only_restricted(engine: Engine) -> None:
    report = engine.scan(msi({"Binary.Text": BENIGN}, [b"Thank you", b"y" * 70_000]), name="a.msi")

    assert (report.verdict, {finding.id for finding in report.findings}) == (Verdict.RESTRICTED, {"type.program"})


def test_a_storage_of_no_known_application_is_looked_into(engine: Engine) -> None:
    report = engine.scan(compound({"anything": EICAR, "other": BENIGN}), name="a.bin")

    assert report.type == "application/x-ole-storage"
    assert "a.bin/anything" in {finding.where for finding in report.findings}
    assert engine.scan(compound({"anything": BENIGN}), name="a.bin").verdict is Verdict.CLEAN


@pytest.mark.parametrize("clsid", [INSTALLER, b""])
def test_a_storage_cut_short_is_unknown(engine: Engine, clsid: bytes) -> None:
    content = compound({"a": BENIGN, "b": BENIGN * 200}, clsid=clsid)

    for length in (len(content) - 3 * SECTOR, 4 * SECTOR):
        assert "archive.broken" in unknowns(engine.scan(content[:length], name="a.msi"))


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(msi({"Binary.Text": BENIGN}, [b"Thank you"]), within=(24, 3 * SECTOR)))

    assert judged(rules, content, "a.msi").nodes >= 1
