"""The tables of a Windows program (PE), read with bounds on everything a crafted file could blow up.

Nothing is copied but names. Damaged and cut files give what is still there. Format: Microsoft's PE/COFF specification.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

EXPORTS, IMPORTS, RESOURCES, SECURITY, DELAYED, DOTNET = 0, 1, 2, 4, 13, 14
#: The loader refuses more sections; the rest are far above what compilers and linkers produce.
_MOST_SECTIONS = 96
_MOST_LIBRARIES = 512
_MOST_FUNCTIONS = 8_192
_MOST_EXPORTS = 2_048
_MOST_RESOURCES = 256
_NAME = 256
_PE32_PLUS = 0x20B
_VERSION = 16
#: Bytes of the version resource that are read; ordinary ones take one or two thousand.
_MOST_VERSION = 64 * 1024


class Section(NamedTuple):
    """One row of the section table; addresses are relative to the image, places to the file."""

    name: str
    address: int
    memory: int
    place: int
    size: int
    flags: int


@dataclass(frozen=True, slots=True)
class Image:
    """The headers of a PE.

    stamp        seconds since 1970 at which it was linked, or a hash of the content
    entry        address at which it starts, relative to the image
    directories  (address, size) by number; the one of ``SECURITY`` is a place in the file
    """

    data: memoryview
    machine: int
    stamp: int
    flags: int
    wide: bool
    subsystem: int
    entry: int
    headers: int
    directories: tuple[tuple[int, int], ...]
    sections: tuple[Section, ...]

    def directory(self, number: int) -> tuple[int, int]:
        """Return (address, size) of a directory, zeros when there is none."""
        return self.directories[number] if number < len(self.directories) else (0, 0)

    @property
    def end(self) -> int:
        """Where the last section ends in the file."""
        ends = [section.place + section.size for section in self.sections if section.size]
        return min(max([self.headers, *ends]), len(self.data))

    def place(self, address: int) -> int:
        """Return where an address lies in the file; the end of the file when it lies nowhere."""
        for section in self.sections:
            within = address - section.address
            if 0 <= within < max(section.memory, section.size):
                return section.place + within if within < section.size else len(self.data)
        return address if address < self.headers else len(self.data)

    def text(self, address: int) -> str:
        """Return the zero-terminated name at an address."""
        at = self.place(address)
        return bytes(self.data[at : at + _NAME]).partition(b"\0")[0].decode("ascii", "replace")

    def numbers(self, address: int, form: str) -> tuple[int, ...] | None:
        """Return the fields at an address, None when they are not all there."""
        return unpack(self.data, self.place(address), form)


def unpack(data: memoryview, at: int, form: str) -> tuple[int, ...] | None:
    """Return the fields at ``at`` of the file, None when they are not all there."""
    if at < 0 or at + struct.calcsize(form) > len(data):
        return None
    return struct.unpack_from(form, data, at)


def signature(data: memoryview) -> bytes:
    """Return the two letters that name the format behind the DOS header; empty when there are none."""
    start = unpack(data, 60, "<I")
    return bytes(data[start[0] : start[0] + 2]) if start else b""


def read(data: memoryview) -> Image | None:
    """Return the headers, or None when there is no optional header: then nothing would start it."""
    start = unpack(data, 60, "<I")
    if not start or bytes(data[start[0] : start[0] + 4]) != b"PE\0\0":
        return None
    coff = unpack(data, start[0] + 4, "<HHI8xHH")
    optional = start[0] + 24
    head = unpack(data, optional, "<H14xI40xI4xH")
    if not coff or not head or coff[3] < 64:
        return None
    machine, count, stamp, size, flags = coff
    magic, entry, headers, subsystem = head
    wide = magic == _PE32_PLUS
    table = optional + (112 if wide else 96)
    rows = min((unpack(data, table - 4, "<I") or (0,))[0], 16, max(0, optional + size - table) // 8)
    directories = tuple(unpack(data, table + 8 * number, "<II") or (0, 0) for number in range(rows))
    sections = tuple(_sections(data, optional + size, min(count, _MOST_SECTIONS)))
    return Image(data, machine, stamp, flags, wide, subsystem, entry, headers, directories, sections)  # type: ignore[arg-type]


def _sections(data: memoryview, table: int, count: int) -> Iterator[Section]:
    for at in range(table, table + 40 * count, 40):
        row = unpack(data, at + 8, "<IIII12xI")
        if not row:
            return
        memory, address, size, place, flags = row
        name = bytes(data[at : at + 8]).rstrip(b"\0").decode("ascii", "replace")
        yield Section(name, address, memory, place, size, flags)


def imports(image: Image) -> dict[str, set[str]]:
    """Return the functions that are imported by name, by library in lower case; delayed ones too."""
    found: dict[str, set[str]] = {}
    left = _MOST_FUNCTIONS
    for library, table in (*_libraries(image), *_delayed(image)):
        names = found.setdefault(image.text(library).lower(), set())
        for name in _functions(image, table, left):
            left -= 1
            names.add(name)
    return found


def _libraries(image: Image) -> Iterator[tuple[int, int]]:
    """Yield the addresses of name and names of every imported library."""
    start, _ = image.directory(IMPORTS)
    for number in range(_MOST_LIBRARIES if start else 0):
        row = image.numbers(start + 20 * number, "<I8xII")
        if not row or not row[1]:
            return
        yield row[1], row[0] or row[2]


def _delayed(image: Image) -> Iterator[tuple[int, int]]:
    start, _ = image.directory(DELAYED)
    for number in range(_MOST_LIBRARIES if start else 0):
        row = image.numbers(start + 32 * number, "<II8xI")
        if not row or not row[1]:
            return
        yield row[1], row[2]


def _functions(image: Image, table: int, most: int) -> Iterator[str]:
    width, form, ordinal = (8, "<Q", 1 << 63) if image.wide else (4, "<I", 1 << 31)
    # A table lies in one section: its place is looked up once.
    at = image.place(table)
    for number in range(most):
        value = unpack(image.data, at + width * number, form)
        if not value or not value[0]:
            return
        if not value[0] & ordinal:
            name = image.text((value[0] & 0x7FFFFFFF) + 2)
            if name:
                yield name


def exports(image: Image) -> set[str]:
    """Return the names that a library offers."""
    start, _ = image.directory(EXPORTS)
    row = image.numbers(start, "<24xI4xI") if start else None
    if not row:
        return set()
    names, at = set(), image.place(row[1])
    for number in range(min(row[0], _MOST_EXPORTS)):
        value = unpack(image.data, at + 4 * number, "<I")
        if not value:
            break
        names.add(image.text(value[0]))
    return names


def resources(image: Image) -> Iterator[tuple[int, memoryview]]:
    """Yield (type, content) of the first resources that are known by a number."""
    root, _ = image.directory(RESOURCES)
    if not root:
        return
    start, count = image.place(root), 0
    for kind, types in _entries(image.data, start, 0):
        for _, names in _entries(image.data, start, types):
            for _, leaf in _entries(image.data, start, names):
                count += 1
                entry = unpack(image.data, start + leaf, "<II")
                if count > _MOST_RESOURCES:
                    return
                if entry and not kind & 1 << 31:
                    at = image.place(entry[0])
                    yield kind, image.data[at : at + entry[1]]


def _entries(data: memoryview, start: int, place: int) -> Iterator[tuple[int, int]]:
    """Yield (number, place) of the entries of one directory of resources."""
    at = start + (place & 0x7FFFFFFF)
    counts = unpack(data, at, "<12xHH") or (0, 0)
    for number in range(min(sum(counts), _MOST_RESOURCES)):
        row = unpack(data, at + 16 + 8 * number, "<II")
        if not row:
            return
        yield row[0], row[1] & 0x7FFFFFFF


def version(image: Image, keys: tuple[str, ...]) -> dict[str, str]:
    """Return the values of these keys in the version resource (``VS_VERSIONINFO``), as far as they are there."""
    block = next((bytes(content[:_MOST_VERSION]) for kind, content in resources(image) if kind == _VERSION), b"")
    found = {}
    for key in keys:
        at = block.find((key + "\0").encode("utf-16-le"))
        if at >= 0:
            # The value begins at a multiple of four bytes: behind zeros.
            text = block[at + 2 * len(key) + 2 :][: 2 * _NAME].decode("utf-16-le", "replace").lstrip("\0")
            found[key] = text.partition("\0")[0].strip()
    return found
