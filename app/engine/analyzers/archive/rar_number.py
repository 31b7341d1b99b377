"""Numbers of RAR 5: seven bits a byte, the lowest first, the eighth says that another follows."""

from __future__ import annotations


def number(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number at ``at`` and where it goes on behind it; raise ``EOFError`` when it is none."""
    value = 0
    for place in range(10):
        if at + place >= len(data):
            raise EOFError
        value |= (data[at + place] & 0x7F) << 7 * place
        if not data[at + place] & 0x80:
            return value, at + place + 1
    raise EOFError


def written(value: int) -> bytes:
    """Return ``value`` as such a number."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
