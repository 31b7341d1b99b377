"""Filters of PDF streams, alone or chained. Format: ISO 32000-1, 7.4.

Everything comes piece by piece, so that the budget sees a bomb before memory does; what is damaged ends early.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

_STEP = 256 * 1024
_FILTER = re.compile(rb"/(?:Filter|F)[\s\0]*(\[[^\]]{0,400}\]|/[^\s/<>\[\]()]{1,40})")
_NAME = re.compile(rb"/([^\s/<>\[\]()]{1,40})")
_WHITE = b"\0\t\n\f\r "
#: Bytes that one LZW code may stand for; longer runs are made of several.
_LZW_CLEAR, _LZW_END = 256, 257


class Picture(Exception):
    """The stream ends in a filter for pictures or sound: there are no words in it."""


def names(dictionary: bytes) -> list[bytes]:
    """Return the names of the filters of a stream, outermost first."""
    match = _FILTER.search(dictionary)
    return _NAME.findall(match.group(1)) if match else []


def decoded(data: memoryview, filters: list[bytes]) -> Iterator[bytes]:
    """Yield the content of a stream. Raises ``Picture`` before the first piece when it is none to look at."""
    steps = [_FILTERS[name] for name in filters if name in _FILTERS]
    if any(name not in _FILTERS and name != b"Crypt" for name in filters):
        raise Picture
    content: Iterable[bytes] = (bytes(data[at : at + _STEP]) for at in range(0, len(data), _STEP))
    for step in steps[:8]:
        content = step(content)
    return iter(content)


def _inflate(content: Iterable[bytes]) -> Iterator[bytes]:
    """Deflated data; where its header is missing or wrong, as readers take it, without."""
    pieces = iter(content)
    first = next(pieces, b"").lstrip(b"\r\n")
    raw = len(first) < 2 or first[0] & 0x0F != 8 or int.from_bytes(first[:2], "big") % 31 != 0
    stream = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS)
    try:
        for piece in chain((first,), pieces):
            rest = piece
            while rest and not stream.eof:
                yield stream.decompress(rest, _STEP)
                rest = stream.unconsumed_tail
    except zlib.error:
        return


def _hexadecimal(content: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in content:
        body, end, _ = piece.partition(b">")
        digits = left + re.sub(rb"[^0-9A-Fa-f]", b"", body)
        if end and len(digits) % 2:
            digits += b"0"
        whole = len(digits) & ~1
        left = digits[whole:]
        yield binascii.unhexlify(digits[:whole])
        if end:
            return


def _ascii85(content: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in content:
        body, end, _ = piece.translate(None, _WHITE).partition(b"~")
        left += re.sub(rb"[^!-uz]", b"", body).replace(b"z", b"!!!!!")
        whole = len(left) - len(left) % 5
        yield b"".join(_group(left[at : at + 5]) for at in range(0, whole, 5))
        left = left[whole:]
        if end:
            break
    if len(left) > 1:
        yield _group(left.ljust(5, b"u"))[: len(left) - 1]


def _group(letters: bytes) -> bytes:
    value = 0
    for letter in letters:
        value = value * 85 + letter - 33
    return (value & 0xFFFFFFFF).to_bytes(4, "big")


def _run_length(content: Iterable[bytes]) -> Iterator[bytes]:
    left = b""
    for piece in content:
        data, at, out = left + piece, 0, bytearray()
        while at < len(data):
            length = data[at]
            if length == 128:
                yield bytes(out)
                return
            size = length + 2 if length < 128 else 2
            if at + size > len(data):
                break
            out += data[at + 1 : at + size] if length < 128 else data[at + 1 : at + 2] * (257 - length)
            at += size
        left = data[at:]
        yield bytes(out)


def _lzw(content: Iterable[bytes]) -> Iterator[bytes]:
    """LZW as TIFF has it, with the code length changing one code early (the default of PDF)."""
    table = [bytes([code]) for code in range(256)] + [b"", b""]
    bits = value = 0
    length, previous = 9, b""
    for piece in content:
        out = bytearray()
        for byte in piece:
            value = (value << 8 | byte) & 0xFFFFF
            bits += 8
            if bits < length:
                continue
            bits -= length
            code = value >> bits & (1 << length) - 1
            if code == _LZW_CLEAR:
                del table[258:]
                length, previous = 9, b""
                continue
            if code == _LZW_END or code > len(table) or (code == len(table) and not previous):
                yield bytes(out)
                return
            entry = table[code] if code < len(table) else previous + previous[:1]
            out += entry
            if previous and len(table) < 4096:
                table.append(previous + entry[:1])
            previous = entry
            length = min(max(len(table) + 1, 256).bit_length(), 12)
            if len(out) > _STEP:
                yield bytes(out)
                out.clear()
        yield bytes(out)


_FILTERS: dict[bytes, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    b"FlateDecode": _inflate,
    b"Fl": _inflate,
    b"ASCIIHexDecode": _hexadecimal,
    b"AHx": _hexadecimal,
    b"ASCII85Decode": _ascii85,
    b"A85": _ascii85,
    b"RunLengthDecode": _run_length,
    b"RL": _run_length,
    b"LZWDecode": _lzw,
    b"LZW": _lzw,
}
