from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import mmap
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import py7zr
import pytest
from backports import zstd

from app.engine.analyzers.families import ANALYZERS
from app.engine.model import Report, Severity, Verdict
from app.engine.node import Item, Node, Tools
from app.engine.rules import Matches, RuleFailure, RuleSet, RuleTimeout
from app.engine.scan import Engine
from app.sandbox import samples

EICAR = samples.eicar()


def found(report: Report) -> dict[str, str]:
    return {finding.id: finding.where for finding in report.findings}


def seven_zip(files: dict[str, bytes], password: str | None = None) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        for name, content in files.items():
            archive.writef(io.BytesIO(content), name)
    return buffer.getvalue()


def test_a_harmless_text_is_clean(engine: Engine) -> None:
    report = engine.scan(b"Thank you for your order.", name="note.txt")

    assert (report.verdict, report.type, report.findings, report.nodes) == (Verdict.CLEAN, "text/plain", (), 1)


def test_an_empty_file_is_clean(engine: Engine) -> None:
    report = engine.scan(b"", name="empty.bin")

    assert (report.verdict, report.type, report.size) == (Verdict.CLEAN, "application/x-empty", 0)


def test_a_rule_that_matches_decides_the_verdict_and_is_cited(engine: Engine) -> None:
    report = engine.scan(EICAR, name="eicar.com")

    (finding,) = report.findings
    assert report.verdict is Verdict.MALICIOUS
    assert (finding.id, finding.where, finding.title) == ("yara.eicar", "eicar.com", "EICAR test file")
    assert finding.evidence == "EICAR-STANDARD-"


def test_the_report_names_hash_size_and_rules(engine: Engine, rules: RuleSet) -> None:
    report = engine.scan(EICAR, name="a")

    assert report.sha256 == hashlib.sha256(EICAR).hexdigest()
    assert (report.size, report.rules) == (len(EICAR), rules.digest)


def test_a_large_file_is_hashed_right_beside_its_scan(engine: Engine) -> None:
    content = samples.noise(300_000, seed=1)

    assert engine.scan(content, name="a.bin").sha256 == hashlib.sha256(content).hexdigest()


def test_a_hash_that_the_caller_knows_is_taken(engine: Engine) -> None:
    assert engine.scan(b"abc", name="a", sha256="5a" * 32).sha256 == "5a" * 32


def test_a_report_survives_its_json_shape(engine: Engine) -> None:
    report = engine.scan(samples.zip_of({"a.txt": EICAR + b" https://site.example/"}), name="a.zip")

    assert Report.from_dict(report.to_dict()) == report


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_any_buffer_can_be_scanned(engine: Engine, kind: type) -> None:
    assert engine.scan(kind(EICAR), name="a").verdict is Verdict.MALICIOUS


def test_a_mapped_file_can_be_scanned_and_closed_afterwards(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(samples.zip_of({"e.txt": EICAR}))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert engine.scan(mapped, name="a.zip").verdict is Verdict.MALICIOUS


CONTAINERS = {
    "a.zip": (samples.zip_of({"e.txt": EICAR}), "a.zip/e.txt"),
    "a.tar": (samples.tar_of({"e.txt": EICAR}, compressed=False), "a.tar/e.txt"),
    "a.tgz": (samples.tar_of({"e.txt": EICAR}), "a.tgz/a.tar/e.txt"),
    "e.txt.gz": (gzip.compress(EICAR), "e.txt.gz/e.txt"),
    "e.txt.bz2": (bz2.compress(EICAR), "e.txt.bz2/e.txt"),
    "e.txt.xz": (lzma.compress(EICAR), "e.txt.xz/e.txt"),
    "e.txt.lzma": (lzma.compress(EICAR, format=lzma.FORMAT_ALONE), "e.txt.lzma/e.txt"),
    "e.txt.zst": (zstd.compress(EICAR), "e.txt.zst/e.txt"),
    "a.7z": (seven_zip({"e.txt": EICAR}), "a.7z/e.txt"),
    "a.eml": (samples.mail_with([("e.txt", EICAR)]), "a.eml/e.txt"),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_what_is_inside_a_container_is_found_and_placed(engine: Engine, name: str) -> None:
    content, where = CONTAINERS[name]

    report = engine.scan(content, name=name)

    assert report.verdict is Verdict.MALICIOUS
    assert found(report)["yara.eicar"] == where


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_every_method_of_zip_is_unpacked(engine: Engine, method: int) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("e.txt", EICAR * 100)

    assert engine.scan(buffer.getvalue(), name="a.zip").verdict is Verdict.MALICIOUS


def test_containers_in_containers_are_opened(engine: Engine) -> None:
    inner = samples.zip_of({"e.txt": EICAR})
    mail = samples.mail_with([("inner.zip", gzip.compress(inner))])
    outer = seven_zip({"letter.eml": mail})

    report = engine.scan(outer, name="outer.7z")

    assert found(report)["yara.eicar"] == "outer.7z/letter.eml/inner.zip/inner/e.txt"


def test_the_second_member_of_a_gzip_is_seen(engine: Engine) -> None:
    content = gzip.compress(b"nothing here") + gzip.compress(EICAR)

    assert engine.scan(content, name="a.gz").verdict is Verdict.MALICIOUS


def test_bytes_behind_a_gzip_do_not_hide_what_is_in_it(engine: Engine) -> None:
    report = engine.scan(gzip.compress(EICAR) + b"no stream", name="e.txt.gz")

    assert report.verdict is Verdict.MALICIOUS and "archive.broken" in found(report)


def test_a_zip_with_something_behind_it_is_opened(engine: Engine) -> None:
    archive = samples.zip_of({"e.txt": EICAR})

    assert found(engine.scan(archive + b"trailing bytes", name="a.zip"))["yara.eicar"] == "a.zip/e.txt"


def test_names_that_leave_the_folder_are_only_labels(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("py7zr.py7zr.check_archive_path", lambda name: True)
    names = ["../../up.txt", "/root.txt", "C:\\windows\\a.txt"]
    for content in (samples.zip_of(dict.fromkeys(names, EICAR)), seven_zip({"../../up.txt": EICAR})):
        report = engine.scan(content, name="a")

        assert any(finding.where.endswith("../../up.txt") for finding in report.findings)
    assert list(tmp_path.iterdir()) == []


def test_two_members_of_one_name_are_both_looked_at(engine: Engine) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a.txt", b"harmless")
        archive.writestr("a.txt", EICAR)

    assert engine.scan(buffer.getvalue(), name="a.zip").verdict is Verdict.MALICIOUS


def test_a_truncated_zip_is_unknown_and_its_members_are_still_seen(engine: Engine) -> None:
    archive = samples.zip_of({"e.txt": EICAR, "b.txt": b"more"})

    report = engine.scan(archive[:-60], name="a.zip")

    assert found(report)["archive.broken"] == "a.zip"
    assert found(report)["yara.eicar"] == "a.zip/e.txt"


@pytest.mark.parametrize("name", ["a.tar", "a.tgz", "e.txt.gz", "e.txt.bz2", "e.txt.xz", "a.7z", "e.txt.zst"])
def test_a_damaged_container_is_unknown_and_never_clean(engine: Engine, name: str) -> None:
    content = CONTAINERS[name][0]
    if name == "a.tar":
        content = samples.tar_of({"long.bin": samples.noise(5_000, seed=2)}, compressed=False)

    report = engine.scan(content[: len(content) // 2], name=name)

    assert report.verdict is not Verdict.CLEAN
    assert "archive.broken" in found(report)


def test_a_container_that_cannot_be_opened_is_unknown(engine: Engine) -> None:
    report = engine.scan(bytes(7) + b"**ACE**" + bytes(100), name="a.ace")

    assert (report.verdict, report.type) == (Verdict.UNKNOWN, "application/x-ace-compressed")
    assert "archive.unsupported" in found(report)


def test_only_regular_files_of_a_tar_are_looked_at(engine: Engine) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("e.txt")
        info.size = len(EICAR)
        archive.addfile(info, io.BytesIO(EICAR))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    report = engine.scan(buffer.getvalue(), name="a.tar")

    assert (report.verdict, report.nodes) == (Verdict.MALICIOUS, 2)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_texts_in_wide_encodings_are_read_as_text(engine: Engine, encoding: str) -> None:
    content = "There is a needle in the hay: https://wide.example/x".encode(encoding)

    report = engine.scan(content, name="note.txt")

    assert found(report) == {"yara.needle": "note.txt"}
    assert [link.url for link in report.urls] == ["https://wide.example/x"]


def test_links_of_texts_and_attributes_are_reported_once_with_their_place(engine: Engine) -> None:
    page = b'<html><a href="https://one.example/">https://one.example/</a> https://two.example/'

    report = engine.scan(samples.zip_of({"page.html": page}), name="a.zip")

    assert [(link.url, link.where) for link in report.urls] == [
        ("https://one.example/", "a.zip/page.html"),
        ("https://two.example/", "a.zip/page.html"),
    ]


def test_namespaces_of_an_office_document_are_no_links(engine: Engine) -> None:
    assert engine.scan(samples.document(), name="a.docx").urls == ()


def test_a_name_with_reversed_reading_is_suspicious_and_shown_escaped(engine: Engine) -> None:
    report = engine.scan(samples.zip_of({"invoice\u202etxt.exe": b"x"}), name="a.zip")

    (finding,) = report.findings
    assert (finding.id, finding.where) == ("name.bidi", "a.zip/invoice\\u{202e}txt.exe")
    assert report.verdict is Verdict.SUSPICIOUS


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"MZ" + bytes(200), "type.program"),
        ("renamed.pdf", b"\x7fELF" + bytes(60), "type.program"),
        ("a.lnk", bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60), "type.shortcut"),
        ("a.hta", b"<html><script>1</script>", "type.script"),
        ("invoice.js", b"var a = 1;", "type.script"),
        ("run.ps1", b"Get-Date", "type.script"),
    ],
)
def test_a_forbidden_type_is_restricted_also_inside_an_archive(
    engine: Engine, name: str, content: bytes, code: str
) -> None:
    alone = engine.scan(content, name=name)
    packed = engine.scan(samples.zip_of({name: content}), name="a.zip")

    assert (alone.verdict, packed.verdict) == (Verdict.RESTRICTED, Verdict.RESTRICTED)
    assert found(packed)[code] == f"a.zip/{name}"


def test_scripts_in_a_project_are_what_developers_send(engine: Engine) -> None:
    project = {f"src/module{number}.js": b"export default 1;" for number in range(30)}

    assert engine.scan(samples.zip_of(project), name="project.zip").verdict is Verdict.CLEAN


def test_a_macro_document_gives_its_source_to_the_rules(engine: Engine) -> None:
    document = samples.macro_document('Attribute VB_Name = "Module1"\r\nSub A()\r\n\' needle in the hay\r\nEnd Sub\r\n')

    report = engine.scan(document, name="a.docm")

    assert found(report)["yara.needle"] == "a.docm/word/vbaProject.bin/Module1.bas"


def test_a_harmless_macro_changes_nothing_but_is_noted(engine: Engine) -> None:
    document = samples.macro_document('Attribute VB_Name = "Module1"\r\nSub Total()\r\n  Beep\r\nEnd Sub\r\n')

    report = engine.scan(document, name="a.docm")

    assert report.verdict is Verdict.CLEAN
    assert [(finding.id, finding.severity) for finding in report.findings] == [("office.macro", Severity.INFO)]


def test_a_macro_that_runs_by_itself_and_starts_programs_is_suspicious(engine: Engine) -> None:
    source = 'Attribute VB_Name = "M"\r\nSub AutoOpen()\r\n  Shell "calc.exe"\r\nEnd Sub\r\n'

    report = engine.scan(samples.macro_document(source), name="a.docm")

    assert report.verdict is Verdict.SUSPICIOUS
    assert "office.macro_autorun" in found(report)


def test_the_deflated_streams_of_a_pdf_are_seen(engine: Engine) -> None:
    stream = zlib.compress(b"a needle in the hay /URI (https://inside.example/)")
    document = (
        b"%PDF-1.5\n1 0 obj\n<< /Length 9 /Filter /FlateDecode >>\nstream\n" + stream + b"\nendstream\nendobj\n"
        b"2 0 obj\n<< /S /URI /URI (https://link.example/a\\(b\\)) >>\nendobj\n%%EOF"
    )

    report = engine.scan(document, name="a.pdf")

    assert "yara.needle" in found(report)
    assert {link.url for link in report.urls} == {"https://inside.example/", "https://link.example/a(b)"}


def test_an_encrypted_pdf_is_unknown(engine: Engine) -> None:
    document = samples.pdf().replace(b"trailer\n<<", b"trailer\n<< /Encrypt 9 0 R")

    assert b"/Encrypt" in document
    assert engine.scan(document, name="a.pdf").verdict is Verdict.UNKNOWN


class _FailingRules:
    digest = "0" * 64

    def __init__(self, error: Exception) -> None:
        self.error = error

    def look_at(self, data: memoryview, **_: object) -> Matches:
        raise self.error


@pytest.mark.parametrize("error", [RuleTimeout("slow"), RuleFailure("broken")])
def test_rules_that_fail_make_the_file_unknown_and_the_walk_goes_on(error: Exception) -> None:
    report = Engine(_FailingRules(error)).scan(samples.zip_of({"a.exe": b"MZ" + bytes(99)}), name="a.zip")  # type: ignore[arg-type]

    assert [finding.where for finding in report.findings if finding.id == "yara.failed"] == ["a.zip", "a.zip/a.exe"]
    assert report.verdict is Verdict.RESTRICTED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ZeroDivisionError("secret content"), "analysis.failed"),
        (MemoryError(), "limit.memory"),
        (RecursionError(), "analysis.failed"),
    ],
)
def test_an_analyzer_that_fails_is_a_finding_without_its_message(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, error: Exception, code: str
) -> None:
    def failing(node: Node, tools: Tools) -> Iterator[Item]:
        yield from ()
        raise error

    monkeypatch.setitem(ANALYZERS, "text", (failing,))

    report = engine.scan(samples.zip_of({"a.txt": b"text", "e.bin": EICAR + b"\0"}), name="a.zip")

    failed = next(finding for finding in report.findings if finding.id == code)
    assert (failed.where, failed.severity, failed.evidence) == ("a.zip/a.txt", Severity.UNKNOWN, type(error).__name__)
    assert report.verdict is Verdict.MALICIOUS
