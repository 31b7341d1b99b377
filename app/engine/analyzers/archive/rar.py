"""RAR of versions 4 and 5: the directory and the members that are only stored; libarchive unpacks the others.

What is locked, or begins in another volume, is named and said to be unseen. Formats: the RAR 5.0 technical note;
RAR 4 as libarchive and 7-Zip read it.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import libarchive, names as archive_names, rar_unlock
from app.engine.analyzers.archive.rar_number import number
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported

#: Name of the service header of a second stream.
_STREAM = "STM"
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
    #: Of RAR 5: what its header says about the packing; and whether it is a second stream of the file before it.
    method: int = 0
    stream: bool = False


class _Directory(NamedTuple):
    """The members by what can be done with them; ``whole`` is False when the directory is cut off."""

    stored: list[_Member]
    packed: list[_Member]
    locked: list[_Member]
    split: bool
    whole: bool


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the members, and findings about those that are locked, in another volume or cannot be unpacked."""
    try:
        directory = _directory(node, tools)
    except _LockedHeaders:
        directory = None
    if directory is None or directory.locked:
        archive = rar_unlock.unlocked(node.data, tools)
        if archive:
            yield node.finding(
                "archive.opened", Severity.INFO, "Locked archive, opened with a password that came with it"
            )
            yield Child("", archive)
            return
    if directory is None:
        yield _locked(node, "")
        return
    count = sum(map(len, directory[:3]))
    yield from archive_names.twins(node, [member.name for part in directory[:3] for member in part])
    for member in directory.stored:
        yield Child(member.name, _content(node.data, member), siblings=count)
    unseen = yield from _unpacked(node, directory, count, tools)
    yield from _reported(node, unseen, directory)
    if not directory.whole:
        raise EOFError


def _directory(node: Node, tools: Tools) -> _Directory:
    """Read the headers, as far as they go and the budget has room for nodes."""
    directory = _Directory([], [], [], False, True)
    try:
        for member in _members(node.data):
            tools.budget.charge_time()
            directory = directory._replace(split=directory.split or member.split)
            if member.folder:
                continue
            where = directory.locked if member.locked else directory.stored if member.stored else directory.packed
            where.append(member)
            if sum(map(len, directory[:3])) > tools.budget.limits.nodes:
                break
    except EOFError:
        return directory._replace(whole=False)
    return directory


def _unpacked(node: Node, directory: _Directory, count: int, tools: Tools) -> Generator[Item, None, list[str]]:
    """Yield the compressed members and return the names of those that could not be unpacked."""
    streams = [member for member in directory.packed if member.stream]
    for stream in streams:
        yield Child(stream.name, _stream(node.data, stream, tools), stream.packed, count)
    unseen = [packed.name for packed in directory.packed if not packed.stream]
    if not unseen:
        return []
    known = {stored.name for stored in directory.stored}
    kind = "rar5" if bytes(node.data[:8]) == _NEW else "rar"
    try:
        for member in libarchive.members(node.raw, kind, tools):
            if member.locked or member.name in known:
                continue
            if member.name in unseen:
                unseen.remove(member.name)
            elif unseen:
                # Two ways to write one name: the order is the same in both readings.
                unseen.pop(0)
            yield Child(member.name, _as_far(member.content, directory.split), len(node.data), count)
    except (EOFError, Unsupported):
        return unseen
    return unseen


def _stream(data: memoryview, member: _Member, tools: Tools) -> Iterator[bytes]:
    """Yield the content of a stream, which the library passes over, as the one member of an archive of its own."""
    alone = rar_unlock.archive_of(data[member.start : member.start + member.packed], member.size, member.method)
    for found in libarchive.members(alone, "rar5", tools):
        yield from found.content


def _as_far(content: Iterator[bytes], split: bool) -> Iterator[bytes]:
    """Yield the content; that it goes on in another volume is said once, for the archive."""
    try:
        yield from content
    except (EOFError, Unsupported):
        if not split:
            raise


def _locked(node: Node, evidence: str) -> Item:
    return node.finding(
        "archive.encrypted", Severity.UNKNOWN, "Locked with a password, so what it holds was not seen", evidence
    )


def _reported(node: Node, unseen: list[str], directory: _Directory) -> Iterator[Item]:
    locked = [member.name for member in directory.locked]
    yield from archive_names.unseen(node, unseen + locked)
    if locked:
        yield _locked(node, ", ".join(locked))
    if directory.split:
        yield node.finding(
            "archive.volume", Severity.UNKNOWN, "Part of an archive in several files, so not all of it was seen"
        )
    elif unseen:
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


def _new_members(data: memoryview) -> Iterator[_Member]:
    """RAR 5: blocks of checksum, size, type, flags, and what the type asks for."""
    at, before = 8, ""
    while at < len(data):
        size, head = number(data, at + 4)
        end = head + size
        if end > len(data) or not size:
            raise EOFError
        kind, place = number(data, head)
        flags, place = number(data, place)
        extra, place = number(data, place) if flags & 1 else (0, place)
        packed, place = number(data, place) if flags & 2 else (0, place)
        if kind == 4:
            raise _LockedHeaders
        if kind in (2, 3):
            member = _new_file(data, place, end, extra, flags, packed)
            if kind == 2:
                before = member.name
                yield member
            elif member.name == _STREAM:
                # WinRAR writes it beside the file before; some versions even into another folder (CVE-2025-8088).
                name = _record(data, max(place, end - extra), end, 7).decode("utf-8", "replace")
                yield member._replace(name=before + name, stream=True)
        if kind == 5:
            return
        at = end + packed
    raise EOFError


def _new_file(data: memoryview, at: int, end: int, extra: int, flags: int, packed: int) -> _Member:
    traits, at = number(data, at)
    size, at = number(data, at)
    _, at = number(data, at)
    at += 4 * bool(traits & 2) + 4 * bool(traits & 4)
    method, at = number(data, at)
    _, at = number(data, at)
    length, at = number(data, at)
    name = bytes(data[at : min(at + length, end)]).decode("utf-8", "replace")
    locked = bool(_record(data, max(at, end - extra), end, 1))
    split = bool(flags & 0x18)
    return _Member(name, bool(traits & 1), not method >> 7 & 7, locked, split, end, packed, size, method)


def _record(data: memoryview, at: int, end: int, wanted: int) -> bytes:
    """Return the content of an extra record of a header (size, type, content), empty when there is none of the type.

    Type 1 speaks of encryption, type 7 belongs to a service.
    """
    while at < end:
        size, place = number(data, at)
        kind, start = number(data, place)
        if kind == wanted:
            return bytes(data[start : min(place + size, end)])
        at = place + max(size, 1)
    return b""


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
