"""What tests of the isolated engine write for it, and what they read in its reports."""

from __future__ import annotations

from pathlib import Path

from app.engine.isolation import IsolatedEngine
from app.engine.model import Report, Severity, Verdict

SECRET = "pineapple-under-the-sea"


RULE = """
rule {name} {{
    meta:
        id = "{name}"
        title = "Holds a word"
        severity = "{severity}"
        reference = "https://example.com/"
        date = "2026-01-01"
        author = "Test"
    strings:
        $word = "{word}"
    condition:
        $word
}}
"""


def write_rule(folder: Path, name: str, word: str, severity: str = "malicious") -> None:
    (folder / f"{name}.yar").write_text(RULE.format(name=name, word=word, severity=severity))


def said(report: Report) -> str:
    (finding,) = report.findings
    assert finding.id == "test.said", report
    return finding.evidence


def only_finding(report: Report) -> str:
    (finding,) = report.findings
    assert finding.severity is Severity.UNKNOWN
    assert report.verdict is Verdict.UNKNOWN
    return finding.id


def assert_still_works(engine: IsolatedEngine, file: Path) -> None:
    assert engine.scan(file, name="scan").verdict is Verdict.MALICIOUS
