"""The objects of a PDF, in the order of the file and whatever its cross-reference table says. Format: ISO 32000-1, 7.3.

Readers mend broken files by looking for objects, so nothing that they would show is hidden from the same look. Each
byte is passed once: the cost does not grow with how the file is nested or what it claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

#: The word is looked for first, as a plain literal; the numbers stand in the few bytes before it.
_NUMBERS = re.compile(rb"(?<![0-9])([0-9]{1,10})[\s\0]{1,20}([0-9]{1,5})[\s\0]{1,20}\Z")
_NUMBERS_LENGTH = 60
_STREAM = re.compile(rb"(?<!end)stream(?:\r\n|\n|\r)")
_LENGTH = re.compile(rb"/Length[\s\0]{1,20}([0-9]{1,12})(?![\s\0]{1,20}[0-9]{1,5}[\s\0]{1,20}R)")
_ESCAPED_NAME = re.compile(rb"/[^\s\0/<>\[\](){}%]{0,60}#[0-9A-Fa-f]{2}[^\s\0/<>\[\](){}%]{0,60}")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STRING_PART = re.compile(rb"[^()\\]+|\\[0-7]{1,3}|\\\r\n|\\.|[()]", re.S)
_LETTERS = {
    b"\\n": b"\n",
    b"\\r": b"\r",
    b"\\t": b"\t",
    b"\\b": b"\b",
    b"\\f": b"\f",
    b"\\\n": b"",
    b"\\\r\n": b"",
    b"\\\r": b"",
}
#: Bytes of one string that are read: names and addresses, and scripts, which are strings too.
SHORT = 8192
LONG = 1024 * 1024


class Object(NamedTuple):
    """An indirect object: its text up to the stream, with names unescaped, and where its stream lies (-1: none).

    ``disguised`` says that names were escaped that need no escape.
    """

    number: int
    generation: int
    text: bytes
    start: int = -1
    end: int = -1
    disguised: bool = False


class _Heading(NamedTuple):
    """Where an object begins: its numbers, the offset of the first and the one behind the word."""

    number: int
    generation: int
    start: int
    end: int


def _next_object(data: bytes, at: int) -> _Heading | None:
    """Return the first heading at or behind an offset."""
    word = data.find(b"obj", at)
    while word >= 0:
        before = data[max(at, word - _NUMBERS_LENGTH) : word]
        numbers = None if data[word + 3 : word + 4].islower() else _NUMBERS.search(before)
        if numbers is not None:
            return _Heading(int(numbers[1]), int(numbers[2]), word - len(before) + numbers.start(), word + 3)
        word = data.find(b"obj", word + 3)
    return None


def objects(data: bytes) -> Iterator[Object]:
    """Yield the objects that stand in the file itself."""
    at = 0
    found = _next_object(data, 0)
    ended = True
    while found is not None:
        at = found.end
        following = _next_object(data, at)
        border = following.start if following else len(data)
        stream = _STREAM.search(data, at, border)
        if stream is None:
            close = data.find(b"endobj", at, border)
            text, disguised = plain_names(data[at : close if close >= 0 else border])
            yield Object(found.number, found.generation, text, disguised=disguised)
            found = following
            continue
        text, disguised = plain_names(data[at : stream.start()])
        end = _stream_end(data, stream.end(), text, border if not ended else None)
        ended = ended and end >= 0
        end = end if end >= 0 else border
        yield Object(found.number, found.generation, text, stream.end(), end, disguised)
        found = following if following and following.start >= end else _next_object(data, end)


def _stream_end(data: bytes, start: int, text: bytes, border: int | None) -> int:
    """Return where a stream ends: by its length when that is true, else by its end mark; -1 when there is none."""
    length = _LENGTH.search(text)
    if length is not None:
        end = start + int(length[1])
        if data[end : end + 12].lstrip(b"\0\t\n\f\r ").startswith(b"endst"):
            return end
    return data.find(b"endstream", start) if border is None else -1


def plain_names(text: bytes) -> tuple[bytes, bool]:
    """Return a text with the escapes in its names resolved, and whether any stood for a plain letter."""
    if b"#" not in text:
        return text, False
    disguised = False

    def name(match: re.Match[bytes]) -> bytes:
        nonlocal disguised
        disguised = disguised or any(
            chr(int(code, 16)).isalpha() for code in _ESCAPE.findall(match.group()) if int(code, 16) < 128
        )
        return _ESCAPE.sub(lambda code: bytes([int(code[1], 16)]), match.group())

    return _ESCAPED_NAME.sub(name, text), disguised


def members(content: bytes, dictionary: bytes) -> Iterator[Object]:
    """Yield the objects of an object stream (7.5.7); all of it as one where its table cannot be read."""
    first = re.search(rb"/First[\s\0]{1,20}([0-9]{1,9})", dictionary)
    border = int(first[1]) if first else 0
    numbers = [int(number) for number in content[:border].split() if number.isdigit() and len(number) < 12]
    places = list(zip(numbers[::2], numbers[1::2], strict=False))
    if not places or any(one[1] > two[1] for one, two in pairwise(places)):
        text, disguised = plain_names(content)
        yield Object(-1, 0, text, disguised=disguised)
        return
    ends = [place for _, place in places[1:]] + [len(content)]
    for (number, place), end in zip(places, ends, strict=True):
        text, disguised = plain_names(content[border + place : border + end])
        yield Object(number, 0, text, disguised=disguised)


def string(text: bytes, at: int, most: int = SHORT) -> bytes:
    """Return the string that begins at ``at`` (``(`` or ``<``), its escapes resolved; empty when there is none.

    No more than ``most`` bytes of it are read.
    """
    return whole_string(text, at, most)[0]


def whole_string(text: bytes, at: int, most: int) -> tuple[bytes, bool]:
    """Return the same, and whether it was read to its end."""
    if text[at : at + 1] == b"<":
        raw, end, _ = text[at + 1 : at + most].partition(b">")
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", raw)
        plain = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        return plain, bool(end) or at + most >= len(text)
    if text[at : at + 1] != b"(":
        return b"", True
    depth, out = 0, list[bytes]()
    for match in _STRING_PART.finditer(text, at, at + most):
        part = match.group()
        if part == b")":
            depth -= 1
            if depth == 0:
                return b"".join(out), True
        if part != b"(" or depth:
            out.append(_letter(part))
        depth += part == b"("
    return b"".join(out), at + most >= len(text)


def _letter(part: bytes) -> bytes:
    if part[:1] != b"\\":
        return part
    if part[1:].isdigit():
        return bytes([int(part[1:], 8) & 0xFF])
    return _LETTERS.get(part, part[1:])


def words(raw: bytes) -> str:
    """Return a text string as text: UTF-16 or UTF-8 when it says so, else Latin (7.9.2.2)."""
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    return raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8" if raw.startswith(b"\xef\xbb\xbf") else "cp1252", "replace")
