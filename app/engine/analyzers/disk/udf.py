"""UDF file systems on images of discs, alone or beside ISO 9660 (bridge discs), with plain partitions.

Windows shows the UDF tree where an image has both. Format: ECMA-167 (3rd edition; part and clause at each structure)
and OSTA UDF 1.02 to 2.60. Virtual, sparable and metadata partitions are not read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.node import Child, Tools, Unsupported

SECTOR = 2048
#: Places of the anchor (3/8.4.2.1): sector 256, the last one, and 256 before it.
_ANCHOR = 256
_ANCHOR_TAG, _PARTITION_TAG, _VOLUME_TAG, _END_TAG = 2, 5, 6, 8
_FILE_SET_TAG, _NAME_TAG, _ENTRY_TAG, _LONG_ENTRY_TAG = 256, 257, 261, 266
_MOST_DESCRIPTORS = 64
_DIRECTORY = 4 * 1024 * 1024
_MOST_EXTENTS = 100_000
_IS_HIDDEN, _IS_FOLDER, _IS_DELETED, _IS_PARENT = 0x01, 0x02, 0x04, 0x08
_LENGTH = 0x3FFFFFFF


class _Volume(NamedTuple):
    """Where the partition begins in bytes, the size of a block, and the block of the file set descriptor."""

    start: int
    block: int
    file_set: int


class _Entry(NamedTuple):
    """A file entry: its size, its extents as (first byte, length; -1 as first byte: not recorded)."""

    size: int
    extents: list[tuple[int, int]]


def has_udf(data: memoryview) -> bool:
    """Whether the volume recognition sequence behind the system area names UDF (2/8.3.1)."""
    return any(bytes(data[n * SECTOR + 1 : n * SECTOR + 6]) in (b"NSR02", b"NSR03") for n in range(16, 80))


def files(data: memoryview, tools: Tools, seen: set[int]) -> Iterator[Child]:
    """Yield every file of the tree and note its first byte in ``seen``."""
    volume = _volume(data)
    descriptor = _block(data, volume, volume.file_set)
    if _tag(descriptor) != _FILE_SET_TAG:
        raise EOFError
    (root,) = struct.unpack_from("<I", descriptor, 404)
    waiting, known, count = [("", root, False)], set(), 0
    while waiting:
        prefix, block, hidden = waiting.pop()
        if block in known:
            continue
        known.add(block)
        listing = b"".join(_content(data, _entry(data, volume, block), _DIRECTORY))
        for name, traits, child in _names(listing):
            tools.budget.charge_time()
            count += 1
            if count > 2 * tools.budget.limits.nodes:
                return
            out_of_sight = hidden or bool(traits & _IS_HIDDEN)
            if traits & _IS_FOLDER:
                waiting.append((f"{prefix}{name}/", child, out_of_sight))
                continue
            entry = _entry(data, volume, child)
            if entry.extents:
                seen.add(entry.extents[0][0])
            yield Child(prefix + name, _content(data, entry, entry.size), hidden=out_of_sight)


def _tag(block: bytes) -> int:
    """Return the identifier of a descriptor, 0 when its checksum is wrong (3/7.2)."""
    if len(block) < 16 or (sum(block[:16]) - block[4]) & 0xFF != block[4]:
        return 0
    return block[0] | block[1] << 8


def _block(data: memoryview, volume: _Volume, number: int) -> bytes:
    start = volume.start + number * volume.block
    return bytes(data[start : start + volume.block])


def _volume(data: memoryview) -> _Volume:
    """Follow the anchor to the volume descriptors and read where the one partition lies."""
    for sector in (_ANCHOR, len(data) // SECTOR - 1, len(data) // SECTOR - 1 - _ANCHOR):
        anchor = bytes(data[max(sector, 0) * SECTOR :][:512])
        if _tag(anchor) == _ANCHOR_TAG:
            break
    else:
        raise EOFError
    partitions, logical = {}, b""
    length, first = struct.unpack_from("<II", anchor, 16)
    for sector in range(first, first + min(length // SECTOR, _MOST_DESCRIPTORS)):
        descriptor = bytes(data[sector * SECTOR : (sector + 1) * SECTOR])
        tag = _tag(descriptor)
        if tag == _PARTITION_TAG and len(descriptor) >= 196:
            partitions[struct.unpack_from("<H", descriptor, 22)[0]] = struct.unpack_from("<I", descriptor, 188)[0]
        elif tag == _VOLUME_TAG and len(descriptor) >= 446:
            logical = descriptor
        elif tag == _END_TAG:
            break
    if not logical or not partitions:
        raise EOFError
    return _mapped(logical, partitions)


def _mapped(logical: bytes, partitions: dict[int, int]) -> _Volume:
    """Return the volume of a logical volume descriptor with one plain partition map (3/10.6, 3/10.7.2)."""
    block, file_set = struct.unpack_from("<I", logical, 212)[0], struct.unpack_from("<I", logical, 252)[0]
    kind, _, _, number = struct.unpack_from("<BBHH", logical, 440)
    if kind != 1 or struct.unpack_from("<I", logical, 268)[0] != 1 or block not in (512, 1024, 2048, 4096):
        raise Unsupported
    if number not in partitions:
        raise EOFError
    return _Volume(partitions[number] * SECTOR, block, file_set)


def _entry(data: memoryview, volume: _Volume, number: int) -> _Entry:
    """Read a file entry or an extended one (4/14.9, 4/14.17) and its allocation descriptors."""
    block = _block(data, volume, number)
    tag = _tag(block)
    if tag not in (_ENTRY_TAG, _LONG_ENTRY_TAG) or len(block) < 216:
        raise EOFError
    (size,) = struct.unpack_from("<Q", block, 56)
    base = 176 if tag == _ENTRY_TAG else 216
    attributes, length = struct.unpack_from("<II", block, base - 8)
    first = base + attributes
    form = struct.unpack_from("<H", block, 34)[0] & 7
    if form == 3:
        at = volume.start + number * volume.block + first
        return _Entry(size, [(at, min(size, length, volume.block))])
    if form > 1:
        raise Unsupported
    return _Entry(size, list(_extents(data, volume, block[first : first + length], 8 if form == 0 else 16)))


def _extents(data: memoryview, volume: _Volume, descriptors: bytes, step: int) -> Iterator[tuple[int, int]]:
    """Yield the extents of short (8 bytes) or long (16 bytes) descriptors; type 3 goes on elsewhere (4/12)."""
    at, count = 0, 0
    while at + step <= len(descriptors) and count < _MOST_EXTENTS:
        length, position = struct.unpack_from("<II", descriptors, at)
        kind, length = length >> 30, length & _LENGTH
        at, count = at + step, count + 1
        if not length:
            return
        start = volume.start + position * volume.block
        if kind == 3:
            # An allocation extent descriptor: its header takes 24 bytes, the last four say how much follows.
            header = bytes(data[start : start + 24])
            if len(header) < 24:
                raise EOFError
            (size,) = struct.unpack_from("<I", header, 20)
            descriptors, at = bytes(data[start + 24 : start + 24 + min(size, volume.block)]), 0
        else:
            yield (start if kind == 0 else -1), length


def _content(data: memoryview, entry: _Entry, most: int) -> Iterator[bytes | memoryview]:
    """Yield at most ``most`` bytes; raise ``EOFError`` behind what there is of a file that is cut off."""
    left = min(entry.size, most)
    for start, length in entry.extents:
        length = min(length, left)
        if not length:
            return
        left -= length
        if start < 0:
            yield from (bytes(min(SECTOR * 32, length - done)) for done in range(0, length, SECTOR * 32))
            continue
        part = data[start : start + length]
        yield part
        if len(part) < length:
            raise EOFError


def _names(listing: bytes) -> Iterator[tuple[str, int, int]]:
    """Yield (name, traits, block of the entry) of every file identifier descriptor (4/14.4)."""
    at = 0
    while at + 38 <= len(listing):
        if _tag(listing[at : at + 16]) != _NAME_TAG:
            raise EOFError
        traits, length = listing[at + 18], listing[at + 19]
        (block,) = struct.unpack_from("<I", listing, at + 24)
        (use,) = struct.unpack_from("<H", listing, at + 36)
        raw = listing[at + 38 + use : at + 38 + use + length]
        if not traits & (_IS_DELETED | _IS_PARENT):
            yield _decode(raw), traits, block
        at += (38 + use + length + 3) & ~3


def _decode(raw: bytes) -> str:
    """Return a name in OSTA compressed Unicode: the first byte gives the bits of a character (UDF 2.1.1)."""
    if raw[:1] == b"\x10":
        return raw[1:].decode("utf-16-be", "replace")
    return raw[1:].decode("latin-1")
