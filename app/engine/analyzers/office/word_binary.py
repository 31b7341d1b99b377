"""Word 97 to 2003 documents: field codes and addresses in their text, unlocked first where they are locked.

Macros lie outside of what is encrypted, so a locked document hides its text, its fields and its objects only.
Formats: MS-DOC 2.2.6 (encryption), 2.8.25 (fields); MS-OFFCRYPTO 2.3.5 and 2.3.6 (RC4), 2.3.7 (XOR).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

import olefile

from app.engine.analyzers.excel import encryption as excel_encryption
from app.engine.analyzers.office import fields as office_fields
from app.engine.analyzers.office.encryption import NotOpened, told
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

_ENCRYPTED, _OBFUSCATED, _TABLE_1 = 0x01, 0x80, 0x02
#: Bytes at the start of the main stream that are never encrypted, and the bytes of one block.
_CLEAR, _BLOCK = 68, 512
#: A field begins with 0x13; its instruction ends where its result (0x14) or the field (0x15) does.
_FIELD = re.compile(rb"\x13([^\x13-\x15]{1,32768})")
_WIDE_FIELD = re.compile(rb"\x13\x00((?:[^\x13-\x15][\x00-\xff]){1,32768})")
_WIDE_ADDRESS = re.compile(rb"h\x00t\x00t\x00p\x00(?:s\x00)?:\x00/\x00/\x00(?:[\x21-\x7e]\x00){3,1000}")
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]{3,1000}")
_QUOTES = re.compile(r"\bDDE|\bQUOTE\b", re.I)


def analyze(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield what the fields of a Word document start, and the addresses of one that was locked."""
    if not storage.exists("WordDocument") or storage.get_type("WordDocument") != olefile.STGTY_STREAM:
        return
    content = storage.openstream("WordDocument").read()
    if len(content) > 12 and content[11] & _ENCRYPTED:
        try:
            password, content = _opened(storage, content, tools)
        except NotOpened:
            yield node.finding(
                "office.encrypted", Severity.UNKNOWN, "Document locked with a password, so its content was not seen"
            )
            return
        yield told(node, password)
        yield _addresses(content)
    if b"DDE" in content or b"D\0D\0E" in content or b"dde" in content.lower():
        yield from _fields(node, content, tools)


def _fields(node: Node, content: bytes, tools: Tools) -> Iterator[Item]:
    for pattern, encoding in ((_FIELD, "cp1252"), (_WIDE_FIELD, "utf-16-le")):
        for match in pattern.finditer(content):
            tools.budget.charge_time()
            text = match.group(1).decode(encoding, "replace")
            if _QUOTES.search(text):
                yield from office_fields.findings(node, text)


def _addresses(content: bytes) -> Text:
    wide = (match.group().decode("utf-16-le") for match in _WIDE_ADDRESS.finditer(content))
    narrow = (match.group().decode("ascii") for match in _ADDRESS.finditer(content))
    return Text("\n".join(dict.fromkeys((*wide, *narrow))))


def _opened(storage: olefile.OleFileIO, content: bytes, tools: Tools) -> tuple[str, bytes]:
    """Return the password that fits and the main stream in the clear; how it is locked stands in the table stream."""
    table = "1Table" if content[11] & _TABLE_1 else "0Table"
    if len(content) < _CLEAR:
        raise NotOpened
    (size,) = struct.unpack_from("<I", content, 14)
    if content[11] & _OBFUSCATED:
        password, plain = excel_encryption.mixed(content, tools, key=size >> 16, verifier=size & 0xFFFF)
        return password, content[:_CLEAR] + plain[_CLEAR:]
    if not storage.exists(table):
        raise NotOpened
    info = b"\x01\0" + storage.openstream(table).read(min(size, 4096))
    password, plain = excel_encryption.unlocked(content, info, tools, block=_BLOCK)
    return password, content[:_CLEAR] + plain[_CLEAR:]
