"""Cabinets: stored and MSZIP folders; libarchive unpacks LZX, Quantum is said to be unsupported. Format: MS-CAB."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import libarchive
from app.engine.budget import LimitReached, Sink
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported

_HEADER = struct.Struct("<4s4xI4xI4xBBHHHHH")
_FOLDER = struct.Struct("<IHH")
_FILE = struct.Struct("<IIHHHH")
_BLOCK = struct.Struct("<IHH")
_PREVIOUS, _NEXT, _RESERVED = 0x1, 0x2, 0x4
_STORED, _MSZIP, _LZX = 0, 1, 3
#: Name is in UTF-8.
_UTF8 = 0x80
#: Folder numbers from here on say that a file goes on in another cabinet.
_ELSEWHERE = 0xFFFD
#: Unpacked bytes of one block, and the history that the next one may refer to.
_WINDOW = 32_768


class _File(NamedTuple):
    name: str
    offset: int
    size: int


class _Cabinet(NamedTuple):
    """Files by folder; every folder as (first byte of its blocks, number of blocks, method)."""

    folders: list[tuple[int, int, int]]
    files: dict[int, list[_File]]
    block_reserve: int
    elsewhere: int


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every file of the cabinet, folder by folder, each folder unpacked once."""
    if bytes(node.data[:4]) != b"MSCF":
        raise Unsupported
    cabinet = _read(node.data)
    count = sum(len(files) for files in cabinet.files.values())
    if cabinet.elsewhere:
        yield node.finding(
            "archive.volume", Severity.UNKNOWN, "Part of an archive in several files, so not all of it was seen"
        )
    failure: Exception | None = None
    under_lzx = {number for number, (_, _, method) in enumerate(cabinet.folders) if method & 0xF == _LZX}
    for number, files in cabinet.files.items():
        if number in under_lzx:
            continue
        try:
            yield from _folder(node.data, cabinet, number, sorted(files, key=lambda file: file.offset), count, tools)
        except (EOFError, zlib.error, Unsupported) as error:
            # Every folder stands by itself: one that is damaged or packed differently must not hide the next.
            failure = failure or error
    if not under_lzx.isdisjoint(cabinet.files):
        yield from _unpacked(node, cabinet, under_lzx, count, tools)
    if failure:
        raise failure


def _unpacked(node: Node, cabinet: _Cabinet, folders: set[int], count: int, tools: Tools) -> Iterator[Item]:
    """Yield the files of the folders that only the library can unpack: all but those of the others."""
    known = {file.name for number, files in cabinet.files.items() if number not in folders for file in files}
    for member in libarchive.members(node.raw, "cab", tools):
        if member.name not in known:
            yield Child(member.name, member.content, len(node.data), count)


def _read(data: memoryview) -> _Cabinet:
    """Read the header and both tables."""
    if len(data) < _HEADER.size:
        raise EOFError
    _, _, files_at, _, _, folders, files, flags, _, _ = _HEADER.unpack(data[: _HEADER.size])
    at, folder_reserve, block_reserve = _HEADER.size, 0, 0
    if flags & _RESERVED:
        header_reserve, folder_reserve, block_reserve = struct.unpack("<HBB", _cut(data, at, 4))
        at += 4 + header_reserve
    for _ in range(2 * bool(flags & _PREVIOUS) + 2 * bool(flags & _NEXT)):
        at = _string(data, at)[1]
    table = []
    for number in range(folders):
        table.append(_FOLDER.unpack(_cut(data, at + number * (_FOLDER.size + folder_reserve), _FOLDER.size)))
    named, elsewhere = _files(data, files_at, files, folders)
    return _Cabinet(table, named, block_reserve, elsewhere)


def _files(data: memoryview, at: int, count: int, folders: int) -> tuple[dict[int, list[_File]], int]:
    """Return the files by folder, and how many begin or end in another cabinet."""
    named: dict[int, list[_File]] = {}
    elsewhere = 0
    for _ in range(count):
        size, offset, folder, _, _, traits = _FILE.unpack(_cut(data, at, _FILE.size))
        raw, at = _string(data, at + _FILE.size)
        if folder >= _ELSEWHERE:
            elsewhere += 1
            # Continued from before: it lies at the beginning of the first folder; to the next: in the last one.
            if folder != _ELSEWHERE + 1:
                continue
            folder = folders - 1
        name = raw.decode("utf-8" if traits & _UTF8 else "cp1252", "replace").replace("\\", "/")
        named.setdefault(folder, []).append(_File(name, offset, size))
    return named, elsewhere


def _cut(data: memoryview, at: int, size: int) -> memoryview:
    part = data[at : at + size]
    if at < 0 or len(part) < size:
        raise EOFError
    return part


def _string(data: memoryview, at: int) -> tuple[bytes, int]:
    """Return the bytes up to the next zero and where it goes on behind it; names take at most 256 bytes."""
    text, zero, _ = bytes(data[at : at + 257]).partition(b"\0")
    if not zero:
        raise EOFError
    return text, at + len(text) + 1


def _folder(
    data: memoryview, cabinet: _Cabinet, number: int, files: list[_File], count: int, tools: Tools
) -> Iterator[Item]:
    """Unpack one folder once and yield its files, in the order in which they lie."""
    if number >= len(cabinet.folders):
        raise EOFError
    start, blocks, method = cabinet.folders[number]
    if method & 0xF not in (_STORED, _MSZIP):
        raise Unsupported
    # The space of a folder may be claimed by many files at once; it is unpacked once and charged as one node is.
    sink = tools.budget.sink(len(data))
    failure = _fill(sink, _unpack(data, start, blocks, method & 0xF, cabinet.block_reserve))
    content = memoryview(sink.data)
    for file in files:
        part = content[file.offset : file.offset + file.size]
        if len(part) or not file.size:
            yield Child(file.name, part, siblings=count)
        if len(part) < file.size:
            failure = failure or EOFError()
    if sink.limit:
        raise sink.limit
    if failure:
        raise failure


def _fill(sink: Sink, chunks: Iterator[bytes | memoryview]) -> Exception | None:
    """Unpack as much as there is and return what stopped it, if anything did."""
    try:
        sink.fill(chunks)
    except (EOFError, zlib.error) as error:
        return error
    if sink.limit and sink.limit.final:
        raise LimitReached(sink.limit.limit)
    return None


def _unpack(data: memoryview, at: int, blocks: int, method: int, reserve: int) -> Iterator[bytes | memoryview]:
    """Yield the content of every block; MSZIP blocks may refer to the one before them (MS-MCI 2.1)."""
    history = b""
    for _ in range(blocks):
        _, packed, size = _BLOCK.unpack(_cut(data, at, _BLOCK.size))
        at += _BLOCK.size + reserve
        block = _cut(data, at, packed)
        at += packed
        if method == _STORED:
            yield block
            continue
        if bytes(block[:2]) != b"CK":
            raise EOFError
        history = zlib.decompressobj(-zlib.MAX_WBITS, zdict=history).decompress(block[2:], _WINDOW)
        yield history
        if len(history) < size:
            raise EOFError
