from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.identify import identify
from app.engine.model import Verdict
from app.engine.names import check
from app.engine.node import Node
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine import programs
from tests.unit.engine.containers import BENIGN, judged, places
from tests.unit.engine.test_archive_cab import cab

PROGRAM = programs.windows()
LINK = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60)
PAGE = b"<!doctype html><html><body>Hello</body></html>"
OLE = samples.macro_document()
SCRIPT = b"@echo off\r\necho hello\r\n"


def found(engine: Engine, name: str, content: bytes, *, siblings: int = 1) -> tuple[Verdict, set[str]]:
    """Return the verdict and the findings about the name, as a file in a zip with so many others."""
    files = {name: content, **{f"{number}.txt": b"x" for number in range(siblings - 1)}}
    report = engine.scan(samples.zip_of(files), name="a.zip")
    return report.verdict, {finding.id for finding in report.findings if finding.id.startswith("name.")}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("invoice.pdf.exe", PROGRAM),
        ("photo.jpg.scr", PROGRAM),
        ("invoice.pdf          .exe", PROGRAM),
        ("invoice.docx_________.com", PROGRAM),
        ("invoice.PDF.EXE.", PROGRAM),
        ("invoice．ｐｄｆ.exe", PROGRAM),
        ("invoice.p\u200bdf.exe", PROGRAM),
        ("scan.pdf.zip.exe", PROGRAM),
        ("scan.pdf........exe", PROGRAM),
        ("invoice.pdf.js", b"var a = 1;"),
        ("invoice.pdf.vbs", b"a = 1"),
        ("list.xlsx.hta", b"<html><script>1</script></html>"),
        ("order.pdf.bat", SCRIPT),
    ],
)
def test_a_program_with_the_ending_of_a_document_before_its_own_is_malicious(
    engine: Engine, name: str, content: bytes
) -> None:
    verdict, ids = found(engine, name, content)

    assert verdict is Verdict.MALICIOUS
    assert "name.double_extension" in ids


@pytest.mark.parametrize(
    ("name", "content", "verdict"),
    [
        ("invoice.exe", PROGRAM, Verdict.RESTRICTED),
        ("setup.v1.2.exe", PROGRAM, Verdict.RESTRICTED),
        ("pdf.exe", PROGRAM, Verdict.RESTRICTED),
        ("pdf.js", b"var a = 1;", Verdict.RESTRICTED),
        ("invoice.v2.pdf", samples.pdf(), Verdict.CLEAN),
        ("report.doc.pdf", samples.pdf(), Verdict.CLEAN),
        ("report.pdf.zip", samples.zip_of({"report.pdf": samples.pdf()}), Verdict.CLEAN),
        ("data.csv.txt", BENIGN, Verdict.CLEAN),
        ("jquery.min.js", b"var a = 1;", Verdict.RESTRICTED),
        ("www.example.com", BENIGN, Verdict.CLEAN),
        ("report.pdf.txt", BENIGN, Verdict.CLEAN),
        ("Example.Pdf.dll", PROGRAM, Verdict.RESTRICTED),
        ("logo.png.o", programs.linux(), Verdict.RESTRICTED),
    ],
)
def test_dots_in_a_name_are_nothing_by_themselves(engine: Engine, name: str, content: bytes, verdict: Verdict) -> None:
    assert found(engine, name, content) == (verdict, set())


def test_it_is_suspicious_when_the_content_is_no_program_that_is_known(engine: Engine) -> None:
    assert found(engine, "invoice.pdf.exe", BENIGN) == (Verdict.SUSPICIOUS, {"name.double_extension"})
    assert found(engine, "invoice.exe", BENIGN) == (Verdict.CLEAN, set())


def test_an_ending_that_is_the_number_of_a_class_is_suspicious(engine: Engine) -> None:
    number = "{00021401-0000-0000-c000-000000000046}"

    assert found(engine, f"invoice.pdf.{number}", BENIGN) == (Verdict.SUSPICIOUS, {"name.class_id"})
    assert found(engine, f"{number}.txt", BENIGN) == (Verdict.CLEAN, set())


def test_a_package_named_after_a_document_is_a_sign(engine: Engine) -> None:
    content = programs.jar({"Main.class": programs.java_class("a")})

    assert found(engine, "offer.pdf.jar", content) == (Verdict.RESTRICTED, {"name.double_extension"})
    assert found(engine, "offer.jar", content) == (Verdict.RESTRICTED, set())


def test_a_page_or_a_shortcut_named_after_a_document_is_a_weak_sign(engine: Engine) -> None:
    assert found(engine, "report.pdf.html", PAGE) == (Verdict.CLEAN, {"name.double_extension"})
    assert found(engine, "report.pdf.lnk", LINK) == (Verdict.RESTRICTED, {"name.double_extension"})


def test_a_disk_image_named_after_a_document_is_suspicious(engine: Engine) -> None:
    content = bytes(0x8001) + b"CD001" + bytes(100)

    assert found(engine, "invoice.pdf.iso", content)[0] is Verdict.SUSPICIOUS
    assert found(engine, "invoice.iso", content)[1] == set()


def test_scripts_that_a_build_named_after_pictures_are_part_of_a_project(engine: Engine) -> None:
    assert found(engine, "logo.png.js", b"export default 1;", siblings=25) == (Verdict.CLEAN, set())


@pytest.mark.parametrize("mark", ["\u202e", "\u202d"])
def test_a_program_whose_name_is_turned_around_is_malicious(engine: Engine, mark: str) -> None:
    assert found(engine, f"invoice{mark}fdp.exe", PROGRAM) == (Verdict.MALICIOUS, {"name.bidi"})
    assert found(engine, f"invoice{mark}fdp.txt", BENIGN) == (Verdict.SUSPICIOUS, {"name.bidi"})


@pytest.mark.parametrize(
    "name", ["\u2068Ada Lovelace\u2069.vcf", "\u202areport.pdf", "דוח שנתי.pdf", "تقرير\u200f.pdf"]
)
def test_names_that_are_read_from_right_to_left_are_ordinary(engine: Engine, name: str) -> None:
    content = samples.pdf() if name.endswith("pdf") else BENIGN

    assert found(engine, name, content)[0] is Verdict.CLEAN


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("in\u200bvoice.exe", "name.invisible"),
        ("invoice.e\u200bxe", "name.invisible"),
        ("invoice.ｅｘｅ", "name.lookalike"),
        ("invoice.ехе", "name.lookalike"),
        ("invoice.exe .", "name.trailing"),
        ("readme.txt:hidden.exe", "name.stream"),
        ("../../a.exe", "name.traversal"),
        ("C:\\Windows\\a.exe", "name.absolute"),
    ],
)
def test_a_program_whose_name_is_written_to_be_overlooked_is_noted(engine: Engine, name: str, code: str) -> None:
    assert code in found(engine, name, PROGRAM)[1]


@pytest.mark.parametrize(
    "name",
    ["f\u00adarewell.txt", "10:30 notes.txt", "file.pdf:Zone.Identifier", "Re: offer.pdf", "note.txt.", "a/../b.txt"],
)
def test_the_same_oddities_in_the_name_of_a_text_change_nothing(engine: Engine, name: str) -> None:
    assert found(engine, name, BENIGN)[0] is Verdict.CLEAN


def test_a_program_whose_ending_is_pushed_out_of_sight_is_malicious(engine: Engine) -> None:
    assert found(engine, f"invoice{' ' * 60}.exe", PROGRAM) == (Verdict.MALICIOUS, {"name.padded"})
    assert found(engine, f"invoice{' ' * 60}.txt", BENIGN) == (Verdict.CLEAN, set())


@pytest.mark.parametrize(
    "name",
    [
        "../../AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Startup/a.exe",
        "a.txt:../../../Start Menu/Programs/Startup/a.exe",
        "../../../etc/cron.d/a",
    ],
)
def test_what_unpacks_to_where_it_starts_by_itself_is_malicious(engine: Engine, name: str) -> None:
    report = engine.scan(samples.tar_of({name: PROGRAM}, compressed=False), name="a.tar")

    assert report.verdict is Verdict.MALICIOUS
    assert "name.autostart" in places(report)


def test_a_file_that_unpacks_outside_of_its_folder_is_suspicious(engine: Engine) -> None:
    assert found(engine, "../../notes.txt", BENIGN) == (Verdict.SUSPICIOUS, {"name.traversal"})
    for ordinary in ("/etc/cron.d/backup", "a/b/../../notes.txt", "..notes.txt"):
        assert found(engine, ordinary, BENIGN) == (Verdict.CLEAN, set())


@pytest.mark.parametrize("name", ["CON", "nul.txt", "COM1.log"])
def test_names_of_devices_are_only_mentioned(engine: Engine, name: str) -> None:
    assert found(engine, name, BENIGN) == (Verdict.CLEAN, {"name.device"})


@pytest.mark.parametrize("extension", ["pdf", "jpg", "docx", "mp4"])
@pytest.mark.parametrize("content", [PROGRAM, programs.linux(), programs.apple()])
def test_a_program_under_the_name_of_a_document_is_malicious(engine: Engine, extension: str, content: bytes) -> None:
    assert found(engine, f"a.{extension}", content) == (Verdict.MALICIOUS, {"name.disguised"})


@pytest.mark.parametrize("name", ["a.exe", "a.dat", "a.bin", "a.ocx", "a"])
def test_a_program_under_a_name_of_its_own_is_only_restricted(engine: Engine, name: str) -> None:
    assert found(engine, name, PROGRAM) == (Verdict.RESTRICTED, set())


def test_a_program_renamed_to_a_text_is_restricted_with_a_sign(engine: Engine) -> None:
    assert found(engine, "tool.exe.txt", PROGRAM) == (Verdict.RESTRICTED, {"name.disguised"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", b'Set s = CreateObject("WScript.Shell")\r\n'),
        ("photo.png", SCRIPT),
        ("a.pdf", b"IEX (New-Object Net.WebClient)"),
    ],
)
def test_a_script_under_the_name_of_a_picture_is_suspicious(engine: Engine, name: str, content: bytes) -> None:
    assert found(engine, name, content) == (Verdict.SUSPICIOUS, {"name.disguised_script"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", samples.png()),
        ("letter.doc", b"{\\rtf1 Hello}"),
        ("letter.doc", PAGE),
        ("table.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("table.xls", b"a\tb\r\n1\t2\r\n"),
        ("table.xls", samples.document()),
        ("missing.jpg", b"Not found\r\n"),
        ("photo.heic", bytes(4) + b"ftypmif1" + bytes(40)),
        ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><path/></svg>"),
    ],
)
def test_what_people_mix_up_every_day_has_no_finding(engine: Engine, name: str, content: bytes) -> None:
    assert found(engine, name, content)[1] == set()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("invoice.pdf", PAGE),
        ("letter.docx", samples.zip_of({"a.txt": b"x"})),
        ("letter.doc", cab({"a.txt": BENIGN})),
        ("photo.jpg", b"7z\xbc\xaf\x27\x1c" + bytes(40)),
    ],
)
def test_an_error_page_or_archive_under_another_name_is_a_weak_sign(engine: Engine, name: str, content: bytes) -> None:
    verdict, ids = found(engine, name, content)

    assert ids == {"name.other_type"}
    assert verdict in (Verdict.CLEAN, Verdict.UNKNOWN)


def test_another_view_of_a_file_is_not_held_against_its_name(engine: Engine) -> None:
    text = "Dear customer. ".encode("utf-16")

    assert found(engine, "letter.txt", text) == (Verdict.CLEAN, set())


def test_a_long_name_takes_no_long_time() -> None:
    for piece in (" ", "_", ".", "../", ":", "a.pdf.", "\u202e", "\u200b"):
        name = piece * 200_000
        node = Node(name, "a", memoryview(PROGRAM), identify(PROGRAM, ""))

        assert len(list(check(node))) < 10


@fuzzed(60)
@given(st.text(max_size=60), st.sampled_from([PROGRAM, LINK, BENIGN, SCRIPT, PAGE, b""]))
def test_any_name_of_anything_is_judged(rules: RuleSet, name: str, content: bytes) -> None:
    assert judged(rules, content, name).nodes == 1
