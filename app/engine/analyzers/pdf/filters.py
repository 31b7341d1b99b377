"""Filters of PDF streams, alone or chained. Format: ISO 32000-1, 7.4.

Everything comes piece by piece, so that the budget sees a bomb before memory does; what is damaged ends early.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from app.engine.analyzers.pdf import predictor as pdf_predictor

_STEP = 256 * 1024
_FILTER = re.compile(rb"/(?:Filter|F)[\s\0]*(\[[^\]]{0,400}\]|/[^\s/<>\[\]()]{1,40})")
_NAME = re.compile(rb"/([^\s/<>\[\]()]{1,40})")
_WHITE = b"\0\t\n\f\r "
#: Bytes that a broken piece is read in, to get near the break.
_SMALL_STEP = 64
#: Filters of one stream; two are usual.
_MOST_FILTERS = 8
#: Filters whose content is a picture.
_PICTURES = frozenset({b"DCTDecode", b"DCT", b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"CCF"})
#: Bytes that one LZW code may stand for; longer runs are made of several.
_LZW_CLEAR, _LZW_END = 256, 257


class Picture(Exception):
    """The stream ends in a filter for pictures or sound: there are no words in it."""


class Unknown(Exception):
    """The stream is packed in a way that is not known here."""


class Damaged(Exception):
    """The stream breaks off before its end; comes behind all that could be read of it."""


def names(dictionary: bytes) -> list[bytes]:
    """Return the names of the filters of a stream, outermost first."""
    match = _FILTER.search(dictionary)
    return _NAME.findall(match.group(1)) if match else []


def decoded(data: memoryview, filters: list[bytes], dictionary: bytes = b"") -> Iterator[bytes]:
    """Yield the content of a stream, its predictors undone; raises ``Damaged`` behind what there is of a broken one.

    Raises ``Picture`` or ``Unknown`` before the first piece when there is nothing to read, or nothing known.
    """
    filters = [name for name in filters if name != b"Crypt"]
    if filters and filters[-1] in _PICTURES:
        raise Picture
    if len(filters) > _MOST_FILTERS or any(name not in _FILTERS for name in filters):
        raise Unknown
    given = pdf_predictor.parameters(dictionary, len(filters))
    content: Iterable[bytes] = (bytes(data[at : at + _STEP]) for at in range(0, len(data), _STEP))
    for name, one in zip(filters, given, strict=True):
        step = _FILTERS[name]
        content = _lzw(content, early=one.early) if step is _lzw else step(content)
        content = pdf_predictor.undone(content, one)
    return iter(content)


def _inflate(content: Iterable[bytes]) -> Iterator[bytes]:
    """Deflated data; where its header is missing or wrong, as readers take it, without."""
    pieces = iter(content)
    first = next(pieces, b"").lstrip(b"\r\n")
    headed = len(first) >= 2 and first[0] & 0x0F == 8 and int.from_bytes(first[:2], "big") % 31 == 0
    # Without the header nothing is checked at the end either: readers show what fails that check.
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in chain((first[2:] if headed else first,), pieces):
        rest = piece
        while rest and not stream.eof:
            saved = stream.copy()
            try:
                out = stream.decompress(rest, _STEP)
            except zlib.error as error:
                yield from _before_damage(saved, rest)
                raise Damaged from error
            yield out
            rest = stream.unconsumed_tail
    if not stream.eof and first:
        raise Damaged


def _before_damage(stream: zlib._Decompress, data: bytes) -> Iterator[bytes]:
    """Yield what comes out of a broken piece up to where it breaks."""
    try:
        for at in range(0, len(data), _SMALL_STEP):
            rest = data[at : at + _SMALL_STEP]
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


def _lzw(content: Iterable[bytes], *, early: int = 1) -> Iterator[bytes]:
    """LZW as TIFF has it, with the code length changing ``early`` codes before it must (PDF says 1 unless told)."""
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
            if code == _LZW_END:
                yield bytes(out)
                return
            if code > len(table) or (code == len(table) and not previous):
                yield bytes(out)
                raise Damaged
            entry = table[code] if code < len(table) else previous + previous[:1]
            out += entry
            if previous and len(table) < 4096:
                table.append(previous + entry[:1])
            previous = entry
            length = min(max(len(table) + early, 256).bit_length(), 12)
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
