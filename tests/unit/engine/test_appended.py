from __future__ import annotations

import io
import struct
import zipfile

import py7zr
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from app.engine.analyzers.appended import zip_start
from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns
from tests.unit.engine.test_archive_cab import cab


def picture(kind: str) -> bytes:
    packed = io.BytesIO()
    Image.new("L", (8, 8), 200).save(packed, kind)
    return packed.getvalue()


GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90400000000002c00000000010001000002024401003b")
JPEG = picture("JPEG")
PAGE = b"<!doctype html><html><body>Hello</body></html>\n"
FIRST = {"a.png": samples.png(), "a.gif": GIF, "a.jpg": JPEG, "a.pdf": samples.pdf(), "a.html": PAGE}


def seven_zip(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive:
        archive.writef(io.BytesIO(content), "e.txt")
    return buffer.getvalue()


def program(*, resources: bytes = b"") -> bytes:
    """The headers of a PE with one section."""
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    head += b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, 0, 0, 0, 0, 0x102)
    body = resources.ljust(512, b"\0")
    name = b".rsrc" if resources else b".text"
    row = name.ljust(8, b"\0") + struct.pack("<IIII", len(body), 0x1000, len(body), 512) + bytes(16)
    return (head + row).ljust(512, b"\0") + body


@pytest.mark.parametrize("name", FIRST)
def test_a_zip_behind_another_format_is_opened(engine: Engine, name: str) -> None:
    report = engine.scan(FIRST[name] + samples.zip_of({"e.txt": EICAR}), name=name)

    assert report.verdict is Verdict.MALICIOUS
    assert places(report)["yara.eicar"] == f"{name}/appended.zip/e.txt"


@pytest.mark.parametrize("name", FIRST)
def test_a_harmless_one_behind_it_is_clean(engine: Engine, name: str) -> None:
    report = engine.scan(FIRST[name] + samples.zip_of({"a.txt": BENIGN}), name=name)

    assert (report.verdict, set(places(report))) == (Verdict.CLEAN, {"archive.appended"})


@pytest.mark.parametrize("name", FIRST)
def test_the_first_format_alone_has_no_finding(engine: Engine, name: str) -> None:
    assert engine.scan(FIRST[name], name=name).findings == ()


def test_a_zip_that_counts_from_the_start_of_the_whole_file_is_found() -> None:
    buffer = io.BytesIO(GIF)
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("a.txt", BENIGN)

    assert zip_start(memoryview(buffer.getvalue())) == len(GIF)
    assert zip_start(memoryview(GIF + samples.zip_of({"a.txt": BENIGN}))) == len(GIF)


@pytest.mark.parametrize("name", ["a.png", "a.gif", "a.jpg"])
def test_any_archive_behind_a_picture_is_opened(engine: Engine, name: str) -> None:
    report = engine.scan(FIRST[name] + seven_zip(EICAR), name=name)

    assert places(report)["yara.eicar"] == f"{name}/appended.bin/e.txt"


def test_padding_behind_a_picture_is_not_looked_into(engine: Engine) -> None:
    for trailer in (bytes(100), b"\xff" * 64, samples.noise(200, seed=1)):
        assert engine.scan(samples.png() + trailer, name="a.png").nodes == 1


@pytest.mark.parametrize("settings", [b"", b';!@Install@!UTF-8!\nRunProgram="a.exe"\n;!@InstallEnd@!'])
def test_a_self_extracting_program_is_opened(engine: Engine, settings: bytes) -> None:
    report = engine.scan(program() + settings + seven_zip(EICAR), name="a.exe")

    assert places(report)["yara.eicar"] == "a.exe/appended.7z/e.txt"


def test_zip_and_cabinet_behind_or_in_a_program_are_opened(engine: Engine) -> None:
    for content, where in (
        (program() + samples.zip_of({"e.txt": EICAR}), "appended.zip"),
        (program() + cab({"e.txt": EICAR}), "appended.cab"),
        (program(resources=b"\x01" * 9 + cab({"e.txt": EICAR})), "resource.cab"),
    ):
        assert places(engine.scan(content, name="a.exe"))["yara.eicar"] == f"a.exe/{where}/e.txt"


def test_a_plain_program_is_only_restricted(engine: Engine) -> None:
    for content in (program(), program(resources=bytes(100)), program() + bytes(50)):
        assert set(places(engine.scan(content, name="a.exe"))) == {"type.program"}


def test_an_installer_that_cannot_be_opened_says_so(engine: Engine) -> None:
    content = program() + bytes(4) + b"\xef\xbe\xad\xdeNullsoftInst" + bytes(100)

    assert unknowns(engine.scan(content, name="a.exe")) == {"archive.unsupported"}


def test_an_inno_installer_is_named_and_said_to_be_unseen(engine: Engine) -> None:
    content = program() + bytes(400) + b"Inno Setup Setup Data (6.1.0) (u)" + bytes(100)

    (finding,) = [f for f in engine.scan(content, name="a.exe").findings if f.id == "archive.unsupported"]

    assert finding.evidence == "Inno Setup"


def test_both_of_two_zips_behind_each_other_are_opened(engine: Engine) -> None:
    first, second = samples.zip_of({"e.txt": EICAR}), samples.zip_of({"a.txt": BENIGN})

    for content in (first + second, second + first):
        report = engine.scan(content, name="a.zip")

        assert report.verdict is Verdict.MALICIOUS
        assert unknowns(report) == set()


def test_an_archive_behind_a_zip_is_opened(engine: Engine) -> None:
    report = engine.scan(samples.zip_of({"a.txt": BENIGN}) + seven_zip(EICAR), name="a.zip")

    assert report.verdict is Verdict.MALICIOUS


def test_a_member_that_the_directory_leaves_out_is_found(engine: Engine) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in (("a.txt", BENIGN), ("e.txt", EICAR), ("b.txt", BENIGN)):
            archive.writestr(name, content)
        archive.filelist.pop(1)
        archive.NameToInfo.pop("e.txt")

    report = engine.scan(buffer.getvalue(), name="a.zip")

    assert report.verdict is Verdict.MALICIOUS
    assert "archive.unlisted" in places(report)


@pytest.mark.parametrize("name", FIRST)
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(name: str, rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(FIRST[name] + samples.zip_of({"a.txt": BENIGN})))

    assert judged(rules, content, name).nodes >= 1


#: Made once: it holds the time, and hypothesis wants to repeat itself.
SEED = program(resources=cab({"a.txt": BENIGN})) + seven_zip(BENIGN)


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_in_a_program_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    content = data.draw(damaged(SEED))

    assert judged(rules, content, "a.exe").nodes >= 1
