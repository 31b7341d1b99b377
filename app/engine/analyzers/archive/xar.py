"""XAR, the archive in which installers for macOS come (.pkg, .xar): its table of contents and what lies in its heap.

The table is XML packed by zlib; members lie in the heap behind it, each packed by itself. Only the few elements that
matter are picked out of the table, so that nothing of XML's own machinery is at work. Format: xar's wiki (mackyle/xar).
"""

from __future__ import annotations

import bz2
import html
import lzma
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engine.budget import LimitReached
from app.engine.node import Child, Item, Node, Tools, Unsupported

_HEADER = struct.Struct(">4sHHQQ")
_STEP = 256 * 1024
#: Bytes of a table that are read; a thousand files take about a megabyte.
_TABLE = 32 * 1024 * 1024
_ELEMENT = re.compile(rb"<(/?)(file|name|data|offset|length|encoding|ea)\b([^<>]{0,300})>([^<]{0,2000})")
_STYLE = re.compile(rb"""style\s*=\s*["']([^"']{1,60})""")
_PLAIN = (b"", b"application/octet-stream")


@dataclass(slots=True)
class _File:
    """What the table says about one file; ``offset`` is -1 where it has no content."""

    name: str = ""
    offset: int = -1
    length: int = 0
    style: bytes = b""
    inside: list[str] = field(default_factory=list)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every file; raise ``Unsupported`` or ``EOFError`` behind the others for what cannot be read."""
    if bytes(node.data[:4]) != b"xar!":
        return
    if len(node.data) < _HEADER.size:
        raise EOFError
    _, header, _, packed, _ = _HEADER.unpack(node.data[: _HEADER.size])
    unpacker = zlib.decompressobj()
    table = unpacker.decompress(node.data[header : header + packed], _TABLE)
    heap = node.data[header + packed :]
    files: list[_File] = []
    limit: LimitReached | None = None
    try:
        files.extend(file for file in _files(table, tools) if file.offset >= 0)
    except LimitReached as reached:
        limit = reached
    whole = unpacker.eof
    for file in files:
        part = heap[file.offset : file.offset + file.length]
        whole = whole and len(part) == file.length
        yield Child(file.name, _unpacked(part, file.style), len(part), len(files))
    if limit:
        raise limit
    if not whole:
        raise EOFError


def _files(table: bytes, tools: Tools) -> Iterator[_File]:
    """Yield every file of the table with its path, folders included."""
    # Folders around the element at hand; a file is told when it ends, its folder's name stands before or behind it.
    around: list[_File] = []
    data, attribute, begun = False, False, 0
    for count, (end, element, traits, text) in enumerate(found.groups() for found in _ELEMENT.finditer(table)):
        if count % 1_000 == 0:
            tools.budget.charge_time()
        if element == b"file":
            if not end:
                begun += 1
                if begun > 2 * tools.budget.limits.nodes:
                    raise LimitReached("nodes")
                around.append(_File(inside=[file.name for file in around[-32:]]))
            elif around:
                yield _told(around.pop())
        elif element == b"ea":
            attribute = not end
        elif element == b"data":
            data = not end and not traits.endswith(b"/")
        elif around and not end and not attribute:
            _note(around[-1], element, traits, text, data=data)


def _told(file: _File) -> _File:
    file.name = "/".join([*file.inside, file.name or "member"])
    return file


def _note(file: _File, element: bytes, traits: bytes, text: bytes, *, data: bool) -> None:
    if element == b"name" and not data:
        file.name = html.unescape(text.decode("utf-8", "replace").strip())
    elif element == b"encoding" and data and (style := _STYLE.search(traits)):
        file.style = style[1]
    elif element == b"offset" and data:
        file.offset = _number(text)
    elif element == b"length" and data:
        file.length = _number(text)


def _number(text: bytes) -> int:
    digits = text.strip()
    return int(digits) if digits.isdigit() and len(digits) < 19 else 0


def _unpacked(data: memoryview, style: bytes) -> Iterator[bytes | memoryview]:
    """Yield the content of one file; xar calls zlib's format gzip."""
    if style in _PLAIN:
        yield data
    elif style.endswith(b"gzip"):
        yield from _inflated(data)
    elif style.endswith(b"bzip2"):
        yield from _drained(bz2.BZ2Decompressor(), data)
    elif style.endswith((b"xz", b"lzma")):
        yield from _drained(lzma.LZMADecompressor(), data)
    else:
        raise Unsupported


def _inflated(data: memoryview) -> Iterator[bytes]:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for at in range(0, len(data), _STEP):
        pending: bytes | memoryview = data[at : at + _STEP]
        while pending and not stream.eof:
            yield stream.decompress(pending, _STEP)
            pending = stream.unconsumed_tail
    if len(data) and not stream.eof:
        raise EOFError


def _drained(stream: bz2.BZ2Decompressor | lzma.LZMADecompressor, data: memoryview) -> Iterator[bytes]:
    given: bytes | memoryview = data
    while not stream.eof:
        if stream.needs_input and not given:
            raise EOFError
        yield stream.decompress(given, _STEP)
        given = b""
