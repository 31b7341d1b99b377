"""What the strings and number lists of a script decode to, found without running it.

Base64, hexadecimal, percent and character codes, reversed or with characters replaced, exclusive-or with a key that
stands in the script, AES as the library CryptoJS writes it, deflated: the ways that builders of hidden pages use.
"""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import cycle
from operator import xor
from urllib.parse import unquote_to_bytes

from app.engine import charset
from app.engine.analyzers.html.ciphers import decrypted
from app.engine.analyzers.html.strings import folded, literals, replacements, strings
from app.engine.budget import Budget
from app.engine.identify import identify

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}+={0,3}")
_HEX = re.compile(r"(?:0x)?(?:[0-9a-fA-F]{2}){10,}+")
_HEX_SPACED = re.compile(r"(?:[0-9a-fA-F]{2}[\s,:%-]){10,}+[0-9a-fA-F]{0,2}")
_PERCENT = re.compile(r"%(?:[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})")
_ALL_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})++")
_WIDE = re.compile(r"%u([0-9a-fA-F]{4})")
_NUMBERS = re.compile(r"(?:-?(?:0x[0-9a-fA-F]{1,4}|\d{1,5})\s{0,9},\s{0,9}){12,}+(?:-?(?:0x[0-9a-fA-F]{1,4}|\d{1,5}))?")
_NUMBERS_TEXT = re.compile(r"\d{1,5}([^\d\s])(?:\d{1,5}\1){12,}+\d{0,5}|\d{1,5}( )(?:\d{1,5} ){12,}+\d{0,5}")
_SHIFT = re.compile(r"([\^+-])\s{0,3}(0x[0-9a-fA-F]{1,4}|\d{1,5})\b")
_CONSTANT = re.compile(r"[\w$]\s{0,3}=\s{0,3}(0x[0-9a-fA-F]{1,2}|\d{1,3})(?=\s{0,3}[,;\n)])")
_MIXED = ("CharCode", "Uint8Array", ".map(", "Buffer")
_ENCODED = re.compile(r"[A-Za-z0-9+/=_%,-]")
_KEY_LIST = re.compile(r"\[\s{0,3}(\d{1,3}(?:\s{0,3},\s{0,3}\d{1,3}){1,31}+)\s{0,3}\]")
_BLANK = re.compile(r"\\[nrt]|\s+")
_MARKUP = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|script|form|iframe|meta|svg|input|div|a|object|embed|title|center|table|style)[\s>/]",
    re.I,
)
_ADDRESS = re.compile(rb"\s{0,9}(?:https?:)?//[\w.-]{4,253}(?::\d{1,5})?(?:[/?#]\S{0,2000})?\s{0,9}")
_COMMAND = re.compile(
    rb"\b(?:powershell|pwsh|mshta|cmd(?:\.exe)?\s{1,9}/[ckv]|msiexec|rundll32|regsvr32|wscript|cscript|bitsadmin|certutil|osascript)\b"
    rb"|\bcurl\s{1,9}-|\bbash\s{1,9}-c\b",
    re.I,
)
_SCRIPT = re.compile(
    rb"\bdocument\s?[.\[]|\bwindow\s?[.\[]|\blocation\b\s?[.=]|\beval\s?\(|\bfunction\b[^\n{]{0,80}\{|=>\s?\{|ActiveXObject"
    rb"|WScript\.|CreateObject\s?\(|\bunescape\s?\(|\batob\s?\(",
)
#: Families that need no second look when a page carries them.
HARMLESS = frozenset(("image", "media", "data", "flash", "empty", "binary", "postscript"))
_TEXTS = frozenset(("text", "html", "xml", "script", "mail", "rtf"))
_WASM = b"\0asm"
#: Layers of encoding around each other.
_DEEPEST = 5
#: Bytes of words from which it is told what they are.
_HEAD = 16_384
#: Bytes of which a file is told from noise; a short string is never one.
_LEAST_FILE = 100
#: Sums with a number that are looked at for one that moves character codes.
_MOST_SHIFTS = 20_000
#: Numbers with a name that are tried as keys.
_MOST_CONSTANTS = 20
#: Bytes that a deflated string may grow to.
_INFLATED = 32 * 1024 * 1024
#: Bytes by which it is told whether a key fits.
_BEGINNING = 16
#: Beginnings by which a key of one byte is tried.
_STARTS = (
    b"PK\3\4",
    b"MZ\x90\0",
    b"MZ\0\0",
    b"<htm",
    b"<!do",
    b"<!DO",
    b"<scr",
    b"Rar!",
    b"7z\xbc\xaf",
    b"http",
    b"%PDF",
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a string decodes to. kind is ``file``, ``markup``, ``script``, ``command`` or ``address``."""

    kind: str
    family: str
    data: bytes

    @property
    def text(self) -> str:
        """The data as text, each byte that is none replaced."""
        return self.data.decode("utf-8", "replace")


class Decoder:
    """Reads the strings of one script, and ``more`` from elsewhere in the page.

    ``opaque`` is the length of the longest one that stays unread; ``cut`` says that one is encoded more often than is
    undone.
    """

    def __init__(self, code: str, budget: Budget, more: Iterable[str] = ()) -> None:
        self.code = folded(code)
        self.opaque = 0
        self.cut = False
        self._more = more
        self._budget = budget
        self._seen: set[tuple[bool, int]] = set()
        #: Whether the string under way decodes to words: plain data then, and nothing that stays hidden.
        self._read = False
        self._ways = replacements(self.code)
        self._reverses = "reverse" in self.code
        found = _CONSTANT.finditer(self.code) if "^" in self.code else iter(())
        constants = dict.fromkeys(_number(match[1]) for match, _ in zip(found, range(_MOST_SHIFTS), strict=False))
        #: Numbers that are mixed with others by a name that was given them.
        self._constants = tuple(constants)[:_MOST_CONSTANTS]
        self._keys = self._candidate_keys()
        found = (match for match, _ in zip(_SHIFT.finditer(self.code), range(_MOST_SHIFTS), strict=False))
        written = dict.fromkeys((match[1], _number(match[2])) for match in found)
        named = (("^", number) for number in self._constants)
        self._shifts = tuple(dict.fromkeys((*list(written)[:40], *named)))

    def results(self) -> Iterator[Decoded]:
        """Yield what the strings decode to, each once; what has no meaning is left out."""
        for text in strings(self.code, self._budget):
            yield from self._of_text(text, 0)
        for text in self._more:
            yield from self._of_text(text, 0)
        for match in _NUMBERS.finditer(self.code):
            yield from self._of_numbers(_numbers(match.group()))

    def _candidate_keys(self) -> list[bytes]:
        """Return what may be a key: short literals, when the script deciphers at all."""
        if "decrypt" not in self.code and not ("^" in self.code and any(word in self.code for word in _MIXED)):
            return []
        words = dict.fromkeys(text for text in literals(self.code) if 1 <= len(text) <= 64 and text.isascii())
        numbers = [_number(match[2]) for match in _SHIFT.finditer(self.code) if match[1] == "^"]
        keys = [bytes([number]) for number in dict.fromkeys((*numbers, *self._constants)) if 0 < number < 256][:20]
        lists = (match[1] for match, _ in zip(_KEY_LIST.finditer(self.code), range(20), strict=False))
        keys += [bytes(int(number) & 0xFF for number in text.split(",")) for text in lists]
        return keys + [word.encode() for word in list(words)[:60]]

    def _of_text(self, text: str, depth: int) -> Iterator[Decoded]:
        if text.startswith("data:image"):
            return
        if depth >= _DEEPEST or (True, hash(text)) in self._seen:
            return
        self._seen.add((True, hash(text)))
        found = self._read = False
        # What can be read as it is, hides nothing; and code that was taken for a string is no string.
        alone = depth > 0 or _plain(text)
        for variant in (text,) if alone else self._variants(text):
            for data in _readings(variant, changed=variant is not text):
                for result in self._of_bytes(data, depth):
                    found = True
                    yield result
            if found:
                return
        if len(text) > self.opaque and depth == 0 and not self._read and _is_opaque(text):
            self.opaque = len(text)

    def _variants(self, text: str) -> Iterator[str]:
        yield text
        changed = text
        for old, new in self._ways:
            if old in text:
                yield text.replace(old, new)
                changed = changed.replace(old, new)
        if changed != text:
            yield changed
        if self._reverses:
            yield text[::-1]
            if changed != text:
                yield changed[::-1]

    def _of_numbers(self, numbers: list[int]) -> Iterator[Decoded]:
        self._budget.charge_time()
        for sign, by in (("+", 0), *self._shifts):
            if by and not _promising(_moved(numbers[:8], sign, by)):
                continue
            data = _as_bytes(_moved(numbers, sign, by))
            results = list(self._of_bytes(data, 0))
            yield from results
            if results:
                return
        if len(numbers) * 4 > self.opaque:
            self.opaque = len(numbers) * 4

    def _of_bytes(self, data: bytes, depth: int) -> Iterator[Decoded]:
        """Yield what ``data`` is, or what it becomes when it is decoded further."""
        self._budget.charge_time()
        if len(data) < 6 or (False, hash(data)) in self._seen:
            return
        self._seen.add((False, hash(data)))
        if (charset.encoding_of(data) or "").startswith(("utf-16", "utf-32")):
            data = charset.decode(data, charset.encoding_of(data) or "").encode("utf-8", "replace")
        if result := _meaning(data):
            yield result
            return
        encoding = charset.encoding_of(data)
        self._read |= encoding is not None or data.startswith(_WASM)
        if encoding is None:
            for other in self._deciphered(data):
                yield from self._of_bytes(other, depth + 1)
        elif key := next(
            (key for key in self._keys if "^" in self.code and _starts_well(_xor(data[:_BEGINNING], key))), b""
        ):
            yield from self._of_bytes(_xor(data, key), depth + 1)
        elif depth + 1 < _DEEPEST:
            yield from self._of_text(data.decode("latin-1"), depth + 1)
        else:
            self.cut |= any(True for _ in _readings(data.decode("latin-1"), changed=False))

    def _deciphered(self, data: bytes) -> Iterator[bytes]:
        if inflated := _inflated(data):
            yield inflated
            return
        for key in self._keys:
            if _promising(list(_xor(data[:8], key))):
                yield _xor(data, key)
                return
        for start in _STARTS:
            key = bytes([data[0] ^ start[0]])
            if self._keys and _xor(data[:4], key) == start:
                yield _xor(data, key)
                return
        if "decrypt" in self.code:
            yield from decrypted(data, self._keys)


def _as_bytes(numbers: list[int]) -> bytes:
    try:
        return bytes(numbers)
    except ValueError:
        return bytes(number & 0xFF for number in numbers)


def _moved(numbers: list[int], sign: str, by: int) -> list[int]:
    if not by:
        return numbers
    if sign == "^":
        return [number ^ by for number in numbers]
    return [number + (by if sign == "+" else -by) for number in numbers]


def _number(text: str) -> int:
    return int(text, 16 if "0x" in text else 10)


def _numbers(text: str) -> list[int]:
    parts = text.rstrip(", \t\r\n").split(",")
    return [int(part, 16) for part in parts] if "0x" in text else list(map(int, parts))


def _readings(text: str, *, changed: bool) -> Iterator[bytes]:
    """Yield the bytes that a string stands for, in every encoding that it may be in; its own when it was changed."""
    if changed:
        yield text.encode("utf-8", "replace")
    if "%" in text and 3 * len(_PERCENT.findall(text, 0, 4_000)) >= max(12, 0.15 * min(len(text), 4_000)):
        if _ALL_PERCENT.fullmatch(text):
            yield bytes.fromhex(text.replace("%", ""))
        else:
            yield unquote_to_bytes(_WIDE.sub(lambda match: chr(int(match[1], 16)), text))
    if text.count("&#") >= max(10, len(text) // 20):
        yield unescape(text).encode("utf-8", "replace")
    plain = _BLANK.sub("", text) if "\\" in text or " " in text or "\n" in text else text
    if _HEX.fullmatch(plain):
        yield bytes.fromhex(plain.removeprefix("0x"))
    elif _HEX_SPACED.fullmatch(text):
        digits = re.sub(r"[^0-9a-fA-F]", "", text)
        yield bytes.fromhex(digits[: len(digits) // 2 * 2])
    if _NUMBERS_TEXT.fullmatch(text):
        yield bytes(int(number) & 0xFF for number in re.findall(r"\d+", text))
    elif _BASE64.fullmatch(plain) and len(plain.rstrip("=")) % 4 != 1:
        yield b64decode(plain.rstrip("=").replace("-", "+").replace("_", "/") + "==", validate=False)


def _plain(text: str) -> bool:
    head = text[:_HEAD].encode("utf-8", "replace")
    return any(pattern.search(head) for pattern in (_MARKUP, _SCRIPT, _COMMAND)) or bool(_ADDRESS.match(head))


def _meaning(data: bytes) -> Decoded | None:
    """Return what the bytes are, or None when they mean nothing by themselves."""
    if charset.encoding_of(data) is None:
        if len(data) < _LEAST_FILE:
            return None
        family = identify(data).family
        return None if family in ("binary", "gzip", "empty") else Decoded("file", family, data)
    head = data[:_HEAD]
    if _ADDRESS.fullmatch(data[:2_400]):
        return Decoded("address", "text", data)
    if _MARKUP.search(head):
        return Decoded("markup", "html", data)
    if _SCRIPT.search(head):
        return Decoded("script", "script", data)
    if _COMMAND.search(head):
        return Decoded("command", "script", data)
    family = identify(data).family if len(data) >= _LEAST_FILE else "text"
    return None if family in _TEXTS else Decoded("file", family, data)


def _promising(numbers: list[int]) -> bool:
    """Whether a few first characters look like the beginning of a page, a script or a file."""
    if any(not 0 <= number < 256 for number in numbers):
        return False
    data = bytes(numbers)
    return data.startswith(_STARTS) or (
        data.isascii() and data.decode().isprintable() and data[:1] in b"<!dwveflhcsPO/([{ \n"
    )


def _starts_well(data: bytes) -> bool:
    return data.lower().startswith(
        (b"<htm", b"<!do", b"<scr", b"<for", b"<bod", b"<hea", b"http", b"window", b"docum", b"var ")
    )


def _xor(data: bytes, key: bytes) -> bytes:
    if len(data) <= _BEGINNING:
        return bytes(map(xor, data, cycle(key)))
    if len(key) == 1:
        return data.translate(bytes(byte ^ key[0] for byte in range(256)))
    size = len(data)
    stream = (key * (size // len(key) + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(size, "big")


def _inflated(data: bytes) -> bytes:
    """Return deflated data inflated (zlib and gzip), as far as it goes; empty when it is none."""
    if data[:2] not in (b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"\x78\x01", b"\x78\x5e"):
        return b""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data, _INFLATED)
    except zlib.error:
        return b""


def _is_opaque(text: str) -> bool:
    """Whether a long string is encoded data: of the few characters of such encodings, and many different of them."""
    sample = text[:4_000] + text[-4_000:]
    return len(text) >= 1_000 and len(set(sample)) >= 14 and len(_ENCODED.findall(sample)) > 0.97 * len(sample)
