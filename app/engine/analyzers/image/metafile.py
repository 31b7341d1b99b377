"""Windows metafiles (EMF, WMF): the pictures inside these drawings.

Sources: [MS-EMF] 2.3.1 (bitmap records), [MS-EMFPLUS] 2.2.1.4 (image objects), [MS-WMF] 2.3.1.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import count, islice

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

#: Records of EMF with a bitmap -> where the offsets and sizes of its header and its bits stand.
_EMF_BITMAPS = {76: 84, 77: 84, 80: 48, 81: 48, 114: 84}
#: Records of WMF with a bitmap -> where it begins.
_WMF_BITMAPS = {0x0940: 22, 0x0B41: 26, 0x0F43: 28, 0x0D33: 24}
#: How records begin: type and size in bytes; size in words of two bytes and type.
_EMF_RECORD, _WMF_RECORD = struct.Struct("<II"), struct.Struct("<IH")
_PACKED = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xc0-\xfe]|GIF8[79]a")
_MOST = 200
_MOST_RECORDS = 500_000


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the bitmaps of a metafile as pictures of their own; what is drawn with lines is not looked at."""
    pictures = _pictures(node, tools)
    try:
        for number, content in enumerate(islice(pictures, _MOST), 1):
            yield Child(f"picture-{number}", content)
        if next(pictures, None) is not None:
            raise _TooMany
    except _TooMany:
        yield node.finding("limit.drawing", Severity.UNKNOWN, "Drawing with more pictures or strokes than are read")
    yield node.finding("image.drawing", Severity.INFO, "Drawing, of which only the pictures in it were searched")


class _TooMany(Exception):
    """There is more in the drawing than is read."""


def _pictures(node: Node, tools: Tools) -> Iterator[bytes | memoryview]:
    data = node.data
    if node.kind.mime == "image/emf":
        yield from _emf(data, tools)
    else:
        yield from _wmf(data, tools)
    # Pictures that are packed themselves lie in comments, as they are.
    for match in _PACKED.finditer(data):
        yield data[match.start() :]


def _emf(data: memoryview, tools: Tools) -> Iterator[bytes]:
    for kind, record in _records(data, 0, _EMF_RECORD, 1, tools):
        place = _EMF_BITMAPS.get(kind)
        if place and place + 16 <= len(record):
            header, header_size, bits, bits_size = struct.unpack_from("<IIII", record, place)
            if header_size and header + header_size <= len(record) and bits + bits_size <= len(record):
                yield _bitmap(record[header : header + header_size], record[bits : bits + bits_size])


def _wmf(data: memoryview, tools: Tools) -> Iterator[bytes]:
    start = 40 if bytes(data[:4]) == b"\xd7\xcd\xc6\x9a" else 18
    for kind, record in _records(data, start, _WMF_RECORD, 2, tools):
        place = _WMF_BITMAPS.get(kind)
        if place and len(record) > place + 40:
            whole = record[place:]
            header = _header_size(whole)
            yield _bitmap(whole[:header], whole[header:])


def _records(
    data: memoryview, at: int, head: struct.Struct, unit: int, tools: Tools
) -> Iterator[tuple[int, memoryview]]:
    """Yield (type, whole record) for each; ``head`` holds both, the size in ``unit`` bytes.

    Raises ``_TooMany`` when there are more than are read.
    """
    for number in count():
        if at + head.size > len(data):
            return
        if number >= _MOST_RECORDS:
            raise _TooMany
        tools.budget.charge_time()
        fields = head.unpack_from(data, at)
        size, kind = fields if head is _WMF_RECORD else reversed(fields)
        if size * unit < head.size:
            return
        yield kind, data[at : at + size * unit]
        at += size * unit


def _header_size(whole: memoryview) -> int:
    """Return the bytes of a bitmap's header and its colour table ([MS-WMF] 2.2.2.3)."""
    if len(whole) < 40:
        return len(whole)
    size, bits, method, used = struct.unpack_from("<I10xHI12xI", whole, 0)
    colours = used or (1 << bits if bits <= 8 else 0)
    return int(size + 4 * min(colours, 256) + (12 if method == 3 and size == 40 else 0))


def _bitmap(header: memoryview, bits: memoryview) -> bytes:
    """Return the file (.bmp) of a bitmap that has none."""
    start = 14 + len(header)
    return struct.pack("<2sIHHI", b"BM", start + len(bits), 0, 0, start) + bytes(header) + bytes(bits)
