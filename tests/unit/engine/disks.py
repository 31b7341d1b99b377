"""Writes small volumes and the images of disks around them: enough for samples."""

from __future__ import annotations

import struct
from uuid import UUID

SECTOR = 512
MIB = 1024 * 1024


def _short(name: bytes, cluster: int, size: int, traits: int = 0x20) -> bytes:
    return name + bytes([traits]) + bytes(8) + struct.pack("<HIHI", 0, 0, cluster, size)


def _long(name: str) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    raw += b"\xff" * (-len(raw) % 26)
    parts = [raw[at : at + 26] for at in range(0, len(raw), 26)]
    entries = [
        bytes([number | (0x40 if number == len(parts) else 0)])
        + part[:10]
        + b"\x0f\0\0"
        + part[10:22]
        + b"\0\0"
        + part[22:]
        for number, part in enumerate(parts, start=1)
    ]
    return b"".join(reversed(entries))


def fat(content: bytes, *, name: str = "Rechnung für März.txt", bits: int = 12, sectors: int = 64) -> bytes:
    """A volume with one file in the folder SUB; clusters of one sector, the file's in turned order where it has two."""
    per_table = {12: 1, 16: 32, 32: 1}[bits]
    roots = 0 if bits == 32 else 16
    head = b"\xeb\x3c\x90MSDOS5.0" + struct.pack("<HBHBHHBH", SECTOR, 1, 1, 1, roots, 0, 0xF8, per_table * (bits != 32))
    head += bytes(8) + struct.pack("<II", sectors, per_table)
    head = head.ljust(44, b"\0") + struct.pack("<I", 2)
    head = head.ljust(82 if bits == 32 else 54, b"\0") + b"FAT%d   " % bits
    clusters = [content[at : at + SECTOR] for at in range(0, len(content), SECTOR)] or [b""]
    end = (1 << bits) - 1 if bits != 32 else 0x0FFFFFFF
    # Clusters: 2 the root (FAT32), 3 the folder, from 4 on the file, its first one last.
    places = [4 + (number - 1) % len(clusters) for number in range(len(clusters))]
    chain = {0: end, 1: end, 2: end, 3: end, **dict(zip(places, [*places[1:], end], strict=True))}
    numbers = [chain.get(number, 0) for number in range(max(chain) + 2)]
    if bits == 12:
        packed = sum(number << 12 * at for at, number in enumerate(numbers))
        table = packed.to_bytes(len(numbers) * 12 // 8 + 1, "little")
    else:
        table = b"".join(number.to_bytes(bits // 8, "little") for number in numbers)
    root = (b"\xe5" + _short(b"OLD     TXT", 9, 9)[1:] + _short(b"SUB        ", 3, 0, 0x10)).ljust(SECTOR, b"\0")
    folder = _short(b".          ", 3, 0, 0x10) + _long(name) + _short(b"RECHNU~1TXT", places[0], len(content))
    data = {2: root if bits == 32 else b"", 3: folder, **{place: clusters[n] for n, place in enumerate(places)}}
    body = b"".join(data[number].ljust(SECTOR, b"\0") for number in sorted(data))
    start = head.ljust(510, b"\0") + b"\x55\xaa" + table.ljust(per_table * SECTOR, b"\0")
    return (start + (b"" if bits == 32 else root) + body).ljust(min(sectors, 256) * SECTOR, b"\0")


def ntfs_packed(packed: bytes, size: int) -> bytes:
    """The same volume with a file of ``size`` bytes kept as one packed unit of 16 clusters, the rest of it a hole."""
    return ntfs(packed, traits=1, unit=size)


def ntfs(
    content: bytes,
    *,
    name: str = "Rechnung für März.txt",
    traits: int = 0,
    resident: bool = False,
    unit: int = 0,
    hidden: bool = False,
) -> bytes:
    """A volume with clusters of 512 bytes, records of 1,024, and one file in the folder Sub."""

    def attribute(kind: int, value: bytes) -> bytes:
        length = 24 + len(value) + -len(value) % 8
        return (struct.pack("<IIBBHHHIHH", kind, length, 0, 0, 0, 0, 0, len(value), 24, 0) + value).ljust(length, b"\0")

    def runs(kind: int, size: int, pairs: bytes, flags: int = 0) -> bytes:
        length = 64 + 16
        power = 4 if unit else 0
        head = struct.pack("<IIBBHHHQQHHIQQQ", kind, length, 1, 0, 0, flags, 0, 0, 0, 64, power, 0, size, size, size)
        return (head + pairs).ljust(length, b"\0")

    def named(text: str, parent: int, space: int) -> bytes:
        return attribute(
            0x30, struct.pack("<Q", parent) + bytes(56) + bytes([len(text), space]) + text.encode("utf-16-le")
        )

    def record(attributes: bytes, flags: int) -> bytes:
        head = b"FILE" + struct.pack("<HHQHHHHII", 48, 3, 0, 1, 1, 56, flags, 0, 1024) + bytes(8)
        raw = bytearray((head.ljust(56, b"\0") + attributes + b"\xff" * 4).ljust(1024, b"\0"))
        raw[48:50] = b"\x07\x07"
        for number in (1, 2):
            raw[48 + 2 * number : 50 + 2 * number] = raw[number * 512 - 2 : number * 512]
            raw[number * 512 - 2 : number * 512] = b"\x07\x07"
        return bytes(raw)

    # The table takes 26 records behind the boot sector; the file lies in two pieces with a hole between them.
    place, half = 1 + 2 * 26, -(-len(content) // (2 * SECTOR))
    data = attribute(0x80, content)
    if not resident:
        pairs = b"\x11" + bytes([half, place + half]) + b"\x11" + bytes([half]) + struct.pack("<b", -half)
        pairs += b"\x01" + bytes([16 - 2 * half]) if unit else b""
        data = runs(0x80, unit or len(content), pairs, traits)
    table = [record(runs(0x80, 26 * 1024, b"\x21" + bytes([52]) + struct.pack("<H", 1)), 1), *[bytes(1024)] * 23]
    table.append(record(named("Sub", 5, 3), 3))
    standard = attribute(0x10, bytes(32) + struct.pack("<IIII", 2 * hidden, 0, 0, 0))
    table.append(record(standard + named(name, 24, 1) + named("RECHNU~1.TXT", 24, 2) + data, 1))
    boot = b"\xeb\x52\x90NTFS    " + struct.pack("<HB", SECTOR, 1)
    boot = boot.ljust(48, b"\0") + struct.pack("<QQbxxx", 1, 1, -10)
    first, second = content[: half * SECTOR], content[half * SECTOR :]
    pieces = second.ljust(half * SECTOR, b"\0") + first.ljust(half * SECTOR, b"\0")
    return boot.ljust(510, b"\0") + b"\x55\xaa" + b"".join(table) + pieces


def mbr(volume: bytes, *, kind: int = 0x0C, start: int = 8) -> bytes:
    row = struct.pack("<B3xB3xII", 0x80, kind, start, len(volume) // SECTOR)
    return (bytes(446) + row).ljust(510, b"\0") + b"\x55\xaa" + bytes((start - 1) * SECTOR) + volume


def gpt(volume: bytes) -> bytes:
    header = (b"EFI PART".ljust(72, b"\0") + struct.pack("<QII", 2, 4, 128)).ljust(SECTOR, b"\0")
    row = b"\x01" * 32 + struct.pack("<QQ", 8, 8 + len(volume) // SECTOR)
    tables = header + row.ljust(SECTOR, b"\0")
    disk = mbr(volume, kind=0xEE)
    return disk[:SECTOR] + tables + disk[3 * SECTOR :]


def _footer(kind: int, size: int, header: int) -> bytes:
    head = b"conectix" + struct.pack(">IIQI", 2, 0x10000, header, 0)
    return (head.ljust(48, b"\0") + struct.pack(">QII", size, 0, kind)).ljust(SECTOR, b"\0")


def vhd(disk: bytes, *, kind: int = 3, block: int = 8192) -> bytes:
    """A fixed (2) or dynamic (3) image; blocks of zeros are left out."""
    if kind == 2:
        return disk + _footer(2, len(disk), 0xFFFFFFFFFFFFFFFF)
    blocks = [disk[at : at + block].ljust(block, b"\0") for at in range(0, len(disk), block)]
    footer = _footer(kind, len(disk), SECTOR)
    header = (b"cxsparse" + struct.pack(">QQIII", 2**64 - 1, SECTOR + 1024, 0x10000, len(blocks), block)).ljust(
        1024, b"\0"
    )
    at, table, body = 3 + -(-len(blocks) * 4 // SECTOR), b"", b""
    for content in blocks:
        empty = not any(content)
        table += struct.pack(">I", 0xFFFFFFFF if empty else at)
        if not empty:
            body += b"\xff" * SECTOR + content
            at += 1 + block // SECTOR
    return footer + header + table.ljust(-(-len(table) // SECTOR) * SECTOR, b"\xff") + body + footer


def vhdx(disk: bytes) -> bytes:
    """An image with blocks of a mebibyte: regions in the first one, the table at 192 KiB, then the blocks."""
    kib = 1024

    def guid(text: str) -> bytes:
        return UUID(text).bytes_le

    rows = guid("2DC27766-F623-4200-9D64-115E9BFD4A08") + struct.pack("<QII", 512 * kib, 64 * kib, 1)
    rows += guid("8B7CA206-4790-4B9A-B8FE-575F050F886E") + struct.pack("<QII", 384 * kib, 64 * kib, 1)
    regions = (b"regi" + struct.pack("<III", 0, 2, 0) + rows).ljust(64 * kib, b"\0")
    items = b""
    for number, text in enumerate(
        (
            "CAA16737-FA36-4D43-B3B6-33F0AA44E76B",
            "2FA54224-CD1B-4876-B211-5DBED83BF4B8",
            "8141BF1D-A96F-4709-BA47-F233A8FAAB5F",
        )
    ):
        items += guid(text) + struct.pack("<IIII", 2048 + 16 * number, 8, 0, 0)
    values = struct.pack("<IIQQQQ", MIB, 0, 0, len(disk), 0, SECTOR)
    metadata = ((b"metadata" + struct.pack("<HH20x", 0, 3) + items).ljust(2048, b"\0") + values).ljust(64 * kib, b"\0")
    start = b"vhdxfile".ljust(192 * kib, b"\0") + regions
    start = start.ljust(384 * kib, b"\0") + metadata
    table = struct.pack("<QQ", 1 << 20 | 6, 0)
    return (start.ljust(512 * kib, b"\0") + table).ljust(MIB, b"\0") + disk
