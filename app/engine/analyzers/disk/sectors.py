"""Disks behind images: raw, VHD (fixed and dynamic) and VHDX, all read by byte offset.

Formats: the VHD specification 1.0, MS-VHDX. Differencing disks need a parent that is not there.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple
from uuid import UUID

from app.engine.node import Unsupported

_UNALLOCATED = 0xFFFFFFFF
_FIXED, _DYNAMIC = 2, 3
_KIB = 1024
_REGIONS = (192 * _KIB, 256 * _KIB)
_TABLE = UUID("2DC27766-F623-4200-9D64-115E9BFD4A08").bytes_le
_METADATA = UUID("8B7CA206-4790-4B9A-B8FE-575F050F886E").bytes_le
_PARAMETERS = UUID("CAA16737-FA36-4D43-B3B6-33F0AA44E76B").bytes_le
_SIZE = UUID("2FA54224-CD1B-4876-B211-5DBED83BF4B8").bytes_le
_SECTOR = UUID("8141BF1D-A96F-4709-BA47-F233A8FAAB5F").bytes_le
#: States of a VHDX block that has content.
_PRESENT = (6, 7)


class Disk(NamedTuple):
    """A disk of ``size`` bytes; ``block`` gives the place in ``data`` of a block by its number, -1 for zeros."""

    data: memoryview
    size: int
    block_size: int
    block: Callable[[int], int]

    def read(self, offset: int, length: int) -> bytes:
        """Return the bytes there; raise ``EOFError`` when the disk or its image ends before."""
        return b"".join(self.pieces(offset, length))

    def pieces(self, offset: int, length: int) -> Iterator[bytes | memoryview]:
        """Yield the bytes there piece by piece; raise ``EOFError`` behind what there is of them."""
        while length > 0:
            if offset < 0 or offset >= self.size:
                raise EOFError
            within = offset % self.block_size
            count = min(length, self.block_size - within, self.size - offset)
            start = self.block(offset // self.block_size)
            part: bytes | memoryview
            part = bytes(count) if start < 0 else self.data[start + within : start + within + count]
            yield part
            if len(part) < count:
                raise EOFError
            offset += count
            length -= count


def raw(data: memoryview) -> Disk:
    """Return the disk whose image is a plain copy."""
    return Disk(data, len(data), max(len(data), 1), lambda number: 0)


def vhd(data: memoryview) -> Disk:
    """Return the disk of a VHD: its footer says what it is, a copy of it stands before dynamic ones."""
    footer = bytes(data[-512:])
    if footer[:8] != b"conectix":
        footer = bytes(data[:512])
    if footer[:8] != b"conectix" or len(footer) < 512:
        raise EOFError
    (kind,) = struct.unpack_from(">I", footer, 60)
    (size,) = struct.unpack_from(">Q", footer, 48)
    if kind == _FIXED:
        return raw(data[:-512])
    if kind != _DYNAMIC:
        raise Unsupported
    (at,) = struct.unpack_from(">Q", footer, 16)
    header = bytes(data[at : at + 1024])
    if header[:8] != b"cxsparse" or len(header) < 1024:
        raise EOFError
    table, entries, block_size = struct.unpack_from(">Q4xII", header, 16)
    if block_size < 512 or block_size % 512:
        raise EOFError
    bitmap = -(-block_size // 512 // 8)
    bitmap += -bitmap % 512

    def block(number: int) -> int:
        raw_entry = bytes(data[table + number * 4 : table + number * 4 + 4])
        if number >= entries or len(raw_entry) < 4:
            raise EOFError
        sector = int.from_bytes(raw_entry, "big")
        return -1 if sector == _UNALLOCATED else sector * 512 + bitmap

    return Disk(data, size, block_size, block)


def vhdx(data: memoryview) -> Disk:
    """Return the disk of a VHDX; a log that was not replayed is left aside."""
    regions = _regions(data)
    if _TABLE not in regions or _METADATA not in regions:
        raise EOFError
    items = _metadata(data, regions[_METADATA])
    if _PARAMETERS not in items or _SIZE not in items:
        raise EOFError
    block_size, traits = struct.unpack("<II", items[_PARAMETERS].ljust(8, b"\0")[:8])
    size = int.from_bytes(items[_SIZE][:8], "little")
    sector = int.from_bytes(items.get(_SECTOR, b"\0\2")[:4], "little")
    if traits & 2:
        raise Unsupported
    if not _KIB * _KIB <= block_size <= 256 * _KIB * _KIB or sector not in (512, 4096):
        raise EOFError
    # Behind so many blocks the table has one entry for a bitmap of sectors.
    ratio, table = (1 << 23) * sector // block_size, regions[_TABLE]

    def block(number: int) -> int:
        at = table + (number + number // ratio) * 8
        entry = bytes(data[at : at + 8])
        if len(entry) < 8:
            raise EOFError
        value = int.from_bytes(entry, "little")
        return value >> 20 << 20 if value & 7 in _PRESENT else -1

    return Disk(data, size, block_size, block)


def _regions(data: memoryview) -> dict[bytes, int]:
    """Return where each region of a VHDX begins, from the first of the two region tables that is whole."""
    for at in _REGIONS:
        header = bytes(data[at : at + 64 * _KIB])
        if header[:4] == b"regi" and len(header) == 64 * _KIB:
            count = min(struct.unpack_from("<I", header, 8)[0], 2047)
            rows = (header[16 + 32 * number : 48 + 32 * number] for number in range(count))
            return {row[:16]: int.from_bytes(row[16:24], "little") for row in rows if len(row) == 32}
    raise EOFError


def _metadata(data: memoryview, at: int) -> dict[bytes, bytes]:
    """Return the values of the metadata region by their GUID, at most sixteen bytes of each."""
    header = bytes(data[at : at + 64 * _KIB])
    if header[:8] != b"metadata":
        raise EOFError
    (count,) = struct.unpack_from("<H", header, 10)
    items = {}
    for number in range(min(count, 2047)):
        row = header[32 + 32 * number : 64 + 32 * number]
        if len(row) < 32:
            break
        offset, length = struct.unpack_from("<II", row, 16)
        items[row[:16]] = bytes(data[at + offset : at + offset + min(length, 16)])
    return items
