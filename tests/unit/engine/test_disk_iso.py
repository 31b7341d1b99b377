from __future__ import annotations

import struct

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, EICAR, damaged, judged, places, unknowns

SECTOR = 2048


def both(number: int) -> bytes:
    """A number in both byte orders, as ISO 9660 writes it."""
    return struct.pack("<I", number) + struct.pack(">I", number)


def record(name: bytes, start: int, length: int, *, flags: int = 0, area: bytes = b"") -> bytes:
    body = bytes([0]) + both(start) + both(length) + bytes(7) + bytes([flags, 0, 0]) + struct.pack("<H", 1) + b"\0\1"
    body += bytes([len(name)]) + name + (b"" if len(name) % 2 else b"\0") + area
    return bytes([len(body) + 1]) + body


def directory(start: int, entries: list[bytes]) -> bytes:
    dots = record(b"\0", start, SECTOR, flags=2) + record(b"\1", start, SECTOR, flags=2)
    return (dots + b"".join(entries)).ljust(SECTOR, b"\0")


def descriptor(kind: int, root: int, escape: bytes = b"") -> bytes:
    head = bytes([kind]) + b"CD001\x01"
    return (head.ljust(88, b"\0") + escape.ljust(68, b"\0") + record(b"\0", root, SECTOR, flags=2)).ljust(SECTOR, b"\0")


def iso(content: bytes, *, joliet: bytes = b"", rock_ridge: bytes = b"", folder: bool = False) -> bytes:
    """One file: FILE.TXT in the primary tree (with a Rock Ridge name), by its Joliet name in the second."""
    length = len(content)
    area = b"NM" + bytes([5 + len(rock_ridge), 1, 0]) + rock_ridge if rock_ridge else b""
    file = record(b"FILE.TXT;1", 23, length, area=area)
    primary = directory(20, [record(b"SUB", 22, SECTOR, flags=2)] if folder else [file])
    second = directory(21, [record(joliet, 23, length)] if joliet else [])
    inner = directory(22, [file])
    descriptors = [descriptor(1, 20), *([descriptor(2, 21, b"%/E")] if joliet else []), descriptor(255, 0)]
    start = bytes(16 * SECTOR) + b"".join(descriptors)
    return start.ljust(20 * SECTOR, b"\0") + primary + second + inner + content.ljust(SECTOR, b"\0")


def test_a_file_in_an_image_is_found_by_its_plain_name(engine: Engine) -> None:
    report = engine.scan(iso(EICAR), name="a.iso")

    assert (report.verdict, report.type) == (Verdict.MALICIOUS, "application/x-iso9660-image")
    assert places(report)["yara.eicar"] == "a.iso/FILE.TXT"


def test_its_joliet_name_is_the_one_that_windows_shows(engine: Engine) -> None:
    report = engine.scan(iso(EICAR, joliet="Rechnung für März.txt".encode("utf-16-be"), rock_ridge=b"x"), name="a.iso")

    assert places(report) == {"yara.eicar": "a.iso/Rechnung für März.txt"}
    assert report.nodes == 2


def test_its_rock_ridge_name_is_used_where_there_is_no_joliet(engine: Engine) -> None:
    assert places(engine.scan(iso(EICAR, rock_ridge=b"long name.txt"), name="a.iso")) == {
        "yara.eicar": "a.iso/long name.txt"
    }


def test_folders_are_entered(engine: Engine) -> None:
    assert places(engine.scan(iso(EICAR, folder=True), name="a.iso")) == {"yara.eicar": "a.iso/SUB/FILE.TXT"}


def test_a_shortcut_in_an_image_is_restricted(engine: Engine) -> None:
    shortcut = bytes.fromhex("4c0000000114020000000000c000000000000046") + bytes(60)

    assert engine.scan(iso(shortcut), name="a.iso").verdict is Verdict.RESTRICTED


@pytest.mark.parametrize("folder", [False, True])
def test_a_harmless_image_is_clean(engine: Engine, folder: bool) -> None:
    report = engine.scan(iso(BENIGN, folder=folder, joliet="a.txt".encode("utf-16-be")), name="a.iso")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_a_folder_that_holds_itself_is_read_once(engine: Engine) -> None:
    content = bytearray(iso(BENIGN, folder=True))
    at = content.index(b"\x03SUB") - 32
    content[at + 2 : at + 6] = struct.pack("<I", 20)

    assert engine.scan(bytes(content), name="a.iso").nodes == 1


@pytest.mark.parametrize("length", [23 * SECTOR + 10, 20 * SECTOR, 17 * SECTOR + 20])
def test_an_image_cut_short_is_unknown(engine: Engine, length: int) -> None:
    report = engine.scan(iso(BENIGN)[:length], name="a.iso")

    assert (report.verdict, unknowns(report)) == (Verdict.UNKNOWN, {"archive.broken"})


@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    image = iso(BENIGN, joliet="a.txt".encode("utf-16-be"), rock_ridge=b"long.txt", folder=True)
    content = data.draw(damaged(image, within=(16 * SECTOR, len(image) - 1)))

    assert judged(rules, content, "a.iso").nodes >= 1
