"""Entries of the index while they are sorted: a fingerprint of 64 bits and a tag of 32, in arrays, not in objects.

A million of them are 12 MB. More than that is sorted in parts that lie in a file meanwhile, so that ten million need
no more memory than one.
"""

from __future__ import annotations

import sys
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

#: Bytes of one entry outside the index: fingerprint and tag.
ENTRY_BYTES = 12
#: Entries that are sorted at once.
_SORTED_AT_ONCE = 400_000
#: Entries of one block, as they are kept: 768 KiB.
BLOCK = 1 << 16
#: Bytes of the secret that makes the fingerprints of an installation its own.
SALT_BYTES = 16
#: A tag: label in the upper half, day in the lower.
DAY_BITS = 16
MOST_LABELS = 1 << 16
LAST_DAY = (1 << DAY_BITS) - 1

_TAG_BITS = 32
_TAG = (1 << _TAG_BITS) - 1


def fingerprint(salt: bytes, text: str) -> int:
    """Return 64 bits of ``text``: BLAKE2b with a secret salt (RFC 7693 calls it that in its parameter block).

    Without the salt nobody can find another text with the same fingerprint, and so nobody can publish an address that
    makes an index call a harmless one bad.
    """
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, salt=salt).digest(), "little")


@dataclass(frozen=True, slots=True)
class Block:
    """Entries in the order of their fingerprints; both arrays have one value an entry."""

    fingerprints: array[int] = field(default_factory=lambda: array("Q"))
    tags: array[int] = field(default_factory=lambda: array("I"))

    def to_bytes(self) -> bytes:
        """Return it as it is kept: all fingerprints, then all tags, lower byte first."""
        return _little(self.fingerprints) + _little(self.tags)

    @classmethod
    def from_bytes(cls, data: bytes) -> Block:
        """Return what ``to_bytes`` made. Raises ``ValueError`` for anything else."""
        count, rest = divmod(len(data), ENTRY_BYTES)
        if rest:
            raise ValueError("This is no block of entries.")
        fingerprints, tags = array("Q", data[: 8 * count]), array("I", data[8 * count :])
        if sys.byteorder == "big":
            fingerprints.byteswap()
            tags.byteswap()
        return cls(fingerprints, tags)


def _little(values: array[int]) -> bytes:
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return values.tobytes()


class Sorter:
    """Takes entries in any order and gives them back sorted, in blocks, within some 60 MB of memory."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is where the file for what does not fit in memory is made, without a name."""
        self._folder = folder
        self._fingerprints, self._tags = array("Q"), array("I")
        self._file: BinaryIO | None = None
        self._runs: list[tuple[int, int]] = []
        #: Entries taken so far, doubles included.
        self.count = 0

    def add(self, fingerprint: int, tag: int) -> None:
        """Take one entry."""
        self._fingerprints.append(fingerprint)
        self._tags.append(tag)
        self.count += 1
        if len(self._tags) >= _SORTED_AT_ONCE:
            self._spill()

    def blocks(self) -> Iterator[Block]:
        """Yield everything in order. Of entries that differ in their day only, the youngest is kept."""
        if not self._runs:
            yield from _cut(_youngest(_sorted([Block(self._fingerprints, self._tags)])))
            return
        if self._tags:
            self._spill()
        runs = [self._read(at, count) for at, count in self._runs]
        yield from _cut(entry for part in merged(runs, self.count) for entry in _youngest(part.entries))

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - ``close`` closes it
        entries = _sorted([Block(self._fingerprints, self._tags)])
        self._file.seek(0, 2)
        self._runs.append((self._file.tell(), len(entries)))
        for block in _cut(entries):
            self._file.write(block.to_bytes())
        self._fingerprints, self._tags = array("Q"), array("I")

    def _read(self, at: int, count: int) -> Iterator[Block]:
        assert self._file is not None
        while count:
            size = min(count, BLOCK)
            self._file.seek(at)
            yield Block.from_bytes(self._file.read(size * ENTRY_BYTES))
            at, count = at + size * ENTRY_BYTES, count - size


def _sorted(blocks: Iterable[Block]) -> list[int]:
    """Return the entries of all blocks in order, each as one number: fingerprint above, tag below."""
    entries: list[int] = []
    for block in blocks:
        entries += [high << _TAG_BITS | low for high, low in zip(block.fingerprints, block.tags, strict=True)]
    entries.sort()
    return entries


def _youngest(entries: Sequence[int]) -> Iterator[int]:
    """Yield the last of the entries that differ in their lowest bits, the day, only."""
    previous = None
    for entry in entries:
        if previous is not None and previous >> DAY_BITS != entry >> DAY_BITS:
            yield previous
        previous = entry
    if previous is not None:
        yield previous


def _cut(entries: Iterable[int]) -> Iterator[Block]:
    pending: list[int] = []
    for entry in entries:
        pending.append(entry)
        if len(pending) >= BLOCK:
            yield _block(pending)
            pending = []
    if pending:
        yield _block(pending)


def _block(entries: Sequence[int]) -> Block:
    return Block(array("Q", [entry >> _TAG_BITS for entry in entries]), array("I", [entry & _TAG for entry in entries]))


@dataclass(frozen=True, slots=True)
class Part:
    """The entries of one range of fingerprints, from ``first`` to below ``end``, in order and as numbers."""

    first: int
    end: int
    entries: list[int]


def merged(sources: Sequence[Iterable[Block]], count: int, *, least: int = 1) -> Iterator[Part]:
    """Yield the entries of all sources, each of which is in order, range by range of the fingerprints.

    ``count`` is how many there are at most, ``least`` the fewest ranges to cut into; both are powers of two away from
    the number of ranges, so that one holds some hundred thousand.
    """
    parts = max(least, 1 << max(0, (count >> 17).bit_length()))
    cursors = [_Cursor(source) for source in sources]
    width = (1 << 64) // parts
    for number in range(parts):
        end = (number + 1) * width
        yield Part(number * width, end, _sorted([block for cursor in cursors for block in cursor.below(end)]))


class _Cursor:
    """Goes through the blocks of one source."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = iter(blocks)
        self._block = Block()
        self._at = 0

    def below(self, end: int) -> Iterator[Block]:
        """Yield what has a fingerprint below ``end`` and was not yielded yet."""
        while True:
            stop = bisect_left(self._block.fingerprints, end, self._at)
            if stop > self._at:
                yield Block(self._block.fingerprints[self._at : stop], self._block.tags[self._at : stop])
            self._at = stop
            if stop < len(self._block.fingerprints):
                return
            following = next(self._blocks, None)
            if following is None:
                return
            self._block, self._at = following, 0
