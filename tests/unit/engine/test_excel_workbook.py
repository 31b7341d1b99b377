from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed

from .containers import damaged, judged

_TYPES = b"<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
_MACRO = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def rels(target: str) -> bytes:
    one = f'<Relationship Id="rId7" Type="{_MACRO}" Target="{target}"/>'
    return f'<?xml version="1.0"?><Relationships>{one}</Relationships>'.encode()


def book(*formulas: str, automatic: bool = False, hidden: bool = False, padding: int = 0) -> bytes:
    """A zipped workbook in XML: what starts the macro, what is hidden and what it does stand in three parts."""
    name = "<definedName name='_xlnm.Auto_Open'>Sheet9!$A$1</definedName>" if automatic else ""
    state = 'state="veryHidden" ' if hidden else ""
    workbook = f"<?xml version='1.0'?><workbook><sheet name='x' {state}r:id=\"rId7\"/>{name}</workbook>"
    cells = "<c><v>1</v></c>" * padding + "".join(f"<c><f>{formula}</f></c>" for formula in formulas)
    return samples.zip_of(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.xml": workbook.encode(),
            "xl/_rels/workbook.xml.rels": rels("macrosheets/sheet1.xml"),
            "xl/macrosheets/sheet1.xml": f"<?xml version='1.0'?><xm:macrosheet>{cells}</xm:macrosheet>".encode(),
        }
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (book("EXEC(&quot;calc&quot;)", automatic=True), Severity.MALICIOUS),
        (book("CALL(A1,A2)", hidden=True), Severity.MALICIOUS),
        (book("FORMULA.FILL(A1,A2)", automatic=True), Severity.MALICIOUS),
        (book("A1=&quot;URLDown&quot;&amp;&quot;loadToFileA&quot;", automatic=True), Severity.MALICIOUS),
        (book("CHAR(109)&amp;CHAR(115)&amp;CHAR(104)&amp;CHAR(116)&amp;CHAR(97)", automatic=True), Severity.MALICIOUS),
        (book("EXEC(&quot;calc&quot;)", automatic=True, padding=90_000), Severity.MALICIOUS),
    ],
)
def test_an_old_macro_is_judged_by_all_parts_of_the_workbook(
    engine: Engine, content: bytes, expected: Severity
) -> None:
    assert severities(engine.scan(content, name="a.xlsm"))["excel.macro_runs"] is expected


def test_an_old_macro_that_only_calculates_is_clean(engine: Engine) -> None:
    assert engine.scan(book("SUM(A1:A3)", "RETURN(A4)"), name="a.xlsm").verdict is Verdict.CLEAN


def number(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def record(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + number(len(data)) + data


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def call(function: int, text: str) -> bytes:
    tokens = (
        b"\x17" + struct.pack("<H", len(text)) + text.encode("utf-16-le") + b"\x42\x01" + struct.pack("<H", function)
    )
    return record(8, bytes(8) + wide("x") + bytes(2) + struct.pack("<I", len(tokens)) + tokens + bytes(4))


def binary(*cells: bytes, automatic: bool = False, hidden: int = 0, link: bytes = b"") -> bytes:
    """A zipped workbook in binary records (MS-XLSB)."""
    sheet = record(156, struct.pack("<II", hidden, 1) + wide("rId7") + wide("Sheet9"))
    place = struct.pack("<I", 9) + b"\x3a" + bytes(8)
    name = record(39, bytes(9) + wide("_xlnm.Auto_Open") + place) if automatic else b""
    return samples.zip_of(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.bin": record(131, b"") + sheet + name,
            "xl/_rels/workbook.bin.rels": rels("macrosheets/sheet1.bin"),
            "xl/macrosheets/sheet1.bin": record(129, b"") + b"".join(cells) + record(130, b""),
            **({"xl/externalLinks/externalLink1.bin": link} if link else {}),
        }
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (binary(call(0x6E, "calc"), automatic=True), {"excel.macro_runs": Severity.MALICIOUS}),
        (binary(call(0x96, "calc"), hidden=2), {"excel.macro_runs": Severity.MALICIOUS}),
        (binary(call(0x6E, "calc")), {"excel.macro_calls": Severity.SUSPICIOUS}),
        (binary(call(4, "Total")), {}),
    ],
)
def test_an_old_macro_in_binary_parts_is_judged_the_same(
    engine: Engine, content: bytes, expected: dict[str, Severity]
) -> None:
    assert severities(engine.scan(content, name="a.xlsb")) == {"excel.macro_sheet": Severity.INFO, **expected}


def test_addresses_in_binary_macros_are_links(engine: Engine) -> None:
    report = engine.scan(binary(call(0x96, "https://site.example/a.exe")), name="a.xlsb")

    assert [link.url for link in report.urls] == ["https://site.example/a.exe"]


@pytest.mark.parametrize(("service", "severity"), [("cmd", Severity.MALICIOUS), ("Excel", Severity.INFO)])
def test_a_binary_link_to_a_program_is_judged_by_the_program(engine: Engine, service: str, severity: Severity) -> None:
    link = record(360, struct.pack("<H", 1) + wide(service) + wide("/c calc"))

    assert severity in severities(engine.scan(binary(link=link), name="a.xlsb")).values()


@fuzzed()
@given(st.data())
def test_a_damaged_workbook_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from([binary(call(0x6E, "calc"), automatic=True), book("EXEC(1)", hidden=True)]))
    judged(rules, data.draw(damaged(content)), "a.xlsb")


@fuzzed()
@given(st.data())
def test_damaged_records_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    sheet = data.draw(damaged(record(129, b"") + call(0x6E, "calc") + call(4, "x")))
    parts = {"[Content_Types].xml": _TYPES, "xl/workbook.bin": b"", "xl/macrosheets/sheet1.bin": sheet}
    judged(rules, samples.zip_of(parts), "a.xlsb")
