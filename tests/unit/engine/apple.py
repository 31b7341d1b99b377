"""Writes HFS+ volumes and disk images of macOS: enough for samples."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable

_BLOCK, _NODE = 512, 4096
_CATALOG = 8


def _fork(size: int, block: int) -> bytes:
    return struct.pack(">QII", size, 0, -(-size // _BLOCK)) + struct.pack(">II", block, -(-size // _BLOCK)) + bytes(56)


def _leaf(number: int, following: int, records: list[bytes]) -> bytes:
    out, places = struct.pack(">IIbBHH", following, 0, -1, 1, len(records), 0), []
    for record in records:
        places.append(len(out))
        out += record
    table = b"".join(struct.pack(">H", place) for place in reversed([*places, len(out)]))
    return out.ljust(_NODE - len(table), b"\0") + table


def _record(parent: int, name: str, body: bytes) -> bytes:
    raw = name.encode("utf-16-be")
    return struct.pack(">HIH", 6 + len(raw), parent, len(raw) // 2) + raw + body


def hfs(files: dict[str, bytes], *, folder: str = "", packed: bool = False) -> bytes:
    """Return a volume with these files in one folder; each has a leaf of its own; ``packed``: content elsewhere."""
    parent, leaves = (16 if folder else 2), []
    if folder:
        leaves.append([_record(2, folder, struct.pack(">hHII", 1, 0, 0, 16) + bytes(76))])
    block = _CATALOG + (len(files) + 2) * _NODE // _BLOCK
    contents = b""
    for number, (name, content) in enumerate(files.items()):
        body = struct.pack(">hHII", 2, 0, 0, 20 + number) + bytes(20) + bytes(9) + bytes([0x20 * packed])
        body = body.ljust(88, b"\0") + _fork(0 if packed else len(content), block + len(contents) // _BLOCK) + bytes(80)
        leaves.append([_record(parent, name, body)])
        contents += content + bytes(-len(content) % _BLOCK)
    head = struct.pack(">IIbBHH", 0, 0, 1, 0, 3, 0) + struct.pack(">HIIIIHH", 1, 1, len(leaves), 1, 1, _NODE, 516)
    nodes = head.ljust(_NODE, b"\0")
    for number, records in enumerate(leaves, start=1):
        nodes += _leaf(number, number + 1 if number < len(leaves) else 0, records)
    nodes = nodes.ljust((len(files) + 2) * _NODE, b"\0")
    header = (b"H+" + bytes(38) + struct.pack(">I", _BLOCK)).ljust(272, b"\0") + _fork(len(nodes), _CATALOG)
    return bytes(1024) + header.ljust(_CATALOG * _BLOCK - 1024, b"\0") + nodes + contents


def _adc(plain: bytes) -> bytes:
    return b"".join(
        bytes([0x7F + len(part)]) + part for part in (plain[n : n + 128] for n in range(0, len(plain), 128))
    )


PACKERS: dict[int, Callable[[bytes], bytes]] = {
    1: bytes,
    0x80000004: _adc,
    0x80000005: zlib.compress,
    0x80000006: bz2.compress,
    0x80000008: lzma.compress,
}


def dmg(*volumes: bytes, kind: int = 0x80000005, step: int = 8192) -> bytes:
    """Return an image with these volumes as partitions, cut into chunks that are packed one by one."""
    data, tables = b"", ""
    for volume in volumes:
        rows = b""
        for at in range(0, len(volume), step):
            plain = volume[at : at + step]
            plain += bytes(-len(plain) % 512)
            packed = PACKERS.get(kind, bytes)(plain)
            used, packed = (kind, packed) if any(plain) else (0, b"")
            rows += struct.pack(">IIQQQQ", used, 0, at // 512, len(plain) // 512, len(data), len(packed))
            data += packed
        rows += struct.pack(">IIQQQQ", 0xFFFFFFFF, 0, 0, 0, 0, 0)
        table = struct.pack(">4sIQQQ", b"mish", 1, 0, len(volume) // 512, 0).ljust(200, b"\0")
        table += struct.pack(">I", len(rows) // 40) + rows
        tables += f"<dict><key>Data</key><data>\n{b64encode(table).decode()}\n</data></dict>"
    listed = f"<plist><dict><key>blkx</key><array>{tables}</array></dict></plist>".encode()
    trailer = struct.pack(">4sIIIQQQ", b"koly", 4, 512, 1, 0, 0, len(data)).ljust(0xD8, b"\0")
    return data + listed + (trailer + struct.pack(">QQ", len(data), len(listed))).ljust(512, b"\0")
