"""Rule files out of what a forge serves: a zip or tar.gz archive, or a single file. In memory and under caps.

Nothing is written here, and no name of an archive reaches the disk as it is: each part of a path is made plain.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from app.errors import Rejected

#: Bytes that the rule files of one source may have together, and one of them alone.
ALL_BYTES = 128 << 20
FILE_BYTES = 16 << 20
#: Files of rules in one source, and entries of any kind in its archive.
MOST_FILES = 20_000
MOST_ENTRIES = 200_000
#: Bytes to which a compressed tar may unpack, whatever it holds.
TAR_BYTES = 512 << 20

_SUFFIXES = (".yar", ".yara")
_DEPTH = 12
_ODD = re.compile(r"[^A-Za-z0-9_.+-]")


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule file: ``path`` is relative, of plain letters, without ``..``."""

    path: PurePosixPath
    content: bytes


def unpack(content: bytes, *, name: str, folder: str = "") -> list[RuleText]:
    """Return the rule files of an archive, or the content itself as one.

    ``name`` is that of a single file. With ``folder`` only what lies in it counts; the one folder that forges put
    around everything is left out of all paths. Raises Rejected when it is damaged, holds no rules or is too large.
    """
    try:
        if content[:4] == b"PK\x03\x04":
            found = list(_capped(_zip(content)))
        elif content[:2] == b"\x1f\x8b":
            found = list(_capped(_tar(content)))
        else:
            return [_single(content, name)]
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as e:
        raise Rejected(f"The archive is damaged or of an unknown kind ({type(e).__name__}).", code="archive") from None
    texts = _inside(_without_top(found), folder)
    if not texts:
        where = f" in its folder {folder}" if folder else ""
        raise Rejected(f"The archive holds no .yar or .yara files{where}.", code="no_rules")
    return texts


def plain_path(path: str) -> PurePosixPath | None:
    """Return a path inside an archive in plain letters; None for one that leads out, is hidden or is no rule file."""
    parts = path.replace("\\", "/").split("/")
    hidden = any(part.startswith(".") or not part for part in parts)
    if path.startswith("/") or hidden or len(parts) > _DEPTH or not parts[-1].endswith(_SUFFIXES):
        return None
    return PurePosixPath(*(_ODD.sub("_", part)[-100:] for part in parts))


def _single(content: bytes, name: str) -> RuleText:
    if content.lstrip()[:1] == b"<":
        raise Rejected("A web page came in the place of rules. Give the address of the file itself.", code="page")
    if len(content) > FILE_BYTES:
        raise Rejected("The file of rules is larger than 16 MiB.", code="too_large")
    stem = _ODD.sub("_", PurePosixPath(name).stem).lstrip(".")[-100:] or "rules"
    return RuleText(PurePosixPath(f"{stem}.yar"), content)


def _zip(content: bytes) -> Iterator[tuple[str, int, IO[bytes]]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        _check_entries(len(entries))
        for entry in entries:
            if plain_path(entry.filename) and not entry.flag_bits & 1:
                with archive.open(entry) as file:
                    yield entry.filename, entry.file_size, file


def _tar(content: bytes) -> Iterator[tuple[str, int, IO[bytes]]]:
    unpacked = _Counted(gzip.GzipFile(fileobj=io.BytesIO(content)))
    with tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for number, entry in enumerate(archive):
            _check_entries(number)
            file = archive.extractfile(entry) if entry.isreg() and plain_path(entry.name) else None
            if file:
                yield entry.name, entry.size, file


class _Counted(io.RawIOBase):
    """Reads from another file and ends it all when that has given too much: the rest of a tar unpacks to anything."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file
        self._left = TAR_BYTES

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > self._left:
            raise Rejected("The archive unpacks to more than 512 MiB.", code="too_large")
        piece = self._file.read(size)
        self._left -= len(piece)
        return piece


def _capped(entries: Iterable[tuple[str, int, IO[bytes]]]) -> Iterator[RuleText]:
    taken, left = 0, ALL_BYTES
    for name, _, file in entries:
        content = file.read(FILE_BYTES + 1)
        taken, left = taken + 1, left - len(content)
        if len(content) > FILE_BYTES or left < 0 or taken > MOST_FILES:
            raise Rejected("The archive holds more rules than are taken: 20,000 files, 128 MiB.", code="too_large")
        path = plain_path(name)
        if path:
            yield RuleText(path, content)


def _check_entries(number: int) -> None:
    if number > MOST_ENTRIES:
        raise Rejected("The archive holds more than 200,000 entries.", code="too_large")


def _without_top(texts: list[RuleText]) -> list[RuleText]:
    """Leave out the folder around everything: it carries the commit, so that each fetch would rename all files."""
    tops = {text.path.parts[0] for text in texts}
    if len(tops) != 1 or any(len(text.path.parts) == 1 for text in texts):
        return texts
    return [RuleText(PurePosixPath(*text.path.parts[1:]), text.content) for text in texts]


def _inside(texts: list[RuleText], folder: str) -> list[RuleText]:
    wanted = PurePosixPath(folder.strip("/")) if folder else None
    if wanted is None:
        return texts
    # The folder may be written with or without what the forge puts around everything.
    return [RuleText(text.path.relative_to(wanted), text.content) for text in texts if text.path.is_relative_to(wanted)]
