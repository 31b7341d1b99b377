"""Excel 97 to 2003 workbooks (BIFF8): Excel 4 macros and links to other programs. Format: MS-XLS 2.4 and 2.5.198."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from app.engine.analyzers import excel_encryption, excel_functions, office_fields
from app.engine.analyzers.office_encryption import NotOpened, told
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

_BOF, _BOUND_SHEET, _NAME, _LINK, _EOF = 0x0809, 0x0085, 0x0018, 0x01AE, 0x000A
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_MACRO_SHEET, _GLOBALS = 0x0040, 0x0005
#: Built-in names that start a macro: Auto_Open, Auto_Close, Auto_Activate, Auto_Deactivate.
_STARTING = frozenset({1, 2, 10, 11})
#: Functions (2.5.198.17; commands have the high bit set, 2.5.198.4) that say what a macro is for.
_FUNCTIONS = {
    0x0058: "SET.NAME",
    0x006C: "SET.VALUE",
    0x006E: "EXEC",
    0x006F: "CHAR",
    0x0084: "FOPEN",
    0x0089: "FWRITELN",
    0x008A: "FWRITE",
    0x0095: "REGISTER",
    0x0096: "CALL",
    0x00B2: "EXECUTE",
    0x00BA: "GET.WORKSPACE",
    0x010B: "REGISTER.ID",
    0x8060: "FORMULA",
    0x8061: "FORMULA.FILL",
    0x8062: "FORMULA.ARRAY",
    0x8083: "SEND.KEYS",
}
#: Bytes behind the first of each token (2.5.198.25); those of one class differ only in the two high bits.
_SIZES = {
    0x01: 4, 0x02: 4, 0x18: 5, 0x1C: 1, 0x1D: 1, 0x1E: 2, 0x1F: 8, 0x20: 7, 0x21: 2, 0x22: 3, 0x23: 4, 0x24: 4,
    0x25: 8, 0x26: 6, 0x27: 6, 0x28: 6, 0x29: 2, 0x2A: 4, 0x2B: 8, 0x2C: 4, 0x2D: 8, 0x39: 6, 0x3A: 6, 0x3B: 10,
    0x3C: 6, 0x3D: 10,
}  # fmt: skip


@dataclass(slots=True)
class _Seen:
    """What a workbook was seen to have."""

    hidden: bool = False
    automatic: bool = False
    macro: bool = False
    functions: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)


def analyze(node: Node, storage: olefile.OleFileIO, tools: Tools) -> Iterator[Item]:
    """Yield findings about the workbook in a compound file, and the texts of its macros; unlock it first if it is."""
    name = next((name for name in ("Workbook", "Book") if storage.exists(name)), None)
    if name is None or storage.get_type(name) != olefile.STGTY_STREAM:
        return
    stream = storage.openstream(name).read()
    if (info := excel_encryption.file_pass(stream)) is not None:
        try:
            password, stream = excel_encryption.opened(stream, info, tools)
        except NotOpened:
            yield node.finding(
                "office.encrypted", Severity.UNKNOWN, "Document locked with a password, so its content was not seen"
            )
            return
        yield told(node, password)
        yield Child(name, stream)
    yield from _workbook(node, stream, tools)


def _workbook(node: Node, stream: bytes, tools: Tools) -> Iterator[Item]:
    seen = _Seen()
    kind = _GLOBALS
    for number, at, size in excel_encryption.records(stream):
        tools.budget.charge_time()
        if number == _BOF and size >= 4:
            (kind,) = struct.unpack_from("<H", stream, at + 2)
        elif number == _BOUND_SHEET and size >= 6 and stream[at + 5] == 1:
            seen.macro = True
            seen.hidden |= bool(stream[at + 4] & 3)
        elif number == _NAME:
            seen.automatic |= _starts(stream[at : at + size])
        elif number == _LINK:
            yield from _link(node, stream[at : at + size])
        elif number in _FORMULAS and kind == _MACRO_SHEET and size > 22:
            _formula(stream[at + 20 : at + size], seen)
    if seen.macro or seen.functions:
        yield node.finding("excel.macro_sheet", Severity.INFO, "Excel file with an old-style macro sheet")
        yield from excel_functions.judge(node, seen.functions, automatic=seen.automatic, hidden=seen.hidden)
    if seen.texts:
        yield Text("\n".join(seen.texts))
        yield Child("", "\n".join(seen.texts).encode("utf-8", "replace"))


def _starts(data: bytes) -> bool:
    """Whether a defined name makes a macro start: built in, or spelled out, and with a formula that says where."""
    if len(data) < 16 or not int.from_bytes(data[4:6], "little"):
        return False
    if data[0] & 0x20:
        return data[15] in _STARTING if not data[14] else int.from_bytes(data[15:17], "little") in _STARTING
    text = data[15 : 15 + data[3] * 2].replace(b"\0", b"").lower()
    return text.startswith((b"auto_open", b"auto_close", b"auto_activate"))


def _link(node: Node, data: bytes) -> Iterator[Item]:
    """A link to another program has its name and topic divided by 0x03 (2.4.271, 2.5.277)."""
    if len(data) < 6 or data[2:4] in (b"\x01\x04", b"\x01\x3a"):
        return
    length = int.from_bytes(data[2:4], "little")
    wide = data[4] & 1
    text = data[5 : 5 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "cp1252", "replace")
    service, divided, topic = text.partition("\x03")
    if divided:
        yield office_fields.dde(node, service, evidence=f"{service} {topic}")


def _formula(data: bytes, seen: _Seen) -> None:
    """Note the functions and texts of a formula; one that cannot be read further ends there."""
    tokens = data[: int.from_bytes(data[:2], "little") + 2]
    at = 2
    while at < len(tokens):
        token = tokens[at] & 0x1F | 0x20 if tokens[at] & 0x60 else tokens[at]
        at += 1
        if token == 0x17:
            at = _text(tokens, at, seen)
        elif token == 0x19:
            at = _attribute(tokens, at)
        else:
            if token in (0x21, 0x22):
                place = at + token - 0x21
                seen.functions.add(_FUNCTIONS.get(int.from_bytes(tokens[place : place + 2], "little"), "OTHER"))
            at += _SIZES.get(token, 0)


def _text(tokens: bytes, at: int, seen: _Seen) -> int:
    if at + 2 > len(tokens):
        return len(tokens)
    wide = tokens[at + 1] & 1
    end = at + 2 + tokens[at] * (2 if wide else 1)
    if tokens[at] > 2 and len(seen.texts) < 10_000:
        seen.texts.append(tokens[at + 2 : end].decode("utf-16-le" if wide else "cp1252", "replace"))
    return end


def _attribute(tokens: bytes, at: int) -> int:
    """Attributes have a kind and a number; a jump table (CHOOSE) follows some."""
    if at + 3 > len(tokens):
        return len(tokens)
    jumps = (int.from_bytes(tokens[at + 1 : at + 3], "little") + 1) * 2 if tokens[at] & 0x04 else 0
    return at + 3 + jumps
