"""Images of discs and disks: which reader opens what, and a word about those that none opens."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from app.engine.analyzers import unsupported
from app.engine.analyzers.disk import (
    fat as disk_fat,
    hfs as disk_hfs,
    iso as disk_iso,
    ntfs as disk_ntfs,
    sectors as disk_sectors,
    udf as disk_udf,
)
from app.engine.analyzers.disk.sectors import Disk
from app.engine.model import Severity
from app.engine.node import Item, Node, Tools, Unsupported

_SECTOR = 512
_PROTECTIVE = 0xEE
_MOST_PARTITIONS = 128
_DISKS: dict[str, Callable[[memoryview], Disk]] = {
    "application/x-raw-disk-image": disk_sectors.raw,
    "application/x-vhd": disk_sectors.vhd,
    "application/x-vhdx": disk_sectors.vhdx,
}


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every file of the image; ``archive.unsupported`` for kinds and file systems that are only recognised."""
    if node.kind.mime == "application/x-iso9660-image":
        yield from _disc(node, tools)
    elif node.kind.mime in _DISKS:
        yield from _disk(node, _DISKS[node.kind.mime](node.data), tools)
    else:
        yield from unsupported.analyze(node, tools)


def _disc(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the files of the UDF tree, then what only the ISO 9660 trees name."""
    seen: set[int] = set()
    failure: Exception | None = None
    if disk_udf.has_udf(node.data):
        try:
            yield from disk_udf.files(node.data, tools, seen)
        except (EOFError, Unsupported) as error:
            failure = error
    if disk_iso.is_iso(node.data):
        yield from disk_iso.files(node.data, tools, seen)
    if failure:
        raise failure


def _disk(node: Node, disk: Disk, tools: Tools) -> Iterator[Item]:
    """Yield the files of every volume on the disk."""
    failure: Exception | None = None
    for start in _volumes(disk):
        try:
            yield from _volume(node, disk, start, tools)
        except EOFError as error:
            # One volume that is damaged must not hide the next.
            failure = error
    if failure:
        raise failure


def _volume(node: Node, disk: Disk, start: int, tools: Tools) -> Iterator[Item]:
    boot = disk.read(start, _SECTOR)
    if disk_ntfs.is_ntfs(boot):
        yield from disk_ntfs.files(disk, start, tools)
    elif disk_fat.is_fat(boot):
        yield from disk_fat.files(disk, start, tools)
    elif disk_hfs.is_hfs(disk, start):
        yield from disk_hfs.files(disk, start, tools)
    elif any(boot):
        yield node.finding(
            "archive.unsupported",
            Severity.UNKNOWN,
            "Disk with a file system that cannot be read here, so what it holds was not seen",
            boot[3:11],
        )


def _volumes(disk: Disk) -> list[int]:
    """Return where the volumes begin, in bytes: the disk itself, or the partitions of its MBR or GPT."""
    first = disk.read(0, _SECTOR)
    if disk_fat.is_fat(first) or disk_ntfs.is_ntfs(first):
        return [0]
    rows = [struct.unpack_from("<4xB3xI", first, 446 + 16 * number) for number in range(4)]
    if first[510:] != b"\x55\xaa":
        return [0]
    if any(kind == _PROTECTIVE for kind, _ in rows):
        return _partitions(disk)
    return [start * _SECTOR for kind, start in rows if kind and start]


def _partitions(disk: Disk) -> list[int]:
    """Return where the partitions of a GPT begin (UEFI 5.3)."""
    header = disk.read(_SECTOR, _SECTOR)
    if header[:8] != b"EFI PART":
        raise EOFError
    table, count, size = struct.unpack_from("<QII", header, 72)
    rows = (disk.read(table * _SECTOR + size * number, 48) for number in range(min(count, _MOST_PARTITIONS)))
    return [struct.unpack_from("<Q", row, 32)[0] * _SECTOR for row in rows if any(row[:16])]
