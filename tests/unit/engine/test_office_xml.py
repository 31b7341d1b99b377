from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from app.sandbox.compound_file import compound_file, vba_project
from tests.fuzz import fuzzed

from .containers import BENIGN, EICAR, damaged, judged, places
from .test_rtf import package

_TYPES = b"<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def word(parts: dict[str, bytes], body: str = "<w:t>Thank you.</w:t>") -> bytes:
    document = f"<?xml version='1.0'?><w:document><w:body>{body}</w:body></w:document>".encode()
    return samples.zip_of({"[Content_Types].xml": _TYPES, "word/document.xml": document, **parts})


def related(kind: str, target: str, *, outside: bool = True, encoding: str = "utf-8") -> dict[str, bytes]:
    mode = ' TargetMode="External"' if outside else ""
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?><Relationships><Relationship Id="r1" Type="{_KIND}{kind}" '
        f'Target="{target}"{mode}/></Relationships>'
    )
    return {"word/_rels/settings.xml.rels": text.encode(encoding)}


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("attachedTemplate", "office.remote_template"),
        ("oleObject", "office.remote_object"),
        ("frame", "office.remote_frame"),
    ],
)
def test_a_part_from_elsewhere_is_suspicious_and_its_address_a_link(
    engine: Engine, kind: str, code: str, encoding: str
) -> None:
    report = engine.scan(word(related(kind, "https://site.example/t.dotm", encoding=encoding)), name="a.docx")

    assert severities(report) == {code: Severity.SUSPICIOUS}
    assert [link.url for link in report.urls] == ["https://site.example/t.dotm"]


def test_a_chapter_on_a_server_elsewhere_is_suspicious(engine: Engine) -> None:
    report = engine.scan(word(related("subDocument", "file://///192.0.2.7/share/a.docx")), name="a.docx")

    assert severities(report) == {"office.remote_part": Severity.SUSPICIOUS}


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("hyperlink", "https://site.example/"),
        ("subDocument", "https://site.example/chapter1.docx"),
        ("image", "https://site.example/logo.png"),
        ("attachedTemplate", "file:///C:\\Users\\me\\Normal.dotm"),
        ("attachedTemplate", "file:///\\\\fileserver\\templates\\Letter.dotx"),
        ("oleObject", "file:///C:\\Users\\me\\Book1.xlsx!Sheet1!R1C1:R3C4"),
        ("externalLinkPath", "https://company.sharepoint.example/Book.xlsx"),
    ],
)
def test_what_honest_documents_refer_to_is_clean(engine: Engine, kind: str, target: str) -> None:
    assert engine.scan(word(related(kind, target)), name="a.docx").verdict is Verdict.CLEAN


def test_a_link_that_hands_a_command_to_windows_is_suspicious(engine: Engine) -> None:
    report = engine.scan(word(related("hyperlink", "ms-msdt:/id PCWDiagnostic")), name="a.docx")

    assert severities(report) == {"office.command_link": Severity.SUSPICIOUS}


def field(*runs: str) -> str:
    texts = "".join(f"<w:r><w:instrText xml:space='preserve'>{run}</w:instrText></w:r>" for run in runs)
    return f"<w:r><w:fldChar w:fldCharType='begin'/></w:r>{texts}<w:r><w:fldChar w:fldCharType='end'/></w:r>"


@pytest.mark.parametrize(
    "body",
    [
        field("DDEAUTO c:\\windows\\system32\\cmd.exe &quot;/k calc.exe&quot;"),
        field("DD", "E", "AUTO ", "c:\\\\win", "dows\\\\system32\\\\cm", "d.exe"),
        "<w:fldSimple w:instr='DDE powershell &quot;-w hidden&quot;'><w:r/></w:fldSimple>",
        field(
            "DDEAUTO ", "</w:instrText></w:r>" + field("QUOTE 99 109 100 46 101 120 101") + "<w:r><w:instrText>", " /k"
        ),
    ],
)
def test_a_field_that_starts_a_command_line_is_malicious(engine: Engine, body: str) -> None:
    assert severities(engine.scan(word({}, body), name="a.docx")) == {"office.dde_command": Severity.MALICIOUS}


@pytest.mark.parametrize(
    "body",
    [
        field("HYPERLINK ", "&quot;https://site.example/&quot;"),
        field("TOC \\o ", field("PAGEREF _Toc1 \\h")),
        field("DDEAUTO Excel.Sheet.12 C:\\\\Book1.xlsx Sheet1!R1C1"),
        "<w:t>The DDEAUTO field starts cmd.exe.</w:t>",
    ],
)
def test_a_field_that_starts_nothing_is_clean(engine: Engine, body: str) -> None:
    assert engine.scan(word({}, body), name="a.docx").verdict is Verdict.CLEAN


def sheet(parts: dict[str, bytes], names: str = "") -> bytes:
    book = f"<?xml version='1.0'?><workbook><definedNames>{names}</definedNames></workbook>".encode()
    return samples.zip_of({"[Content_Types].xml": _TYPES, "xl/workbook.xml": book, **parts})


@pytest.mark.parametrize(
    ("service", "severity"), [("cmd", Severity.MALICIOUS), ("Excel", Severity.INFO), ("Feed", Severity.SUSPICIOUS)]
)
def test_a_table_linked_to_a_program_is_judged_by_the_program(engine: Engine, service: str, severity: Severity) -> None:
    link = f"<?xml version='1.0'?><externalLink><ddeLink ddeService='{service}' ddeTopic='/c calc'/></externalLink>"

    report = engine.scan(sheet({"xl/externalLinks/externalLink1.xml": link.encode()}), name="a.xlsx")

    assert [finding.severity for finding in report.findings] == [severity]


def macro_sheet(*formulas: str) -> dict[str, bytes]:
    cells = "".join(f"<c><f>{formula}</f></c>" for formula in formulas)
    return {"xl/macrosheets/sheet1.xml": f"<?xml version='1.0'?><xm:macrosheet>{cells}</xm:macrosheet>".encode()}


def test_an_old_macro_that_starts_a_program_and_hides_it_is_malicious(engine: Engine) -> None:
    report = engine.scan(sheet(macro_sheet("FORMULA(A1,B2)", "EXEC(&quot;calc&quot;)")), name="a.xlsm")

    assert severities(report)["excel.macro_runs"] is Severity.MALICIOUS


def test_an_old_macro_that_runs_by_itself_is_suspicious(engine: Engine) -> None:
    names = "<definedName name='_xlnm.Auto_Open' hidden='1'>Macro1!$A$1</definedName>"

    report = engine.scan(sheet(macro_sheet("ALERT(1)"), names), name="a.xlsm")

    assert severities(report)["excel.macro_automatic"] is Severity.SUSPICIOUS


def test_an_old_macro_that_only_calculates_is_clean(engine: Engine) -> None:
    names = "<definedName name='Auto_Total'>Macro1!$A$1</definedName>"

    report = engine.scan(sheet(macro_sheet("SUM(A1:A3)", "RETURN(A4)"), names), name="a.xlsm")

    assert (report.verdict, set(severities(report))) == (Verdict.CLEAN, {"excel.macro_sheet"})


@pytest.mark.parametrize(("name", "hidden"), [("a.docx", True), ("a.docm", False)])
def test_macros_under_the_name_of_a_document_without_are_suspicious(engine: Engine, name: str, hidden: bool) -> None:
    content = word({"word/vbaProject.bin": vba_project("Sub Total()\r\nEnd Sub\r\n")})

    assert ("office.macro_hidden" in severities(engine.scan(content, name=name))) is hidden


def ole10(name: str, data: bytes) -> bytes:
    inner = package(name, data)
    return compound_file({"\x01Ole10Native": len(inner).to_bytes(4, "little") + inner}, {})


def test_an_embedded_file_is_scanned_under_its_name(engine: Engine) -> None:
    report = engine.scan(word({"word/embeddings/oleObject1.bin": ole10("bill.txt", EICAR)}), name="a.docx")

    assert "a.docx/word/embeddings/oleObject1.bin/bill.txt" in [finding.where for finding in report.findings]


def test_an_embedded_harmless_file_and_document_are_clean(engine: Engine) -> None:
    parts = {"word/embeddings/oleObject1.bin": ole10("bill.txt", BENIGN), "word/embeddings/a.xlsx": sheet({})}

    assert engine.scan(word(parts), name="a.docx").verdict is Verdict.CLEAN


def test_a_document_in_a_table_is_looked_into(engine: Engine) -> None:
    inner = word(related("attachedTemplate", "https://site.example/t.dotm"))

    report = engine.scan(sheet({"xl/embeddings/Document1.docx": inner}), name="a.xlsx")

    assert places(report) == {
        "office.remote_template": "a.xlsx/xl/embeddings/Document1.docx/word/_rels/settings.xml.rels"
    }


@pytest.mark.parametrize(
    ("classid", "severity"),
    [
        ("8BD21D10-EC42-11CE-9E0D-00AA006002F3", Severity.INFO),
        ("8856F961-340A-11D0-A96B-00C04FD705A2", Severity.SUSPICIOUS),
    ],
)
def test_a_control_is_judged_by_what_it_can_do(engine: Engine, classid: str, severity: Severity) -> None:
    control = f"<?xml version='1.0'?><ax:ocx ax:classid='{{{classid}}}'/>".encode()

    report = engine.scan(word({"word/activeX/activeX1.xml": control}), name="a.docx")

    assert [finding.severity for finding in report.findings] == [severity]


@pytest.mark.parametrize(
    "part",
    [
        b"<Relationship ",
        b"<w:instrText>DDE",
        b"<w:fldChar w:fldCharType='begin'/><w:instrText>QUOTE 1</w:instrText>",
        b"<w:fldSimple instr='",
        b"<ddeLink a='",
        b"<definedName name='Auto_Open'",
    ],
)
def test_many_of_anything_are_read_in_linear_time(engine: Engine, part: bytes) -> None:
    report = engine.scan(b"<?xml version='1.0'?><Relationships>" + part * 20_000, name="a.xml")

    assert report.ms < 3_000


@fuzzed()
@given(st.data())
def test_damaged_parts_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    part = related("oleObject", "https://site.example/")["word/_rels/settings.xml.rels"]
    seed = part + field("DDEAUTO cmd ").encode() + b"<ddeLink ddeService='cmd' ddeTopic='x'/>"
    judged(rules, data.draw(damaged(seed, within=(30, len(seed) - 1))), "a.xml")


@fuzzed()
@given(st.data())
def test_damaged_objects_never_fail(rules: RuleSet, data: st.DataObject) -> None:
    inner = package("bill.txt", BENIGN)
    content = compound_file({"WordDocument": bytes(80)}, {"ObjectPool": {"\x01Ole10Native": bytes(4) + inner}})
    judged(rules, data.draw(damaged(content, within=(512, 4000))), "a.doc")
