"""Files that NTFS keeps packed (LZNT1), unpacked. Format: MS-XCA 2.5; the units as the Linux-NTFS project has them."""

from __future__ import annotations

from collections.abc import Iterator

_CHUNK = 4096


def unpacked(unit: bytes, size: int) -> bytes:
    """Return the ``size`` bytes that a packed unit stands for; raises ``EOFError`` when it is damaged."""
    out = bytearray()
    at = 0
    while at + 2 <= len(unit) and len(out) < size:
        header = int.from_bytes(unit[at : at + 2], "little")
        if not header:
            break
        end = at + 3 + (header & 0xFFF)
        if end > len(unit):
            raise EOFError
        chunk = unit[at + 2 : end]
        plain = _chunk(chunk) if header & 0x8000 else chunk
        at = end
        # Every chunk but the last stands for a whole page.
        out += plain if not unit[at : at + 2].strip(b"\0") else plain.ljust(_CHUNK, b"\0")
    return bytes(out[:size].ljust(size, b"\0"))


def _chunk(data: bytes) -> bytes:
    """One page: flag bytes, each followed by eight literals or copies whose bits split by the place in the page."""
    out = bytearray()
    at = 0
    while at < len(data) and len(out) < _CHUNK:
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data) or len(out) >= _CHUNK:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 2 > len(data) or not out:
                raise EOFError
            token = int.from_bytes(data[at : at + 2], "little")
            at += 2
            bits = max((len(out) - 1).bit_length(), 4)
            offset, length = (token >> 16 - bits) + 1, (token & (0xFFFF >> bits)) + 3
            if offset > len(out):
                raise EOFError
            for _ in range(length):
                out.append(out[-offset])
    return bytes(out[:_CHUNK])


def units(runs: list[tuple[int, int]], unit: int) -> Iterator[list[tuple[int, int]]]:
    """Yield the runs of one unit of ``unit`` bytes after the other, those that lie across two cut apart."""
    held: list[tuple[int, int]] = []
    room = unit
    for start, length in runs:
        at, left = start, length
        while left:
            part = min(left, room)
            held.append((at, part))
            at, left, room = (at + part if at >= 0 else at), left - part, room - part
            if not room:
                yield held
                held, room = [], unit
    if held:
        yield held
