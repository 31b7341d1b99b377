from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

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


@pytest.mark.parametrize(
    ("kind", "target", "severity"),
    [
        ("hyperlink", "ms-msdt:/id PCWDiagnostic", Severity.MALICIOUS),
        ("oleObject", "mhtml:http://site.example/a.html!x-usc:http://site.example/a.html", Severity.MALICIOUS),
        ("hyperlink", "ms-appinstaller:?source=https://site.example/a.appx", Severity.SUSPICIOUS),
        ("hyperlink", "search-ms:query=a&amp;crumb=location:\\\\192.0.2.7\\a", Severity.SUSPICIOUS),
    ],
)
def test_a_link_that_hands_a_command_to_windows_is_judged_by_it(
    engine: Engine, kind: str, target: str, severity: Severity
) -> None:
    report = engine.scan(word(related(kind, target)), name="a.docx")

    assert severities(report) == {"office.command_link": severity}


@pytest.mark.parametrize(
    ("kind", "target", "code"),
    [
        ("attachedTemplate", "http://192.0.2.7/t.dotm", "office.remote_template"),
        ("attachedTemplate", "https://site.example/invoice.php?id=3", "office.remote_template"),
        ("oleObject", "https://site.example/a.html!", "office.remote_object"),
        ("oleObject", "https://site.example/a.hta", "office.remote_object"),
        ("frame", "https://site.example/a.html!x-usc:https://site.example/a.html", "office.remote_frame"),
    ],
)
def test_a_part_that_is_no_document_or_comes_from_a_number_is_malicious(
    engine: Engine, kind: str, target: str, code: str
) -> None:
    assert severities(engine.scan(word(related(kind, target)), name="a.docx")) == {code: Severity.MALICIOUS}


def test_a_picture_on_a_file_server_of_the_internet_is_suspicious(engine: Engine) -> None:
    report = engine.scan(word(related("image", "file://///192.0.2.7/a/b.png")), name="a.docx")

    assert severities(report) == {"office.remote_image": Severity.SUSPICIOUS}


@pytest.mark.parametrize(
    ("name", "part", "expected"),
    [
        ("docProps/custom.xml", "<Properties><p>powershell -w hidden -enc A</p></Properties>", Verdict.MALICIOUS),
        ("word/settings.xml", "<w:settings><w:docVar w:val='cmd /c start calc'/></w:settings>", Verdict.MALICIOUS),
        ("docProps/custom.xml", "<Properties><p>PowerShell course, part 3</p></Properties>", Verdict.CLEAN),
        ("word/settings.xml", "<w:settings><w:docVar w:val='Invoice 4711'/></w:settings>", Verdict.CLEAN),
    ],
)
def test_a_command_line_among_the_properties_is_malicious(
    engine: Engine, name: str, part: str, expected: Verdict
) -> None:
    assert engine.scan(word({name: f"<?xml version='1.0'?>{part}".encode()}), name="a.docx").verdict is expected


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("<dbPr connection='Provider=X' command='cmd /c calc'/>", {"excel.connection_command": Severity.MALICIOUS}),
        ("<webPr url='https://site.example/'/>", {"excel.web_query": Severity.SUSPICIOUS}),
        ("<dbPr connection='Provider=SQLOLEDB;Data Source=s' command='SELECT 1'/>", {}),
    ],
)
def test_a_connection_is_judged_by_what_it_runs(engine: Engine, inside: str, expected: dict[str, Severity]) -> None:
    part = f"<?xml version='1.0'?><connections><connection id='1' refreshOnLoad='1'>{inside}</connection></connections>"

    report = engine.scan(sheet({"xl/connections.xml": part.encode()}), name="a.xlsx")

    assert severities(report) == expected and report.verdict is not Verdict.SUSPICIOUS


@pytest.mark.parametrize("padding", [0, 9_000, 1_048_400])
def test_a_long_field_and_one_across_two_windows_are_read(engine: Engine, padding: int) -> None:
    body = "<w:t>" + "x" * padding + "</w:t>" + field("DDEAUTO ", " " * min(padding, 9_000), "cmd.exe ", "/k calc")

    assert severities(engine.scan(word({}, body), name="a.docx")) == {"office.dde_command": Severity.MALICIOUS}


def test_a_field_that_is_too_long_is_unknown(engine: Engine) -> None:
    report = engine.scan(word({}, field(*["x" * 60_000] * 3)), name="a.docx")

    assert severities(report) == {"limit.fields": Severity.UNKNOWN}


def field(*runs: str) -> str:
    texts = "".join(f"<w:r><w:instrText xml:space='preserve'>{run}</w:instrText></w:r>" for run in runs)
    return f"<w:r><w:fldChar w:fldCharType='begin'/></w:r>{texts}<w:r><w:fldChar w:fldCharType='end'/></w:r>"


@pytest.mark.parametrize(
    "body",
    [
        field("DDEAUTO c:\\windows\\system32\\cmd.exe &quot;/k calc.exe&quot;"),
        field("DD", "E", "AUTO ", "c:\\\\win", "dows\\\\system32\\\\cm", "d.exe"),
        "<w:fldSimple w:instr='DDE powershell &quot;-w hidden&quot;'><w:r/></w:fldSimple>",
        field("SET C1 &quot;cmd&quot;") + field("DDEAUTO ", "REF C1 ", "/k"),
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


def old_equation(native: bytes) -> bytes:
    content = bytearray(compound_file({"\x01Ole10Native": len(native).to_bytes(4, "little") + native}, {}))
    # The class of the root storage stands in the first entry of the directory, behind header and table.
    content[1024 + 80 : 1024 + 96] = bytes.fromhex("02ce020000000000c000000000000046")
    return bytes(content)


_FORMULA = b"\x1c\x00\x00\x00\x02\x00" + bytes(22) + b"\x03\x01\x01\x03\x0a\x0a\x01\x08\x81\x00"


@pytest.mark.parametrize(
    ("native", "verdict"),
    [
        (_FORMULA + b"A" * 60, Verdict.MALICIOUS),
        (_FORMULA + b"Symbol\0cmd.exe /c calc\0", Verdict.MALICIOUS),
        (bytes(28) + b"\x90\x90\xe8" + bytes(60), Verdict.MALICIOUS),
        (_FORMULA + b"Times New Roman\0" + bytes(40), Verdict.CLEAN),
        (_FORMULA[28:] + b"Symbol\0" + bytes(40), Verdict.CLEAN),
    ],
)
def test_a_short_equation_is_judged_by_whether_it_is_one(engine: Engine, native: bytes, verdict: Verdict) -> None:
    report = engine.scan(word({"word/embeddings/oleObject1.bin": old_equation(native)}), name="a.docx")

    assert report.verdict is verdict


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

    assert "limit.seconds" not in severities(report)


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
