"""LHA (.lzh, .lha): headers of all four levels, stored members, and -lh4- to -lh7- through libarchive.

The library gets every member by itself under a header of our own: one that is wrong does not hide the next, and names
need none of the conversions that are missing in a locked-down process. Format: the LHA notes in UNIX's ``header.doc``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import libarchive, names as archive_names
from app.engine.node import Child, Item, Node, Tools, Unsupported

_STORED = frozenset({b"-lh0-", b"-lz4-"})
_FOLDER = b"-lhd-"
#: The four differ in the size of their window only; the library reads what fits into a larger one.
_PACKED = {b"-lh4-": b"-lh5-", b"-lh5-": b"-lh5-", b"-lh6-": b"-lh6-", b"-lh7-": b"-lh7-"}
#: Extended headers: a part of the name, and the folders with 0xFF between them.
_NAME, _FOLDERS = 0x01, 0x02
_MOST_EXTENSIONS = 64
_MOST_PACKED = 0xFFFFFFFF


class _Member(NamedTuple):
    name: str
    method: bytes
    start: int
    packed: int
    size: int


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every member that can be unpacked; raise ``Unsupported`` or ``EOFError`` behind them for the others."""
    members, whole = _members(node.data, tools)
    unseen: list[str] = []
    for member in members:
        part = node.data[member.start : member.start + member.packed]
        if member.method in _STORED:
            yield Child(member.name, part, siblings=len(members))
        elif member.method in _PACKED and libarchive.available():
            content = unpacked(_PACKED[member.method], part, member.size, tools)
            yield Child(member.name, content, len(part), len(members))
        else:
            unseen.append(member.name)
        whole = whole and len(part) == member.packed
    yield from archive_names.unseen(node, unseen)
    if not whole:
        raise EOFError
    if unseen:
        raise Unsupported


def unpacked(method: bytes, packed: memoryview, size: int, tools: Tools) -> Iterator[bytes]:
    """Yield the content of a member; ``size`` is what the archive promises. ARJ packs in the same way as ``-lh7-``."""
    if len(packed) > _MOST_PACKED:
        raise Unsupported
    # Level 0: length, checksum, method, sizes, time, attribute, level, name, checksum of the content.
    body = method + struct.pack("<III", len(packed), size, 0x21 << 16) + b"\x20\0\x01a" + bytes(2)
    alone = bytes([len(body), sum(body) & 0xFF]) + body + bytes(packed) + b"\0"
    for member in libarchive.members(alone, "lha", tools):
        yield from member.content


def _members(data: memoryview, tools: Tools) -> tuple[list[_Member], bool]:
    """Return the members as far as the headers go, and whether they go to the end."""
    members: list[_Member] = []
    at = 0
    # A zero byte in the place of a header ends the archive; some writers leave it out.
    while at < len(data) and (data[at] or _level(data, at) > 1):
        tools.budget.charge_time()
        try:
            member = _header(data, at)
        except (struct.error, IndexError):
            return members, False
        if member.method != _FOLDER:
            members.append(member)
        at = member.start + member.packed
        if len(members) > tools.budget.limits.nodes:
            break
    return members, at <= len(data)


def _level(data: memoryview, at: int) -> int:
    return data[at + 20] if at + 21 < len(data) and bytes(data[at + 2 : at + 4]) in (b"-l", b"-p") else 0


def _header(data: memoryview, at: int) -> _Member:
    """Return the member whose header begins at ``at``; raise ``struct.error`` or ``IndexError`` when there is none."""
    method = bytes(data[at + 2 : at + 7])
    if len(method) < 5 or method[:1] + method[-1:] != b"--":
        raise IndexError
    packed, size = struct.unpack_from("<II", data, at + 7)
    level, name = data[at + 20], b""
    if level <= 1:
        length = data[at + 21]
        name = bytes(data[at + 22 : at + 22 + length])
        end = at + data[at] + 2
    if level == 0:
        return _Member(_text(b"", name), method, end, packed, size)
    if level == 1:
        folders, base, body = _extensions(data, end - 2, 2)
        return _Member(_text(folders, base or name), method, body, max(packed - (body - end), 0), size)
    if level == 2:
        (total,) = struct.unpack_from("<H", data, at)
        folders, base, body = _extensions(data, at + 24, 2)
    elif level == 3:
        (total,) = struct.unpack_from("<I", data, at + 24)
        folders, base, body = _extensions(data, at + 28, 4)
    else:
        raise IndexError
    return _Member(_text(folders, base), method, max(at + total, body), packed, size)


def _extensions(data: memoryview, at: int, width: int) -> tuple[bytes, bytes, int]:
    """Return (folders, name, end) of a chain of extended headers; each ends with the length of the next."""
    folders, name, layout = b"", b"", "<H" if width == 2 else "<I"
    for _ in range(_MOST_EXTENSIONS):
        (length,) = struct.unpack_from(layout, data, at)
        at += width
        if length <= width:
            return folders, name, at
        content = bytes(data[at + 1 : at + min(length, 4096) - width])
        if data[at] == _NAME:
            name = content
        elif data[at] == _FOLDERS:
            folders = content
        at += length - width
    raise IndexError


def _text(folders: bytes, name: bytes) -> str:
    """Return a path; the charset is the writer's own, most of whom were in Japan."""
    raw = (folders.replace(b"\xff", b"/") + name).partition(b"\0")[0]
    try:
        return raw.decode("utf-8").replace("\\", "/")
    except UnicodeDecodeError:
        return raw.decode("cp932", "replace").replace("\\", "/")
