"""cpio in its four forms, and the packages that wrap one (rpm): members lie uncompressed behind their headers.

Formats: cpio(5); RPM v3/v4 package format (lead, two header sections, payload).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.engine.node import Child, Item, Node, Tools

_TRAILER = "TRAILER!!!"
_FORMAT, _REGULAR = 0o170000, 0o100000
_LEAD = 96
_HEADER_MAGIC = b"\x8e\xad\xe8\x01"


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every regular file; raise ``EOFError`` behind what there is of an archive that is cut off."""
    at = 0
    while True:
        tools.budget.charge_time()
        kind, name_at, name_size, start, size, following = _header(node.data, at)
        name = bytes(node.data[name_at : name_at + min(name_size, 4096)]).rstrip(b"\0").decode("utf-8", "replace")
        if name == _TRAILER:
            return
        part = node.data[start : start + size]
        if kind == _REGULAR and size:
            yield Child(name, part)
        if len(part) < size:
            raise EOFError
        at = following


def payload(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the compressed cpio of an rpm package, which lies behind its lead and its two header sections."""
    at = _skip_section(node.data, _LEAD)
    at = _skip_section(node.data, at + -at % 8)
    yield Child("payload.cpio", node.data[at:], siblings=1)


def _skip_section(data: memoryview, at: int) -> int:
    header = bytes(data[at : at + 16])
    if len(header) < 16 or header[:4] != _HEADER_MAGIC:
        raise EOFError
    entries, size = struct.unpack_from(">II", header, 8)
    return int(at + 16 + entries * 16 + size)


def _header(data: memoryview, at: int) -> tuple[int, int, int, int, int, int]:
    """Return (kind, place and size of the name, place and size of the content, place of the next header)."""
    magic = bytes(data[at : at + 6])
    if magic in (b"070701", b"070702"):
        return _new(data, at)
    if magic == b"070707":
        return _octal(data, at)
    if magic[:2] in (b"\xc7\x71", b"\x71\xc7"):
        return _binary(data, at, "<" if magic[0] == 0xC7 else ">")
    raise EOFError


def _new(data: memoryview, at: int) -> tuple[int, int, int, int, int, int]:
    """SVR4: thirteen numbers of eight hexadecimal digits; name and content are padded to four bytes."""
    mode, size, name_size = (_number(data, at + 6 + 8 * field, 8, 16) for field in (1, 6, 11))
    start = at + 110 + name_size
    start += -(start - at) % 4
    end = start + size
    return mode & _FORMAT, at + 110, name_size, start, size, end + -(end - at) % 4


def _octal(data: memoryview, at: int) -> tuple[int, int, int, int, int, int]:
    """POSIX.1: octal digits, no padding."""
    mode, name_size, size = (_number(data, at + place, width, 8) for place, width in ((18, 6), (59, 6), (65, 11)))
    start = at + 76 + name_size
    return mode & _FORMAT, at + 76, name_size, start, size, start + size


def _binary(data: memoryview, at: int, order: str) -> tuple[int, int, int, int, int, int]:
    """The oldest form: 16-bit words, the high half of a size first; name and content are padded to two bytes."""
    header = bytes(data[at : at + 26])
    if len(header) < 26:
        raise EOFError
    words = struct.unpack(f"{order}13H", header)
    name_size, size = words[10], words[11] << 16 | words[12]
    start = at + 26 + name_size + name_size % 2
    return words[3] & _FORMAT, at + 26, name_size, start, size, start + size + size % 2


def _number(data: memoryview, at: int, width: int, base: int) -> int:
    digits = bytes(data[at : at + width])
    if len(digits) < width or not digits.isalnum():
        raise EOFError
    try:
        return int(digits, base)
    except ValueError:
        raise EOFError from None
