from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed

from .containers import damaged, judged

_ATTACK = 'Sub Main\n  Shell("cmd /c powershell -w hidden")\nEnd Sub\n'
_HARMLESS = 'Sub Main\n  MsgBox "Welcome"\nEnd Sub\n'


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def listener(event: str) -> str:
    target = "vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document"
    return f'<script:event-listener script:event-name="{event}" xlink:href="{target}"/>'


def document(body: str = "", source: str = "", manifest: str = "") -> bytes:
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": f"<?xml version='1.0'?><office:document-content>{body}</office:document-content>".encode(),
        "META-INF/manifest.xml": f"<?xml version='1.0'?><manifest:manifest>{manifest}</manifest:manifest>".encode(),
    }
    if source:
        module = f'<?xml version="1.0"?><script:module script:name="Module1">{escaped(source)}</script:module>'
        parts["Basic/Standard/Module1.xml"] = module.encode()
    return stored(parts)


def escaped(source: str) -> str:
    return source.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def stored(parts: dict[str, bytes]) -> bytes:
    """A package as office suites write it: the media type first and not packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_a_macro_that_an_event_starts_is_judged_by_what_it_does(engine: Engine) -> None:
    report = engine.scan(document(listener("dom:load"), _ATTACK), name="a.odt")

    assert severities(report) == {"office.macro": Severity.INFO, "office.macro_attack": Severity.MALICIOUS}


@pytest.mark.parametrize(
    ("body", "source"), [(listener("dom:load"), _HARMLESS), ("", _HARMLESS), (listener("dom:click"), _HARMLESS)]
)
def test_a_harmless_macro_is_clean(engine: Engine, body: str, source: str) -> None:
    assert engine.scan(document(body, source), name="a.odt").verdict is Verdict.CLEAN


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<text:section-source xlink:href="http://site.example/a.odt"/>', {"office.remote_part": Severity.SUSPICIOUS}),
        ('<draw:object xlink:href="file://192.0.2.7/a/b.odt"/>', {"office.remote_part": Severity.SUSPICIOUS}),
        ('<draw:floating-frame xlink:href="script:x"/>', {"office.command_link": Severity.SUSPICIOUS}),
        (
            '<text:dde-connection-decl office:dde-application="cmd.exe" office:dde-topic="/c calc"/>',
            {"office.dde_command": Severity.MALICIOUS},
        ),
        ('<text:a xlink:href="https://site.example/"/>', {}),
        ('<draw:object xlink:href="./Object 1"/>', {}),
        ('<text:dde-connection-decl office:dde-application="soffice" office:dde-topic="a.ods"/>', {}),
    ],
)
def test_a_part_is_judged_by_where_it_lies(engine: Engine, body: str, expected: dict[str, Severity]) -> None:
    assert severities(engine.scan(document(body), name="a.odt")) == expected


def test_a_locked_document_is_unknown(engine: Engine) -> None:
    report = engine.scan(document(manifest="<manifest:encryption-data/>"), name="a.odt")

    assert severities(report) == {"office.encrypted": Severity.UNKNOWN}


@pytest.mark.parametrize(("source", "verdict"), [(_ATTACK, Verdict.MALICIOUS), (_HARMLESS, Verdict.CLEAN)])
def test_a_document_in_one_xml_file_is_judged_the_same(engine: Engine, source: str, verdict: Verdict) -> None:
    module = f"<script:module>{escaped(source)}</script:module>"
    text = f"<?xml version='1.0'?><office:document>{listener('office:load')}{module}</office:document>"

    assert engine.scan(text.encode(), name="a.fodt").verdict is verdict


@fuzzed()
@given(st.data())
def test_a_damaged_document_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    judged(rules, data.draw(damaged(document(listener("dom:load"), _ATTACK))), "a.odt")
