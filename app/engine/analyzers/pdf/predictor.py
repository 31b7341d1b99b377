"""Predictors of PDF streams undone: rows were stored as differences from their neighbours. ISO 32000-1, 7.4.4.4.

Tables and object streams of ordinary documents are stored so, because it packs better.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_PARAMETERS = re.compile(rb"/(?:DecodeParms|DP)[\s\0]*(?=[\[<])")
_DICTIONARY = re.compile(rb"null|<<([^<>]{0,600})>>")
_NUMBER = re.compile(rb"/(Predictor|Columns|Colors|BitsPerComponent|EarlyChange)[\s\0]{1,20}([0-9]{1,8})")
#: Bytes of one row; pages have fewer columns.
_WIDEST = 1024 * 1024


class Parameters(NamedTuple):
    """How one filter of a stream was set."""

    predictor: int = 1
    columns: int = 1
    colors: int = 1
    bits: int = 8
    early: int = 1

    @property
    def pixel(self) -> int:
        """Bytes from one pixel to the next, at least 1."""
        return max(1, self.colors * self.bits // 8)

    @property
    def row(self) -> int:
        """Bytes of one row without its mark."""
        return -(-self.columns * self.colors * self.bits // 8)


def parameters(dictionary: bytes, count: int) -> list[Parameters]:
    """Return the parameters of each of the ``count`` filters of a stream."""
    match = _PARAMETERS.search(dictionary)
    given: list[Parameters] = []
    if match is not None:
        end = dictionary.find(b"]", match.end()) if dictionary[match.end()] == 0x5B else match.end() + 700
        for found in _DICTIONARY.finditer(dictionary, match.end(), end if end >= 0 else len(dictionary)):
            given.append(_parsed(found[1] or b""))
            if dictionary[match.end()] == 0x3C or len(given) == count:
                break
    # Some writers give more of them than there are filters.
    return (given + [Parameters()] * count)[:count]


def _parsed(text: bytes) -> Parameters:
    numbers = {name: int(number) for name, number in _NUMBER.findall(text)}
    return Parameters(
        numbers.get(b"Predictor", 1),
        numbers.get(b"Columns", 1),
        numbers.get(b"Colors", 1),
        numbers.get(b"BitsPerComponent", 8),
        numbers.get(b"EarlyChange", 1),
    )


def undone(content: Iterable[bytes], given: Parameters) -> Iterator[bytes]:
    """Yield the content row by row as it was before; as it is where no predictor, or one of no use, is named."""
    if given.predictor < 2 or not 0 < given.row <= _WIDEST:
        yield from content
        return
    if given.predictor >= 10:
        yield from _png(content, given)
    elif given.predictor == 2 and given.bits == 8:
        yield from _tiff(content, given)
    else:
        yield from content


def _rows(content: Iterable[bytes], size: int) -> Iterator[bytes]:
    left = b""
    for piece in content:
        left += piece
        whole = len(left) - len(left) % size
        for at in range(0, whole, size):
            yield left[at : at + size]
        left = left[whole:]
    if left:
        yield left


def _tiff(content: Iterable[bytes], given: Parameters) -> Iterator[bytes]:
    for raw in _rows(content, given.row):
        row = bytearray(raw)
        for at in range(given.colors, len(row)):
            row[at] = row[at] + row[at - given.colors] & 0xFF
        yield bytes(row)


def _png(content: Iterable[bytes], given: Parameters) -> Iterator[bytes]:
    above = bytes(given.row)
    for raw in _rows(content, given.row + 1):
        row = bytearray(raw[1:])
        _ROW.get(raw[0], _as_it_is)(row, above, given.pixel)
        above = bytes(row).ljust(given.row, b"\0")
        yield bytes(row)


def _as_it_is(row: bytearray, above: bytes, pixel: int) -> None:
    """No difference was taken."""


def _left(row: bytearray, above: bytes, pixel: int) -> None:
    for at in range(pixel, len(row)):
        row[at] = row[at] + row[at - pixel] & 0xFF


def _above(row: bytearray, above: bytes, pixel: int) -> None:
    row[:] = bytes([(one + other) & 0xFF for one, other in zip(row, above, strict=False)])


def _average(row: bytearray, above: bytes, pixel: int) -> None:
    for at in range(len(row)):
        before = row[at - pixel] if at >= pixel else 0
        row[at] = row[at] + (before + above[at]) // 2 & 0xFF


def _paeth(row: bytearray, above: bytes, pixel: int) -> None:
    for at in range(len(row)):
        one, two = (row[at - pixel], above[at - pixel]) if at >= pixel else (0, 0)
        guess = one + above[at] - two
        row[at] = row[at] + min((one, above[at], two), key=lambda near, to=guess: abs(near - to)) & 0xFF  # type: ignore[misc]


_ROW = {1: _left, 2: _above, 3: _average, 4: _paeth}
