"""OpenDocument: macros, the events that start them, parts from elsewhere, and locked parts. Format: OASIS ODF 1.3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers.office import fields as office_fields, package_part
from app.engine.analyzers.vba import behaviour as vba_behaviour
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

_TEMPLATE_REFERENCE = "https://attack.mitre.org/techniques/T1221/"
#: An element that binds an event of the document to a script.
_LISTENER = re.compile(r"<script:event-listener\s([^<>]{1,4000})>")
_EVENT = re.compile(r"""\bscript:event-name\s*=\s*["']([\w:.-]{1,80})""")
_ADDRESS = re.compile(r"""\bxlink:href\s*=\s*["']([^"'<>]{1,4000})""")
#: Events that happen without a click: opening, closing, printing, what the mouse passes over.
_BY_ITSELF = re.compile(
    r"(?:dom:|office:)?(?:load\b|load-finished|unload|onload|view-created|create|focus|start-app|DOMFocusIn|mouseover|close"
    r"|new\b|prepare-unload|view-activate)",
    re.I,
)
_MODULE = re.compile(r"<script:module\b[^<>]{0,2000}>([^<]{0,16777216})")
#: Elements that load what they name when the document is opened.
_LOADED = re.compile(
    r"<(?P<name>text:section-source|table:cell-range-source|table:table-source|draw:object|draw:object-ole|draw:floating-frame"
    r"|draw:plugin|draw:applet|meta:template|form:connection-resource)\b(?P<rest>[^<>]{0,4000})>"
)
_DDE = re.compile(r"<(?:text:dde-connection-decl|office:dde-source)\b([^<>]{0,4000})>")
_DDE_PART = re.compile(r"""\boffice:dde-(application|topic)\s*=\s*["']([^"'<>]{0,2000})""")
_REMOTE = re.compile(r"\s*(?:https?|ftp|smb)://|\s*(?:file:)?(?://|\\\\)[\w.-]{2,}[/\\]", re.I)
_COMMAND = re.compile(r"\s*(?:ms-msdt|search-ms|ms-officecmd|script|javascript|vbscript|ms-appinstaller):", re.I)
#: Bytes of one part, and of all together, that are read; texts of books are smaller.
_MOST_PART, _MOST = 16 * 1024 * 1024, 64 * 1024 * 1024


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield findings about a package; its parts are nodes of their own beside this."""
    if "opendocument" not in node.kind.mime or (archive := package_part.opened(node)) is None:
        return
    texts: dict[str, str] = {}
    left = _MOST
    for info in archive.infolist():
        tools.budget.charge_time()
        name = info.filename
        inside = name.lower().startswith(("basic/", "scripts/")) or "/scripts/" in name.lower()
        if not inside and name.rpartition("/")[2].lower() not in (
            "content.xml",
            "styles.xml",
            "manifest.xml",
            "meta.xml",
        ):
            continue
        content = package_part.beginning(archive, info, min(_MOST_PART, left))
        left -= len(content)
        texts[name] = content.decode("utf-8", "replace")
        if len(content) == _MOST_PART or not left:
            yield node.finding(
                "limit.macro", Severity.UNKNOWN, "Document with a part that is too large to be read whole"
            )
    yield from _judged(node, texts, tools)


def analyze_flat(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the same about a document that is one XML file."""
    if b"<office:document" in bytes(node.data[:4096]):
        content = charset.decode(node.data[:_MOST_PART], charset.encoding_of(node.data) or "utf-8")
        yield from _judged(node, {"content.xml": content}, tools)
        if len(node.data) > _MOST_PART:
            yield node.finding(
                "limit.macro", Severity.UNKNOWN, "Document with a part that is too large to be read whole"
            )


def _judged(node: Node, texts: dict[str, str], tools: Tools) -> Iterator[Item]:
    modules: list[str] = []
    started = ""
    for name, text in texts.items():
        if name.endswith("manifest.xml") and "encryption-data" in text:
            yield node.finding(
                "office.encrypted", Severity.UNKNOWN, "Document locked with a password, so its content was not seen"
            )
        if name.lower().startswith("scripts/"):
            modules.append(text)
        modules.extend(unescape(match) for match in _MODULE.findall(text) if match.strip())
        for match in _LISTENER.finditer(text):
            event = _EVENT.search(match.group(1))
            if event and _BY_ITSELF.match(event.group(1)) and _ADDRESS.search(match.group(1)):
                started = event.group(1)
        yield from _elsewhere(node, text)
    if modules:
        yield node.finding("office.macro", Severity.INFO, "Document with macros")
        macro = vba_behaviour.Macro("\n".join(modules), started=started)
        yield from vba_behaviour.findings(node, macro, tools.budget)


def _elsewhere(node: Node, text: str) -> Iterator[Item]:
    for match in _LOADED.finditer(text):
        address = _ADDRESS.search(match["rest"])
        target = unescape(address.group(1)) if address else ""
        if _COMMAND.match(target):
            yield node.finding(
                "office.command_link",
                Severity.SUSPICIOUS,
                "Document with a link that hands a command to Windows",
                target,
            )
        elif _REMOTE.match(target):
            yield Text(target)
            yield node.finding(
                "office.remote_part",
                Severity.INFO if match["name"] == "meta:template" else Severity.SUSPICIOUS,
                "Document that loads a part of itself from the network when it is opened",
                target,
                _TEMPLATE_REFERENCE,
            )
    for match in _DDE.finditer(text):
        given = dict(_DDE_PART.findall(match.group(1)))
        service, topic = unescape(given.get("application", "")), unescape(given.get("topic", ""))
        if service.lower() != "soffice":
            yield office_fields.dde(node, service, evidence=f"{service} {topic}")
