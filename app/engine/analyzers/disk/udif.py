"""Apple's disk images (.dmg, UDIF): partitions as tables of chunks, each packed by itself, read by byte offset.

A trailer says where a property list is; in it each partition has a table (``mish``) of chunks: zeros, plain, ADC,
zlib, bzip2 or xz; those of LZFSE cannot be read. Format: as documented by libdmg-hfsplus and newosxbook.com/DMG.html.
"""

from __future__ import annotations

import bz2
import lzma
import re
import struct
import zlib
from base64 import b64decode
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.engine.node import Tools, Unsupported

SECTOR = 512
_TRAILER = struct.Struct(">4sIIIQQQ")
_LIST_AT = 0xD8
_MOST_LIST = 32 * 1024 * 1024
_TABLE = re.compile(rb"<data>([A-Za-z0-9+/=\s]+)</data>")
_MISH = struct.Struct(">4sIQQQ")
_CHUNKS_AT, _CHUNK = 204, struct.Struct(">IIQQQQ")
_MOST_CHUNKS = 500_000
#: Unpacked bytes of one chunk: writers take half a mebibyte or one.
_MOST_UNPACKED = 32 * 1024 * 1024
#: Unpacked chunks that are kept: files lie side by side, so the next one often begins in the last chunk.
_KEPT = 8
_ZEROS, _PLAIN, _IGNORED, _COMMENT, _END = 0, 1, 2, 0x7FFFFFFE, 0xFFFFFFFF
_PIECE = 256 * 1024


class Chunk(NamedTuple):
    """Bytes of a partition, where they begin in it, and where their packed form lies in the file."""

    start: int
    size: int
    kind: int
    offset: int
    packed: int


class Partition:
    """One partition of an image of ``size`` bytes, unpacked chunk by chunk as it is read."""

    def __init__(self, data: memoryview, chunks: list[Chunk], tools: Tools) -> None:
        self.size = max((chunk.start + chunk.size for chunk in chunks), default=0)
        self._data = data
        self._chunks = chunks
        self._starts = [chunk.start for chunk in chunks]
        self._tools = tools
        self._kept: OrderedDict[int, bytes] = OrderedDict()

    def read(self, offset: int, length: int) -> bytes:
        """Return the bytes there; raise ``EOFError`` when the partition or the file ends before."""
        return b"".join(self.pieces(offset, length))

    def pieces(self, offset: int, length: int) -> Iterator[bytes]:
        """Yield the bytes there piece by piece.

        Raises ``EOFError`` behind what there is of them, ``Unsupported`` where they are packed in a way not known.
        """
        while length > 0:
            self._tools.budget.charge_time()
            number = bisect_right(self._starts, offset) - 1
            if offset < 0 or number < 0:
                raise EOFError
            chunk = self._chunks[number]
            within = offset - chunk.start
            count = min(length, chunk.size - within, _PIECE)
            if count <= 0:
                raise EOFError
            if chunk.kind in (_ZEROS, _IGNORED):
                part = bytes(count)
            else:
                part = self._unpacked(number, chunk)[within : within + count]
            yield part
            if len(part) < count:
                raise EOFError
            offset, length = offset + count, length - count

    def _unpacked(self, number: int, chunk: Chunk) -> bytes:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        if chunk.kind not in _PACKERS:
            raise Unsupported
        packed = self._data[chunk.offset : chunk.offset + chunk.packed]
        try:
            content = _PACKERS[chunk.kind](packed, min(chunk.size, _MOST_UNPACKED))
        except (zlib.error, lzma.LZMAError, OSError, ValueError, IndexError):
            raise EOFError from None
        self._kept[number] = content
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return content


def partitions(data: memoryview, tools: Tools) -> Iterator[Partition]:
    """Yield the partitions of an image; raise ``EOFError`` when its trailer or its list cannot be read."""
    trailer = bytes(data[-512:])
    if len(trailer) < 512 or trailer[:4] != b"koly":
        raise EOFError
    first = _TRAILER.unpack_from(trailer)[5]
    at, length = struct.unpack_from(">QQ", trailer, _LIST_AT)
    found = False
    for match in _TABLE.finditer(data[at : at + min(length, _MOST_LIST)]):
        tools.budget.charge_time()
        table = b64decode(re.sub(rb"\s", b"", match[1]) + b"==")
        if table[:4] == b"mish" and len(table) >= _CHUNKS_AT:
            found = True
            yield Partition(data, _chunks(table, first), tools)
    if not found:
        raise EOFError


def _chunks(table: bytes, first: int) -> list[Chunk]:
    """Return the chunks of a partition in the order of their bytes."""
    (_, _, _, _, base) = _MISH.unpack_from(table)
    (count,) = struct.unpack_from(">I", table, 200)
    chunks = []
    for number in range(min(count, _MOST_CHUNKS, (len(table) - _CHUNKS_AT) // _CHUNK.size)):
        kind, _, sector, sectors, offset, packed = _CHUNK.unpack_from(table, _CHUNKS_AT + number * _CHUNK.size)
        if kind == _END:
            break
        if kind != _COMMENT and sectors:
            chunks.append(Chunk(sector * SECTOR, sectors * SECTOR, kind, first + base + offset, packed))
    return sorted(chunks)


def _adc(packed: memoryview, most: int) -> bytes:
    """Unpack Apple Data Compression: plain runs, and copies with two or three bytes of length and distance."""
    out, at = bytearray(), 0
    while at < len(packed) and len(out) < most:
        code = packed[at]
        if code & 0x80:
            length = (code & 0x7F) + 1
            out += packed[at + 1 : at + 1 + length]
            at += 1 + length
            continue
        if code & 0x40:
            length, distance, at = (code & 0x3F) + 4, (packed[at + 1] << 8 | packed[at + 2]) + 1, at + 3
        else:
            length, distance, at = (code >> 2 & 0xF) + 3, ((code & 3) << 8 | packed[at + 1]) + 1, at + 2
        if distance > len(out):
            raise ValueError("a copy from before the start")
        seen = out[-distance:][:length]
        out += (seen * (length // len(seen) + 1))[:length]
    return bytes(out)


#: Kind of a chunk -> how it is unpacked, up to a number of bytes.
_PACKERS: dict[int, Callable[[memoryview, int], bytes]] = {
    _PLAIN: lambda packed, most: bytes(packed[:most]),
    0x80000004: _adc,
    0x80000005: lambda packed, most: zlib.decompressobj().decompress(packed, most),
    0x80000006: lambda packed, most: bz2.BZ2Decompressor().decompress(packed, most),
    0x80000008: lambda packed, most: lzma.LZMADecompressor().decompress(packed, most),
}
