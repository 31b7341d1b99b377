"""RAR of versions 4 and 5: the directory, and the members that are only stored.

No free software for this unpacks the others, so they are named and said to be unseen. Formats: the RAR 5.0 technical
note; RAR 4 as libarchive and 7-Zip read it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import names as archive_names
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported

_OLD, _NEW = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"


class _LockedHeaders(Exception):
    """The directory itself is encrypted."""


class _Member(NamedTuple):
    name: str
    folder: bool
    stored: bool
    locked: bool
    #: Begins or ends in another volume.
    split: bool
    start: int
    packed: int
    size: int


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the stored members, and findings about those that are compressed, locked or in another volume."""
    unseen: list[str] = []
    locked: list[str] = []
    split = False
    try:
        for member in _members(node.data):
            tools.budget.charge_time()
            split = split or member.split
            if member.folder:
                continue
            if member.locked:
                locked.append(member.name)
            elif not member.stored:
                unseen.append(member.name)
            else:
                yield Child(member.name, _content(node.data, member))
            if len(unseen) + len(locked) > tools.budget.limits.nodes:
                break
    except _LockedHeaders:
        yield _locked(node, "")
    except EOFError:
        yield from _reported(node, unseen, locked, split)
        raise
    else:
        yield from _reported(node, unseen, locked, split)


def _locked(node: Node, evidence: str) -> Item:
    return node.finding(
        "archive.encrypted", Severity.UNKNOWN, "Locked with a password, so what it holds was not seen", evidence
    )


def _reported(node: Node, unseen: list[str], locked: list[str], split: bool) -> Iterator[Item]:
    yield from archive_names.programs(node, unseen + locked)
    if locked:
        yield _locked(node, ", ".join(locked))
    if split:
        yield node.finding(
            "archive.volume", Severity.UNKNOWN, "Part of an archive in several files, so not all of it was seen"
        )
    if unseen:
        yield node.finding(
            "archive.unsupported",
            Severity.UNKNOWN,
            "Packed in a way that cannot be opened here, so its content was not seen",
            ", ".join(unseen),
        )


def _content(data: memoryview, member: _Member) -> Iterator[memoryview]:
    part = data[member.start : member.start + member.packed]
    yield part
    if len(part) < member.packed:
        raise EOFError


def _members(data: memoryview) -> Iterator[_Member]:
    if bytes(data[:8]) == _NEW:
        return _new_members(data)
    if bytes(data[:7]) == _OLD:
        return _old_members(data)
    raise Unsupported


def _number(data: memoryview, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where it goes on."""
    value = 0
    for place in range(10):
        if at + place >= len(data):
            raise EOFError
        value |= (data[at + place] & 0x7F) << 7 * place
        if not data[at + place] & 0x80:
            return value, at + place + 1
    raise EOFError


def _new_members(data: memoryview) -> Iterator[_Member]:
    """RAR 5: blocks of checksum, size, type, flags, and what the type asks for."""
    at = 8
    while at < len(data):
        size, head = _number(data, at + 4)
        end = head + size
        if end > len(data) or not size:
            raise EOFError
        kind, place = _number(data, head)
        flags, place = _number(data, place)
        extra, place = _number(data, place) if flags & 1 else (0, place)
        packed, place = _number(data, place) if flags & 2 else (0, place)
        if kind == 4:
            raise _LockedHeaders
        if kind == 2:
            yield _new_file(data, place, end, extra, flags, packed)
        if kind == 5:
            return
        at = end + packed
    raise EOFError


def _new_file(data: memoryview, at: int, end: int, extra: int, flags: int, packed: int) -> _Member:
    traits, at = _number(data, at)
    size, at = _number(data, at)
    _, at = _number(data, at)
    at += 4 * bool(traits & 2) + 4 * bool(traits & 4)
    method, at = _number(data, at)
    _, at = _number(data, at)
    length, at = _number(data, at)
    name = bytes(data[at : min(at + length, end)]).decode("utf-8", "replace")
    locked = _has_encryption(data, max(at, end - extra), end)
    return _Member(name, bool(traits & 1), not method >> 7 & 7, locked, bool(flags & 0x18), end, packed, size)


def _has_encryption(data: memoryview, at: int, end: int) -> bool:
    """Whether one of the extra records of a file (size, type, content) is the one for encryption, type 1."""
    while at < end:
        size, place = _number(data, at)
        kind, _ = _number(data, place)
        if kind == 1:
            return True
        at = place + max(size, 1)
    return False


def _old_members(data: memoryview) -> Iterator[_Member]:
    """RAR 4: blocks of checksum, type, flags, size; the archive header says whether the rest is encrypted."""
    at = 7
    while at < len(data):
        block = bytes(data[at : at + 32])
        if len(block) < 7:
            raise EOFError
        kind, flags, size = struct.unpack_from("<BHH", block, 2)
        if size < 7:
            raise EOFError
        packed = struct.unpack_from("<I", block.ljust(11, b"\0"), 7)[0] if flags & 0x8000 or kind == 0x74 else 0
        if kind == 0x73 and flags & 0x80:
            raise _LockedHeaders
        if kind == 0x7B:
            return
        if kind == 0x74:
            member = _old_file(bytes(data[at : at + size]), flags, at + size)
            packed = member.packed
            yield member
        at += size + packed
    # Old writers leave out the end block, but no block reaches behind the end of the file.
    if at > len(data):
        raise EOFError


def _old_file(block: bytes, flags: int, start: int) -> _Member:
    if len(block) < 32:
        raise EOFError
    packed, size = struct.unpack_from("<II", block, 7)
    method, length = struct.unpack_from("<BH", block, 25)
    at = 32
    if flags & 0x100:
        if len(block) < 40:
            raise EOFError
        high_packed, high_size = struct.unpack_from("<II", block, 32)
        packed, size, at = packed | high_packed << 32, size | high_size << 32, 40
    # A Unicode name follows the plain one behind a zero; the plain one is enough to be told.
    raw = block[at : at + length].partition(b"\0")[0]
    name = raw.decode("utf-8", "replace").replace("\\", "/")
    folder = flags & 0xE0 == 0xE0
    return _Member(name, folder, method == 0x30, bool(flags & 4), bool(flags & 3), start, packed, size)
