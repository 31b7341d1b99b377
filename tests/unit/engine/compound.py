"""Writes compound files (MS-CFB, version 3) with streams in their root: enough for samples."""

from __future__ import annotations

import struct

SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
#: Shorter streams would lie in the mini stream; samples are padded with blanks instead.
_LEAST = 4096


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, clsid: bytes = b"", start: int, size: int
) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    tree = struct.pack("<III", _FREE, right, child)
    return head + tree + clsid.ljust(16, b"\0") + bytes(20) + struct.pack("<IQ", start, size)


def compound(streams: dict[str, bytes], *, clsid: bytes = b"") -> bytes:
    """Return a compound file; every stream is padded with blanks to 4,096 bytes."""
    padded = {name: content.ljust(_LEAST, b" ") for name, content in streams.items()}
    folder = -(-(len(padded) + 1) // 4)
    sectors = folder + sum(-(-len(content) // SECTOR) for content in padded.values())
    tables = -(-sectors // 127)
    fat, body, starts = [_FAT] * tables, b"", {}
    fat += [tables + number + 1 for number in range(folder - 1)] + [_END]
    for name, content in padded.items():
        count = -(-len(content) // SECTOR)
        starts[name] = len(fat)
        fat += [starts[name] + number + 1 for number in range(count - 1)] + [_END]
        body += content.ljust(count * SECTOR, b"\0")
    entries = _entry("Root Entry", 5, child=1 if padded else _FREE, clsid=clsid, start=_END, size=0)
    for number, (name, content) in enumerate(padded.items(), start=1):
        right = number + 1 if number < len(padded) else _FREE
        entries += _entry(name, 2, right=right, start=starts[name], size=len(content))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, _LEAST, _END, 0, _END, 0)
    header += b"".join(struct.pack("<I", number) for number in range(tables))
    table = b"".join(struct.pack("<I", number) for number in fat).ljust(tables * SECTOR, b"\xff")
    return header.ljust(SECTOR, b"\xff") + table + entries.ljust(folder * SECTOR, b"\0") + body
