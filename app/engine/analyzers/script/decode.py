"""What scripts carry in code: base64, hexadecimal, lists of numbers, compressed streams; each told by what it becomes.

Nothing is decoded for its own sake: a run of letters counts only when what comes out is a file of a known kind or a
text. Pictures, fonts and source maps, of which web pages are full, are left alone.
"""

from __future__ import annotations

import base64
import binascii
import operator
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from app.engine.budget import Budget, Sink
from app.engine.identify import identify

#: Characters of a run of base64, and of runs of numbers in any notation with what divides them; and of the shortest.
_RUN_BYTES = bytes(byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" for byte in range(256))
_LIST_BYTES = bytes(byte in b"0123456789abcdefABCDEFxX\\&hH%,;|:_- \t\r\n\v\f" for byte in range(256))
_SHORTEST_RUN, _SHORTEST_LIST = 40, 80
#: Base64 of any length is worth a look where the script says that it is some.
_TOLD = (
    (("frombase64",), re.compile(r"frombase64string\s{0,4}\(\s{0,4}[\"']{0,3}([A-Za-z0-9+/]{8,}={0,2})", re.I)),
    (("64decode", "64_decode"), re.compile(r"64_?decode\s{0,4}\(\s{0,4}b?[\"']{0,3}([A-Za-z0-9+/]{8,}={0,2})", re.I)),
    (("atob",), re.compile(r"atob\s{0,4}\(\s{0,4}[\"']{0,3}([A-Za-z0-9+/]{8,}={0,2})")),
    (
        ("powershell", "pwsh"),
        re.compile(
            r"[\s\"'][-/^]e(?:nc?|ncodedcommand|c|nco\w{0,10})?\s{1,20}[\"']{0,3}([A-Za-z0-9+/]{8,}={0,2})", re.I
        ),
    ),
    (("base64 -", "base64 --"), re.compile(r"(?:echo|printf)\s{1,4}(?:-n\s{1,4})?[\"']{0,3}([A-Za-z0-9+/]{8,}={0,2})")),
)
#: From here on base64 is looked at wherever it stands.
_LONG = 60
#: What stands between two lines of one text in base64: quotes, operators, a name that is added to, echo and >>.
_GAP = 80
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){40,}")
_MARKED_HEX = re.compile(r"(?:(?:0x|\\x|&h|%)[0-9a-f]{1,2}[,\s:_-]{0,6}){40,}", re.I)
_SPACED_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[,\s:_-]{1,2}){40,}[0-9a-fA-F]{2}")
_NUMBERS = re.compile(r"(?:\d{1,3}[,\s;|]{1,6}){40,}\d{1,3}")
_MARKED = re.compile(r"(?:0x|\\x|&h|%)([0-9a-f]{1,2})", re.I)
_BETWEEN = re.compile(r"[^0-9a-fA-F]+")
#: Media types of data addresses that are not worth decoding.
_DULL_DATA = re.compile(
    r"data:(?:image/(?!svg)|font/|audio/|video/|application/(?:json|font|x-font|wasm)|text/css)", re.I
)
_DULL = frozenset({"empty", "binary", "image", "media", "data", "text"})
_WORD = re.compile(rb"[A-Za-z]{3}")
#: What texts of attackers hold, to find the one byte that theirs was mixed with.
_CLUES = (b"http", b"powershell", b"WScript", b"cmd.exe", b"CreateObject", b"This program", b"New-Object")
_CLUE_WITHIN = 4096


#: How files begin that are worth more than a look: programs, archives, documents, shortcuts, compressed streams.
_SIGNATURES = (
    *(b"MZ", b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!", b"MSCF", b"\x7fELF"),
    *(
        b"L\0\0\0\x01\x14\x02",
        b"\xfe\xed\xfa",
        b"\xcf\xfa\xed\xfe",
        b"{\\rt",
        b"ITSF",
        b"BZh",
        b"\xfd7zXZ",
        b"\xca\xfe\xba\xbe",
    ),
)


@dataclass(frozen=True, slots=True)
class Payload:
    """Something that was in code: its bytes, or the sink that it was unpacked into, and the kind it is of."""

    content: bytes | Sink
    family: str

    @property
    def is_text(self) -> bool:
        """Whether it reads as a text, so that it is another view of the script."""
        return self.family in ("text", "script")

    def head(self, size: int) -> bytes:
        """Return its first ``size`` bytes."""
        return bytes((self.content.data if isinstance(self.content, Sink) else self.content)[:size])


def payloads(text: str, budget: Budget) -> Iterator[Payload]:
    """Yield what ``text`` carries in code, as far as it is worth looking at."""
    for encoded in _base64_runs(text):
        budget.charge_time()
        found = list(_judged(_base64(encoded), budget))
        if not found and len(encoded) >= _LONG:
            # Written backwards, it is as much base64 as before.
            found = list(_judged(_base64(encoded[::-1]), budget))
        yield from found
    for raw in _listed(text):
        budget.charge_time()
        yield from _judged(raw, budget)


def readable(raw: bytes) -> str:
    """Return ``raw`` as text when it is one in ASCII or UTF-16, else an empty text."""
    if len(raw) >= 8 and raw[1::2].count(0) >= len(raw) * 0.45:
        raw = raw[: len(raw) & ~1]
        text = raw.decode("utf-16-le", "replace")
    else:
        text = raw.decode("latin-1")
    plain = sum(map(str.isascii, text)) - sum(char < " " and char not in "\t\r\n\f" for char in text)
    return text if text and plain >= 0.97 * len(text) and _WORD.search(text.encode("utf-8", "replace")) else ""


def _base64_runs(text: str) -> Iterator[str]:
    """Yield base64 of any length where it is told to be some, and long runs; lines of one text are put together."""
    told = set()
    short: set[str] = set()
    lower = text.lower()
    for needles, pattern in _TOLD:
        for match in pattern.finditer(text) if any(needle in lower for needle in needles) else ():
            told.add(match.start(1))
            if len(match.group(1)) < _LONG and match.group(1) not in short:
                short.add(match.group(1))
                yield match.group(1)
    parts: list[str] = []
    end = -_GAP
    for start, stop in _stretches(text, _RUN_BYTES, _SHORTEST_RUN):
        stop += 2 if text[stop : stop + 2] == "==" else text[stop : stop + 1] == "="
        if start - end > _GAP or start in told or (parts and parts[-1].endswith("=")):
            yield "".join(parts)
            parts = []
            if _DULL_DATA.search(text, max(0, start - 60), start):
                end = stop
                continue
        parts.append(text[start:stop])
        end = stop
    yield "".join(parts)


def _stretches(text: str, table: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the runs of characters in ``table`` that are at least so long, at the speed of memory."""
    marks = text.encode("latin-1", "replace").translate(table)
    run = b"\1" * least
    start = marks.find(run)
    while start >= 0:
        end = marks.find(b"\0", start + least)
        end = len(marks) if end < 0 else end
        yield start, end
        start = marks.find(run, end)


def _base64(encoded: str) -> bytes:
    """Return what ``encoded`` stands for; what does not fill a byte at its end is dropped."""
    encoded = encoded.lstrip("=").rstrip("=")
    try:
        return base64.b64decode(encoded[: len(encoded) - (len(encoded) % 4 == 1)] + "===", validate=False)
    except binascii.Error:
        return b""


def _listed(text: str) -> Iterator[bytes]:
    """Yield what hexadecimal runs and lists of numbers are as bytes."""
    for start, end in _stretches(text, _LIST_BYTES, _SHORTEST_LIST):
        for match in _HEX.finditer(text, start, end):
            yield bytes.fromhex(match.group())
        for match in _MARKED_HEX.finditer(text, start, end):
            yield from _mixed(bytes.fromhex("".join(_MARKED.findall(match.group()))))
        for match in _SPACED_HEX.finditer(text, start, end):
            yield bytes.fromhex(_BETWEEN.sub("", match.group()))
        for match in _NUMBERS.finditer(text, start, end):
            numbers = list(map(int, re.findall(r"\d{1,3}", match.group())))
            if max(numbers) < 256:
                yield from _mixed(bytes(numbers))
            else:
                yield bytes(number & 0xFF for number in numbers)


def _mixed(raw: bytes) -> Iterator[bytes]:
    """Yield ``raw``, or what it becomes when one number is taken from, or one byte mixed into, each of its bytes."""
    if readable(raw[:_CLUE_WITHIN]) or raw[:2] == b"MZ":
        yield raw
        return
    head = raw[:_CLUE_WITHIN]
    # What lies between neighbours does not change when all are mixed with the same byte: the clues are found by it.
    for between, apply in ((_xored, _exclusive_or), (_shifted, _shift)):
        row = between(head)
        for clue in _CLUES:
            at = row.find(between(clue))
            if at >= 0:
                yield apply(raw, head[at], clue[0])
                return


def _xored(data: bytes) -> bytes:
    return bytes(map(operator.xor, data, data[1:]))


def _shifted(data: bytes) -> bytes:
    return bytes((after - before) & 0xFF for before, after in pairwise(data))


def _exclusive_or(raw: bytes, found: int, meant: int) -> bytes:
    return raw.translate(bytes(byte ^ found ^ meant for byte in range(256)))


def _shift(raw: bytes, found: int, meant: int) -> bytes:
    return raw.translate(bytes((byte - found + meant) & 0xFF for byte in range(256)))


def _judged(raw: bytes, budget: Budget) -> Iterator[Payload]:
    """Yield ``raw`` when it is a file of a known kind or a text, or else what it unpacks to."""
    if len(raw) < 6:
        return
    if raw[:2] == b"MZ" and len(raw) >= 64:
        yield Payload(raw, "program")
        return
    if not (raw.startswith(_SIGNATURES) or readable(raw[:_CLUE_WITHIN])):
        if sink := _inflated(raw, budget):
            yield from (Payload(sink, found.family) for found in _judged(bytes(sink.data), budget))
        return
    family = identify(raw).family
    if family in ("text", "html", "script", "xml") and readable(raw[:_CLUE_WITHIN]):
        yield Payload(raw, "html" if family == "html" else "text")
    elif family not in _DULL:
        yield Payload(raw, family)


def _inflated(raw: bytes, budget: Budget) -> Sink | None:
    """Return what ``raw`` is as a zlib or a bare deflate stream (DeflateStream), None when it is neither."""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS) if raw[:1] == b"\x78" else (-zlib.MAX_WBITS,):
        unpacker = zlib.decompressobj(window)
        try:
            if len(unpacker.decompress(raw[:1024], 256)) < 32:
                continue
        except zlib.error:
            continue
        sink = budget.sink(len(raw))
        sink.fill(_pieces(zlib.decompressobj(window), raw))
        return sink
    return None


def _pieces(unpacker: zlib._Decompress, raw: bytes) -> Iterator[bytes]:
    """Yield the unpacked stream piece by piece; a damaged one ends where the damage is."""
    rest = raw
    while rest and not unpacker.eof:
        try:
            piece = unpacker.decompress(rest, 65_536)
        except zlib.error:
            return
        rest = unpacker.unconsumed_tail
        if not piece and not rest:
            return
        yield piece
