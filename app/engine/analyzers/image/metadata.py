"""Programs and scripts in what describes a picture: EXIF, XMP, comments, text chunks, and behind its end.

Web shells hide in the comment of a picture that a shop or help desk stores; loaders fetch a harmless picture and run
the program that follows a mark in it. Sources: JPEG (T.81, B), PNG (W3C), GIF89a, WebP container.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Iterator

from app.engine.model import Severity
from app.engine.node import Child, Item, Node

#: Bytes of one description that are read, and of all; cameras add a picture of depth or a second one now and then.
_MOST = 1024 * 1024
_MOST_IN_ALL = 12 * _MOST
_MOST_CHUNKS = 50_000
#: What a picture is never described with. PHP alone is odd, PHP that runs what a visitor sends is a web shell.
_PHP = re.compile(rb"<\?(?:php|=)", re.I)
_SHELL = re.compile(
    rb"\b(?:eval|system|exec|passthru|shell_exec|popen|proc_open|assert|create_function|base64_decode|include)\s*\("
    rb"|\$_(?:GET|POST|REQUEST|COOKIE|SERVER|FILES)\b",
    re.I,
)
_SHELL_WITHIN = 2_000
_MARKUP = re.compile(
    rb"<script[\s>]|<(?:img|svg|iframe|body|object|embed)\b[^<>]{0,200}\bon[a-z]{3,20}\s{0,9}=|javascript:\s{0,9}[a-z.]{1,40}\(|<iframe\b",
    re.I,
)
_COMMAND = re.compile(
    rb"\bpowershell(?:\.exe)?\s+-|\bFromBase64String\b|\bIEX\s*\(|Invoke-Expression|\bWScript\.Shell\b"
    rb"|\bcmd(?:\.exe)?\s+/c\s|\bmshta(?:\.exe)?\s+http|/bin/(?:ba)?sh\s+-c",
    re.I,
)
#: Bytes of the smallest program for Windows that starts.
_LEAST_PROGRAM = 97
#: Programs for Windows and Linux in base64, and the former backwards.
_BASE64 = re.compile(rb"TV[opqr][A-Z]AA[A-Z]AAAA|f0VMRg[EI]BAQ")
_REVERSED = re.compile(rb"AAAA[A-Z]AA[A-Z][opqr]VT")
#: One of them stands in all of these; packed pictures hold neither.
_MARKS = (b"AAAA", b"f0VMRg")
_DIGITS = re.compile(rb"[A-Za-z0-9+/\s]{1,16777216}={0,2}")


def findings(node: Node) -> Iterator[Item]:
    """Yield what is hidden in the descriptions of the picture or in the file as a whole."""
    yield from _shell(node)
    words, cut = _words(node.data)
    if cut:
        yield node.finding("limit.metadata", Severity.UNKNOWN, "Picture with more descriptions than are read")
    # Windows writes its own fields in two bytes a letter.
    wide = words.replace(b"\0", b"") if b"\0" in words else b""
    if match := _MARKUP.search(words) or _MARKUP.search(wide):
        yield _hidden(node, "A web page's script stands in the description of the picture", match)
    elif match := _COMMAND.search(words) or _COMMAND.search(wide):
        yield _hidden(node, "A command stands in the description of the picture", match)
    yield from _program(node)


def _words(data: memoryview) -> tuple[bytes, bool]:
    """Return all descriptions one after the other, as far as they are read, and whether there are more."""
    words = bytearray()
    try:
        for description in _descriptions(data):
            words += description + b"\n"
            if len(words) > _MOST_IN_ALL:
                return bytes(words), True
    except _TooMany:
        return bytes(words), True
    return bytes(words), False


class _TooMany(Exception):
    """There are more chunks than are read, or longer ones."""


def _hidden(node: Node, title: str, match: re.Match[bytes]) -> Item:
    around = bytes(match.string[match.start() : match.start() + 160])
    return node.finding("image.script_in_metadata", Severity.SUSPICIOUS, title, around)


def _shell(node: Node) -> Iterator[Item]:
    """PHP counts wherever it stands: the server that runs it does not care what surrounds it."""
    data = node.raw
    match, plain = _php(data, 0), None
    while match:
        after = bytes(node.data[match.start() : match.start() + _SHELL_WITHIN])
        if _SHELL.search(after):
            title = "A web shell stands in the picture"
            yield node.finding("image.web_shell", Severity.MALICIOUS, title, after[:160])
            return
        # Three bytes alone stand in packed pictures by chance.
        plain = plain or (match if len(match.group()) > 3 else None)
        match = _php(data, match.start() + _SHELL_WITHIN // 2)
    if plain:
        title = "A server's script stands in the picture"
        yield _hidden(node, title, plain)


def _php(data: bytes, start: int) -> re.Match[bytes] | None:
    """Return the next opening of PHP. A pattern that ignores case looks at every byte; fixed ones are found fast."""
    at = data.find(b"<?", start)
    while at >= 0:
        if match := _PHP.match(data, at):
            return match
        at = data.find(b"<?", at + 2)
    return None


def _program(node: Node) -> Iterator[Item]:
    if not any(mark in node.raw for mark in _MARKS):
        return
    for pattern, backwards in ((_BASE64, False), (_REVERSED, True)):
        match = pattern.search(node.data)
        if not match:
            continue
        content = _decoded(node.data, match, backwards=backwards)
        if len(content) >= _LEAST_PROGRAM and content.startswith((b"MZ", b"\x7fELF")):
            yield node.finding(
                "image.program_inside",
                Severity.MALICIOUS,
                "A program is hidden in the picture as text",
                match.group()[:80],
            )
            yield Child("hidden.bin", content)
            return


def _decoded(data: memoryview, match: re.Match[bytes], *, backwards: bool) -> bytes:
    if backwards:
        digits = bytes(data[max(0, match.end() - _MOST * 16) : match.end()])[::-1]
    else:
        digits = bytes(data[match.start() : match.start() + _MOST * 16])
    found = _DIGITS.match(digits)
    clean = b"".join(found.group().split()) if found else b""
    try:
        return base64.b64decode(clean[: len(clean) // 4 * 4])
    except binascii.Error:
        return b""


def _descriptions(data: memoryview) -> Iterator[bytes]:
    head = bytes(data[:12])
    if head.startswith(b"\xff\xd8"):
        yield from _jpeg(data)
    elif head.startswith(b"\x89PNG"):
        yield from _png(data)
    elif head.startswith(b"GIF8"):
        yield from _gif(data)
    elif head.startswith(b"RIFF") and head[8:] == b"WEBP":
        yield from _webp(data)
    elif head.startswith((b"II", b"MM")):
        # Descriptions stand before or behind the picture, which no pattern of words fits.
        yield bytes(data[: _MOST // 2])
        yield bytes(data[max(_MOST // 2, len(data) - _MOST // 2) :])


def _jpeg(data: memoryview) -> Iterator[bytes]:
    at = 2
    for _ in range(_MOST_CHUNKS):
        if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] == 0xDA:
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        # Application data but for colour profiles, and comments.
        if (0xE0 <= data[at + 1] <= 0xEF and data[at + 1] != 0xE2) or data[at + 1] == 0xFE:
            yield bytes(data[at + 4 : at + 2 + length])
        at += 2 + length
    raise _TooMany


def _png(data: memoryview) -> Iterator[bytes]:
    at = 8
    for _ in range(_MOST_CHUNKS):
        if at + 12 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8 : at + 8 + length]
        if kind in (b"tEXt", b"eXIf", b"iTXt", b"zTXt"):
            yield bytes(content)
        if kind in (b"iTXt", b"zTXt"):
            yield _inflated(bytes(content), kind)
        at += 12 + length
    raise _TooMany


def _inflated(content: bytes, kind: bytes) -> bytes:
    """Return the packed text of a chunk; empty when it is not packed (PNG, 11.3.3)."""
    rest = content.partition(b"\0")[2]
    if kind == b"iTXt":
        if rest[:1] != b"\1":
            return b""
        rest = b"\0" + rest[2:].split(b"\0", 2)[-1]
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(rest[1:], _MOST)
    except zlib.error:
        return b""
    if unpacker.unconsumed_tail:
        raise _TooMany
    return text


def _gif(data: memoryview) -> Iterator[bytes]:
    """Comments and application data; in a picture that is read as a script too, its own size begins a comment."""
    if bytes(data[6:8]) == b"/*" or bytes(data[6:7]) == b"=":
        yield bytes(data[:_MOST])
    for match in _GIF_WORDS.finditer(data):
        yield bytes(data[match.end() : match.end() + 4_096])


_GIF_WORDS = re.compile(rb"\x21\xfe|\x21\xff\x0bXMP DataXMP")


def _webp(data: memoryview) -> Iterator[bytes]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind in (b"EXIF", b"XMP "):
            yield bytes(data[at + 8 : at + 8 + length])
        at += 8 + length + (length & 1)
    raise _TooMany
