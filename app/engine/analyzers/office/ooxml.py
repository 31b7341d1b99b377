"""Office Open XML: relationships that lead outside, fields, controls, and documents that hide that they have macros.

Every part of the package is a node of its own, so each is looked at by itself and by what it says, not by its name:
Office finds parts through relationships and does not care what they are called. Format: ECMA-376 parts 1 and 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers.excel import (
    connections as excel_connections,
    workbook as excel_workbook,
    xml as excel_xml,
)
from app.engine.analyzers.office import fields as office_fields, ooxml_targets
from app.engine.analyzers.text import wide
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

#: One of these stands in every part that is of interest here; most parts have none.
_MARKS = (
    b"Relationship",
    b"instr",
    b"ddeLink",
    b"classid",
    b"macrosheet",
    b"definedName",
    b"connection",
    b"docVar",
    b"Properties",
    b"coreProperties",
    b"fldChar",
    b"customUI",
    b"HYPERLINK",
)
#: An element's attributes: up to the next tag, because ``<`` stands in no attribute.
_RELATIONSHIP = re.compile(r"<(?:\w{1,40}:)?Relationship\s([^<]{1,8192})")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,100})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FIELD_TOKEN = re.compile(
    r"""fldCharType\s*=\s*["'](begin|separate|end)["']|<(?:\w{1,40}:)?instrText\b[^<>]{0,200}>([^<]{0,65536})"""
    r"""|<(?:\w{1,40}:)?fldSimple\b[^<]{0,400}?\binstr\s*=\s*(?:"([^"<]{0,65536})"|'([^'<]{0,65536})')"""
)
#: Letters of one field; a table of contents has a few hundred.
_FIELD_MOST = 65_536
#: Properties of documents and variables of Word, and command lines that nobody writes there but to run them.
_KEPT_TEXTS = re.compile(r"<(?:\w{1,40}:)?(?:docVar|Properties|coreProperties)\b")
_COMMAND = re.compile(
    r"powershell(?:\.exe)?[\"']?\s{1,4}[-/][^<]{1,200}|\bmshta(?:\.exe)?\s{1,4}[\"']?(?:https?|javascript|vbscript):[^<]{0,200}"
    r"|\bcmd(?:\.exe)?[\"']?\s{1,4}/[ck]\s[^<]{1,200}|regsvr32(?:\.exe)?\s{1,4}/[^<]{1,200}|certutil[^<]{1,60}-urlcache[^<]{0,100}"
    r"|\b[wc]script(?:\.exe)?\s{1,4}[^<]{1,200}\.(?:vbs|js|jse|vbe|wsf)|WScript\.Shell[\"'][^<]{0,200}",
    re.I,
)
_RIBBON_MACRO = re.compile(r"""\bon[A-Z]\w{2,20}\s*=\s*["']((?:https?:|file:|\\\\)[^"'<>]{3,1000})""")
#: A formula that shows a link: what it leads to stands in no relationship.
_SHARE_LINK = re.compile(r"""\bHYPERLINK\(\s{0,4}(?:"|&quot;)((?:file:|\\\\)[^"&<]{3,1000})""")
_DDE_LINK = re.compile(r"<(?:\w{1,40}:)?ddeLink\s([^<]{1,2000})")
_CONTROL = re.compile(r"""\bclassid\s*=\s*["']\{?([0-9A-F-]{36})""", re.I)
#: Controls that attacks use to show pages, play Flash or run script inside a document.
_RISKY_CONTROLS = frozenset(
    {
        "8856F961-340A-11D0-A96B-00C04FD705A2",  # Shell.Explorer
        "EAB22AC3-30C1-11CF-A7EB-0000C05BAE0B",  # WebBrowser
        "D27CDB6E-AE6D-11CF-96B8-444553540000",  # Shockwave Flash
        "0E59F1D5-1FBE-11D0-8FF2-00A0D10038BC",  # ScriptControl
        "F935DC22-1CF0-11D0-ADB9-00C04FD58A0B",  # WScript.Shell
        "0002CE02-0000-0000-C000-000000000046",  # Equation editor
    }
)
#: Extensions of documents that cannot have macros; Office runs them all the same where the content has some.
_PLAIN = frozenset({"docx", "dotx", "xlsx", "xltx", "pptx", "potx", "ppsx", "rtf", "pdf"})


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what only the package as a whole shows: macros under the name of a document without any."""
    if "macroenabled" in node.kind.mime and node.extension in _PLAIN:
        yield node.finding(
            "office.macro_hidden",
            Severity.SUSPICIOUS,
            "Document with macros under the name of one without",
            f".{node.extension}",
            "https://attack.mitre.org/techniques/T1036/008/",
        )
    yield from excel_workbook.analyze(node, tools)


def analyze_part(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield findings about one XML part, and the addresses that its relationships load."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    content = node.data.tobytes()
    # A part in UTF-16 comes again as a view in UTF-8.
    if wide(encoding) or not any(mark in content for mark in _MARKS):
        return
    macro = excel_xml.is_macro_sheet(charset.decode(node.data[:8192], encoding))
    fields = _Fields(node, tools)
    rest = ""
    for window in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        piece = rest + window
        cut = piece.rfind("<")
        # What the window cuts through comes again with the next one.
        rest = piece[cut:] if 0 <= len(piece) - cut < _FIELD_MOST else ""
        piece = piece[: len(piece) - len(rest)]
        yield from _piece(node, piece, fields)
        yield from excel_xml.part(node, piece, macro=macro)
    yield from _piece(node, rest, fields)
    yield from fields.rest()


def _piece(node: Node, piece: str, fields: _Fields) -> Iterator[Item]:
    if "Relationship" in piece:
        yield from _relationships(node, piece)
    if "instr" in piece or "fldChar" in piece:
        yield from fields.read(piece)
    if "ddeLink" in piece:
        yield from _dde_links(node, piece)
    if "classid" in piece:
        yield from _controls(node, piece)
    if "connection" in piece:
        yield from excel_connections.findings(node, piece)
    if "HYPERLINK" in piece:
        for match in _SHARE_LINK.finditer(piece):
            yield from ooxml_targets.findings(node, "hyperlink", unescape(match.group(1)))
    if "customUI" in piece:
        yield from _ribbon(node, piece)
    if _KEPT_TEXTS.search(piece):
        yield from _commands(node, piece)


def _ribbon(node: Node, piece: str) -> Iterator[Item]:
    """Findings about buttons whose macros lie in a document elsewhere, which is fetched for them (MS-CUSTOMUI 2.2)."""
    if found := _RIBBON_MACRO.search(piece):
        yield Text(found.group(1))
        yield node.finding(
            "office.remote_macro",
            Severity.MALICIOUS,
            "Document that runs a macro from the network when it is opened",
            found.group(1),
            "https://attack.mitre.org/techniques/T1137/001/",
        )


def _commands(node: Node, piece: str) -> Iterator[Item]:
    """Findings about command lines in properties and variables, where macros look them up."""
    found = _COMMAND.search(unescape(piece))
    if found:
        yield node.finding(
            "office.hidden_command",
            Severity.MALICIOUS,
            "Document that keeps a command line in its properties",
            found.group(),
            "https://attack.mitre.org/techniques/T1564/",
        )


def _attributes(text: str) -> dict[str, str]:
    found = {name.rpartition(":")[2]: unescape(one or two) for name, one, two in _ATTRIBUTE.findall(text)}
    return dict(reversed(list(found.items())))


def _relationships(node: Node, piece: str) -> Iterator[Item]:
    for match in _RELATIONSHIP.finditer(piece):
        given = _attributes(match.group(1))
        target = given.get("Target", "")
        kind = given.get("Type", "").rpartition("/")[2]
        if kind in ("xlMacrosheet", "xlIntlMacrosheet"):
            yield node.finding("excel.macro_sheet", Severity.INFO, "Excel file with an old-style macro sheet", target)
        if given.get("TargetMode", "").lower() == "external":
            yield from ooxml_targets.findings(node, kind, target)


class _Fields:
    """Puts together the instructions of fields, which Word splits across runs; fields stand in fields."""

    def __init__(self, node: Node, tools: Tools) -> None:
        self._node = node
        self._tools = tools
        self._stack: list[str] = []
        self._cut = False

    def read(self, piece: str) -> Iterator[Item]:
        for match in _FIELD_TOKEN.finditer(piece):
            mark, text, simple = match.group(1), match.group(2), match.group(3) or match.group(4)
            self._tools.budget.charge_time()
            if mark == "begin":
                self._stack.append("")
            elif mark == "end" and self._stack:
                whole = self._stack.pop()
                yield from _instruction(self._node, whole)
                self._add(whole)
            elif text and self._stack:
                self._add(unescape(text))
            elif text or simple:
                yield from _instruction(self._node, unescape(text or simple))

    def _add(self, text: str) -> None:
        if self._stack:
            self._cut |= len(self._stack[-1]) + len(text) > _FIELD_MOST
            self._stack[-1] = (self._stack[-1] + text)[:_FIELD_MOST]

    def rest(self) -> Iterator[Item]:
        """Yield what fields come to that do not end, and whether any was too long."""
        for whole in self._stack[:100]:
            yield from _instruction(self._node, whole)
        if self._cut or len(self._stack) > 100:
            yield self._node.finding("limit.fields", Severity.UNKNOWN, "Document with a field longer than what is read")


def _instruction(node: Node, text: str) -> Iterator[Item]:
    upper = text.upper()
    if "DDE" in upper or "QUOTE" in upper or "INCLUDE" in upper:
        yield from office_fields.findings(node, text)


def _dde_links(node: Node, piece: str) -> Iterator[Item]:
    for match in _DDE_LINK.finditer(piece):
        given = _attributes(match.group(1))
        service, topic = given.get("ddeService", ""), given.get("ddeTopic", "")
        yield office_fields.dde(node, service, evidence=f"{service} {topic}")


def _controls(node: Node, piece: str) -> Iterator[Item]:
    for match in _CONTROL.finditer(piece):
        risky = match.group(1).upper() in _RISKY_CONTROLS
        yield node.finding(
            "office.risky_control" if risky else "office.control",
            Severity.SUSPICIOUS if risky else Severity.INFO,
            "Document with a control that can show pages or run script" if risky else "Document with a control",
            match.group(1),
        )
