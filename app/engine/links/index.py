"""The index of what feeds list: a file of hashed expressions that all processes map into memory and search in place.

A file is never changed: another one is written beside it and renamed over it, and whoever has the old one open keeps
it. ``index_layout`` says what stands where.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, BinaryIO

from app.engine.links.entries import DAY_BITS, LAST_DAY, MOST_LABELS, SALT_BYTES, Block, Part, merged
from app.engine.links.index_layout import (
    DAY_SECONDS,
    DESCRIPTION_MOST,
    KEY_BITS,
    MAGIC,
    MOST_BITS,
    MOST_FILTER_BITS,
    NETWORK,
    PAGE,
    PREAMBLE,
    ROOM,
    Label,
    Places,
    Source,
    Unreadable,
    network_text,
    tag,
)
from app.engine.links.reputation import Hit

__all__ = ["DAY_SECONDS", "NETWORK", "Index", "Label", "Source", "Unreadable"]
__all__ += ["identity_of", "network_text", "tag", "write_index"]

_FAMILIES = {4: 32, 6: 128}
#: What the text of an IP address begins with, in brackets or not.
_DIGITS = frozenset("0123456789[")
_BIT = bytes(1 << number for number in range(8))


def write_index(path: Path, sources: Sequence[Source], *, salt: bytes, generation: int = 0) -> int:
    """Write an index of all sources to ``path`` and return how many entries it has.

    The file is complete, read back and on the disk when this returns; a reader never sees half of it. Raises
    ``ValueError`` when there are too many labels, OSError when the disk does not take it.
    """
    labels = [label for source in sources for label in source.labels]
    if len(labels) > MOST_LABELS or sys.byteorder != "little":
        raise ValueError("There are more labels than an index takes, or the machine writes its numbers otherwise.")
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w+b", buffering=1 << 20) as file:
            count = _Writer(file, sources, labels, salt, generation).write()
            file.flush()
            os.fsync(file.fileno())
        with Index(draft) as written:
            written.verify()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return count


class _Writer:
    """Writes one file: filter, buckets, keys and tags each in their own place, as the entries come."""

    def __init__(
        self, file: BinaryIO, sources: Sequence[Source], labels: Sequence[Label], salt: bytes, generation: int
    ) -> None:
        self._file = file
        self._sources = sources
        self._most = sum(source.count for source in sources)
        self._bits = min(max((self._most // 4).bit_length(), 4), MOST_BITS)
        filter_bits = min(max(self._most.bit_length(), 8), MOST_FILTER_BITS)
        self._filter = bytearray(1 << filter_bits)
        self._filter_shift = 64 - filter_bits
        self._count = 0
        self._offsets = array("I")
        self._about: dict[str, Any] = {
            "salt": salt.hex(),
            "generation": generation,
            "bits": self._bits,
            "filter_bits": filter_bits,
            "most": self._most,
            "count": 0,
            "labels": [astuple(label) for label in labels],
            "prefixes": sorted({prefix for source in sources for prefix in source.prefixes}),
            "digest": bytes(16).hex(),
        }
        length = PREAMBLE.size + len(json.dumps(self._about)) + ROOM
        self._start = -(-length // PAGE) * PAGE
        self._places = Places.of(self._start, self._about)

    def write(self) -> int:
        for part in merged(self._shifted(), self._most, least=1):
            self._put(part)
        self._offsets.append(self._count)
        self._at(self._places.filter, self._filter)
        self._at(self._places.offsets, self._offsets)
        end = self._places.tags + 4 * self._count
        # An index without entries ends where its buckets do, a little further on than was written.
        self._file.truncate(end)
        self._about |= {"count": self._count, "digest": _digest_of(self._file, self._start, end).hex()}
        text = json.dumps(self._about).encode().ljust(self._start - PREAMBLE.size)
        digest = blake2b(text, digest_size=16).digest()
        self._at(0, PREAMBLE.pack(MAGIC, len(text), end, digest) + text)
        return self._count

    def _shifted(self) -> list[Iterator[Block]]:
        """Return the blocks of the sources with tags that count through the labels of all of them."""
        shifted, first = [], 0
        for source in self._sources:
            shifted.append(_shift(source.blocks, first << DAY_BITS))
            first += len(source.labels)
        return shifted

    def _put(self, part: Part) -> None:
        entries = part.entries
        if self._count + len(entries) > self._most:
            raise ValueError("A source holds more entries than it said.")
        shift = 64 - self._bits
        for bucket in range(part.first >> shift, part.end >> shift):
            self._offsets.append(self._count + bisect_left(entries, bucket << (shift + 32)))
        down, mask = 64 - self._bits - KEY_BITS + 32, (1 << KEY_BITS) - 1
        self._at(self._places.keys + 4 * self._count, array("I", [entry >> down & mask for entry in entries]))
        self._at(self._places.tags + 4 * self._count, array("I", [entry & 0xFFFFFFFF for entry in entries]))
        self._count += len(entries)
        seen, place = self._filter, self._filter_shift + 32
        for entry in entries:
            seen[entry >> place] |= 1 << (entry >> 32 & 7)

    def _at(self, place: int, values: array[int] | bytes | bytearray) -> None:
        self._file.seek(place)
        self._file.write(values)


def _shift(blocks: Iterable[Block], by: int) -> Iterator[Block]:
    for block in blocks:
        yield Block(block.fingerprints, array("I", [value + by for value in block.tags])) if by else block


def _digest_of(file: BinaryIO, start: int, end: int) -> bytes:
    """Return the digest of what lies between ``start`` and ``end``."""
    digest = blake2b(digest_size=16)
    file.flush()
    file.seek(start)
    left = end - start
    while left:
        data = file.read(min(left, 1 << 20))
        if not data:
            # What was never written reads as zeros, but a file that ends with it is shorter.
            data = bytes(min(left, 1 << 20))
        digest.update(data)
        left -= len(data)
    return digest.digest()


class Index:
    """An index that is open for lookups. Safe for any number of threads; ``today`` is in days since 1970."""

    def __init__(self, path: Path) -> None:
        """Raises Unreadable for what is no whole index, OSError when there is no file to be read."""
        with path.open("rb") as file:
            #: Which file this is, so that a swap is noticed.
            self.identity = _identity(os.fstat(file.fileno()))
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise Unreadable("The file is empty.") from None
        self._view = memoryview(self._map)
        try:
            self._read(self._description())
        except (Unreadable, KeyError, TypeError, ValueError, OverflowError) as error:
            self.close()
            raise error if isinstance(error, Unreadable) else Unreadable("Its description cannot be read.") from None

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; no lookup may follow."""
        for view in ("_filter", "_offsets", "_keys", "_tags", "_view"):
            if (part := getattr(self, view, None)) is not None:
                part.release()
        self._map.close()

    def _description(self) -> dict[str, Any]:
        if len(self._view) < PREAMBLE.size or sys.byteorder != "little":
            raise Unreadable("It is too short to be an index.")
        magic, length, end, digest = PREAMBLE.unpack_from(self._view)
        if magic != MAGIC:
            raise Unreadable("It is no index, or one of another version.")
        self._start = PREAMBLE.size + length
        if length > DESCRIPTION_MOST or end < self._start or end != len(self._view):
            raise Unreadable("It was cut off.")
        text = bytes(self._view[PREAMBLE.size : self._start])
        if blake2b(text, digest_size=16).digest() != digest:
            raise Unreadable("It is damaged.")
        #: Differs from that of every other index.
        self.version = digest.hex()
        about: dict[str, Any] = json.loads(text)
        return about

    def _read(self, about: dict[str, Any]) -> None:
        self.count = int(about["count"])
        self.generation = int(about["generation"])
        self.salt = bytes.fromhex(about["salt"])
        # A copy is twice as quick to have as one from the beginning.
        self._fresh = blake2b(digest_size=8, salt=self.salt).copy
        self._digest = str(about["digest"])
        bits = int(about["bits"])
        self._filter_shift = 64 - int(about["filter_bits"])
        self._bucket_shift = 64 - bits
        self._key_shift = 64 - bits - KEY_BITS
        self.labels = [Label(*label) for label in about["labels"]]
        #: Prefix lengths by family, the longest first.
        self._prefixes = {
            family: sorted((bits for version, bits in about["prefixes"] if version == family), reverse=True)
            for family in _FAMILIES
        }
        places = Places.of(self._start, about)
        self._filter = self._view[places.filter : places.offsets]
        self._offsets = self._view[places.offsets : places.offsets + 4 * ((1 << bits) + 1)].cast("I")
        self._keys = self._view[places.keys : places.keys + 4 * self.count].cast("I")
        self._tags = self._view[places.tags : places.tags + 4 * self.count].cast("I")
        whole = len(self._keys) == len(self._tags) == self.count and len(self._offsets) == (1 << bits) + 1
        if not whole or len(self.salt) != SALT_BYTES or places.tags + 4 * self.count != len(self._view):
            raise Unreadable("Its parts do not fit together.")

    def verify(self) -> None:
        """Read all of it; raises Unreadable when it is not what was written."""
        if blake2b(self._view[self._start :], digest_size=16).hexdigest() != self._digest:
            raise Unreadable("It is damaged.")

    def lookup(self, expressions: Sequence[str], *, today: int) -> list[Hit]:
        """Return what is listed of the expressions of one address, of which the first is the whole address.

        Networks are looked up too when its host is an IP address.
        """
        found = self._find(expressions)
        hits = [hit for number in found for hit in self._hits(found[number], expressions[number], today, not number)]
        return hits + self._of_host(expressions, today)

    def lookup_many(self, addresses: Sequence[Sequence[str]], *, today: int) -> list[list[Hit]]:
        """Return the same for many addresses at once."""
        texts = list(chain.from_iterable(addresses))
        starts = list(accumulate(map(len, addresses), initial=0))
        hits = [self._of_host(expressions, today) for expressions in addresses]
        found = self._find(texts)
        for number in reversed(found):
            owner = bisect_right(starts, number) - 1
            is_whole = number == starts[owner]
            hits[owner][:0] = self._hits(found[number], texts[number], today, is_whole)
        return hits

    def _of_host(self, expressions: Sequence[str], today: int) -> list[Hit]:
        """Return the networks of a host that is an IP address."""
        if not expressions or expressions[0][:1] not in _DIGITS:
            return []
        return self.networks(expressions[0].partition("/")[0].strip("[]"), today=today)

    def networks(self, address: str, *, today: int) -> list[Hit]:
        """Return the listed networks in which an IP address lies, the smallest first; nothing for what is none."""
        try:
            ip = ip_address(address)
        except ValueError:
            return []
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        most = _FAMILIES[ip.version]
        kind = type(ip)
        texts = [
            f"{kind(int(ip) >> (most - bits) << (most - bits))}/{bits}" for bits in self._prefixes.get(ip.version, ())
        ]
        found = self._find([NETWORK + text for text in texts])
        return [hit for number in found for hit in self._hits(found[number], texts[number], today, True)]

    def _find(self, texts: Sequence[str]) -> dict[int, int]:
        """Return where the entries of those texts begin that are listed, by the number of the text."""
        seen, place = self._filter, self._filter_shift
        values = memoryview(self._fingerprints(texts)).cast("Q")
        found: dict[int, int] = {}
        # Most texts are on no list, and of those most end here.
        for number in [number for number, value in enumerate(values) if seen[value >> place] & _BIT[value & 7]]:
            value = values[number]
            bucket = value >> self._bucket_shift
            low, high = self._offsets[bucket], self._offsets[bucket + 1]
            key = value >> self._key_shift & 0xFFFFFFFF
            at = bisect_left(self._keys, key, low, high)
            if at < high and self._keys[at] == key:
                found[number] = at
        return found

    def _fingerprints(self, texts: Sequence[str]) -> bytes:
        """Return the fingerprints of the texts, 8 bytes each."""
        fresh, digests = self._fresh, []
        for text in texts:
            hashed = fresh()
            try:
                hashed.update(text.encode())
            except UnicodeEncodeError:
                hashed.update(text.encode("utf-8", "surrogatepass"))
            digests.append(hashed.digest())
        return b"".join(digests)

    def _hits(self, at: int, expression: str, today: int, is_whole: bool) -> Iterator[Hit]:
        key = self._keys[at]
        while at < self.count and self._keys[at] == key:
            value = self._tags[at]
            label, day = self.labels[value >> DAY_BITS], value & LAST_DAY
            over = (label.until and today > label.until) or (label.max_age and day and today > day + label.max_age)
            if not over and (is_whole or not label.exact):
                added = float(day * DAY_SECONDS) if day else None
                yield Hit(label.feed, label.category, label.weight, expression, added)
            at += 1


def _identity(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_ino, found.st_mtime_ns, found.st_size


def identity_of(path: Path) -> tuple[int, int, int] | None:
    """Return which file lies at ``path`` now, to compare with an open index; None when there is none."""
    try:
        return _identity(path.stat())
    except OSError:
        return None
