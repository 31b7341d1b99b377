"""HFS+ volumes: the data forks of the files in the catalog. Format: Apple's Technical Note TN1150.

Files that the system keeps packed in their attributes (decmpfs) and the rest of very scattered files are not read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from app.engine.node import Child, Tools, Unsupported

_HEADER_AT, _HEADER = 1024, 512
_CATALOG_AT, _FORK = 272, 80
_ROOT_FOLDER = 2
_IS_FOLDER, _IS_FILE, _IS_LEAF = 1, 2, -1
_MOST_CATALOG = 64 * 1024 * 1024
_MOST_FOLDERS = 64
#: Flag of a file whose content the system keeps packed elsewhere (chflags ``compressed``).
_PACKED = 0x20


class Volume(Protocol):
    """Bytes by offset: a disk, or a partition of one."""

    def read(self, offset: int, length: int) -> bytes:
        """Return the bytes there; raise ``EOFError`` when there are fewer."""

    def pieces(self, offset: int, length: int) -> Iterator[bytes | memoryview]:
        """Yield the bytes there piece by piece; raise ``EOFError`` behind what there is of them."""


class _Fork(NamedTuple):
    """Extents as (first byte, length) on the disk, and how long the content is."""

    size: int
    extents: list[tuple[int, int]]


class _File(NamedTuple):
    name: str
    parent: int
    fork: _Fork
    packed: bool


def is_hfs(volume: Volume, start: int) -> bool:
    """Whether an HFS+ volume begins at byte ``start``."""
    try:
        return volume.read(start + _HEADER_AT, 2) in (b"H+", b"HX")
    except (EOFError, Unsupported):
        return False


def files(volume: Volume, start: int, tools: Tools) -> Iterator[Child]:
    """Yield every file of the volume; raise ``Unsupported`` behind them when some are kept in a way not read here."""
    header = volume.read(start + _HEADER_AT, _HEADER)
    (block,) = struct.unpack_from(">I", header, 40)
    if not 512 <= block <= 1024 * 1024:
        raise EOFError
    catalog = b"".join(_content(volume, _fork(header[_CATALOG_AT:], block, start), _MOST_CATALOG))
    folders: dict[int, tuple[int, str]] = {}
    found: list[_File] = []
    for name, parent, record in _records(catalog, tools):
        (kind,) = struct.unpack_from(">h", record)
        if kind == _IS_FOLDER and len(record) >= 12:
            folders[struct.unpack_from(">I", record, 8)[0]] = (parent, name)
        elif kind == _IS_FILE and len(record) >= 88 + _FORK:
            found.append(_File(name, parent, _fork(record[88:], block, start), bool(record[41] & _PACKED)))
        if len(found) > tools.budget.limits.nodes:
            break
    unread = False
    for file in found:
        packed = file.packed and not file.fork.size
        unread = unread or packed
        if not packed:
            yield Child(_path(file, folders), _content(volume, file.fork, file.fork.size), siblings=len(found))
    if unread:
        raise Unsupported


def _fork(raw: bytes, block: int, start: int) -> _Fork:
    (size,) = struct.unpack_from(">Q", raw)
    extents = [struct.unpack_from(">II", raw, 16 + 8 * number) for number in range(8)]
    return _Fork(size, [(start + first * block, count * block) for first, count in extents if count])


def _content(volume: Volume, fork: _Fork, most: int) -> Iterator[bytes | memoryview]:
    """Yield a fork, at most so many bytes; raise ``Unsupported`` where its eight extents do not reach."""
    left = min(fork.size, most)
    for first, length in fork.extents:
        if left <= 0:
            return
        yield from volume.pieces(first, min(length, left))
        left -= length
    if left > 0:
        raise Unsupported


def _records(catalog: bytes, tools: Tools) -> Iterator[tuple[str, int, bytes]]:
    """Yield (name, folder, record) of every leaf of the catalog's tree, which are chained."""
    node, size = struct.unpack_from(">I4xH", catalog.ljust(64, b"\0"), 24)
    if size < 512:
        raise EOFError
    seen: set[int] = set()
    while node and node not in seen:
        tools.budget.charge_time()
        seen.add(node)
        leaf = catalog[node * size : (node + 1) * size]
        if len(leaf) < size:
            raise EOFError
        following, kind, count = struct.unpack_from(">I4xbxH", leaf)
        if kind != _IS_LEAF:
            raise EOFError
        for number in range(min(count, size // 4)):
            (at,) = struct.unpack_from(">H", leaf, size - 2 * (number + 1))
            record = _record(leaf, at)
            if record:
                yield record
        node = following


def _record(leaf: bytes, at: int) -> tuple[str, int, bytes] | None:
    if at + 8 > len(leaf):
        return None
    key, parent, length = struct.unpack_from(">HIH", leaf, at)
    name = leaf[at + 8 : at + 8 + 2 * length].decode("utf-16-be", "replace")
    body = leaf[at + 2 + key + key % 2 :]
    # HFS+ writes a slash where people see a colon.
    return (name.replace("/", ":"), parent, body) if len(body) >= 2 else None


def _path(file: _File, folders: dict[int, tuple[int, str]]) -> str:
    parts, parent = [file.name], file.parent
    for _ in range(_MOST_FOLDERS):
        if parent == _ROOT_FOLDER or parent not in folders:
            break
        parent, name = folders[parent]
        parts.append(name)
    return "/".join(reversed(parts))
