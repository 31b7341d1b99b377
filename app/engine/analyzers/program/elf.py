"""Programs of Linux and other Unix systems (ELF): what they are, and signs that ordinary ones never show.

Format: the System V gABI, chapters 4 and 5; bounds on every table, nothing copied but names.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.engine.analyzers.program.packers import entropy
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

_TYPES = {1: "object file", 2: "program", 3: "library or program", 4: "memory dump"}
_MACHINES = {
    2: "SPARC",
    3: "x86",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC",
    22: "S390",
    40: "ARM",
    42: "SuperH",
    62: "x86-64",
    183: "ARM64",
    243: "RISC-V",
}
_LOAD, _DYNAMIC = 1, 2
_STRINGS, _STRINGS_SIZE = 5, 10
_ALL_ACCESS = 7
_MOST_SEGMENTS = 128
_MOST_SECTIONS = 512
_MOST_DYNAMIC = 512
_MOST_STRINGS = 1024 * 1024
_SAMPLE = 16 * 1024
#: Compiled code has up to 6.7 bits a byte.
_DENSE = 7.4
#: What assembles code without a compiler is tiny; the smallest linked programs take more.
_TINY = 8 * 1024
_ABILITIES = (
    ("downloads", frozenset((b"curl_easy_perform", b"http_get", b"SSL_connect"))),
    ("opens connections", frozenset((b"connect", b"socket"))),
    ("waits for connections", frozenset((b"listen", b"accept"))),
    ("starts programs", frozenset((b"execve", b"execvp", b"execl", b"execlp", b"system", b"popen", b"posix_spawn"))),
    ("looks into other programs", frozenset((b"ptrace", b"process_vm_writev"))),
    ("changes its user", frozenset((b"setuid", b"setgid", b"setresuid"))),
)
_MADE_BY = {
    b".go.buildinfo": "Go",
    b".note.go.buildid": "Go",
    b"pydata": "PyInstaller (Python)",
    b".nim": "Nim",
}


class _Segment(NamedTuple):
    kind: int
    flags: int
    place: int
    address: int
    size: int


@dataclass(frozen=True, slots=True)
class _Header:
    data: memoryview
    wide: bool
    order: str
    kind: int
    machine: int
    entry: int
    segments: tuple[_Segment, ...]
    sections: tuple[bytes, ...]

    def place(self, address: int) -> int:
        """Return where an address lies in the file; the end of the file when it lies nowhere."""
        for segment in self.segments:
            if segment.kind == _LOAD and 0 <= address - segment.address < segment.size:
                return segment.place + address - segment.address
        return len(self.data)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield facts and signs; nothing for what is cut off within its header."""
    header = _read(node.data)
    if header is None:
        return
    imported = _strings(header)
    tools.budget.charge_time()
    yield node.finding("program.kind", Severity.INFO, "What kind of program it is", _kind(header, imported))
    yield from _build(node, header)
    able = [words for words, needed in _ABILITIES if not needed.isdisjoint(imported)]
    if able:
        yield node.finding("program.abilities", Severity.INFO, "What the program can do", ", ".join(able))


def _kind(header: _Header, imported: set[bytes]) -> str:
    bits = "64-bit" if header.wide else "32-bit"
    words = [bits, _MACHINES.get(header.machine, f"machine {header.machine}"), _TYPES.get(header.kind, "unknown type")]
    if header.kind in (2, 3) and not imported:
        words.append("without libraries")
    made_by = next((_MADE_BY[name] for name in header.sections if name in _MADE_BY), "")
    return ", ".join([*words, made_by] if made_by else words)


def _build(node: Node, header: _Header) -> Iterator[Item]:
    """How it was packed: ordinary programs have sections, and code that is not writable."""
    if bytes(node.data[8:10]) == b"AI" and header.kind in (2, 3):
        yield node.finding("program.made_by", Severity.INFO, "Installer or packed script", "AppImage")
        yield node.finding(
            "archive.unsupported", Severity.UNKNOWN, "Program whose content cannot be opened here", "AppImage"
        )
        return
    loaded = [segment for segment in header.segments if segment.kind == _LOAD]
    start = next((one for one in loaded if 0 <= header.entry - one.address < one.size), None)
    bare = header.kind in (2, 3) and not header.sections and start is not None
    if re.search(rb"UPX!", node.data[:4096]):
        yield _packed(node, "UPX")
    elif bare and start and len(node.data) < _TINY and start.flags & _ALL_ACCESS == _ALL_ACCESS:
        yield node.finding(
            "program.bare_code", Severity.SUSPICIOUS, "Program of bare machine code, as attack tools make them"
        )
    elif bare and start and entropy(node.data[start.place : start.place + min(start.size, _SAMPLE)]) > _DENSE:
        yield _packed(node, "high entropy")


def _packed(node: Node, evidence: str) -> Item:
    return node.finding(
        "program.packed",
        Severity.SUSPICIOUS,
        "Program whose code is compressed or encrypted",
        evidence,
        confidence=Confidence.LOW,
    )


def _read(data: memoryview) -> _Header | None:
    """Return the headers, None when they are cut off or no ELF of a class and order that exist."""
    if len(data) < 52 or data[4] not in (1, 2) or data[5] not in (1, 2):
        return None
    wide, order = data[4] == 2, "<" if data[5] == 1 else ">"
    form = order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH")
    fields = _unpack(data, 16, form)
    if not fields or fields[0] not in _TYPES:
        return None
    kind, machine, _, entry, programs, table, _, _, size, count, width, rows, names = fields
    segments = tuple(_segments(data, wide, order, programs, size, min(count, _MOST_SEGMENTS)))
    sections = tuple(_section_names(data, wide, order, table, width, min(rows, _MOST_SECTIONS), names))
    return _Header(data, wide, order, kind, machine, entry, segments, sections)


def _unpack(data: memoryview, at: int, form: str) -> tuple[int, ...] | None:
    if at < 0 or at + struct.calcsize(form) > len(data):
        return None
    return struct.unpack_from(form, data, at)


def _segments(data: memoryview, wide: bool, order: str, at: int, size: int, count: int) -> Iterator[_Segment]:
    for number in range(count):
        if wide:
            row = _unpack(data, at + number * size, order + "IIQQ8xQ")
            fields = row
        else:
            row = _unpack(data, at + number * size, order + "III4xI4xI")
            fields = (row[0], row[4], row[1], row[2], row[3]) if row else None
        if not fields:
            return
        yield _Segment(*fields)


def _section_names(
    data: memoryview, wide: bool, order: str, at: int, size: int, count: int, names: int
) -> Iterator[bytes]:
    """Yield the names of the sections; the section number ``names`` holds them."""
    form = order + ("24xQ" if wide else "16xI")
    table = _unpack(data, at + names * size, form)
    if not at or not table:
        return
    for number in range(count):
        row = _unpack(data, at + number * size, order + "I")
        if not row:
            return
        start = table[0] + row[0]
        yield bytes(data[start : start + 64]).partition(b"\0")[0]


def _strings(header: _Header) -> set[bytes]:
    """Return the names in the dynamic string table: libraries and functions, imported or offered."""
    dynamic = next((segment for segment in header.segments if segment.kind == _DYNAMIC), None)
    if dynamic is None:
        return set()
    form, width = header.order + ("QQ" if header.wide else "II"), 16 if header.wide else 8
    values: dict[int, int] = {}
    for number in range(_MOST_DYNAMIC):
        row = _unpack(header.data, dynamic.place + number * width, form)
        if not row or not row[0]:
            break
        values[row[0]] = row[1]
    start, size = header.place(values.get(_STRINGS, -1)), values.get(_STRINGS_SIZE, 0)
    return set(bytes(header.data[start : start + min(size, _MOST_STRINGS)]).split(b"\0"))
