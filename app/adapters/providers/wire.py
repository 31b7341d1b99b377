"""Read protocol buffers as they come over the wire (protobuf.dev/programming-guides/encoding), a field at a time.

Safe Browsing v5 answers in this format only. Three small messages need no generated code and no further library.
"""

from __future__ import annotations

from collections.abc import Iterator

_LONGEST_VARINT = 10


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field: an integer, or the bytes of a text, message or packed list.

    Raises ``ValueError`` when the bytes are no message.
    """
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if number == 0:
            raise ValueError("a field without a number")
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        size, at = _size(data, at, kind)
        if at + size > len(data):
            raise ValueError("a field goes beyond the end")
        yield number, data[at : at + size]
        at += size


def numbers(value: int | bytes) -> Iterator[int]:
    """Yield the integers of a repeated field, of which one piece is a single number or a packed list."""
    if isinstance(value, int):
        yield value
        return
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        yield number


def _size(data: bytes, at: int, kind: int) -> tuple[int, int]:
    if kind == 2:
        return _varint(data, at)
    if kind == 1:
        return 8, at
    if kind == 5:
        return 4, at
    raise ValueError("a field of an unknown kind")


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index, byte in enumerate(data[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value, at + index + 1
    raise ValueError("a number without an end")
