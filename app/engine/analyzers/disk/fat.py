"""FAT12, FAT16 and FAT32 volumes: the files of their directories. Format: Microsoft's FAT specification 1.03."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.disk.sectors import Disk
from app.engine.node import Child, Tools

_ENTRY = 32
_DELETED, _LAST = 0xE5, 0x00
_HIDDEN, _LABEL, _FOLDER, _LONG_NAME = 0x02, 0x08, 0x10, 0x0F
#: Bytes of one allocation table that are read, and of one directory.
_MOST_TABLE = 32 * 1024 * 1024
_MOST_FOLDER = 4 * 1024 * 1024
#: Highest number of clusters of FAT12 and FAT16: the count alone says which one a volume has.
_FAT12, _FAT16 = 4_085, 65_525


class _Volume(NamedTuple):
    """Geometry in bytes from the start of the disk; ``root`` is a cluster (FAT32) or 0."""

    disk: Disk
    start: int
    table: bytes
    bits: int
    cluster: int
    first: int
    clusters: int
    root: int
    root_at: int
    root_size: int


class _File(NamedTuple):
    name: str
    folder: bool
    cluster: int
    size: int
    hidden: bool


def is_fat(boot: bytes) -> bool:
    """Whether a boot sector describes a FAT volume."""
    if len(boot) < 512 or boot[510:512] != b"\x55\xaa" or boot[0] not in (0xEB, 0xE9):
        return False
    sector, per_cluster, reserved, tables = struct.unpack_from("<HBHB", boot, 11)
    power = per_cluster and per_cluster & (per_cluster - 1) == 0
    return sector in (512, 1024, 2048, 4096) and bool(power) and reserved > 0 and tables in (1, 2)


def files(disk: Disk, start: int, tools: Tools) -> Iterator[Child]:
    """Yield every file of the volume that begins at byte ``start`` of the disk."""
    volume = _volume(disk, start)
    root = b"".join(_pieces(volume, volume.root, _MOST_FOLDER)) if volume.root else _root(volume)
    waiting, known, count = [("", root, False)], {volume.root}, 0
    while waiting:
        prefix, listing, hidden = waiting.pop()
        for file in _entries(listing):
            tools.budget.charge_time()
            count += 1
            if count > 2 * tools.budget.limits.nodes:
                return
            if not file.folder:
                yield Child(prefix + file.name, _content(volume, file), hidden=hidden or file.hidden)
            elif file.cluster not in known:
                known.add(file.cluster)
                inside = b"".join(_pieces(volume, file.cluster, _MOST_FOLDER))
                waiting.append((f"{prefix}{file.name}/", inside, hidden or file.hidden))


def _volume(disk: Disk, start: int) -> _Volume:
    boot = disk.read(start, 512)
    sector, per_cluster, reserved, tables, roots, total, _, table16 = struct.unpack_from("<HBHBHHBH", boot, 11)
    total32, table32 = struct.unpack_from("<II", boot, 32)
    per_table = table16 or table32
    root_at = start + (reserved + tables * per_table) * sector
    root_size = -(-roots * _ENTRY // sector) * sector
    first = root_at + root_size
    count = max(0, (total or total32) - (first - start) // sector) // per_cluster
    bits = 12 if count < _FAT12 else 16 if count < _FAT16 else 32
    if not table16:
        bits = 32
    table = disk.read(start + reserved * sector, min(per_table * sector, _MOST_TABLE))
    root = struct.unpack_from("<I", boot, 44)[0] if bits == 32 else 0
    return _Volume(disk, start, table, bits, sector * per_cluster, first, count, root, root_at, root_size)


def _root(volume: _Volume) -> bytes:
    return volume.disk.read(volume.root_at, volume.root_size)


def _next(volume: _Volume, cluster: int) -> int:
    """Return the cluster that follows, 0 behind the last one."""
    if volume.bits == 12:
        at = cluster + cluster // 2
        value = int.from_bytes(volume.table[at : at + 2], "little")
        value = value >> 4 if cluster & 1 else value & 0xFFF
        return value if value < 0xFF7 else 0
    width = volume.bits // 8
    value = int.from_bytes(volume.table[cluster * width : cluster * width + width], "little")
    if volume.bits == 32:
        value &= 0x0FFFFFFF
        return value if value < 0x0FFFFFF7 else 0
    return value if value < 0xFFF7 else 0


def _runs(volume: _Volume, cluster: int, length: int) -> Iterator[tuple[int, int]]:
    """Yield (first byte, length) of the neighbouring clusters of a chain, at most ``length`` bytes together."""
    steps, left = volume.clusters + 2, length
    while cluster >= 2 and left > 0 and steps > 0:
        first, size = cluster, 0
        while True:
            size, steps = size + volume.cluster, steps - 1
            following = _next(volume, cluster)
            joined = following == cluster + 1
            cluster = following
            if not joined or size >= left or steps <= 0:
                break
        yield volume.first + (first - 2) * volume.cluster, min(size, left)
        left -= size


def _pieces(volume: _Volume, cluster: int, length: int) -> Iterator[bytes | memoryview]:
    for at, size in _runs(volume, cluster, length):
        yield from volume.disk.pieces(at, size)


def _content(volume: _Volume, file: _File) -> Iterator[bytes | memoryview]:
    """Yield the content of a file; raise ``EOFError`` behind what there is of one whose chain ends too early."""
    done = 0
    for piece in _pieces(volume, file.cluster, file.size):
        done += len(piece)
        yield piece
    if done < file.size:
        raise EOFError


def _entries(listing: bytes) -> Iterator[_File]:
    """Yield the entries of a directory with their long names, without deleted ones and labels."""
    parts: list[str] = []
    for at in range(0, len(listing) - _ENTRY + 1, _ENTRY):
        entry = listing[at : at + _ENTRY]
        if entry[0] == _LAST:
            return
        if entry[0] == _DELETED:
            parts = []
        elif entry[11] & 0x3F == _LONG_NAME:
            # They stand before the entry they name, the last part first.
            raw = entry[1:11] + entry[14:26] + entry[28:32]
            parts.insert(0, raw.decode("utf-16-le", "replace").partition("\0")[0].rstrip("\uffff"))
        else:
            name, parts = "".join(parts) or _short_name(entry), []
            high, low, size = struct.unpack_from("<H4xHI", entry, 20)
            if not entry[11] & _LABEL and name not in (".", ".."):
                yield _File(name, bool(entry[11] & _FOLDER), high << 16 | low, size, bool(entry[11] & _HIDDEN))


def _short_name(entry: bytes) -> str:
    """Return an 8.3 name; two bits say whether Windows shows its parts in lower case."""
    stem, extension = (part.decode("cp437").rstrip() for part in (entry[:8], entry[8:11]))
    stem = stem.lower() if entry[12] & 0x08 else stem
    extension = extension.lower() if entry[12] & 0x10 else extension
    return f"{stem}.{extension}" if extension else stem
