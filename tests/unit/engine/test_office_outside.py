"""What documents fetch from file servers and addresses without a name, and the same from the office's own."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.engine.model import Severity
from app.engine.scan import Engine

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_HEAD = '<?xml version="1.0"?>'


def document(parts: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        types = f'<Types><Override PartName="/word/document.xml" ContentType="{_DOCUMENT}"/></Types>'
        archive.writestr("[Content_Types].xml", _HEAD + types)
        archive.writestr("word/document.xml", _HEAD + "<w:document/>")
        for name, content in parts.items():
            archive.writestr(name, _HEAD + content)
    return packed.getvalue()


def related(kind: str, target: str) -> dict[str, str]:
    row = f'<Relationship Id="r1" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
    return {"word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{row}</Relationships>'}


def severities(engine: Engine, content: bytes, name: str = "a.docx") -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in engine.scan(content, name=name).findings}


@pytest.mark.parametrize(
    ("kind", "target", "expected"),
    [
        ("attachedTemplate", "file://203.0.113.9/s/a.dotm", {"office.remote_template": Severity.MALICIOUS}),
        ("attachedTemplate", "file://192.168.0.9/s/a.dotm", {"office.remote_template": Severity.SUSPICIOUS}),
        ("attachedTemplate", "file://server/s/a.dotm", {"office.remote_template": Severity.INFO}),
        ("externalLinkPath", "file:///\\\\203.0.113.9\\a\\b.xlsx", {"office.remote_table": Severity.SUSPICIOUS}),
        ("externalLinkPath", "file:///\\\\server\\a\\b.xlsx", {"office.external_link": Severity.INFO}),
        ("hyperlink", "file:///\\\\203.0.113.9\\a\\b.lnk", {"office.share_link": Severity.SUSPICIOUS}),
        ("hyperlink", "file:///\\\\server\\a\\b.xlsx", {}),
    ],
)
def test_targets_are_judged_by_whose_computer_they_lie_on(
    engine: Engine, kind: str, target: str, expected: dict[str, Severity]
) -> None:
    assert severities(engine, document(related(kind, target))) == expected


@pytest.mark.parametrize(
    ("target", "bad"), [("https://pay.example.net/a.dotm!run", True), ("ThisDocument.Loaded", False)]
)
def test_a_ribbon_whose_macro_lies_elsewhere_is_malicious(engine: Engine, target: str, bad: bool) -> None:
    space = "http://schemas.microsoft.com/office/2006/01/customui"
    ribbon = {"customUI/customUI.xml": f'<customUI xmlns="{space}" onLoad="{target}"><ribbon/></customUI>'}

    assert (severities(engine, document(ribbon)).get("office.remote_macro") is Severity.MALICIOUS) is bad


@pytest.mark.parametrize(
    ("address", "bad"),
    [("\\\\\\\\203.0.113.9\\\\a.png", True), ("\\\\\\\\server\\\\a.png", False), ("C:\\\\a.png", False)],
)
def test_a_field_that_shows_a_picture_from_a_file_server_of_the_internet_is_told(
    engine: Engine, address: str, bad: bool
) -> None:
    field = f"<w:p><w:fldSimple w:instr='INCLUDEPICTURE \"{address}\" \\d'/></w:p>"

    assert ("office.remote_image" in severities(engine, document({"word/header1.xml": field}))) is bad


@pytest.mark.parametrize("letters", ["http://203.0.113.9/a", "\\u104?\\u116?\\u116?\\u112?://203.0.113.9/a"])
def test_a_template_of_an_address_without_a_name_is_malicious(engine: Engine, letters: str) -> None:
    content = rf"{{\rtf1{{\*\template {letters}}}Hello}}".encode()

    assert severities(engine, content, "a.rtf")["office.remote_template"] is Severity.MALICIOUS
    assert not severities(engine, rb"{\rtf1{\*\template C:\\Office\\Normal.dotm}Hello}", "a.rtf")


def test_a_table_with_a_link_to_a_program_on_a_share_is_told(engine: Engine) -> None:
    formula = '<worksheet><c><f>HYPERLINK("{}","Open")</f></c></worksheet>'

    assert "office.share_link" in severities(
        engine, document({"xl/worksheets/sheet1.xml": formula.format("\\\\203.0.113.9\\a\\b.lnk")})
    )
    assert not severities(engine, document({"xl/worksheets/sheet1.xml": formula.format("https://www.example.org")}))
