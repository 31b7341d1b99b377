"""What an image keeps from being shown, and a shortcut that is all that is left to see."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.engine.analyzers.disk import fat as disk_fat, ntfs as disk_ntfs, sectors, udf as disk_udf
from app.engine.budget import Budget, Limits
from app.engine.model import Verdict
from app.engine.node import Child, Tools
from app.engine.scan import Engine
from tests.unit.engine.containers import BENIGN, places
from tests.unit.engine.disks import fat, ntfs
from tests.unit.engine.test_disk_iso import SECTOR, descriptor, directory, record
from tests.unit.engine.test_disk_udf import identifier, udf
from tests.unit.engine.test_program_launcher import LINK, PROGRAM

HIDDEN, FOLDER = 1, 2


def tools() -> Tools:
    return Tools(Budget(Limits()))


def shown(children: Iterable[Child]) -> dict[str, bool]:
    return {child.name: not child.hidden for child in children}


@pytest.mark.parametrize("hidden", [False, True])
def test_fat_tells_what_is_hidden(hidden: bool) -> None:
    image = fat(BENIGN, name="a.txt").replace(b"RECHNU~1TXT\x20", b"RECHNU~1TXT" + (b"\x22" if hidden else b"\x20"))

    assert shown(disk_fat.files(sectors.raw(memoryview(image)), 0, tools())) == {"SUB/a.txt": not hidden}


def test_what_lies_in_a_hidden_folder_is_hidden() -> None:
    image = fat(BENIGN, name="a.txt").replace(b"SUB        \x10", b"SUB        \x12")

    assert shown(disk_fat.files(sectors.raw(memoryview(image)), 0, tools())) == {"SUB/a.txt": False}


@pytest.mark.parametrize("hidden", [False, True])
def test_ntfs_tells_what_is_hidden(hidden: bool) -> None:
    image = ntfs(BENIGN, name="a.txt", hidden=hidden)

    assert shown(disk_ntfs.files(sectors.raw(memoryview(image)), 0, tools())) == {"Sub/a.txt": not hidden}


@pytest.mark.parametrize("hidden", [False, True])
def test_udf_tells_what_is_hidden(hidden: bool) -> None:
    image = udf(BENIGN, name=b"\x08plain.txt")
    plain, marked = (identifier(b"\x08plain.txt", 5, traits) for traits in (0, HIDDEN))
    assert plain in image

    image = image.replace(plain, marked) if hidden else image

    assert shown(disk_udf.files(memoryview(image), tools(), set())) == {"sub/plain.txt": not hidden}


def disc(files: dict[str, tuple[bytes, int]]) -> bytes:
    """An image whose root lists the files, each with its flags, each from a sector of its own."""
    entries, body = [], b""
    for number, (name, (content, flags)) in enumerate(files.items()):
        entries.append(record(f"{name};1".encode(), 19 + number, len(content), flags=flags))
        body += content.ljust(SECTOR, b"\0")
    return bytes(16 * SECTOR) + descriptor(1, 18) + descriptor(255, 0) + directory(18, entries) + body


def test_a_disc_that_hides_the_program_beside_its_shortcut_is_malicious(engine: Engine) -> None:
    image = disc({"Invoice.lnk": (LINK, 0), "core.dll": (PROGRAM[:SECTOR], HIDDEN)})

    report = engine.scan(image, name="a.iso")

    assert (report.verdict, "program.hidden_beside_shortcut" in places(report)) == (Verdict.MALICIOUS, True)


def test_a_disc_on_which_only_a_shortcut_is_shown_is_told(engine: Engine) -> None:
    hidden, plain = (
        disc({"Invoice.lnk": (LINK, 0), "data.log": (BENIGN, flags), "b.txt": (BENIGN, flags)}) for flags in (HIDDEN, 0)
    )

    assert places(engine.scan(hidden, name="a.iso"))["program.only_shortcut_shown"] == "a.iso"
    assert set(places(engine.scan(plain, name="a.iso"))) == {"type.shortcut"}
