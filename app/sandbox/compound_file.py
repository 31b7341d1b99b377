"""Writing of the smallest valid Compound File with a VBA project in it ([MS-CFB] and [MS-OVBA]).

Only what a reader of macro documents needs: storages and streams below 4096 bytes (the mini stream), the ``dir``
stream with one module, and the run-length compression of [MS-OVBA] 2.4.1.
"""

from __future__ import annotations

import struct

_SECTOR = 512
_MINI = 64
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def vba_project(source: str) -> bytes:
    """Return the bytes of a ``vbaProject.bin`` whose one module, ``Module1``, has the given source text."""
    code = source.replace("\r\n", "\n").replace("\n", "\r\n").encode("cp1252", "replace")
    module = b'Attribute VB_Name = "Module1"\r\n' + code
    project = (
        'ID="{00000000-0000-0000-0000-000000000000}"\r\nModule=Module1\r\nName="VBAProject"\r\nHelpContextID="0"\r\n'
        'VersionCompatible32="393222000"\r\n\r\n[Host Extender Info]\r\n\r\n[Workspace]\r\n'
    ).encode("cp1252")
    return compound_file(
        {"PROJECT": project},
        {
            "VBA": {
                "Module1": compress(module),
                "_VBA_PROJECT": b"\xcc\x61\xff\xff\x00\x00\x00",
                "dir": compress(_dir()),
            }
        },
    )


def compress(data: bytes) -> bytes:
    """Return ``data`` as a CompressedContainer ([MS-OVBA] 2.4.1.1.1)."""
    chunks = (_chunk(data[start : start + 4096]) for start in range(0, len(data), 4096))
    return b"\x01" + b"".join(chunks)


def _chunk(data: bytes) -> bytes:
    body = _tokens(data)
    if len(body) >= 4096:  # incompressible: a raw chunk, which always holds 4096 bytes
        return struct.pack("<H", 0x3FFF) + data.ljust(4096, b"\x00")
    return struct.pack("<H", 0xB000 | (len(body) + 2 - 3)) + body


def _tokens(data: bytes) -> bytes:
    out = bytearray()
    position = 0
    while position < len(data):
        flag_at = len(out)
        out.append(0)
        for bit in range(8):
            if position >= len(data):
                break
            offset, length = _match(data, position)
            if length >= 3:
                out[flag_at] |= 1 << bit
                bits = _offset_bits(position)
                out += struct.pack("<H", ((offset - 1) << (16 - bits)) | (length - 3))
                position += length
            else:
                out.append(data[position])
                position += 1
    return bytes(out)


def _offset_bits(position: int) -> int:
    # [MS-OVBA] 2.4.1.3.19.1 CopyToken Help
    return max((position - 1).bit_length(), 4)


def _match(data: bytes, position: int) -> tuple[int, int]:
    if position == 0:
        return 0, 0
    longest = min((0xFFFF >> _offset_bits(position)) + 3, len(data) - position)
    length = 3
    found = -1
    while length <= longest:
        at = data.rfind(data[position : position + length], 0, position + length - 1)
        if at < 0:
            break
        found, length = at, length + 1
    return (position - found, length - 1) if found >= 0 else (0, 0)


def _record(number: int, value: bytes) -> bytes:
    return struct.pack("<HI", number, len(value)) + value


def _dir() -> bytes:
    """Return the uncompressed ``dir`` stream ([MS-OVBA] 2.3.4.2) of a project with one procedural module."""
    name, wide = b"Module1", "Module1".encode("utf-16-le")
    information = [
        _record(0x01, struct.pack("<I", 1)),
        _record(0x02, struct.pack("<I", 0x409)),
        _record(0x14, struct.pack("<I", 0x409)),
        _record(0x03, struct.pack("<H", 1252)),
        _record(0x04, b"VBAProject"),
        _record(0x05, b"") + _record(0x40, b""),
        _record(0x06, b"") + _record(0x3D, b""),
        _record(0x07, struct.pack("<I", 0)),
        _record(0x08, struct.pack("<I", 0)),
        struct.pack("<HIIH", 0x09, 4, 1, 1),
        _record(0x0C, b"") + _record(0x3C, b""),
    ]
    module = [
        _record(0x0F, struct.pack("<H", 1)),
        _record(0x13, struct.pack("<H", 0xFFFF)),
        _record(0x19, name) + _record(0x47, wide),
        _record(0x1A, name) + _record(0x32, wide),
        _record(0x1C, b"") + _record(0x48, b""),
        _record(0x31, struct.pack("<I", 0)),
        _record(0x1E, struct.pack("<I", 0)),
        _record(0x2C, struct.pack("<H", 0xFFFF)),
        _record(0x21, b""),
        _record(0x2B, b""),
        _record(0x10, b""),
    ]
    return b"".join(information + module)


def compound_file(streams: dict[str, bytes], storages: dict[str, dict[str, bytes]]) -> bytes:
    """Return a version 3 Compound File with the streams in its root and one level of storages below.

    Raises ``ValueError`` when a stream has 4096 bytes or more, or when all together are too much for one FAT sector.
    """
    entries = _Directory()
    top = [entries.add(name, _STREAM, entries.store(data)) for name, data in streams.items()]
    for name, inner in storages.items():
        children = [entries.add(child, _STREAM, entries.store(data)) for child, data in inner.items()]
        top.append(entries.add(name, _STORAGE, (0, 0), entries.tree(children)))
    return entries.file(entries.tree(top))


class _Directory:
    """Collects directory entries and the mini stream, then lays out the sectors."""

    def __init__(self) -> None:
        self._entries: list[dict[str, int | str]] = [{"name": "Root Entry", "kind": _ROOT}]
        self._mini = bytearray()
        self._mini_fat: list[int] = []

    def store(self, data: bytes) -> tuple[int, int]:
        if len(data) >= 4096:
            raise ValueError("A stream of 4096 bytes or more does not go into the mini stream; shorten the macro.")
        start, count = len(self._mini_fat), max(1, -(-len(data) // _MINI))
        self._mini_fat += [*range(start + 1, start + count), _END]
        self._mini += data.ljust(count * _MINI, b"\x00")
        return start, len(data)

    def add(self, name: str, kind: int, place: tuple[int, int], child: int = _NONE) -> int:
        self._entries.append({"name": name, "kind": kind, "start": place[0], "size": place[1], "child": child})
        return len(self._entries) - 1

    def tree(self, members: list[int]) -> int:
        """Link siblings as a right-leaning tree in the order of [MS-CFB] 2.6.4 and return its root."""
        ordered = sorted(members, key=lambda index: self._key(index))
        for index, following in zip(ordered, [*ordered[1:], _NONE], strict=True):
            self._entries[index]["right"] = following
        return ordered[0] if ordered else _NONE

    def _key(self, index: int) -> tuple[int, str]:
        name = str(self._entries[index]["name"])
        return len(name), name.upper()

    def file(self, first: int) -> bytes:
        mini_sectors = -(-len(self._mini) // _SECTOR)
        directory_sectors = -(-len(self._entries) // 4)
        mini_fat_at = 1 + directory_sectors
        mini_at = mini_fat_at + 1
        if mini_at + mini_sectors > _SECTOR // 4 or len(self._mini_fat) > _SECTOR // 4:
            raise ValueError("The streams together are too large for this small writer; shorten the macro.")
        self._entries[0] |= {"start": mini_at, "size": len(self._mini), "child": first}
        fat = [_FAT, *_chain(1, directory_sectors), _END, *_chain(mini_at, mini_sectors)]
        parts = [
            _header(mini_fat_at),
            _table(fat),
            b"".join(self._entry(entry) for entry in self._entries).ljust(directory_sectors * _SECTOR, b"\x00"),
            _table(self._mini_fat),
            bytes(self._mini).ljust(mini_sectors * _SECTOR, b"\x00"),
        ]
        return b"".join(parts)

    @staticmethod
    def _entry(entry: dict[str, int | str]) -> bytes:
        name = str(entry["name"]).encode("utf-16-le") + b"\x00\x00"
        links = (_NONE, int(entry.get("right", _NONE)), int(entry.get("child", _NONE)))
        head = name.ljust(64, b"\x00") + struct.pack("<HBB3I", len(name), int(entry["kind"]), 1, *links)
        return head + b"\x00" * 36 + struct.pack("<IQ", int(entry.get("start", 0)), int(entry.get("size", 0)))


def _chain(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), _END]


def _table(numbers: list[int]) -> bytes:
    return struct.pack("<128I", *(numbers + [_FREE] * (128 - len(numbers))))


def _header(mini_fat_at: int) -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + b"\x00" * 6
    places = struct.pack("<9I", 0, 1, 1, 0, 4096, mini_fat_at, 1, _END, 0)
    return head + places + struct.pack("<109I", 0, *[_FREE] * 108)
