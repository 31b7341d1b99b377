"""LZ4 frames, also several behind each other, and legacy ones. Formats: LZ4 Frame 1.6.2 and LZ4 Block."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from app.engine.node import Unsupported

_FRAME, _LEGACY = b"\x04\x22\x4d\x18", b"\x02\x21\x4c\x18"
_SKIPPED = range(0x184D2A50, 0x184D2A60)
_INDEPENDENT, _BLOCK_SUM, _SIZE, _CONTENT_SUM, _DICTIONARY = 0x20, 0x10, 0x08, 0x04, 0x01
_STORED = 0x80000000
#: Matches reach back at most so far.
_WINDOW = 65_536
#: Unpacked bytes of a block: the largest of a frame, and of a legacy one.
_MOST, _MOST_LEGACY = 4 * 1024 * 1024, 8 * 1024 * 1024


def chunks(data: memoryview) -> Iterator[bytes]:
    """Yield the content of every frame, block by block; raise ``EOFError`` behind what there is of it."""
    at = 0
    while at < len(data):
        magic = bytes(data[at : at + 4])
        if magic == _FRAME:
            at = yield from _frame(data, at + 4)
        elif magic == _LEGACY:
            at = yield from _legacy(data, at + 4)
        elif int.from_bytes(magic, "little") in _SKIPPED:
            at += 8 + _number(data, at + 4)
        else:
            raise EOFError


def _number(data: memoryview, at: int) -> int:
    raw = bytes(data[at : at + 4])
    if len(raw) < 4:
        raise EOFError
    return int.from_bytes(raw, "little")


def _cut(data: memoryview, at: int, size: int) -> bytes:
    part = bytes(data[at : at + size])
    if len(part) < size:
        raise EOFError
    return part


def _frame(data: memoryview, at: int) -> Generator[bytes, None, int]:
    flags = _cut(data, at, 2)[0]
    if flags >> 6 != 1 or flags & _DICTIONARY:
        raise Unsupported
    at += 3 + 8 * bool(flags & _SIZE)
    history = b""
    while size := _number(data, at):
        packed = _cut(data, at + 4, size & ~_STORED)
        at += 4 + len(packed) + 4 * bool(flags & _BLOCK_SUM)
        block = packed if size & _STORED else _unpack(packed, history, _MOST)
        yield block
        history = b"" if flags & _INDEPENDENT else (history + block)[-_WINDOW:]
    return at + 4 + 4 * bool(flags & _CONTENT_SUM)


def _legacy(data: memoryview, at: int) -> Generator[bytes, None, int]:
    while at < len(data):
        size = _number(data, at)
        if bytes(data[at : at + 4]) in (_FRAME, _LEGACY):
            break
        yield _unpack(_cut(data, at + 4, size), b"", _MOST_LEGACY)
        at += 4 + size
    return at


def _unpack(packed: bytes, history: bytes, most: int) -> bytes:
    """Return the content of a block: literals and matches in turn, the last literals without a match."""
    out, at, end = bytearray(history), 0, len(packed)
    most += len(history)
    while at < end:
        token = packed[at]
        count, at = _length(packed, at + 1, token >> 4)
        out += packed[at : at + count]
        at += count
        if at >= end:
            break
        back = int.from_bytes(packed[at : at + 2], "little")
        count, at = _length(packed, at + 2, token & 15)
        count += 4
        if not 0 < back <= len(out) or len(out) + count > most:
            raise EOFError
        start = len(out) - back
        piece = out[start : start + count]
        out += piece if len(piece) == count else (piece * (count // back + 1))[:count]
    return bytes(out[len(history) :])


def _length(packed: bytes, at: int, count: int) -> tuple[int, int]:
    """Return a length and where it goes on: fifteen is followed by bytes to add, up to one that is not 255."""
    if count == 15:
        while at < len(packed):
            more = packed[at]
            at, count = at + 1, count + more
            if more != 255:
                break
    return count, at
