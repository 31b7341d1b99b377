"""ARJ: stored members, and methods 1 to 3 through libarchive, which knows them as LHA's largest. Format: ARJ TECHNOTE.

Locked members, volumes and the fastest method (4) are named and said to be unseen.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from app.engine.analyzers.archive import lha, libarchive, names as archive_names
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools, Unsupported

_SIGNATURE = b"\x60\xea"
_LOCKED, _VOLUME, _CONTINUED = 0x01, 0x04, 0x08
_FILES = (0, 1)
_FOLDER = 3
#: The largest basic header (TECHNOTE).
_MOST_HEADER = 2_600


class _Member(NamedTuple):
    name: str
    flags: int
    method: int
    kind: int
    start: int
    packed: int
    size: int


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield every member that can be unpacked; raise ``Unsupported`` or ``EOFError`` behind them for the others."""
    members, whole = _members(node.data, tools)
    files = [member for member in members if member.kind in _FILES]
    unseen: list[str] = []
    for member in files:
        part = node.data[member.start : member.start + member.packed]
        whole = whole and len(part) == member.packed
        if member.flags & _LOCKED or member.method not in _readable():
            unseen.append(member.name)
        elif member.method == 0:
            yield Child(member.name, part, siblings=len(files))
        else:
            yield Child(member.name, lha.unpacked(b"-lh7-", part, member.size, tools), len(part), len(files))
    yield from _reported(node, members, unseen)
    if not whole:
        raise EOFError
    if any(member.method not in _readable() and not member.flags & _LOCKED for member in files):
        raise Unsupported


def _readable() -> range:
    return range(4 if libarchive.available() else 1)


def _reported(node: Node, members: list[_Member], unseen: list[str]) -> Iterator[Item]:
    yield from archive_names.unseen(node, unseen)
    if any(member.flags & _LOCKED for member in members):
        yield node.finding(
            "archive.encrypted",
            Severity.UNKNOWN,
            "Locked with a password, so what it holds was not seen",
            ", ".join(unseen),
        )
    if any(member.flags & (_VOLUME | _CONTINUED) for member in members):
        yield node.finding(
            "archive.volume", Severity.UNKNOWN, "Part of an archive in several files, so not all of it was seen"
        )


def _members(data: memoryview, tools: Tools) -> tuple[list[_Member], bool]:
    """Return the members behind the main header as far as the headers go, and whether they go to the end."""
    members: list[_Member] = []
    at = 0
    try:
        while True:
            tools.budget.charge_time()
            member = _header(data, at)
            if member is None:
                return members, True
            # The main header looks like a member of a kind of its own and is followed by no content.
            members += [member] if at else []
            at = member.start + (member.packed if at else 0)
            if len(members) > tools.budget.limits.nodes:
                return members, True
    except (struct.error, IndexError):
        return members, False


def _header(data: memoryview, at: int) -> _Member | None:
    """Return the header at ``at``, None at the end of the archive; raise ``IndexError`` when there is none."""
    if bytes(data[at : at + 2]) != _SIGNATURE:
        raise IndexError
    (length,) = struct.unpack_from("<H", data, at + 2)
    if not length:
        return None
    if length > _MOST_HEADER or at + 4 + length > len(data):
        raise IndexError
    at += 4
    flags, method, kind = struct.unpack_from("<BBB", data, at + 4)
    packed, size = struct.unpack_from("<II", data, at + 12)
    raw = bytes(data[at + data[at] : at + length]).partition(b"\0")[0]
    at += length + 4
    while extended := struct.unpack_from("<H", data, at)[0]:
        at += 2 + extended + 4
    return _Member(_text(raw), flags, method, kind, at + 2, packed, size)


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").replace("\\", "/")
    except UnicodeDecodeError:
        return raw.decode("cp437").replace("\\", "/")
