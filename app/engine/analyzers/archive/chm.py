"""Compiled help (.chm): the directory, and what is not compressed. Pages lie under LZX and stay unseen.

Format: Microsoft's HTML Help (ITSF) as Matthew Russotto describes it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from app.engine.analyzers.archive import names as archive_names
from app.engine.model import Severity
from app.engine.node import Child, Item, Node, Tools

_HEADER, _LISTING = 0x60, 0x14
_MOST_CHUNKS = 10_000


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the files outside the compressed section, then ``archive.unsupported`` with the names of the others."""
    header = bytes(node.data[:_HEADER])
    if len(header) < _HEADER:
        raise EOFError
    version, directory, content = struct.unpack("<4xI64xQ8xQ", header)
    unseen: list[str] = []
    for name, section, offset, length in _entries(node.data, directory):
        tools.budget.charge_time()
        # Names that begin with "::" are the format's own tables.
        if name.endswith("/") or name.startswith("::"):
            continue
        if section:
            unseen.append(name.lstrip("/"))
        elif version >= 3 and length and not name.startswith(("/#", "/$")):
            yield Child(name.lstrip("/"), node.data[content + offset : content + offset + length])
        if len(unseen) > tools.budget.limits.nodes:
            break
    if unseen:
        # Help pages bring scripts of their own.
        yield from archive_names.unseen(node, [name for name in unseen if not name.lower().endswith(".js")])
        yield node.finding(
            "archive.unsupported",
            Severity.UNKNOWN,
            "Packed in a way that cannot be opened here, so its content was not seen",
            ", ".join(name for name in unseen if not name.startswith(("#", "$"))),
        )


def _entries(data: memoryview, at: int) -> Iterator[tuple[str, int, int, int]]:
    """Yield (name, section, offset, length) from every listing chunk of the directory."""
    header = bytes(data[at : at + 0x54])
    if header[:4] != b"ITSP" or len(header) < 0x54:
        raise EOFError
    size, chunk, count = struct.unpack_from("<8xI4xI24xI", header)
    if not 32 <= chunk <= 1 << 20:
        raise EOFError
    for number in range(min(count, _MOST_CHUNKS)):
        block = bytes(data[at + size + number * chunk : at + size + (number + 1) * chunk])
        if len(block) < chunk:
            raise EOFError
        if block[:4] == b"PMGL":
            yield from _listing(block)


def _listing(block: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Yield the entries of a chunk; the space that is free at its end has its size in the header."""
    (free,) = struct.unpack_from("<I", block, 4)
    at, end = _LISTING, len(block) - free
    while at < end:
        length, at = _number(block, at)
        name = block[at : at + length].decode("utf-8", "replace")
        at += length
        values = []
        for _ in range(3):
            value, at = _number(block, at)
            values.append(value)
        yield name, values[0], values[1], values[2]


def _number(block: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the highest first, and where it goes on."""
    value = 0
    for place in range(at, min(at + 10, len(block))):
        value = value << 7 | block[place] & 0x7F
        if not block[place] & 0x80:
            return value, place + 1
    raise EOFError
