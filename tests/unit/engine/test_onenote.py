from __future__ import annotations

import struct

from hypothesis import given, strategies as st

from app.engine.model import Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .containers import BENIGN, EICAR, damaged, judged, places

_SECTION = bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3")
_BEGIN = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")
_END = bytes.fromhex("22a7fb71790f0b4abb13899256426b24")


def section(files: dict[str, bytes], *, text: str = "Double click to open", lie: int = 0) -> bytes:
    """A section with its text, the names of its files, and then the files."""
    out = _SECTION + bytes(1000) + text.encode("utf-16-le") + bytes(8)
    for name in files:
        wide = name.encode("utf-16-le") + b"\0\0"
        out += struct.pack("<I", len(wide)) + wide + bytes(16)
    for data in files.values():
        out += _BEGIN + struct.pack("<QIQ", len(data) + lie, 0, 0) + data + bytes(-len(data) % 8) + _END + bytes(40)
    return out


def test_an_embedded_file_is_scanned_under_its_name(engine: Engine) -> None:
    report = engine.scan(section({"größe.txt": EICAR}), name="a.one")

    assert (report.verdict, places(report)["yara.eicar"]) == (Verdict.MALICIOUS, "a.one/größe.txt")


def test_a_section_with_a_harmless_file_is_clean(engine: Engine) -> None:
    report = engine.scan(section({"order.txt": BENIGN}), name="a.one")

    assert (report.verdict, report.nodes) == (Verdict.CLEAN, 2)


def test_a_script_is_restricted_by_its_name_behind_a_picture(engine: Engine) -> None:
    report = engine.scan(section({"button.png": b"\x89PNG\r\n\x1a\n", "run.hta": b"<html></html>"}), name="a.one")

    assert (report.verdict, places(report)["type.script"]) == (Verdict.RESTRICTED, "a.one/run.hta")


def test_addresses_in_the_text_are_found(engine: Engine) -> None:
    report = engine.scan(section({}, text="see https://site.example/a now"), name="a.one")

    assert [link.url for link in report.urls] == ["https://site.example/a"]


def test_a_length_that_lies_hides_nothing(engine: Engine) -> None:
    for lie in (-60, 5_000, 1 << 60):
        report = engine.scan(section({"a.txt": EICAR, "b.txt": BENIGN}, lie=lie), name="a.one")

        assert report.verdict is Verdict.MALICIOUS


def test_notes_as_a_server_packs_them_are_unknown_when_they_hold_files(engine: Engine) -> None:
    server = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
    content = section({"a.hta": b""})
    content = content[:48] + server + content[64:].replace(_BEGIN, bytes(16))

    report = engine.scan(content, name="a.one")

    assert [(found.id, found.severity) for found in report.findings] == [("archive.unsupported", Severity.UNKNOWN)]


def test_many_unended_files_are_read_in_linear_time(engine: Engine) -> None:
    assert engine.scan(_SECTION + (_BEGIN + b"\xff" * 20) * 4_000, name="a.one").nodes <= 5_000


@fuzzed()
@given(st.data())
def test_a_damaged_section_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    judged(rules, data.draw(damaged(section({"a.txt": BENIGN, "b.hta": BENIGN}), within=(900, 1400))), "a.one")
