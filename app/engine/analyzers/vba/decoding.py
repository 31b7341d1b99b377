"""Texts that a macro decodes by routines of its own: the usual codes tried on its literals, under a cap.

What is looked for is a handful of words that no honest literal has by chance in another code, so a hit is a fact.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from app.engine.budget import Budget

_LITERAL = re.compile(r'"((?:[^"\n]|"")*)"')
_HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}\Z")
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}\Z")
#: Numbers in a row, as arrays of bytes are written.
_NUMBERS = re.compile(r"\d{1,3}(?:\s?,\s?(?:_\s*)?\d{1,3}){11,}")
_NUMBER = re.compile(r"\d{1,3}")
_WORDS = re.compile(
    rb"https?://[\w.%-]{4}|powershell|cmd\.exe|cmd /c|wscript\.s|createobject|urldownload|shell\.application"
    rb"|msxml2\.|winhttp\.|adodb\.s|\\temp\\|regsvr32|rundll32|mshta|virtualalloc|frombase64|invoke-|winmgmts:"
    rb"|this program cannot",
    re.I,
)
#: Bytes of one literal that are tried in codes with a key, and literals so tried.
_KEYED, _MOST_KEYED = 200, 150
#: Bytes of one decoded text.
_LONGEST = 64 * 1024
_SHIFTS = [bytes((code + shift) & 0xFF for code in range(256)) for shift in range(1, 256)]
_MASKS = [bytes(code ^ mask for code in range(256)) for mask in range(1, 256)]
#: Each with the same in small letters.
_TABLES = [(table, table.lower()) for table in (*_SHIFTS, *_MASKS)]
#: One of these is in everything that the pattern finds.
_PARTS = (
    b"http",
    b"powershell",
    b"cmd",
    b"script",
    b"object",
    b"download",
    b"application",
    b"msxml2",
    b"adodb",
    b"temp",
    b"32",
    b"mshta",
    b"alloc",
    b"base64",
    b"invoke",
    b"winmgmts",
    b"program",
)


def decoded(source: str, budget: Budget) -> Iterator[str]:
    """Yield texts that literals of the source stand for in a simple code: reversed, digits, base64, shifted, mixed."""
    keyed = 0
    for literal in dict.fromkeys(_literals(source)):
        budget.charge_time()
        plain = literal.encode("latin-1", "replace")
        forms = [plain, *_unpacked(literal)]
        found = next((text for text in (*forms[1:], *(form[::-1] for form in forms)) if _tells(text)), None)
        if found is None and keyed < _MOST_KEYED and len(forms[-1]) >= 8:
            keyed += 1
            found = _unmixed(forms[-1][:_KEYED])
        if found is not None:
            yield found.replace(b"\0", b"").decode("latin-1")


def _literals(source: str) -> Iterator[str]:
    for match in _LITERAL.finditer(source):
        if len(match[1]) >= 6:
            yield match[1][:_LONGEST]
    for match in _NUMBERS.finditer(source):
        yield "".join(chr(int(number) & 0xFF) for number in _NUMBER.findall(match.group()[: 4 * _LONGEST]))


def _unpacked(literal: str) -> Iterator[bytes]:
    if _HEXADECIMAL.match(literal):
        yield bytes.fromhex(literal)
    elif _BASE64.match(literal):
        whole = literal.rstrip("=")
        whole = whole[: len(whole) - (len(whole) % 4 == 1)]
        yield binascii.a2b_base64(whole + "=" * (-len(whole) % 4)).replace(b"\0", b"")


def _unmixed(text: bytes) -> bytes | None:
    """Try every shift and every mask of one byte; a text that already reads as words is tried no further."""
    if _tells(text):
        return None
    for table, small in _TABLES:
        made = text.translate(small)
        for part in _PARTS:
            if part in made and _WORDS.search(plain := text.translate(table)):
                return plain
    return None


def _tells(text: bytes) -> bool:
    """Whether one of the words is there; the parts are much faster to look for than the pattern, and in few texts."""
    small = text.lower()
    return any(part in small for part in _PARTS) and _WORDS.search(text) is not None
