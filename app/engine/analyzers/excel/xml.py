"""Excel 4 macros in Office Open XML: macro sheets, and names that start them. Format: ECMA-376 part 1, 18.2, 18.3."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine.analyzers.excel import functions as excel_functions
from app.engine.model import Severity
from app.engine.node import Item, Node

_MACRO_SHEET = re.compile(r"<(?:\w{1,40}:)?macrosheet\b")
_FORMULA = re.compile(r"<(?:\w{1,40}:)?f\b[^<>]{0,400}>([^<]{1,8192})")
_FUNCTION = re.compile(r"(?<![\w.])([A-Z]{2,12}(?:\.[A-Z]{2,12})?)\(", re.I)
_AUTOMATIC = re.compile(
    r"""<(?:\w{1,40}:)?definedName\b[^<>]{0,400}\bname\s*=\s*["'](?:_xlnm\.)?(Auto_(?:Open|Close|Activate)\w{0,40})["'][^<>]{0,400}>"""
    r"([^<]{0,1000})",
    re.I,
)
_HEAD = 4096


def is_macro_sheet(beginning: str) -> bool:
    """Whether a part that begins like this is a macro sheet."""
    return bool(_MACRO_SHEET.search(beginning, 0, _HEAD))


def part(node: Node, piece: str, *, macro: bool) -> Iterator[Item]:
    """Yield findings about a piece of a macro sheet (``macro``) or of the workbook part, each judged by itself."""
    if macro:
        functions = {
            name.upper() for formula in _FORMULA.findall(piece) for name in _FUNCTION.findall(unescape(formula))
        }
        yield node.finding("excel.macro_sheet", Severity.INFO, "Excel file with an old-style macro sheet")
        yield from excel_functions.judge(node, functions, automatic=False, hidden=False)
    if "definedName" in piece:
        for match in _AUTOMATIC.finditer(piece):
            # The name of a VBA procedure has no cell; the start of an Excel 4 macro is one.
            if "!" in match.group(2):
                yield node.finding(
                    "excel.macro_automatic",
                    Severity.SUSPICIOUS,
                    "Old-style Excel macro that runs by itself",
                    f"{match.group(1)} {match.group(2)}",
                    "https://attack.mitre.org/techniques/T1059/",
                )
                return
