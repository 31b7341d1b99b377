"""Field codes of documents: those that start programs. What Word writes as ``{ DDEAUTO c:\\\\windows\\\\… }``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_REFERENCE = "https://attack.mitre.org/techniques/T1559/002/"
#: Letters written as numbers, which Word puts together before it reads the field: { QUOTE 68 68 69 }.
_QUOTE = re.compile(r"\bQUOTE((?:\s+\d{1,5}){2,20000})", re.I)
_DDE = re.compile(r"(?:^|[{\s\"])(DDE(?:AUTO)?)[\s\"]+(\S[^\n]{0,300})", re.I)
_PROGRAM = re.compile(
    r"\b(?:cmd|powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|msiexec|certutil|bitsadmin|explorer|wmic|forfiles"
    r"|msexcel|msbuild|hh|schtasks)(?:\.exe)?\b|system32|https?:|\\\\\\\\[\w.-]+",
    re.I,
)
#: Pictures and texts on file servers of the internet: asking for them tells the reader's sign-in. A bare name is none.
_INCLUDED = re.compile(
    r"\bINCLUDE(?:PICTURE|TEXT)\s{1,9}\"?(?:file:/{2,5})?[\\/]{2,8}"
    r"(?!10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|127\.)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?:@\w{2,5}){0,2}[\\/]",
    re.I,
)
#: A program whose name other fields put together: nobody links documents so.
_PUT_TOGETHER = re.compile(r"^[\"\s{]*(?:REF|SET|QUOTE|DOCVARIABLE|DOCPROPERTY|FILLIN|INFO|COMMENTS|SUBJECT)\b", re.I)
#: Programs of Office that documents are honestly linked to.
_OFFICE = re.compile(r"^[\"\s]*(?:excel|word|winword|msaccess|powerpnt)\b", re.I)


def findings(node: Node, instruction: str) -> Iterator[Finding]:
    """Yield a finding when the instruction of a field starts a program."""
    plain = _QUOTE.sub(lambda match: "".join(_letter(number) for number in match.group(1).split()), instruction)
    if match := _DDE.search(plain):
        yield dde(node, match.group(2), evidence=f"{match.group(1)} {match.group(2)}")
    elif included := _INCLUDED.search(plain):
        yield node.finding(
            "office.remote_image",
            Severity.SUSPICIOUS,
            "Document that fetches a part of itself from a file server on the internet",
            included.group(),
            "https://attack.mitre.org/techniques/T1187/",
            confidence=Confidence.MEDIUM,
        )


def dde(node: Node, service: str, *, evidence: str = "") -> Finding:
    """Return the finding that a DDE link to ``service`` makes: malicious when that is a command line."""
    if _PROGRAM.search(service) or _PUT_TOGETHER.match(service):
        return node.finding(
            "office.dde_command",
            Severity.MALICIOUS,
            "Document that starts a command line when its fields are updated",
            evidence or service,
            _REFERENCE,
        )
    honest = bool(_OFFICE.match(service))
    return node.finding(
        "office.dde_link",
        Severity.INFO if honest else Severity.SUSPICIOUS,
        "Document linked to another Office document" if honest else "Document with a field that starts another program",
        evidence or service,
        _REFERENCE,
    )


def _letter(number: str) -> str:
    return chr(int(number)) if int(number) < 0xD800 else " "
