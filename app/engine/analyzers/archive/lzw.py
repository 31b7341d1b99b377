"""The streams of ``compress`` (.Z): LZW with codes that grow from nine bits. Format: compress(1) of ncompress."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.node import Unsupported

_CLEAR = 256
_FIRST_WIDTH, _MOST_WIDTH = 9, 16
_STEP = 256 * 1024


def chunks(data: memoryview) -> Iterator[bytes]:
    """Yield the content piece by piece; raise ``EOFError`` where a code refers to nothing.

    Every entry of the table is a piece of the output and the letter behind it, so entries are kept as places in it.
    """
    if len(data) < 3:
        raise EOFError
    most, clears = data[2] & 0x1F, bool(data[2] & 0x80)
    if not _FIRST_WIDTH <= most <= _MOST_WIDTH:
        raise Unsupported
    out = bytearray()
    entries: list[tuple[int, int]] = [(-1, 0)] if clears else []
    previous: tuple[int, int] | None = None
    given = 0
    for code in _codes(data, most, clears, entries):
        if code == _CLEAR and clears:
            entries.clear()
            previous = None
            # The encoder's table restarts one place early: the first entry behind a clearing code is never used.
            continue
        start = len(out)
        number = code - 256
        if number < 0:
            out.append(code)
        elif number < len(entries) and entries[number][0] >= 0:
            at, length = entries[number]
            out += out[at : at + length]
        elif number == len(entries) and previous:
            at, length = previous
            out += out[at : at + length] + out[at : at + 1]
        else:
            yield bytes(out[given:])
            raise EOFError
        if len(entries) < (1 << most) - 256:
            if previous:
                entries.append((previous[0], previous[1] + 1))
            elif clears and not entries:
                entries.append((-1, 0))
        previous = (start, len(out) - start)
        if len(out) - given >= _STEP:
            yield bytes(out[given:])
            given = len(out)
    yield bytes(out[given:])


def _codes(data: memoryview, most: int, clears: bool, entries: list[tuple[int, int]]) -> Iterator[int]:
    """Yield code after code; they are written in groups of eight, and a new width begins a new group."""
    width, at, group = _FIRST_WIDTH, 24, 24
    end = len(data) * 8
    while True:
        if 256 + len(entries) > (1 << width) - 1 and width < most:
            at = _next_group(at, group, width)
            width, group = width + 1, at
        if at + width > end:
            return
        code = int.from_bytes(data[at >> 3 : (at >> 3) + 3], "little") >> (at & 7) & (1 << width) - 1
        at += width
        yield code
        if code == _CLEAR and clears:
            at = _next_group(at, group, width)
            width, group = _FIRST_WIDTH, at


def _next_group(at: int, group: int, width: int) -> int:
    size = width * 8
    return group + -(-(at - group) // size) * size
