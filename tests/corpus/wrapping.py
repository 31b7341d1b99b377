"""The containers in which people send on what they have: one file among a few harmless ones."""

from __future__ import annotations

import io
import lzma
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace

import py7zr

from app.sandbox import samples
from tests.corpus.sample import Draw, File
from tests.unit.engine.test_archive_cab import cab
from tests.unit.engine.test_disk_iso import iso

#: The quickest way into a 7z archive.
STORED = [{"id": py7zr.FILTER_COPY}]


def wrapped(draw: Draw, file: File) -> File:
    """Return the file inside a container, with the comment and the address that it had."""
    name, content = draw.rng.choice(_WRAPPERS)(draw, file)
    return replace(file, name=name, content=content)


def beside(draw: Draw, file: File) -> dict[str, bytes]:
    """Return the file with up to three harmless ones around it."""
    files = {f"{draw.stem()}.txt": draw.prose(200).encode() for _ in range(draw.rng.randrange(4))}
    folder = draw.one("", f"{draw.word()}/")
    return {f"{folder}{name}": data for name, data in {**files, file.name: file.content}.items()}


def seven_zip(
    files: Mapping[str, bytes],
    password: str | None = None,
    *,
    filters: list[dict[str, int]] | None = None,
    header_encryption: bool = False,
) -> bytes:
    """Return a 7z archive with these files."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(
        buffer, "w", password=password, filters=filters, header_encryption=header_encryption
    ) as archive:
        for name, content in files.items():
            archive.writef(io.BytesIO(content), name)
    return buffer.getvalue()


def disc(name: str, content: bytes) -> bytes:
    """Return a disc image with one file under its long name."""
    return iso(content.ljust(-(-len(content) // 2048) * 2048, b"\0")[: len(content)], joliet=name.encode("utf-16-be"))


def _zip(draw: Draw, file: File) -> tuple[str, bytes]:
    return f"{draw.stem()}.zip", samples.zip_of(beside(draw, file))


def _seven_zip(draw: Draw, file: File) -> tuple[str, bytes]:
    return f"{draw.stem()}.7z", seven_zip({file.name: file.content}, filters=STORED)


def _tar_gz(draw: Draw, file: File) -> tuple[str, bytes]:
    return f"{draw.stem()}.tar.gz", samples.tar_of(beside(draw, file))


def _tar_xz(draw: Draw, file: File) -> tuple[str, bytes]:
    return f"{draw.stem()}.tar.xz", lzma.compress(samples.tar_of(beside(draw, file), compressed=False), preset=0)


def _tar_bz2(draw: Draw, file: File) -> tuple[str, bytes]:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:bz2", compresslevel=1) as archive:
        for name, data in beside(draw, file).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return f"{draw.stem()}.tbz2", buffer.getvalue()


def _mail(draw: Draw, file: File) -> tuple[str, bytes]:
    content = samples.mail_with([(file.name, file.content)], subject=draw.stem(), body=draw.prose(40))
    return f"{draw.stem()}.eml", content


def _cab(draw: Draw, file: File) -> tuple[str, bytes]:
    name = file.name.encode("ascii", "replace").decode()
    return f"{draw.stem()}.cab", cab({name: file.content})


_WRAPPERS: tuple[Callable[[Draw, File], tuple[str, bytes]], ...] = (
    _zip,
    _zip,
    _zip,
    _mail,
    _mail,
    _seven_zip,
    _tar_gz,
    _tar_xz,
    _tar_bz2,
    _cab,
)
