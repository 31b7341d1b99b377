from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, damaged, judged, places
from tests.unit.engine.programs import windows
from tests.unit.engine.test_disk_iso import SECTOR, descriptor, directory, record

LINK = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60)
PROGRAM = windows(dll=True)


def disc(files: Mapping[str, bytes]) -> bytes:
    """An image whose root lists the files, each from a sector of its own."""
    entries, body, at = [], b"", 19
    for name, content in files.items():
        entries.append(record(f"{name};1".encode(), at, len(content)))
        padded = content.ljust(-(-len(content) // SECTOR) * SECTOR, b"\0")
        body, at = body + padded, at + len(padded) // SECTOR
    return bytes(16 * SECTOR) + descriptor(1, 18) + descriptor(255, 0) + directory(18, entries) + body


def archive(files: Mapping[str, bytes], *, hidden: str = "") -> bytes:
    """A zip in which one file has the attribute of hidden ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0x02 if name == hidden else 0
            made.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["core.dll", "run.js", "a.exe"])
def test_an_image_with_a_shortcut_and_a_program_is_malicious(engine: Engine, name: str) -> None:
    content = PROGRAM if name != "run.js" else b"var a = 1;"

    report = engine.scan(disc({"Invoice.lnk": LINK, name: content}), name="a.iso")

    assert (report.verdict, places(report)["program.beside_shortcut"]) == (Verdict.MALICIOUS, "a.iso")


@pytest.mark.parametrize(
    "files",
    [
        {"setup.exe": PROGRAM, "readme.txt": BENIGN},
        {"Report.lnk": LINK, "report.txt": BENIGN},
    ],
)
def test_an_image_with_one_of_them_is_only_restricted(engine: Engine, files: dict[str, bytes]) -> None:
    assert engine.scan(disc(files), name="a.iso").verdict is Verdict.RESTRICTED


def test_a_copy_of_a_desktop_is_only_restricted(engine: Engine) -> None:
    files = {"Report.lnk": LINK, "tool.exe": PROGRAM, **{f"{number}.txt": BENIGN for number in range(60)}}

    assert engine.scan(disc(dict(list(files.items())[:20])), name="a.iso").verdict is Verdict.RESTRICTED
    assert "program.beside_shortcut" not in places(engine.scan(archive(files), name="a.zip"))


def test_a_shortcut_with_a_hidden_program_beside_it_is_malicious(engine: Engine) -> None:
    files = {"Invoice.lnk": LINK, "data/core.dll": PROGRAM}

    for content in (
        archive(files, hidden="data/core.dll"),
        archive({"Invoice.lnk": LINK, ".data/core.dll": PROGRAM}),
    ):
        report = engine.scan(content, name="a.zip")
        assert (report.verdict, "program.hidden_beside_shortcut" in places(report)) == (Verdict.MALICIOUS, True)

    assert engine.scan(archive(files), name="a.zip").verdict is Verdict.RESTRICTED


def test_what_macos_adds_to_an_archive_is_not_hidden(engine: Engine) -> None:
    files = {"Invoice.lnk": LINK, "a.exe": PROGRAM, "__MACOSX/._a.exe": b"\0\5\x16\7" + bytes(60)}

    assert engine.scan(archive(files), name="a.zip").verdict is Verdict.RESTRICTED


@pytest.mark.parametrize("name", ["a.iso", "a.zip"])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(name: str, rules: RuleSet, data: st.DataObject) -> None:
    files = {"Invoice.lnk": LINK, "core.dll": PROGRAM}
    seed = disc(files) if name == "a.iso" else archive(files)

    assert judged(rules, data.draw(damaged(seed)), name).nodes >= 1
