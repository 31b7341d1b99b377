"""JavaScript in documents: plain form logic, or something that attacks or hides."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.model import Finding, Severity
from app.engine.node import Node

#: Calls that were holes in readers, and memory filled with code: nothing honest has these.
_ATTACK = re.compile(
    r"Collab\s*\.\s*(?:collectEmailInfo|getIcon)\s*\(|media\s*\.\s*newPlayer\s*\(\s*null|util\s*\.\s*printf\s*\(\s*[\"']%\d{4,}f"
    r"|spell\s*\.\s*customDictionaryOpen|(?:%u[0-9a-f]{4}){6}|exportDataObject[^;]{0,200}nLaunch\s*[\"']?\s*:\s*[12]",
    re.I,
)
#: Codes in a row, as machine code is written; some fonts and pictures in scripts are too.
_CODES = re.compile(r"(?:\\x[0-9a-f]{2}){40}", re.I)
#: Ways to hide a script; form logic has one of them at most.
_HIDES = (
    re.compile(r"\beval\s*\(", re.I),
    re.compile(r"\bunescape\s*\(", re.I),
    re.compile(r"String\s*\.\s*fromCharCode", re.I),
    re.compile(r"\[\s*[\"'](?:ev|eval|unescape|fromCharCode|replace|split)[\"'\s+]", re.I),
    re.compile(r"(?:(?:0x[0-9a-f]{1,4}|\d{1,5})\s*,\s*){40}", re.I),
    re.compile(r"[A-Za-z0-9+/%]{2000}"),
    re.compile(r"\bthis\s*\.\s*(?:info|getAnnots|syncAnnotScan)\b|\bgetAnnots\s*\(", re.I),
)
#: Calls that leave the document; forms are sent, so they say little by themselves.
_REACH = re.compile(
    r"\b(?:app\s*\.\s*)?(launchURL|submitForm|getURL|mailDoc|mailMsg|importDataObject|SOAP\.\w+)\s*\(", re.I
)
#: Programs and packed files that a script has the browser fetch.
_OPENS_PROGRAM = re.compile(
    r"(?:launchURL|getURL|gotoURL)\s{0,4}\(\s{0,4}[\"'](?:https?:|file:|\\\\)[^\"'\n]{4,500}"
    r"\.(?:exe|zip|rar|7z|iso|img|js|vbs|hta|msi|lnk|scr|bat|cmd|ps1|docm|xlsm|jar)(?:[?#][^\"'\n]{0,300})?[\"']",
    re.I,
)


def findings(node: Node, script: str) -> Iterator[Finding]:
    """Yield what a script is, at least ``pdf.script``."""
    attack = _ATTACK.search(script)
    if found := attack or _CODES.search(script):
        yield node.finding(
            "pdf.script_attack",
            Severity.MALICIOUS if attack else Severity.SUSPICIOUS,
            "PDF with a script like those that attack the program that shows it",
            found.group(),
            "https://attack.mitre.org/techniques/T1203/",
        )
    ways = [match.group() for pattern in _HIDES if (match := pattern.search(script))]
    if len(ways) >= 2:
        yield node.finding(
            "pdf.script_hidden",
            Severity.MALICIOUS if len(ways) >= 3 else Severity.SUSPICIOUS,
            "PDF with a script that is written so that nobody can read it",
            " ... ".join(way[:60] for way in ways),
            "https://attack.mitre.org/techniques/T1027/",
        )
    if opened := _OPENS_PROGRAM.search(script):
        yield node.finding(
            "pdf.script_fetches",
            Severity.SUSPICIOUS,
            "PDF with a script that fetches a program",
            opened.group(),
            "https://attack.mitre.org/techniques/T1204/002/",
        )
    reach = _REACH.search(script)
    yield node.finding(
        "pdf.script", Severity.INFO, "PDF with a script", reach.group(1) if reach else script.strip()[:120]
    )
