"""Connections of workbooks to data outside: pages, databases, and command lines in their place. ECMA-376 1, 18.13."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Text

_CONNECTION = re.compile(r"<(?:\w{1,40}:)?(connection|dbPr|webPr|textPr|olapPr)\s([^<]{1,16384})")
_ATTRIBUTE = re.compile(r"""(\w{1,40})\s*=\s*(?:"([^"<]{0,8192})"|'([^'<]{0,8192})')""")
_PROGRAM = re.compile(
    r"\b(?:cmd|powershell|pwsh|mshta|wscript|cscript|rundll32|regsvr32|certutil|bitsadmin|msiexec)(?:\.exe)?\b"
    r"|\bxp_cmdshell\b|\bSHELL\s{0,2}\(",
    re.I,
)
#: Servers without a name, and pages that anybody on the way may change.
_STRANGE = re.compile(r"\s*(?:http:|ftp:|https?://\d{1,3}(?:\.\d{1,3}){3}\b)", re.I)
_WEB = re.compile(r"\s*(?:https?:|ftp:|\\\\)", re.I)


def findings(node: Node, piece: str) -> Iterator[Item]:
    """Yield the addresses that a part with connections reads, and findings about those that run or load something."""
    by_itself = False
    for match in _CONNECTION.finditer(piece):
        given = {name: unescape(one or two) for name, one, two in _ATTRIBUTE.findall(match.group(2))}
        if match.group(1) == "connection":
            by_itself = given.get("refreshOnLoad", "0") in ("1", "true")
        told = " ".join(given.get(name, "") for name in ("connection", "command", "url", "sourceFile")).strip()
        if command := _PROGRAM.search(told):
            yield node.finding(
                "excel.connection_command",
                Severity.MALICIOUS,
                "Table that runs a command to get its data",
                told[max(0, command.start() - 40) :],
                "https://attack.mitre.org/techniques/T1559/002/",
            )
        elif _WEB.match(given.get("url", "") or given.get("sourceFile", "")):
            address = given.get("url", "") or given.get("sourceFile", "")
            yield Text(address)
            yield node.finding(
                "excel.web_query",
                Severity.SUSPICIOUS if by_itself else Severity.INFO,
                "Table that reads a page from the network" + (" when it is opened" if by_itself else ""),
                address,
                confidence=Confidence.MEDIUM if _STRANGE.match(address) else Confidence.LOW,
            )
