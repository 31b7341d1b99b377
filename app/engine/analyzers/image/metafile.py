"""Windows metafiles (EMF, WMF): the pictures inside these drawings.

Sources: [MS-EMF] 2.3.1 (bitmap records), [MS-EMFPLUS] 2.2.1.4 (image objects), [MS-WMF] 2.3.1.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from itertools import islice

from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

#: Records of EMF with a bitmap -> where the offsets and sizes of its header and its bits stand.
_EMF_BITMAPS = {76: 84, 77: 84, 80: 48, 81: 48, 114: 84}
#: Records of WMF with a bitmap -> where it begins.
_WMF_BITMAPS = {0x0940: 22, 0x0B41: 26, 0x0F43: 28, 0x0D33: 24}
_PACKED = re.compile(rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff[\xc0-\xfe]|GIF8[79]a")
_MOST = 50
_MOST_RECORDS = 100_000


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the bitmaps of a metafile as pictures of their own; what is drawn with lines is not looked at."""
    for number, content in enumerate(islice(_pictures(node, tools), _MOST), 1):
        yield Child(f"picture-{number}", content)
    yield node.finding("image.drawing", Severity.INFO, "Drawing, of which only the pictures in it were searched")


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
    at = 0
    for _ in range(_MOST_RECORDS):
        if at + 8 > len(data):
            return
        tools.budget.charge_time()
        kind, size = struct.unpack_from("<II", data, at)
        if size < 8:
            return
        place = _EMF_BITMAPS.get(kind)
        if place and at + place + 16 <= len(data):
            header, header_size, bits, bits_size = struct.unpack_from("<IIII", data, at + place)
            if header_size and header + header_size <= size and bits + bits_size <= size:
                yield _bitmap(data[at + header : at + header + header_size], data[at + bits : at + bits + bits_size])
        at += size


def _wmf(data: memoryview, tools: Tools) -> Iterator[bytes]:
    at = 40 if bytes(data[:4]) == b"\xd7\xcd\xc6\x9a" else 18
    for _ in range(_MOST_RECORDS):
        if at + 6 > len(data):
            return
        tools.budget.charge_time()
        words, kind = struct.unpack_from("<IH", data, at)
        if words < 3:
            return
        place = _WMF_BITMAPS.get(kind)
        if place and words * 2 > place + 40:
            whole = data[at + place : at + words * 2]
            header = _header_size(whole)
            yield _bitmap(whole[:header], whole[header:])
        at += words * 2


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
