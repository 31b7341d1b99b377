"""Excel 4 macros in zipped workbooks (.xlsm, .xlsb), judged as a whole.

The name that starts a macro stands in one part, what it does in others, and each looks harmless alone. Which part is
what the content decides, not its name. Formats: ECMA-376 part 1, 18.2 and 18.3; MS-XLSB 2.3 and 2.4.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from app.engine.analyzers.excel import functions as excel_functions
from app.engine.analyzers.excel.tokens import Seen, keep, note
from app.engine.analyzers.office import fields as office_fields, package_part
from app.engine.model import Severity
from app.engine.node import Item, Node, Text, Tools

_MACRO_SHEET = re.compile(r"<(?:\w{1,40}:)?macrosheet\b")
_FORMULA = re.compile(r"<(?:\w{1,40}:)?f\b[^<>]{0,400}>([^<]{1,8192})")
_FUNCTION = re.compile(r"(?<![\w.])([A-Z]{2,12}(?:\.[A-Z]{2,12})?)\(", re.I)
_QUOTED = re.compile(r'"([^"]{2,8192})"')
_CHARACTER = re.compile(r"\bCHAR\((\d{1,3})\)", re.I)
_NAME = re.compile(r"<(?:\w{1,40}:)?definedName\b([^<>]{0,1000})>([^<]{0,1000})", re.I)
_SHEET = re.compile(r"<(?:\w{1,40}:)?sheet\b([^<>]{0,1000})>", re.I)
_AUTOMATIC = re.compile(r"""\bname\s*=\s*["'](?:_xlnm[._])?Auto_(?:Open|Close|Activate|Deactivate)""", re.I)
_HIDDEN = re.compile(r"""\bstate\s*=\s*["'](?:veryHidden|hidden)""", re.I)
#: Bytes of one part, and of all together, that are read for macros; tables of data are larger and have none.
_MOST_PART, _MOST = 16 * 1024 * 1024, 64 * 1024 * 1024
#: Cells with a formula of text, number, truth value and error; a sheet that is hidden; a name; a link elsewhere.
_FORMULAS = {8: -1, 9: 8, 10: 1, 11: 1}
_BUNDLE_SHEET, _DEFINED_NAME, _BEGIN_LINK = 156, 39, 360
_DDE = 1
_STARTING = re.compile(r"(?:_xlnm[._])?Auto_(?:Open|Close|Activate|Deactivate)", re.I)
_RELATIONSHIP = re.compile(r"<(?:\w{1,40}:)?Relationship\s([^<]{1,8192})")
_ATTRIBUTE = re.compile(r"""(\w{1,40})\s*=\s*(?:"([^"<]{0,2000})"|'([^'<]{0,2000})')""")


@dataclass(slots=True)
class _Book:
    """What was seen of a workbook in all of its parts."""

    sheets: dict[str, str] = field(default_factory=dict)
    automatic: str = ""
    hidden: bool = False
    macro: bool = False
    formulas: Seen = field(default_factory=Seen)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield findings about the Excel 4 macros of a zipped workbook, and links of a binary one to other programs."""
    if "excel" not in node.kind.mime and "spreadsheetml" not in node.kind.mime:
        return
    if (archive := package_part.opened(node)) is None:
        return
    book, left = _Book(sheets=_macro_sheets(archive)), _MOST
    sheets = frozenset(book.sheets.values())
    for info in archive.infolist():
        name = info.filename.lower()
        if not name.startswith("xl/") and name.rpartition("/")[2] not in ("workbook.xml", "workbook.bin"):
            continue
        tools.budget.charge_time()
        content = package_part.beginning(archive, info, min(4096, left))
        small = b"macrosheet" in content or name in sheets or "workbook." in name or "externallink" in name
        if not small:
            continue
        content = package_part.beginning(archive, info, min(_MOST_PART, left))
        left -= len(content)
        if info.file_size > len(content) and len(content) in (_MOST_PART, left):
            yield node.finding("limit.macro", Severity.UNKNOWN, "Old-style Excel macro that is too large to be read")
        if name.endswith(".bin"):
            yield from _binary(node, content, book, tools, macro=name in sheets or "macrosheets/" in name)
        else:
            _markup(content.decode("utf-8", "replace"), book, tools)
    yield from _judged(node, book)


def _macro_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the parts that relationships call macro sheets: id of the relationship -> name in small letters."""
    found = {}
    for info in archive.infolist():
        if "workbook." not in info.filename.lower() or not info.filename.lower().endswith(".rels"):
            continue
        folder = info.filename.rpartition("/")[0].rpartition("_rels")[0].lower()
        text = package_part.beginning(archive, info, 1024 * 1024).decode("utf-8", "replace")
        for match in _RELATIONSHIP.finditer(text):
            given = {name: unescape(one or two) for name, one, two in _ATTRIBUTE.findall(match.group(1))}
            path = given.get("Target", "").lower()
            if given.get("Type", "").endswith(("/xlMacrosheet", "/xlIntlMacrosheet")):
                found[given.get("Id", "")] = path.lstrip("/") if path.startswith("/") else folder + path
    return found


def _markup(text: str, book: _Book, tools: Tools) -> None:
    if _MACRO_SHEET.search(text, 0, 4096):
        book.macro = True
        for match in _FORMULA.finditer(text):
            tools.budget.charge_time()
            formula = unescape(match.group(1))
            book.formulas.functions.update(name.upper() for name in _FUNCTION.findall(formula))
            letters = "".join(chr(int(code)) for code in _CHARACTER.findall(formula))
            for words in (*_QUOTED.findall(formula), *([letters] if len(letters) > 2 else [])):
                keep(words, book.formulas)
    for match in _NAME.finditer(text):
        # The name of a VBA procedure has no cell; the start of an Excel 4 macro is one.
        if _AUTOMATIC.search(match.group(1)) and "!" in match.group(2):
            book.automatic = match.group(2)
    for match in _SHEET.finditer(text):
        if _HIDDEN.search(match.group(1)):
            values = (one or two for _, one, two in _ATTRIBUTE.findall(match.group(1)))
            book.hidden |= any(value in book.sheets for value in values)


def _records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (kind, position, size) of the records of a binary part: both numbers have seven bits in a byte."""
    at = 0
    while at < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80 and at < len(data):
            kind, at = (kind & 0x7F) | (data[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while at < len(data) and shift < 28:
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield kind, at, min(size, len(data) - at)
        at += size


def _binary(node: Node, data: bytes, book: _Book, tools: Tools, *, macro: bool) -> Iterator[Item]:
    book.macro |= macro
    for kind, at, size in _records(data):
        tools.budget.charge_time()
        record = data[at : at + size]
        if kind in _FORMULAS and macro:
            _cell(record, _FORMULAS[kind], book)
        elif kind == _BUNDLE_SHEET and len(record) >= 12:
            shown = not int.from_bytes(record[:4], "little")
            book.hidden |= not shown and _wide(record, 8)[0] in book.sheets
        elif kind == _DEFINED_NAME and len(record) >= 13:
            name, formula_at = _wide(record, 9)
            if _STARTING.match(name) and record[formula_at : formula_at + 4] not in (b"", bytes(4)):
                book.automatic = name
        elif kind == _BEGIN_LINK and int.from_bytes(record[:2], "little") == _DDE:
            service, topic_at = _wide(record, 2)
            yield office_fields.dde(node, service, evidence=f"{service} {_wide(record, topic_at)[0]}")


def _wide(record: bytes, at: int) -> tuple[str, int]:
    """Return the text at a place and where it ends: a number of letters (all bits set for none), then the letters."""
    length = int.from_bytes(record[at : at + 4], "little")
    if at + 4 > len(record) or length > len(record):
        return "", at + 4
    return record[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace"), at + 4 + 2 * length


def _cell(record: bytes, size: int, book: _Book) -> None:
    """Column, style, value, flags, then the length of the formula and its tokens (2.4.673 and following)."""
    at = _wide(record, 8)[1] if size < 0 else 8 + size
    if at + 6 <= len(record):
        (length,) = struct.unpack_from("<I", record, at + 2)
        note(record[at + 6 : at + 6 + length], book.formulas, wide=True)


def _judged(node: Node, book: _Book) -> Iterator[Item]:
    if not book.macro:
        return
    formulas = book.formulas
    yield node.finding("excel.macro_sheet", Severity.INFO, "Excel file with an old-style macro sheet")
    yield from excel_functions.judge(
        node, formulas.functions, automatic=bool(book.automatic), hidden=book.hidden, texts=formulas.texts
    )
    if formulas.texts:
        yield Text("\n".join(formulas.texts))
    if formulas.cut:
        yield node.finding("limit.texts", Severity.UNKNOWN, "Old-style Excel macro with more texts than are read")
