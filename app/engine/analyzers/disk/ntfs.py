"""NTFS volumes: the files of the master file table, those included that are kept packed; not those encrypted.

The table is read from its first record to its last, so that hidden and orphaned files are seen too. Format: as
documented by the Linux-NTFS project.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.disk import lznt1 as disk_lznt1
from app.engine.analyzers.disk.sectors import Disk
from app.engine.node import Child, Tools, Unsupported

_STANDARD, _FILE_NAME, _DATA, _END = 0x10, 0x30, 0x80, 0xFFFFFFFF
_IN_USE, _FOLDER = 0x1, 0x2
_PACKED, _LOCKED = 0x0001, 0x4000
#: Attribute of DOS, behind the four times of the standard information.
_HIDDEN, _HIDDEN_AT = 0x02, 32
_DOS = 2
#: The first records are the volume's own.
_FIRST_FILE = 24
_ROOT = 5
#: Bytes of one packed unit; Windows packs only where a cluster has at most four kibibytes.
_LARGEST_UNIT = 1024 * 1024
_MOST_RUNS = 100_000
_MOST_FOLDERS = 64


class _Volume(NamedTuple):
    disk: Disk
    start: int
    cluster: int
    record: int
    table: list[tuple[int, int]]


class _Stream(NamedTuple):
    """The unnamed data of a file: in the record itself, or as runs of (first byte or -1, length).

    unit  bytes of each piece that is packed by itself, 0 when the file is not packed
    """

    inside: bytes | None
    runs: list[tuple[int, int]]
    size: int
    readable: bool
    unit: int = 0


class _Record(NamedTuple):
    folder: bool
    name: str
    parent: int
    stream: _Stream | None
    hidden: bool = False


def is_ntfs(boot: bytes) -> bool:
    """Whether a boot sector begins an NTFS volume."""
    return boot[3:11] == b"NTFS    " and len(boot) >= 512


def files(disk: Disk, start: int, tools: Tools) -> Iterator[Child]:
    """Yield every file of the volume that begins at byte ``start`` of the disk."""
    volume = _volume(disk, start)
    folders: dict[int, tuple[str, int]] = {}
    hidden: set[int] = set()
    found: list[_Record] = []
    for number, raw in enumerate(_records(volume)):
        tools.budget.charge_time()
        record = _record(volume, raw) if number >= _FIRST_FILE else None
        if record and record.folder:
            folders[number] = (record.name, record.parent)
            hidden.update([number] if record.hidden else [])
        elif record:
            found.append(record)
        if len(found) > tools.budget.limits.nodes:
            break
    for record in found:
        if record.stream:
            out_of_sight = record.hidden or record.parent in hidden
            yield Child(_path(record, folders), _content(volume, record.stream), hidden=out_of_sight)


def _path(record: _Record, folders: dict[int, tuple[str, int]]) -> str:
    parts, parent = [record.name], record.parent
    while parent != _ROOT and parent in folders and len(parts) < _MOST_FOLDERS:
        name, parent = folders[parent]
        parts.insert(0, name)
    return "/".join(parts)


def _volume(disk: Disk, start: int) -> _Volume:
    boot = disk.read(start, 512)
    sector, per_cluster = struct.unpack_from("<HB", boot, 11)
    (table,) = struct.unpack_from("<Q", boot, 48)
    (size,) = struct.unpack_from("<b", boot, 64)
    cluster = sector * per_cluster if per_cluster <= 128 else sector << 256 - per_cluster
    record = 1 << -size if size < 0 else size * cluster
    if not cluster or cluster > 2 * 1024 * 1024 or not 256 <= record <= 65_536 or record % 512:
        raise EOFError
    first = _fixed(disk.read(start + table * cluster, record))
    bare = _Volume(disk, start, cluster, record, [])
    stream = _record(bare, first, system=True)
    if stream is None or stream.stream is None or not stream.stream.runs:
        raise EOFError
    return bare._replace(table=stream.stream.runs)


def _records(volume: _Volume) -> Iterator[bytes]:
    for at, length in volume.table:
        for place in range(at, at + length - volume.record + 1, volume.record):
            yield _fixed(volume.disk.read(place, volume.record)) if at >= 0 else b""


def _fixed(record: bytes) -> bytes:
    """Put back the two bytes at the end of every sector that stand in the update sequence; empty for no record."""
    if record[:4] != b"FILE":
        return b""
    at, count = struct.unpack_from("<HH", record, 4)
    mended = bytearray(record)
    for number in range(1, min(count, len(record) // 512 + 1)):
        original = record[at + 2 * number : at + 2 * number + 2]
        if len(original) == 2:
            mended[number * 512 - 2 : number * 512] = original
    return bytes(mended)


def _record(volume: _Volume, raw: bytes, *, system: bool = False) -> _Record | None:
    """Return what a record says about a file or folder in use, None for others and for extensions of records."""
    if len(raw) < 48:
        return None
    at, traits = struct.unpack_from("<HH", raw, 20)
    base = int.from_bytes(raw[32:38], "little")
    if not traits & _IN_USE or (base and not system):
        return None
    name, parent, stream, hidden = "", _ROOT, None, False
    while at + 24 <= len(raw):
        kind, length = struct.unpack_from("<II", raw, at)
        if kind == _END or length < 24:
            break
        attribute = raw[at : at + length]
        if kind == _STANDARD and not attribute[8]:
            (value,) = struct.unpack_from("<H", attribute, 20)
            hidden = bool(int.from_bytes(attribute[value + _HIDDEN_AT : value + _HIDDEN_AT + 4], "little") & _HIDDEN)
        elif kind == _FILE_NAME and not attribute[8]:
            name, parent = _name(attribute, name, parent)
        elif kind == _DATA and not attribute[9]:
            stream = _stream(volume, attribute)
        at += length
    return _Record(bool(traits & _FOLDER), name or "file", parent, stream, hidden)


def _name(attribute: bytes, name: str, parent: int) -> tuple[str, int]:
    """Return name and folder; the short name of old programs gives way to the long one."""
    (at,) = struct.unpack_from("<H", attribute, 20)
    value = attribute[at:]
    if len(value) < 66 or (value[65] == _DOS and name):
        return name, parent
    return value[66 : 66 + 2 * value[64]].decode("utf-16-le", "replace"), int.from_bytes(value[:6], "little")


def _stream(volume: _Volume, attribute: bytes) -> _Stream:
    (traits,) = struct.unpack_from("<H", attribute, 12)
    if not attribute[8]:
        length, at = struct.unpack_from("<IH", attribute, 16)
        return _Stream(attribute[at : at + length], [], length, True)
    if len(attribute) < 64:
        raise EOFError
    (at,) = struct.unpack_from("<H", attribute, 32)
    (size,) = struct.unpack_from("<Q", attribute, 48)
    # The size of a unit is given as the power of two of its clusters; sixteen of them are usual.
    power = attribute[34] & 0xF
    unit = volume.cluster << power if traits & _PACKED and power else 0
    readable = not traits & _LOCKED and unit <= _LARGEST_UNIT
    return _Stream(None, list(_runs(volume, attribute[at:])), size, readable, unit)


def _runs(volume: _Volume, pairs: bytes) -> Iterator[tuple[int, int]]:
    """Yield (first byte on the disk, length); -1 for a hole. Places count from the one before."""
    at, place, count = 0, 0, 0
    while at < len(pairs) and pairs[at] and count < _MOST_RUNS:
        sizes, offsets = pairs[at] & 0xF, pairs[at] >> 4
        length = int.from_bytes(pairs[at + 1 : at + 1 + sizes], "little")
        moved = int.from_bytes(pairs[at + 1 + sizes : at + 1 + sizes + offsets], "little", signed=True)
        place += moved
        yield (volume.start + place * volume.cluster if offsets else -1), length * volume.cluster
        at += 1 + sizes + offsets
        count += 1


def _content(volume: _Volume, stream: _Stream) -> Iterator[bytes | memoryview]:
    """Yield the content; raise ``EOFError`` behind what there is of a file that is cut off."""
    if not stream.readable:
        raise Unsupported
    if stream.inside is not None:
        yield stream.inside
        return
    if stream.unit:
        yield from _unpacked(volume, stream)
        return
    left = stream.size
    for at, length in stream.runs:
        length = min(length, left)
        left -= length
        if at >= 0:
            yield from volume.disk.pieces(at, length)
        else:
            yield from (bytes(min(65_536, length - done)) for done in range(0, length, 65_536))
    if left:
        raise EOFError


def _unpacked(volume: _Volume, stream: _Stream) -> Iterator[bytes]:
    """Yield the content of a packed file: a unit with a hole at its end is packed, one of holes is zeros."""
    left = stream.size
    for unit in disk_lznt1.units(stream.runs, stream.unit):
        if not left:
            return
        size = min(stream.unit, left)
        left -= size
        kept = b"".join(bytes(piece) for at, length in unit if at >= 0 for piece in volume.disk.pieces(at, length))
        holes = any(at < 0 for at, _ in unit)
        yield bytes(size) if not kept else disk_lznt1.unpacked(kept, size) if holes else kept[:size]
    if left:
        raise EOFError
