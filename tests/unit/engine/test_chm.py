from __future__ import annotations

import struct

from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

CHUNK = 512


def number(value: int) -> bytes:
    out = bytes([value & 0x7F])
    while value := value >> 7:
        out = bytes([value & 0x7F | 0x80]) + out
    return out


def chm(content: bytes, packed: tuple[str, ...] = ()) -> bytes:
    """One file outside the compressed section, and names of others inside it."""
    entries = b"".join(
        number(len(name)) + name.encode() + number(section) + number(0) + number(length)
        for name, section, length in (
            ("/", 0, 0),
            ("::DataSpace/NameList", 0, 4),
            ("/open.txt", 0, len(content)),
            *((f"/{name}", 1, 9) for name in packed),
        )
    )
    free = CHUNK - 20 - len(entries)
    listing = b"PMGL" + struct.pack("<IIII", free, 0, 0, 0) + entries + bytes(free)
    directory = b"ITSP" + struct.pack("<IIIIIIIIIII", 1, 0x54, 10, CHUNK, 2, 1, 0, 0, 0, 0, 1)
    directory = directory.ljust(0x54, b"\0") + listing
    start = b"ITSF" + struct.pack("<II", 3, 0x60)
    start = start.ljust(72, b"\0") + struct.pack("<QQQ", 0x60, len(directory), 0x60 + len(directory))
    return start + directory + content


def test_a_file_that_is_not_compressed_is_found(engine: Engine) -> None:
    report = engine.scan(chm(EICAR), name="a.chm")

    assert report.verdict is Verdict.MALICIOUS
    assert "a.chm/open.txt" in {finding.where for finding in report.findings}


def test_one_without_compressed_pages_is_clean(engine: Engine) -> None:
    report = engine.scan(chm(BENIGN), name="a.chm")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_compressed_pages_are_unknown_and_named(engine: Engine) -> None:
    report = engine.scan(chm(BENIGN, ("page.htm", "menu.js")), name="a.chm")

    (finding,) = report.findings
    assert (report.verdict, finding.id) == (Verdict.UNKNOWN, "archive.unsupported")
    assert finding.evidence == "page.htm, menu.js"


def test_a_compressed_program_is_suspicious_by_its_name(engine: Engine) -> None:
    report = engine.scan(chm(BENIGN, ("page.htm", "run.exe")), name="a.chm")

    assert (report.verdict, "archive.hidden_program" in places(report)) == (Verdict.SUSPICIOUS, True)


def test_one_cut_short_is_unknown(engine: Engine) -> None:
    for length in (50, 0x70, 0x60 + 0x54 + 100):
        assert unknowns(engine.scan(chm(BENIGN)[:length], name="a.chm")) == {"archive.broken"}


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(chm(BENIGN, ("page.htm",)), within=(4, 10_000)))

    assert judged(rules, content, "a.chm").nodes >= 1
