"""Files in texts as uuencode writes them (.uue, and in the body of a mail, where mail programs show them as files).

A line ``begin``, a mode and a name; lines of a length and its letters; a line ``end``. Format: POSIX uuencode.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Iterator

from app.engine.node import Child, Item, Node, Tools

_BEGIN = re.compile(rb"begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n")
_WORD = b"begin"
_LINE = 256


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every file that stands in the text; nothing for other texts."""
    if node.marks is not None and "uuencode" not in node.marks and not node.raw.startswith(_WORD):
        return
    at = 0 if node.raw.startswith(_WORD) else node.raw.find(b"\n" + _WORD) + 1
    while at or node.raw.startswith(_WORD):
        tools.budget.charge_time()
        if found := _BEGIN.match(node.raw, at):
            content, at = _decoded(node.raw, found.end(), bool(found[1]), tools)
            if content:
                yield Child(found[2].decode("utf-8", "replace").strip(), content)
        at = node.raw.find(b"\n" + _WORD, max(0, at - 1) if found else at) + 1
        if not at:
            return


def _decoded(data: bytes, at: int, base64: bool, tools: Tools) -> tuple[bytes, int]:
    """Return the file whose first line begins at ``at``, as far as its lines go, and where they end."""
    out = bytearray()
    while at < len(data):
        if len(out) % 4_096 < 64:
            tools.budget.charge_time()
        stop = data.find(b"\n", at, at + _LINE)
        line = data[at : stop if stop >= 0 else at + _LINE].rstrip(b"\r")
        try:
            piece = b64decode(line, validate=True) if base64 else _line(line)
        except (binascii.Error, ValueError):
            break
        if not piece and line not in (b"`", b" "):
            break
        out += piece
        at = stop + 1 if stop >= 0 else len(data)
    return bytes(out), at


def _line(line: bytes) -> bytes:
    """Decode one line; some writers count wrong, or drop blanks at the end, which stand for zeros."""
    if not line or line == b"end" or not 32 <= line[0] <= 96:
        raise ValueError("no line of a file")
    length = (line[0] - 32) & 0x3F
    needed = 1 + (length * 8 + 5) // 6
    return binascii.a2b_uu(line[:1] + line[1:needed].ljust(needed - 1))
