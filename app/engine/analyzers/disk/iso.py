"""ISO 9660 images with their Joliet and Rock Ridge names.

Systems show different trees of one image, so all of them are walked; a file that several trees name is yielded once,
under the name that Windows would show. Format: ECMA-119, the Joliet specification, IEEE P1282 (Rock Ridge) on
IEEE P1281 (SUSP).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engine.node import Child, Tools

SECTOR = 2048
#: Volume descriptors begin behind 16 sectors of the system's own.
_FIRST_DESCRIPTOR = 16
_MOST_DESCRIPTORS = 64
_PRIMARY, _SUPPLEMENTARY, _TERMINATOR = 1, 2, 255
#: Escape sequences that say UCS-2 (levels 1 to 3).
_JOLIET = (b"%/@", b"%/C", b"%/E")
#: Bytes of one directory that are read; a thousand files take about a hundred kilobytes.
_DIRECTORY = 4 * 1024 * 1024
_IS_HIDDEN, _IS_FOLDER, _GOES_ON = 0x01, 0x02, 0x80
#: Rock Ridge continuations that are followed for one name.
_MOST_CONTINUATIONS = 8


@dataclass(slots=True)
class _Record:
    """One entry of a directory: its extents as (first byte, length)."""

    name: str
    folder: bool
    extents: list[tuple[int, int]] = field(default_factory=list)
    hidden: bool = False


def is_iso(data: memoryview) -> bool:
    """Whether the first volume descriptor stands where ISO 9660 puts it."""
    return bytes(data[_FIRST_DESCRIPTOR * SECTOR + 1 : _FIRST_DESCRIPTOR * SECTOR + 6]) == b"CD001"


def files(data: memoryview, tools: Tools, seen: set[int]) -> Iterator[Child]:
    """Yield the files of every tree whose first byte is not in ``seen``, and note it there."""
    for root, joliet in _trees(data):
        for name, record in _walk(data, root, joliet, tools):
            first = record.extents[0][0]
            if first in seen and any(length for _, length in record.extents):
                continue
            seen.add(first)
            yield Child(name, _content(data, record.extents), hidden=record.hidden)


def _trees(data: memoryview) -> list[tuple[_Record, bool]]:
    """Return the root of every tree, Joliet first because Windows prefers it."""
    trees = []
    for number in range(_FIRST_DESCRIPTOR, _FIRST_DESCRIPTOR + _MOST_DESCRIPTORS):
        descriptor = bytes(data[number * SECTOR : (number + 1) * SECTOR])
        if len(descriptor) < SECTOR or descriptor[1:6] != b"CD001" or descriptor[0] == _TERMINATOR:
            break
        if descriptor[0] in (_PRIMARY, _SUPPLEMENTARY):
            joliet = descriptor[0] == _SUPPLEMENTARY and descriptor[88:91] in _JOLIET
            root = _record(data, descriptor[156:190], joliet, 0)
            if root:
                trees.append((root, joliet))
    if not trees:
        raise EOFError
    return sorted(trees, key=lambda tree: not tree[1])


def _walk(data: memoryview, root: _Record, joliet: bool, tools: Tools) -> Iterator[tuple[str, _Record]]:
    """Yield (path, record) of every file below ``root``, each folder once."""
    waiting, known, count = [("", root)], set(), 0
    while waiting:
        prefix, folder = waiting.pop()
        start = folder.extents[0][0]
        if start in known:
            continue
        known.add(start)
        for record in _records(data, folder, joliet):
            tools.budget.charge_time()
            record.hidden = record.hidden or folder.hidden
            count += 1
            if count > 2 * tools.budget.limits.nodes:
                return
            if record.folder:
                waiting.append((f"{prefix}{record.name}/", record))
            else:
                yield prefix + record.name, record


def _records(data: memoryview, folder: _Record, joliet: bool) -> Iterator[_Record]:
    """Yield the entries of a directory; parts of one long file are joined."""
    start, length = folder.extents[0]
    block = bytes(data[start : start + min(length, _DIRECTORY)])
    if len(block) < min(length, SECTOR):
        raise EOFError
    skip, at, open_record = _susp_skip(block), 0, None
    while at < len(block):
        size = block[at]
        if not size:
            # Records do not cross sectors: the rest of this one is padding.
            at = (at // SECTOR + 1) * SECTOR
            continue
        raw = block[at : at + size]
        at += size
        record = _record(data, raw, joliet, skip)
        if record is None:
            continue
        if open_record:
            open_record.extents += record.extents
        current = open_record or record
        open_record = current if raw[25] & _GOES_ON else None
        if not open_record:
            yield current


def _susp_skip(block: bytes) -> int:
    """Return how many bytes of every system use area are not Rock Ridge's: the entry ``SP`` of the root's dot."""
    area = block[34 : block[0]] if block else b""
    return area[6] if area[:2] == b"SP" and len(area) >= 7 else 0


def _record(data: memoryview, raw: bytes, joliet: bool, skip: int) -> _Record | None:
    """Return one directory record, or None for ``.``, ``..`` and what is no record."""
    if len(raw) < 34:
        return None
    start, length = struct.unpack_from("<I4xI", raw, 2)
    name = raw[33 : 33 + raw[32]]
    root = len(raw) == 34 and raw[32] == 1
    if name in (b"\x00", b"\x01") and not root:
        return None
    extent = ((start + raw[1]) * SECTOR, length)
    if joliet:
        text = name.decode("utf-16-be", "replace")
    else:
        area = raw[33 + raw[32] + (raw[32] + 1) % 2 + skip :]
        text = _rock_ridge_name(data, area) or name.decode("cp1252", "replace")
    name_shown = text.rpartition(";")[0] or text
    return _Record(name_shown, bool(raw[25] & _IS_FOLDER), [extent], bool(raw[25] & _IS_HIDDEN) and not root)


def _rock_ridge_name(data: memoryview, area: bytes) -> str:
    """Return the name in the ``NM`` entries of a system use area and its continuations; empty when there is none."""
    name = b""
    for _ in range(_MOST_CONTINUATIONS):
        following = b""
        while len(area) >= 4 and area[2] >= 4:
            entry, area = area[: area[2]], area[area[2] :]
            if entry[:2] == b"NM":
                name += entry[5:]
            elif entry[:2] == b"CE" and len(entry) >= 28:
                block, offset, size = struct.unpack_from("<I4xI4xI", entry, 4)
                following = bytes(data[block * SECTOR + offset : block * SECTOR + offset + min(size, SECTOR)])
        if not following:
            break
        area = following
    return name.decode("utf-8", "replace")


def _content(data: memoryview, extents: list[tuple[int, int]]) -> Iterator[memoryview]:
    """Yield the extents of a file; raise ``EOFError`` behind what there is of one that is cut off."""
    for start, length in extents:
        part = data[start : start + length]
        yield part
        if len(part) < length:
            raise EOFError
