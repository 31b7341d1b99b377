"""What lies in a downloaded file, unpacked as it is read and never more than the cap."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import BinaryIO, Protocol

from app.errors import Rejected

#: Bytes that a feed may unpack to.
LARGEST = 2 << 30
#: Files in an archive that is looked into.
_MOST_MEMBERS = 1_000

_BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)


@contextmanager
def unpacked(file: BinaryIO, *, largest: int = LARGEST) -> Iterator[BinaryIO]:
    """Give what the file holds: itself, or what a gzip, bzip2, xz or zip file has inside (of a zip the largest file).

    Reading raises Rejected when it unpacks to more than ``largest`` bytes or is damaged.
    """
    head = file.read(6)
    file.seek(0)
    try:
        with _opened(file, head) as inner:
            yield io.BufferedReader(_Capped(inner, largest), 1 << 18)
    except zipfile.BadZipFile:
        raise _damaged() from None


class _Source(Protocol):
    """What can be read from its beginning."""

    def read(self, size: int = ..., /) -> bytes:
        """Return at most so many bytes."""

    def seek(self, place: int, whence: int = ..., /) -> int:
        """Go there."""


def _opened(file: BinaryIO, head: bytes) -> AbstractContextManager[_Source]:
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=file)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(file)
    if head.startswith(b"\xfd7zXZ\x00"):
        return lzma.LZMAFile(file)
    if head.startswith(b"PK\x03\x04"):
        archive = zipfile.ZipFile(file)
        members = [member for member in archive.infolist() if not member.is_dir()]
        if not members or len(members) > _MOST_MEMBERS:
            raise Rejected("The archive holds no feed.", code="archive")
        try:
            return archive.open(max(members, key=lambda member: member.file_size))
        except _BROKEN:
            raise _damaged() from None
    # It stays open: whoever opened it closes it.
    return nullcontext(file)


class _Capped(io.RawIOBase):
    """Reads on until the cap, and says what is wrong in our words."""

    def __init__(self, inner: _Source, largest: int) -> None:
        self._inner = inner
        self._left = largest

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = 0) -> int:
        return self._inner.seek(place, whence)

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._inner.read(len(buffer))
        except _BROKEN:
            raise _damaged() from None
        self._left -= len(data)
        if self._left < 0:
            raise Rejected("It unpacks to more than is taken.", code="too_large")
        buffer[: len(data)] = data
        return len(data)


def _damaged() -> Rejected:
    return Rejected("The file is damaged: it ends too early, or does not unpack.", code="archive")
