"""A second format behind or inside the first: self-extracting programs, and archives glued to pictures and documents.

Only fixed places are looked at (the end of the file, the end of the first format), so that plain files cost nothing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from app.engine.identify import identify
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

_EOCD, _CENTRAL, _LOCAL = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
#: A zip ends with its end record of 22 bytes and a comment of at most 65,535.
_TAIL = 65_557
_EOCD_SIZE = 22
#: Central records whose members may come first.
_MOST_RECORDS = 1_000
#: Self-extracting programs put settings between themselves and their archive.
_SETTINGS = 64 * 1024
_ARCHIVES = re.compile(rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|MSCF\x00{4}|PK\x03\x04")
_CABINET = re.compile(rb"MSCF\x00{4}")
_NULLSOFT = b"\xef\xbe\xad\xdeNullsoftInst"
_INNO = re.compile(rb"Inno Setup Setup Data \(\d")
#: Families that are worth a node of their own behind another format; padding, pictures and films are not.
_DULL = frozenset({"empty", "binary", "text", "image", "media", "data", "xml"})
_LEAST = 16
_PAGES = frozenset({"htm", "html", "shtml", "xhtml", "xht", "hta", "svg"})
_MARKUP = re.compile(rb"<(?:!doctype|html|head|body|script|iframe|form|svg)\b", re.I)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield a zip whose end record is at the end of a file that does not begin as one."""
    start = zip_start(node.data)
    if start is not None and start > 0:
        yield node.finding("archive.appended", Severity.INFO, "An archive is hidden behind another format")
        yield Child("appended.zip", node.data[start:])


def analyze_program(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the archive of a self-extracting program: behind its sections, or a cabinet in its resources."""
    end, resources = _sections(node.data)
    overlay = node.data[end:] if end else node.data[:0]
    start = _ARCHIVES.search(overlay[:_SETTINGS])
    if start:
        yield Child(f"appended.{_extension(start.group())}", overlay[start.start() :])
    elif bytes(overlay[4:20]) == _NULLSOFT or bytes(overlay[516:532]) == _NULLSOFT:
        yield _installer(node, "NSIS")
    elif _INNO.search(overlay):
        yield _installer(node, "Inno Setup")
    else:
        yield from analyze(node, tools)
    for first, length in resources:
        found = _CABINET.search(node.data[first : first + length])
        if found:
            yield Child("resource.cab", node.data[first + found.start() : first + length])


def _installer(node: Node, maker: str) -> Item:
    return node.finding("archive.unsupported", Severity.UNKNOWN, "Installer whose content cannot be opened here", maker)


def analyze_image(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what stands behind the end of a picture, when it is more than padding."""
    yield from analyze(node, tools)
    end = _end_of_image(node.data)
    if end and zip_start(node.data) is None:
        yield from second(node, node.data[end:], "Another file is hidden behind the picture")


def analyze_page(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the page in a file that begins like a picture: a browser goes by the name and shows the page."""
    page = _MARKUP.search(node.data) if node.extension in _PAGES else None
    if page:
        yield node.finding(
            "archive.page_inside", Severity.SUSPICIOUS, "Page that begins like a picture, so that it is taken for one"
        )
        yield Child("page.html", node.data[page.start() :])


def behind_zip(node: Node) -> Iterator[Item]:
    """Yield what stands behind the end record and the comment of a zip, when it is a format of its own."""
    tail = bytes(node.data[-_TAIL:])
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) < at + _EOCD_SIZE:
        return
    (comment,) = struct.unpack_from("<H", tail, at + 20)
    end = len(node.data) - len(tail) + at + _EOCD_SIZE + comment
    yield from second(node, node.data[end:], "Another file is hidden behind the archive")


def second(node: Node, data: memoryview, title: str) -> Iterator[Item]:
    """Yield ``data`` as a part of the node, with a finding, when it is of a kind that is worth looking into."""
    if len(data) < _LEAST or identify(data).family in _DULL:
        return
    yield node.finding("archive.appended", Severity.INFO, title)
    yield Child("appended.bin", data)


def zip_start(data: memoryview) -> int | None:
    """Return where the zip begins whose end record is at the end of ``data``, or None when there is none."""
    tail = bytes(data[-_TAIL:])
    at = tail.rfind(_EOCD)
    if at < 0 or len(tail) < at + _EOCD_SIZE:
        return None
    size, offset = struct.unpack_from("<II", tail, at + 12)
    directory = len(data) - len(tail) + at - size
    if directory < 0 or bytes(data[directory : directory + 4]) != _CENTRAL:
        return None
    # Offsets count from the start of the zip or, where it was adjusted, of the whole file: the first member tells.
    first = _first_member(data[directory : directory + size])
    return next((start for start in (first + directory - offset, first) if _is_member(data, start)), None)


def _is_member(data: memoryview, start: int) -> bool:
    return start >= 0 and bytes(data[start : start + 4]) == _LOCAL


def _first_member(directory: memoryview) -> int:
    """Return the smallest offset of a local header in a central directory (APPNOTE 4.3.12)."""
    at = 0
    offsets: list[int] = []
    while at + 46 <= len(directory) and len(offsets) < _MOST_RECORDS:
        name, extra, comment = struct.unpack_from("<HHH", directory, at + 28)
        offsets.append(struct.unpack_from("<I", directory, at + 42)[0])
        at += 46 + name + extra + comment
    return min(offsets, default=0)


def _sections(data: memoryview) -> tuple[int, list[tuple[int, int]]]:
    """Return where the last section of a PE ends in the file (0: no PE), and its resource sections (PE/COFF 3, 4)."""
    if len(data) < 64 or bytes(data[:2]) != b"MZ":
        return 0, []
    (at,) = struct.unpack_from("<I", data, 60)
    if bytes(data[at : at + 4]) != b"PE\0\0" or len(data) < at + 24:
        return 0, []
    count, optional = struct.unpack_from("<H12xH", data, at + 6)
    table, end, resources = at + 24 + optional, 0, []
    for number in range(min(count, 96)):
        row = bytes(data[table + number * 40 : table + number * 40 + 40])
        if len(row) < 40:
            break
        length, first = struct.unpack_from("<II", row, 16)
        end = max(end, first + length)
        if row.startswith(b".rsrc"):
            resources.append((first, length))
    return end, resources


def _extension(signature: bytes) -> str:
    return {b"7z": "7z", b"Ra": "rar", b"MS": "cab"}.get(signature[:2], "zip")


def _end_of_image(data: memoryview) -> int:
    """Return where a PNG, GIF or JPEG ends, 0 when that is not certain."""
    head = bytes(data[:6])
    if head.startswith(b"\x89PNG"):
        return _end_of_png(data)
    if head in (b"GIF87a", b"GIF89a"):
        return _end_of_gif(data)
    if head.startswith(b"\xff\xd8"):
        return _end_of_jpeg(data)
    return 0


def _end_of_png(data: memoryview) -> int:
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if kind == b"IEND":
            return int(at)
    return 0


def _end_of_gif(data: memoryview) -> int:
    """Walk the blocks (GIF89a, 18 to 27): extensions and pictures are chains of short pieces."""
    if len(data) < 13:
        return 0
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while at < len(data):
        kind = data[at]
        if kind == 0x3B:
            return at + 1
        if kind == 0x21:
            at += 2
        elif kind == 0x2C and at + 10 < len(data):
            at += 11 + (3 << (data[at + 9] & 7) + 1 if data[at + 9] & 0x80 else 0)
        else:
            return 0
        while at < len(data) and data[at]:
            at += data[at] + 1
        at += 1
    return 0


def _end_of_jpeg(data: memoryview) -> int:
    """Skip the segments before the picture (they hold thumbnails with ends of their own), then find its end."""
    if bytes(data[-64:]).rstrip(b"\0").endswith(b"\xff\xd9"):
        return 0
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        at += 2 + struct.unpack_from(">H", data, at + 2)[0]
    end = re.compile(rb"\xff\xd9").search(data, at)
    return end.end() if end else 0
