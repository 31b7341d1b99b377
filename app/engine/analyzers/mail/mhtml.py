"""Web archives (.mht, RFC 2557): every part under the address it came from, and Word's packed macros in them.

Word keeps macros and objects of a page in a part that begins with ``ActiveMime``: a header, then a compound file
deflated by zlib.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace

from app.engine.analyzers.mail import mail
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

_SIGNATURE = b"ActiveMime"
#: Base64 of the signature, at the beginning of a part.
_ENCODED = re.compile(rb"QWN0aXZlTWltZ[Q-T][A-Za-z0-9+/=\s]{40,}")
#: Where the deflated file begins: the header says it (little-endian at 0x1E, counted from 46), or one of two places.
_PLACES = (0x32, 0x22A)
_HEADER = 0x1E
_ZLIB = re.compile(rb"x[\x01\x5e\x9c\xda]")
_SEARCHED = 4_096
_MIME = b"MIME-Version:"
_HEADERS = re.compile(rb"^(?:From|MIME-Version|Content-Type):", re.M)
_RELATED = re.compile(rb"^Content-Type:\s{1,9}multipart/", re.M | re.I)
#: Bytes around its first header in which the others stand.
_AROUND = 2_048
_PIECE = 64 * 1024
#: Places that are tried in one part.
_TRIES = 20


def analyze_text(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield Word's packed parts that stand in a text as base64: in XML, and in archives too broken to be split."""
    if node.marks is not None and "activemime" not in node.marks:
        return
    for number, match in enumerate(_ENCODED.finditer(node.data), start=1):
        tools.budget.charge_time()
        text = re.sub(rb"[^A-Za-z0-9+/]", b"", match.group())
        yield Child(f"editdata-{number}.mso", b64decode(text[: len(text) // 4 * 4]))


def analyze_behind(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the web archive behind the head of a PDF: a word processor reads it, a viewer of PDF sees nothing of it.

    Known as MalDoc in PDF: https://blogs.jpcert.or.jp/en/2023/08/maldocinpdf.html
    """
    at = node.raw.find(_MIME)
    if at < 0:
        return
    start = max(0, at - _AROUND)
    head = _HEADERS.search(node.raw, start, at + _AROUND)
    if head and _RELATED.search(node.raw, head.start(), at + _AROUND):
        yield node.finding("archive.appended", Severity.INFO, "A web archive is hidden behind the head of the PDF")
        # Not as a child: that would be told to be a PDF again, by another head further on.
        yield from mail.analyze(replace(node, data=node.data[head.start() :], _copy=[]), tools)


def analyze_packed(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the compound file of an ActiveMime part; a part without one is a finding."""
    head = bytes(node.data[:_SEARCHED])
    told = int.from_bytes(head[_HEADER : _HEADER + 2], "little") + 46
    found = [match.start() for match, _ in zip(_ZLIB.finditer(head, len(_SIGNATURE)), range(_TRIES), strict=False)]
    for place in dict.fromkeys((told, *_PLACES, *found)):
        if _ZLIB.match(head, place) and _inflates(node.data[place : place + _PIECE]):
            yield Child("editdata.ole", _inflated(node.data[place:]), packed=len(node.data) - place)
            return
    yield node.finding(
        "archive.unsupported",
        Severity.UNKNOWN,
        "Packed in a way that cannot be opened here, so its content was not seen",
    )


def _inflates(data: memoryview) -> bool:
    try:
        return bool(zlib.decompressobj().decompress(data, _PIECE))
    except zlib.error:
        return False


def _inflated(data: memoryview) -> Iterator[bytes]:
    """Inflate piece by piece, as far as it goes: the walker counts what comes out."""
    stream = zlib.decompressobj()
    for start in range(0, len(data), _PIECE):
        pending: bytes | memoryview = data[start : start + _PIECE]
        while pending and not stream.eof:
            yield stream.decompress(pending, _PIECE)
            pending = stream.unconsumed_tail
