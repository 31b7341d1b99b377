"""HTML, SVG and XML: the addresses in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers.text import utf8_view, wide
from app.engine.node import Item, Node, Text, Tools

#: Addresses in XML that lead somewhere: in linking attributes and as the text of an element. Namespaces and schema
#: places, which every office document has by the dozen, are names and not links.
_XML_BEFORE = re.compile(r"""(?:\b(?:href|src|Target|action|url|formula)\s*=\s*["']|>\s*)(https?)$""", re.I)
_XML_REST = re.compile(r"""://[^"'<>\s]{1,4096}""")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the markup for its addresses."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if wide(encoding):
        yield utf8_view(node, encoding)
        return
    for piece in charset.windows(node.data, encoding):
        tools.budget.charge_time()
        yield Text(piece, html=True)


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


def _xml_links(text: str) -> Iterator[str]:
    at = text.find("://")
    while at >= 0:
        before = _XML_BEFORE.search(text[max(0, at - 40) : at])
        rest = _XML_REST.match(text, at) if before else None
        if before and rest:
            yield unescape(before.group(1) + rest.group())
        at = text.find("://", rest.end() if rest else at + 3)
