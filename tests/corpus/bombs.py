"""Files that would use up memory, time or disk: each must end as unknown, with the limit named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from backports import zstd

from app.sandbox import samples
from tests.unit.engine.test_pdf import pdf, stream
from tests.unit.engine.test_scan_limits import raw_zip, zeros

MIB = 1024 * 1024

BOMBS: dict[str, Callable[[], bytes]] = {}


def bombs() -> Iterator[tuple[str, bytes]]:
    """Yield (name of the file, content) of each."""
    for name, make in BOMBS.items():
        yield name, make()


def _bomb(name: str) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def put(make: Callable[[], bytes]) -> Callable[[], bytes]:
        BOMBS[name] = make
        return make

    return put


def _member(count: int) -> bytes:
    return raw_zip(b"0", zeros(count), declared=count & 0xFFFFFFFF)


@_bomb("one-large-member.zip")
def _flat() -> bytes:
    return _member(1_200 * MIB)


@_bomb("nested.zip")
def _nested() -> bytes:
    content = _member(100 * MIB)
    for level in range(5):
        content = samples.zip_of({f"{level}{number}.zip": content for number in range(12)})
    return content


@_bomb("deep.zip")
def _deep() -> bytes:
    content = b"end"
    for level in range(400):
        content = samples.zip_of({f"{level}.zip": content})
    return content


@_bomb("many-members.zip")
def _many() -> bytes:
    return samples.zip_of({f"{number}.txt": b"%d" % number for number in range(60_000)})


@_bomb("overlapping-members.zip")
def _overlapping() -> bytes:
    """Every row of the central list names the same large member (Fifield, "A better zip bomb", 2019)."""
    packed = zeros(120 * MIB)
    local = b"PK\x03\x04" + struct.pack("<HHHHH", 20, 0, 8, 0, 33)
    local += struct.pack("<IIIHH", 0, len(packed), 120 * MIB, 1, 0) + b"0" + packed
    row = b"PK\x01\x02" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 33) + struct.pack("<III", 0, len(packed), 120 * MIB)
    rows = b"".join(row + struct.pack("<HHHHHII", 4, 0, 0, 0, 0, 0, 0) + b"%04d" % number for number in range(5_000))
    return local + rows + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 5_000, 5_000, len(rows), len(local), 0)


@_bomb("itself.zip.gz")
def _layers() -> bytes:
    content = gzip.compress(bytes(64 * MIB), 9)
    for _ in range(40):
        content = gzip.compress(content, 9)
    return content


def _repeated(pack: Callable[[bytes], bytes], times: int) -> bytes:
    return pack(bytes(16 * MIB)) * times


@_bomb("large.gz")
def _gzip() -> bytes:
    return _repeated(lambda data: gzip.compress(data, 9), 80)


@_bomb("large.bz2")
def _bzip2() -> bytes:
    return _repeated(bz2.compress, 120)


@_bomb("large.xz")
def _xz() -> bytes:
    return _repeated(lambda data: lzma.compress(data, preset=0), 120)


@_bomb("large.zst")
def _zstd() -> bytes:
    return _repeated(zstd.compress, 120)


@_bomb("entities.svg")
def _entities() -> bytes:
    rows = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "ha">{rows}]><svg xmlns="x"><text>&a11;</text></svg>'.encode()
    )


@_bomb("streams.pdf")
def _pdf() -> bytes:
    packed = zlib.compress(bytes(200 * MIB), 9)
    return pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages >>", *[stream(packed, b"", b"/FlateDecode")] * 5)


@_bomb("filters.pdf")
def _filters() -> bytes:
    packed = bytes(100 * MIB)
    for _ in range(8):
        packed = zlib.compress(packed, 9)
    return pdf(b"<< /Type /Catalog >>", stream(packed, b"", b"[" + b"/FlateDecode " * 8 + b"]"))


@_bomb("huge.png")
def _picture() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(60 * MIB), 9)) + chunk(b"IEND", b"")


@_bomb("part.docx")
def _document() -> bytes:
    buffer = io.BytesIO(samples.document())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/image1.emf", bytes(600 * MIB), compresslevel=9)
    return buffer.getvalue()


@_bomb("mails.eml")
def _mails() -> bytes:
    content, name = b"end", "a.txt"
    for level in range(60):
        content, name = samples.mail_with([(name, content)]), f"{level}.eml"
        if len(content) > 8 * MIB:
            break
    return content
