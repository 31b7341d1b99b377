"""What nobody can look into here: kinds without a reader, locks, and parts of a whole that lie elsewhere.

The twins of these are as unreadable: that they are called unknown is right.
"""

from __future__ import annotations

import struct

from app.engine.model import Verdict
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, Expect, File
from tests.corpus.wrapping import STORED, seven_zip
from tests.unit.engine.test_archive_rar import rar4, rar5

#: Ending -> how such a file begins.
_KINDS = {
    "ace": b"\x31\x31\x25\x00\x00\x00\x90**ACE**\x14\x14\x02\x00",
    "arj": b"\x60\xea\x2b\x00\x22\x0b\x01\x0b\x10\x00\x02\x08",
    "wim": b"MSWIM\x00\x00\x00\xd0\x00\x00\x00\x00\x0d\x01\x00",
    "vmdk": b"KDMV\x01\x00\x00\x00\x03\x00\x00\x00",
    "qcow2": b"QFI\xfb\x00\x00\x00\x03",
    "lrz": b"LRZI\x00\x06",
}


@technique("unread.kind_without_a_reader", expect=Expect.UNKNOWN, most=Verdict.UNKNOWN, partial=True)
def _kind(draw: Draw, harmful: bool) -> File:
    ending = draw.rng.choice(list(_KINDS))
    return File(f"{draw.stem()}.{ending}", _KINDS[ending] + draw.noise(4_000, 9_000) + bytes([harmful]))


@technique("unread.locked_rar", expect=Expect.UNKNOWN, most=Verdict.UNKNOWN, partial=True)
def _rar(draw: Draw, harmful: bool) -> File:
    make = draw.rng.choice((rar4, rar5))
    content = make(draw.noise(300, 900), name=f"{draw.stem()}.{'exe' if harmful else 'txt'}", locked=True)
    return File(f"{draw.stem()}.rar", content, f"{draw.prose(9)} The password is {draw.word()}77")


@technique("unread.first_of_several_volumes", expect=Expect.UNKNOWN, most=Verdict.UNKNOWN, partial=True)
def _volume(draw: Draw, harmful: bool) -> File:
    name = f"{draw.word()}.{'js' if harmful else 'txt'}"
    whole = seven_zip({name: draw.noise(9_000, 20_000)}, filters=STORED)
    return File(f"{draw.stem()}.7z.001", whole[: len(whole) // 2])


@technique("unread.data_cut_short", expect=Expect.UNKNOWN, most=Verdict.UNKNOWN, partial=True)
def _cut(draw: Draw, harmful: bool) -> File:
    """A member that says it is larger than what is left of the file."""
    name, data = f"{draw.word()}.{'exe' if harmful else 'txt'}".encode(), draw.noise(400, 900)
    head = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 7, 90_000, 200_000, len(name), 0)
    return File(f"{draw.stem()}.zip", head + name + data)
