"""Programs of macOS and iOS (Mach-O), thin and universal: what they are and who signed them, unverified.

Format: ``mach-o/loader.h``, ``mach-o/fat.h`` and ``cs_blobs.h`` of Apple's open sources; bounds on every table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

_UNIVERSAL = b"\xca\xfe\xba\xbe"
_THIN = {
    b"\xce\xfa\xed\xfe": ("<", False),
    b"\xcf\xfa\xed\xfe": ("<", True),
    b"\xfe\xed\xfa\xce": (">", False),
    b"\xfe\xed\xfa\xcf": (">", True),
}
_PROCESSORS = {7: "x86", 0x01000007: "x86-64", 12: "ARM", 0x0100000C: "ARM64", 18: "PowerPC", 0x01000012: "PowerPC"}
_TYPES = {1: "object file", 2: "program", 4: "memory dump", 6: "library", 8: "bundle", 10: "symbols", 11: "driver"}
_LIBRARIES = frozenset((0x0C, 0x80000018, 0x8000001F, 0x80000023))
_SIGNATURE, _SEGMENTS, _ENCRYPTION = 0x1D, (0x01, 0x19), (0x21, 0x2C)
_SUPER_BLOB, _DIRECTORY = 0xFADE0CC0, 0xFADE0C02
_AD_HOC, _WITH_TEAM = 0x2, 0x20200
_MOST_SLICES = 16
_MOST_COMMANDS = 1_024
_MOST_BLOBS = 32


@dataclass(slots=True)
class _Slice:
    """One program for one processor. ``signed`` is empty without a signature."""

    kind: str
    segments: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    signed: str = ""
    encrypted: bool = False


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield facts about all slices together; nothing for what is cut off within its header."""
    slices = []
    for part in _parts(node.data):
        tools.budget.charge_time()
        found = _read(part)
        if found:
            slices.append(found)
    if not slices:
        return
    kinds = "; ".join(dict.fromkeys(one.kind for one in slices))
    signed = next((one.signed for one in slices if one.signed), "")
    kinds += "" if signed else "; not signed"
    yield node.finding("program.kind", Severity.INFO, "What kind of program it is", kinds)
    if signed:
        yield node.finding(
            "program.signed", Severity.INFO, "Signed program, but the signature was not verified", signed
        )
    packed = [name for one in slices for name in one.segments if name.lower().startswith(("upx", "__upx", "__xhdr"))]
    if packed or any(one.encrypted for one in slices):
        yield node.finding(
            "program.packed",
            Severity.SUSPICIOUS if packed else Severity.INFO,
            "Program whose code is compressed or encrypted",
            packed[0] if packed else "encrypted by its store",
            confidence=Confidence.LOW,
        )


def _parts(data: memoryview) -> Iterator[memoryview]:
    """Yield the programs of a universal file, or the one that it is."""
    if bytes(data[:4]) != _UNIVERSAL:
        yield data
        return
    count = _unpack(data, 4, ">I") or (0,)
    for number in range(min(count[0], _MOST_SLICES)):
        row = _unpack(data, 8 + 20 * number, ">8xII")
        if row:
            yield data[row[0] : row[0] + row[1]]


def _unpack(data: memoryview, at: int, form: str) -> tuple[int, ...] | None:
    if at < 0 or at + struct.calcsize(form) > len(data):
        return None
    return struct.unpack_from(form, data, at)


def _read(data: memoryview) -> _Slice | None:
    known = _THIN.get(bytes(data[:4]))
    if known is None:
        return None
    order, wide = known
    head = _unpack(data, 4, order + "I4xIII")
    if not head or head[1] not in _TYPES:
        return None
    found = _Slice(f"{_PROCESSORS.get(head[0], 'unknown processor')}, {_TYPES[head[1]]}")
    at = 32 if wide else 28
    for _ in range(min(head[2], _MOST_COMMANDS)):
        command = _unpack(data, at, order + "II")
        if not command or command[1] < 8:
            break
        _note(found, data, at, order, *command)
        at += command[1]
    return found


def _note(found: _Slice, data: memoryview, at: int, order: str, command: int, size: int) -> None:
    """Add what one load command says."""
    if command in _SEGMENTS:
        found.segments.append(_text(data[at + 8 : at + 24]))
    elif command in _LIBRARIES:
        name = _unpack(data, at + 8, order + "I")
        if name:
            found.libraries.append(_text(data[at + name[0] : at + min(size, 1024)]))
    elif command == _SIGNATURE:
        place = _unpack(data, at + 8, order + "II")
        if place:
            found.signed = _signature(data[place[0] : place[0] + place[1]])
    elif command in _ENCRYPTION:
        how = _unpack(data, at + 16, order + "I")
        found.encrypted = bool(how and how[0])


def _signature(blob: memoryview) -> str:
    """Return the identifier and the team in the code directory of a signature; it says when nobody vouches for it."""
    head = _unpack(blob, 0, ">III")
    if not head or head[0] != _SUPER_BLOB:
        return "unreadable signature"
    for number in range(min(head[2], _MOST_BLOBS)):
        row = _unpack(blob, 12 + 8 * number, ">II")
        directory = blob[row[1] :] if row else blob[:0]
        fields = _unpack(directory, 0, ">I4xII4xI")
        if not fields or fields[0] != _DIRECTORY:
            continue
        _, edition, flags, name = fields
        words = [_text(directory[name : name + 256])]
        team = _unpack(directory, 48, ">I") if edition >= _WITH_TEAM else None
        if team and team[0]:
            words.append(f"team {_text(directory[team[0] : team[0] + 64])}")
        if flags & _AD_HOC:
            words.append("by nobody (ad hoc)")
        return ", ".join(words)
    return "unreadable signature"


def _text(raw: memoryview) -> str:
    return bytes(raw).partition(b"\0")[0].decode("utf-8", "replace")
