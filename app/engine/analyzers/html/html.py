"""HTML, SVG and XML: the addresses in them, what their scripts and forms do, and what they keep encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers.html import (
    addresses as html_addresses,
    entities as html_entities,
    forms as html_forms,
    hidden as html_hidden,
    lures as html_lures,
    page as html_page,
    pictures as html_pictures,
    script as html_script,
    svg,
)
from app.engine.analyzers.html.strings import folded
from app.engine.analyzers.mail import mhtml
from app.engine.analyzers.text import utf8_view, wide
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

#: Addresses in XML that lead somewhere: in linking attributes and as the text of an element. Namespaces and schema
#: places, which every office document has by the dozen, are names and not links.
_XML_BEFORE = re.compile(r"""(?:\b(?:href|src|Target|action|url|formula)\s*=\s*["']|>\s*)(https?)$""", re.I)
_XML_REST = re.compile(r"""://[^"'<>\s]{1,4096}""")
#: Bytes up to which a page is read in its own encoding; a larger one as Latin-1, in which nothing is lost that is
#: looked for, and which takes a byte a character.
_ENCODED = 16 * 1024 * 1024


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the markup for its addresses, what the page does, and everything it keeps encoded as children."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if wide(encoding):
        yield utf8_view(node, encoding)
        return
    for piece in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        yield Text(piece, html=True)
    text = charset.decode(node.data, encoding if len(node.data) <= _ENCODED else "latin-1")
    yield from _judge(node, text, tools)


def _judge(node: Node, text: str, tools: Tools) -> Iterator[Item]:
    """Read the page once and ask one subject after the other."""
    picture = node.kind.mime == "image/svg+xml"
    cut = False
    yield from html_entities.findings(node, text)
    yield from html_pictures.children(node, text, tools.budget)
    if picture and "<!ENTITY" in text:
        text, cut = svg.expanded(text)
    page = html_page.read(text, tools.budget, name=node.name, xml=picture or node.kind.mime == "application/xhtml+xml")
    code, clicks = folded(page.code), folded("\n".join(page.clicks))
    deeds = html_script.deeds(code)
    tools.budget.charge_time()
    hidden = False
    for item in html_hidden.findings(node, page, text, code, deeds, tools):
        hidden |= isinstance(item, Child)
        yield item
    yield from html_addresses.findings(node, page, code, deeds)
    every = html_script.deeds(f"{code}\n{clicks}") if clicks else deeds
    yield from html_lures.findings(node, page, text, f"{code}\n{clicks}", every)
    if picture:
        yield from svg.findings(node, page, code, clicks, deeds, hidden)
    else:
        yield from html_forms.findings(node, page, every)
    if cut or page.cut or every.cut:
        yield node.finding("limit.page", Severity.UNKNOWN, "Page with more of something than is looked at")
    yield from mhtml.analyze_text(node, tools)


def analyze_xml(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the XML links to."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if wide(encoding):
        yield utf8_view(node, encoding)
    else:
        for piece in charset.windows(node.data, encoding):
            tools.budget.charge_time()
            if found := list(_xml_links(piece)):
                yield Text("\n".join(found))
        if b"<!ENTITY" in node.raw:
            yield from html_entities.findings(node, charset.decode(node.data, encoding))
        yield from mhtml.analyze_text(node, tools)


def _xml_links(text: str) -> Iterator[str]:
    at = text.find("://")
    while at >= 0:
        before = _XML_BEFORE.search(text[max(0, at - 40) : at])
        rest = _XML_REST.match(text, at) if before else None
        if before and rest:
            yield unescape(before.group(1) + rest.group())
        at = text.find("://", rest.end() if rest else at + 3)
