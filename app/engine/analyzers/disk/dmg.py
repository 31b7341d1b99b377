"""Disk images of macOS: the files of HFS+ volumes, other volumes as what they are."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.engine.analyzers.disk import hfs as disk_hfs, udif as disk_udif
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported

MIME = "application/x-apple-diskimage"
_LOCKED = b"encrcdsa"
#: Partitions up to this size are tables of partitions and drivers, not file systems.
_LEAST = 64 * 1024
_APFS_AT, _APFS = 32, b"NXSB"


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the files of the image; nothing for other programs."""
    if node.kind.mime != MIME:
        return
    if bytes(node.data[:8]) == _LOCKED:
        yield node.finding(
            "archive.encrypted", Severity.UNKNOWN, "Locked with a password, so what it holds was not seen"
        )
        return
    failure: Exception | None = None
    for partition in disk_udif.partitions(node.data, tools):
        try:
            yield from _partition(node, partition, tools)
        except (EOFError, Unsupported, struct.error) as error:
            # One partition that is damaged must not hide the next.
            failure = failure or (error if isinstance(error, Unsupported) else EOFError())
    if failure:
        raise failure


def _partition(node: Node, partition: disk_udif.Partition, tools: Tools) -> Iterator[Item]:
    if disk_hfs.is_hfs(partition, 0):
        yield from disk_hfs.files(partition, 0, tools)
    elif partition.size > _LEAST:
        yield Child("partition.img", partition.pieces(0, partition.size), len(node.data))
        if partition.read(_APFS_AT, 4) == _APFS:
            yield node.finding(
                "archive.unsupported",
                Severity.UNKNOWN,
                "Disk with a file system that cannot be read here, so what it holds was not seen",
                "APFS",
            )
