"""Signed mails and documents (.p7m): what was signed lies inside, unless it is encrypted. Format: RFC 5652, X.690.

Lengths may be open (BER), and the content cut into pieces. Certificates and signatures are not judged.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools
from app.engine.node_name import extension_of, stem_of

_SEQUENCE, _IDENTIFIER, _EXPLICIT, _OCTETS, _PIECES = 0x30, 0x06, 0xA0, 0x04, 0x24
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_SIGNED = _PKCS7 + b"\x02"
_LOCKED = (_PKCS7 + b"\x03", _PKCS7 + b"\x06", bytes.fromhex("2a864886f70d0109100117"))
_PACKED = bytes.fromhex("2a864886f70d0109100109")
_MOST_DEPTH = 24
#: Bytes in which the first identifier stands, whatever the widths of the lengths before it.
_HEAD = 24
_STEP = 256 * 1024
#: The same in base64, with or without the lines around it.
_TEXT = re.compile(rb"\s{0,64}(?:-----BEGIN [A-Z0-9# ]{3,40}-----\s{1,4})?(M[A-P][A-Za-z0-9+/]{30})")


class _Element(NamedTuple):
    """A value: its tag, and where its content begins and ends; -1 for one whose end is only marked (BER)."""

    tag: int
    start: int
    end: int


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what was signed; ``archive.encrypted`` for what is locked. Nothing for certificates and other data."""
    if not _is_content(bytes(node.data[:_HEAD])):
        return
    try:
        kind, content = _content_info(node.data, _element(node.data, 0), tools)
        if kind in _LOCKED:
            yield node.finding(
                "archive.encrypted", Severity.UNKNOWN, "Locked for its receiver, so what it holds was not seen"
            )
        elif kind in (_SIGNED, _PACKED) and content:
            yield from _inside(node, kind, content, tools)
    except IndexError:
        raise EOFError from None


def _is_content(head: bytes) -> bool:
    """Whether a file begins like a value with an identifier of the family."""
    return head[:1] == b"\x30" and _PKCS7[:7] in head


def analyze_text(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the same where it stands in base64."""
    found = _TEXT.match(node.data)
    if not found or not _is_content(b64decode(found[1])):
        return
    text = re.sub(rb"-----[A-Z0-9# ]{3,60}-----|[^A-Za-z0-9+/]", b"", node.raw)
    # One letter too many stands for nothing; missing signs at the end are no matter.
    text = text[: len(text) - (len(text) % 4 == 1)]
    yield Child("", b64decode(text + b"=" * (-len(text) % 4)))


def _inside(node: Node, kind: bytes, content: _Element, tools: Tools) -> Iterator[Item]:
    """Yield the content of signed or packed data: behind version and algorithms stands what is inside."""
    for element in _elements(node.data, content, tools):
        if element.tag == _SEQUENCE:
            _, octets = _content_info(node.data, element, tools)
            if octets is None:
                continue
            pieces = _pieces(node.data, octets, tools)
            yield Child(_name(node, octets), _inflated(pieces) if kind == _PACKED else pieces, len(node.data))
            return


def _name(node: Node, octets: _Element) -> str:
    """Return the name of what is inside: ``a.xml`` of ``a.xml.p7m``; a mail, where it begins like a part of one."""
    if b"content-type:" in bytes(node.data[octets.start : octets.start + 64]).lower():
        return "message.eml"
    return stem_of(node.name) if extension_of(node.name) in ("p7m", "p7s", "p7") else "content"


def _content_info(data: memoryview, whole: _Element, tools: Tools) -> tuple[bytes, _Element | None]:
    """Return the identifier of a content and the content itself, if it is there."""
    kind = b""
    for element in _elements(data, whole, tools):
        if element.tag == _IDENTIFIER:
            kind = bytes(data[element.start : min(element.end, element.start + 32)])
        elif element.tag == _EXPLICIT:
            return kind, next(_elements(data, element, tools), None)
    return kind, None


def _element(data: memoryview, at: int) -> _Element:
    """Return the value at ``at``; raise ``IndexError`` or ``EOFError`` where there is none."""
    tag, length = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise EOFError
    if length == 0x80:
        return _Element(tag, at + 2, -1)
    wide = length & 0x7F if length & 0x80 else 0
    start = at + 2 + wide
    return _Element(tag, start, start + (int.from_bytes(data[at + 2 : start], "big") if wide else length))


def _after(data: memoryview, element: _Element, tools: Tools, depth: int = 0) -> int:
    """Return where the next value begins; an open one must be walked to know."""
    if element.end >= 0:
        return element.end
    if depth > _MOST_DEPTH:
        raise EOFError
    at = element.start
    while data[at] or data[at + 1]:
        tools.budget.charge_time()
        at = _after(data, _element(data, at), tools, depth + 1)
    return at + 2


def _elements(data: memoryview, around: _Element, tools: Tools) -> Iterator[_Element]:
    """Yield the values in another one; what stands behind one that is not asked for is not walked."""
    at = around.start
    while at < len(data) if around.end < 0 else at < min(around.end, len(data)):
        tools.budget.charge_time()
        if around.end < 0 and not (data[at] or data[at + 1]):
            return
        element = _element(data, at)
        yield element
        at = _after(data, element, tools)


def _pieces(data: memoryview, octets: _Element, tools: Tools, depth: int = 0) -> Iterator[memoryview]:
    """Yield the content of a value of octets; raise ``EOFError`` behind what there is of one that is cut off."""
    if octets.tag == _PIECES and depth < _MOST_DEPTH:
        try:
            for element in _elements(data, octets, tools):
                yield from _pieces(data, element, tools, depth + 1)
        except IndexError:
            raise EOFError from None
        return
    if octets.end < 0:
        raise EOFError
    yield data[octets.start : octets.end]
    if octets.end > len(data):
        raise EOFError


def _inflated(pieces: Iterator[memoryview]) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    for piece in pieces:
        pending: bytes | memoryview = piece
        while len(pending) and not stream.eof:
            yield stream.decompress(pending, _STEP)
            pending = stream.unconsumed_tail
