"""Tables that call out: comma-separated values with formulas, web queries (``.iqy``), symbolic links (``.slk``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine import charset
from app.engine.analyzers.office.fields import dde
from app.engine.analyzers.shortcut.place import place_of
from app.engine.analyzers.text import wide
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

_DDE_REFERENCE = "https://attack.mitre.org/techniques/T1559/002/"
#: A text in a formula has at most 255 letters.
#: A cell that starts a program: =cmd|' /C calc'!A0, with the signs that programs take for the start of a formula.
_CELL = re.compile(
    r"(?:^|[,;\t\"|])(?:E(?=[=\w]))?[ \t\"']{0,8}(?:(?<=;E)|[=+\-@])[-+=@()\d \t*/\"&]{0,20}"
    r"(?:[A-Za-z]{2,12}\([^()\r\n]{0,40}\)[-+*/&]{1,3}|[A-Za-z]{2,12}\(\s{0,4})?"
    r"([A-Za-z][\w.\\: ]{0,60})\|\s{0,4}(['\"]{0,3})([^\r\n!]{1,260})!(?=['\"A-Za-z_$])",
    re.M,
)
#: Cells that send what stands beside them elsewhere.
_SENDING = re.compile(
    r"(?:^|[,;\t\"\r\n])[ \t\"']{0,8}[=+\-@][^\r\n]{0,40}?(hyperlink|importxml|importdata|importhtml"
    r"|importfeed|importrange|webservice|image)\s{0,4}"
    r"\(([^\r\n]{0,600})",
    re.I | re.M,
)
_COMMANDS = re.compile(
    r"(?:^|[\\/])(?:cmd|powershell|pwsh|mshta|msexcel|rundll32|regsvr32|wscript|cscript|certutil|bitsadmin"
    r"|msiexec|explorer|wmic|bash|sh|curl|control|calc|notepad)(?:\.exe)?\s{0,8}$",
    re.I,
)
_SLK_MACRO = re.compile(r"(?m)^(?:NN;|O[^\r\n]{0,80};E)[^\r\n]{0,400}")
_SLK_AUTO = re.compile(r"(?mi)^NN;N(?:auto_?(?:open|close|activate)|_xlnm\.auto)[^\r\n]{0,200}")
_SLK_RUNS = re.compile(
    r"(?mi)^C[^;\r\n]{0,40}(?:;[^E;\r\n][^;\r\n]{0,400}){0,8};E(?:[^\r\n]{0,400}?[^A-Za-z.\r\n])?(exec|call"
    r"|register|formula|run|fopen)\s{0,4}\(([^\r\n]{0,600})"
)
_CONNECTION = re.compile(r"(?mi)^\s{0,8}(https?://\S{4,2000}|ftp://\S{4,2000}|file:\S{4,2000}|\\\\\S{4,2000})")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the table starts or fetches when a spreadsheet opens it."""
    mime = node.kind.mime
    encoding = charset.encoding_of(node.data) or "cp1252"
    if mime not in ("text/csv", "text/tab-separated-values", "text/x-ms-iqy", "application/x-sylk") or wide(encoding):
        return
    for text in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        if mime == "text/x-ms-iqy":
            yield from _query(node, text)
        elif mime == "application/x-sylk":
            yield from _symbolic(node, text)
        if "|" in text:
            yield from _commands(node, text)
        yield from _sending(node, text)


def _commands(node: Node, text: str) -> Iterator[Item]:
    for match in _CELL.finditer(text):
        program = match.group(1).strip()
        if _COMMANDS.search(program) or _COMMANDS.search(match.group(3).lstrip(" /'").partition(" ")[0]):
            yield node.finding(
                "table.command",
                Severity.MALICIOUS,
                "Table with a cell that starts a command line",
                match.group().strip(),
                _DDE_REFERENCE,
            )
            return
        if match.group(2):
            yield dde(node, program, evidence=match.group().strip())


def _sending(node: Node, text: str) -> Iterator[Item]:
    if "(" not in text:
        return
    for match in _SENDING.finditer(text):
        function, arguments = match.group(1).lower(), match.group(2)
        takes = re.search(r"[&+]\s{0,4}\$?[A-Z]{1,3}\$?\d|concat|encodeurl|substitute", arguments, re.I)
        if "http" in arguments.lower() and (
            takes or (function != "hyperlink" and node.kind.mime != "application/x-sylk")
        ):
            yield node.finding(
                "table.sends",
                Severity.SUSPICIOUS,
                "Table with a cell that sends or fetches data over the network",
                match.group().strip(),
                "https://owasp.org/www-community/attacks/CSV_Injection",
                confidence=Confidence.HIGH if takes else Confidence.MEDIUM,
            )
            return


def _query(node: Node, text: str) -> Iterator[Item]:
    """A web query: the word WEB, a number, the address (or, since 2019, the text of a connection)."""
    match = _CONNECTION.search(text)
    if match is None:
        return
    place = place_of(match.group(1))
    outside = place is None or place.outside
    bad = place is not None and place.outside and (place.share or place.starts or _answers_formulas(match.group(1)))
    yield node.finding(
        "table.query",
        Severity.MALICIOUS if bad else Severity.SUSPICIOUS,
        "Query that fills a table, and runs what comes back as formulas, from the network",
        match.group(1),
        "https://attack.mitre.org/techniques/T1221/",
        confidence=Confidence.HIGH if outside else Confidence.LOW,
    )


def _answers_formulas(address: str) -> bool:
    """Whether the address is a bare number or ends in what no page of tables does: both are what droppers use."""
    host = address.partition("://")[2].partition("/")[0].partition(":")[0]
    return host.replace(".", "").isdigit() or bool(
        re.search(r"\.(?:dat|txt|iqy|exe|ps1|bin|tmp)(?:\?|$)", address, re.I)
    )


def _symbolic(node: Node, text: str) -> Iterator[Item]:
    runs = _SLK_RUNS.search(text)
    automatic = _SLK_AUTO.search(text)
    macro = re.search(r"(?mi)^O[^\r\n]{0,80};E", text)
    if runs and (automatic or macro or runs.group(1).lower() in ("exec", "call", "register")):
        yield node.finding(
            "table.macro",
            Severity.MALICIOUS,
            "Old table file with a macro that starts a program",
            runs.group(),
            _DDE_REFERENCE,
        )
    elif automatic:
        yield node.finding(
            "table.macro", Severity.SUSPICIOUS, "Old table file with a macro that runs by itself", automatic.group()
        )
