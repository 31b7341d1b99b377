"""Office Open XML: relationships that lead outside, fields, controls, and documents that hide that they have macros.

Every part of the package is a node of its own, so each is looked at by itself and by what it says, not by its name:
Office finds parts through relationships and does not care what they are called. Format: ECMA-376 parts 1 and 2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers import excel_xml, office_fields
from app.engine.analyzers.text import wide
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

_TEMPLATE_REFERENCE = "https://attack.mitre.org/techniques/T1221/"
#: One of these stands in every part that is of interest here; most parts have none.
_MARKS = (b"Relationship", b"instr", b"ddeLink", b"classid", b"macrosheet", b"definedName")
#: An element's attributes: up to the next tag, because ``<`` stands in no attribute.
_RELATIONSHIP = re.compile(r"<(?:\w{1,40}:)?Relationship\s([^<]{1,8192})")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,100})\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_FIELD_TOKEN = re.compile(
    r"""fldCharType\s*=\s*["'](begin|separate|end)["']|<(?:\w{1,40}:)?instrText\b[^<>]{0,200}>([^<]{0,4096})"""
    r"""|<(?:\w{1,40}:)?fldSimple\b[^<]{0,400}?\binstr\s*=\s*(?:"([^"<]{0,4096})"|'([^'<]{0,4096})')"""
)
_DDE_LINK = re.compile(r"<(?:\w{1,40}:)?ddeLink\s([^<]{1,2000})")
_CONTROL = re.compile(r"""\bclassid\s*=\s*["']\{?([0-9A-F-]{36})""", re.I)
#: Parts that are fetched and shown, or run, when the document is opened: relationship -> what it is in plain words.
_LOADED = {
    "attachedTemplate": (
        "office.remote_template",
        "Document that loads its template from the network when it is opened",
    ),
    "oleObject": ("office.remote_object", "Document that fetches an object from the network when it is opened"),
    "frame": ("office.remote_frame", "Document that shows a page from the network when it is opened"),
    "subDocument": ("office.remote_part", "Document that loads a part of itself from the network when it is opened"),
}
_WEB = re.compile(r"\s*(?:mhtml:|https?:|ftp:|ms-\w+:)", re.I)
_SHARE = re.compile(r"\s*(?:file:)?[/\\]{2,}([\w.-]+)[/\\@]", re.I)
#: Schemes that no honest link of a document has: they hand a command to Windows.
_COMMAND_SCHEME = re.compile(
    r"\s*(?:mhtml|ms-msdt|search-ms|ms-officecmd|script|javascript|vbscript|ms-appinstaller):", re.I
)
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


def analyze_part(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield findings about one XML part, and the addresses that its relationships load."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    content = node.data.tobytes()
    # A part in UTF-16 comes again as a view in UTF-8.
    if wide(encoding) or not any(mark in content for mark in _MARKS):
        return
    for piece in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        if "Relationship" in piece:
            yield from _relationships(node, piece)
        if "instr" in piece:
            yield from _fields(node, piece, tools)
        if "ddeLink" in piece:
            yield from _dde_links(node, piece)
        if "classid" in piece:
            yield from _controls(node, piece)
        yield from excel_xml.part(node, piece)


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
        if given.get("TargetMode", "").lower() != "external":
            continue
        share = _SHARE.match(target)
        if _COMMAND_SCHEME.match(target):
            yield Text(target)
            yield node.finding(
                "office.command_link",
                Severity.SUSPICIOUS,
                "Document with a link that hands a command to Windows",
                target,
                _TEMPLATE_REFERENCE,
            )
        elif kind in _LOADED and (_WEB.match(target) or share):
            # A bare host name is a server of the sender's own office; chapters of a book do lie on the web.
            near = "." not in share.group(1) if share else kind == "subDocument"
            code, title = _LOADED[kind]
            yield Text(target)
            yield node.finding(code, Severity.INFO if near else Severity.SUSPICIOUS, title, target, _TEMPLATE_REFERENCE)
        elif kind in ("externalLinkPath", "xlExternalLinkPath"):
            yield node.finding("office.external_link", Severity.INFO, "Table that reads from another file", target)


def _fields(node: Node, piece: str, tools: Tools) -> Iterator[Item]:
    """Put together the instructions of fields, which Word splits across runs; fields stand in fields."""
    stack: list[str] = []
    for match in _FIELD_TOKEN.finditer(piece):
        mark, text, simple = match.group(1), match.group(2), match.group(3) or match.group(4)
        tools.budget.charge_time()
        if mark == "begin":
            stack.append("")
        elif mark == "end" and stack:
            whole = stack.pop()
            yield from _instruction(node, whole)
            if stack:
                stack[-1] = (stack[-1] + whole)[:8192]
        elif text and stack:
            stack[-1] = (stack[-1] + unescape(text))[:8192]
        elif text or simple:
            yield from _instruction(node, unescape(text or simple))
    for whole in stack[:100]:
        yield from _instruction(node, whole)


def _instruction(node: Node, text: str) -> Iterator[Item]:
    upper = text.upper()
    if "DDE" in upper or "QUOTE" in upper:
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
