"""Excel 97 to 2003 workbooks (BIFF8): Excel 4 macros and links to other programs. Format: MS-XLS 2.4 and 2.5.198."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import olefile

from app.engine.analyzers.excel import encryption as excel_encryption, functions as excel_functions
from app.engine.analyzers.excel.tokens import Seen, note
from app.engine.analyzers.office import fields as office_fields
from app.engine.analyzers.office.encryption import NotOpened, told
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Text, Tools

_BOF, _BOUND_SHEET, _NAME, _LINK, _EOF = 0x0809, 0x0085, 0x0018, 0x01AE, 0x000A
_FORMULAS = frozenset({0x0006, 0x0206, 0x0406})
_MACRO_SHEET, _GLOBALS = 0x0040, 0x0005
#: Built-in names that start a macro: Auto_Open, Auto_Close, Auto_Activate, Auto_Deactivate.
_STARTING = frozenset({1, 2, 10, 11})


@dataclass(slots=True)
class _Seen:
    """What a workbook was seen to have."""

    hidden: bool = False
    automatic: bool = False
    macro: bool = False
    formulas: Seen = field(default_factory=Seen)


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
            length = int.from_bytes(stream[at + 20 : at + 22], "little")
            note(stream[at + 22 : at + min(size, 22 + length)], seen.formulas)
    formulas = seen.formulas
    if seen.macro or formulas.functions:
        yield node.finding("excel.macro_sheet", Severity.INFO, "Excel file with an old-style macro sheet")
        yield from excel_functions.judge(
            node, formulas.functions, automatic=seen.automatic, hidden=seen.hidden, texts=formulas.texts
        )
    if formulas.texts:
        yield Text("\n".join(formulas.texts))
        yield Child("", "\n".join(formulas.texts).encode("utf-8", "replace"))
    if formulas.cut:
        yield node.finding("limit.texts", Severity.UNKNOWN, "Old-style Excel macro with more texts than are read")


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
