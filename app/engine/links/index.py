"""The index of what feeds list: a file of hashed expressions that all processes map into memory and search in place.

Layout, all numbers lower byte first:

    preamble   magic, version, where the footer is, its BLAKE2b digest
    offsets    32 bits a bucket and one more: where the entries of each bucket begin
    keys       32 bits an entry: what follows the bucket's bits in its fingerprint; in order within a bucket
    tags       32 bits an entry: label and day
    footer     JSON: salt, counts, labels, digest of all that lies between

8 bytes an entry and about one for its bucket: ten million are 88 MB. A bucket holds two to four entries and a key has
32 bits, so at any size an expression that is not listed is taken for one that is about once in a billion lookups.

A file is never changed: another one is written beside it and renamed over it, and whoever has the old one open keeps
it.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field
from functools import partial
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, BinaryIO

from app.engine.links.entries import DAY_BITS, LAST_DAY, MOST_LABELS, SALT_BYTES, Block, Part, merged
from app.engine.links.reputation import Hit

DAY_SECONDS = 86_400
#: In front of a network in CIDR notation: ``192.0.2.0/24`` could be an address with a path as well.
NETWORK = "net:"

_MAGIC = b"DWINDEX\x01"
_PREAMBLE = struct.Struct("<8sQI16s")
_START = 64
_KEY_BITS = 32
_MOST_BITS = 22
_FOOTER_MOST = 64 << 20
_FAMILIES = {4: 32, 6: 128}
#: What the text of an IP address begins with, in brackets or not.
_DIGITS = frozenset("0123456789[")


class Unreadable(ValueError):
    """A file that is no index, or a damaged one; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Label:
    """What entries have in common.

    feed, category, weight   as in a ``Hit``
    exact                    whether only the very address is meant, and nothing that lies below it
    max_age                  days after its own day for which an entry counts; 0: without end
    until                    last day on which any of them counts, in days since 1970; 0: without end
    """

    feed: str
    category: str
    weight: int
    exact: bool = False
    max_age: int = 0
    until: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """What goes into an index together: entries whose tags count from the first of ``labels``.

    count     entries in ``blocks`` at most
    prefixes  lengths of the networks' prefixes among them, as (4 or 6, bits)
    """

    labels: Sequence[Label]
    blocks: Iterable[Block]
    count: int
    prefixes: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def tag(label: int, day: int) -> int:
    """Return the tag of an entry with the label of this number, listed on this day since 1970 (0: not known)."""
    return label << DAY_BITS | min(max(day, 0), LAST_DAY)


def network_text(network: str) -> tuple[str, tuple[int, int]]:
    """Return what a network in CIDR notation, or a single IP address, is listed as, and its family and prefix length.

    Bits below the prefix are ignored. Raises ``ValueError`` for what is no network.
    """
    parsed = ip_network(network, strict=False)
    return f"{NETWORK}{parsed}", (parsed.version, parsed.prefixlen)


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
            count = _Writer(file, sources, labels).write(salt, generation)
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
    """Writes one file: buckets, keys and tags each in their own place, as the entries come."""

    def __init__(self, file: BinaryIO, sources: Sequence[Source], labels: Sequence[Label]) -> None:
        self._file = file
        self._sources = sources
        self._labels = labels
        self._most = sum(source.count for source in sources)
        self._bits = min(max((self._most // 4).bit_length(), 4), _MOST_BITS)
        self._keys_at = _START + 4 * ((1 << self._bits) + 2)
        self._tags_at = self._keys_at + 4 * self._most
        self._count = 0
        self._offsets = array("I")

    def write(self, salt: bytes, generation: int) -> int:
        for part in merged(self._shifted(), self._most, least=1):
            self._put(part)
        self._offsets.append(self._count)
        self._at(_START, self._offsets)
        end = self._tags_at + 4 * self._count
        footer = json.dumps(
            {
                "salt": salt.hex(),
                "generation": generation,
                "bits": self._bits,
                "count": self._count,
                "keys_at": self._keys_at,
                "tags_at": self._tags_at,
                "labels": [astuple(label) for label in self._labels],
                "prefixes": sorted({prefix for source in self._sources for prefix in source.prefixes}),
                "digest": _digest_of(self._file, end).hex(),
            }
        ).encode()
        self._file.seek(end)
        self._file.write(footer)
        self._file.seek(0)
        self._file.write(_PREAMBLE.pack(_MAGIC, end, len(footer), blake2b(footer, digest_size=16).digest()))
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
        down, mask = 64 - self._bits - _KEY_BITS + 32, (1 << _KEY_BITS) - 1
        self._at(self._keys_at + 4 * self._count, array("I", [entry >> down & mask for entry in entries]))
        self._at(self._tags_at + 4 * self._count, array("I", [entry & 0xFFFFFFFF for entry in entries]))
        self._count += len(entries)

    def _at(self, place: int, values: array[int]) -> None:
        self._file.seek(place)
        self._file.write(values.tobytes())


def _shift(blocks: Iterable[Block], by: int) -> Iterator[Block]:
    for block in blocks:
        yield Block(block.fingerprints, array("I", [value + by for value in block.tags])) if by else block


def _digest_of(file: BinaryIO, end: int) -> bytes:
    """Return the digest of what lies between the preamble and ``end``."""
    digest = blake2b(digest_size=16)
    file.flush()
    file.seek(_START)
    left = end - _START
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
            self._read(self._footer())
        except (Unreadable, KeyError, TypeError, ValueError, OverflowError) as error:
            self.close()
            raise error if isinstance(error, Unreadable) else Unreadable("Its description cannot be read.") from None

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; no lookup may follow."""
        for view in ("_offsets", "_keys", "_tags", "_view"):
            if (part := getattr(self, view, None)) is not None:
                part.release()
        self._map.close()

    def _footer(self) -> dict[str, Any]:
        if len(self._view) < _START or sys.byteorder != "little":
            raise Unreadable("It is too short to be an index.")
        magic, end, length, digest = _PREAMBLE.unpack_from(self._view)
        if magic != _MAGIC:
            raise Unreadable("It is no index, or one of another version.")
        if length > _FOOTER_MOST or end < _START or end + length != len(self._view):
            raise Unreadable("It was cut off.")
        text = bytes(self._view[end:])
        if blake2b(text, digest_size=16).digest() != digest:
            raise Unreadable("It is damaged.")
        self._end = end
        #: Differs from that of every other index.
        self.version = digest.hex()
        footer: dict[str, Any] = json.loads(text)
        return footer

    def _read(self, footer: dict[str, Any]) -> None:
        self.count = int(footer["count"])
        self.generation = int(footer["generation"])
        self.salt = bytes.fromhex(footer["salt"])
        self._hashed = partial(blake2b, digest_size=8, salt=self.salt)
        self._digest = str(footer["digest"])
        bits, keys_at, tags_at = int(footer["bits"]), int(footer["keys_at"]), int(footer["tags_at"])
        self._bucket_shift = 64 - bits
        self._key_shift = 64 - bits - _KEY_BITS
        self.labels = [Label(*label) for label in footer["labels"]]
        #: Prefix lengths by family, the longest first.
        self._prefixes = {
            family: sorted((bits for version, bits in footer["prefixes"] if version == family), reverse=True)
            for family in _FAMILIES
        }
        self._offsets = self._view[_START : _START + 4 * ((1 << bits) + 1)].cast("I")
        self._keys = self._view[keys_at : keys_at + 4 * self.count].cast("I")
        self._tags = self._view[tags_at : tags_at + 4 * self.count].cast("I")
        whole = len(self._keys) == len(self._tags) == self.count and len(self.salt) == SALT_BYTES
        if not whole or self._offsets[0] or self._offsets[1 << bits] != self.count:
            raise Unreadable("Its parts do not fit together.")

    def verify(self) -> None:
        """Read all of it; raises Unreadable when it is not what was written."""
        if blake2b(self._view[_START : self._end], digest_size=16).hexdigest() != self._digest:
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
        offsets, keys = self._offsets, self._keys
        bucket_shift, key_shift = self._bucket_shift, self._key_shift
        try:
            digests = b"".join([hashed.digest() for hashed in map(self._hashed, map(str.encode, texts))])
        except UnicodeEncodeError:
            digests = b"".join([self._hashed(text.encode("utf-8", "surrogatepass")).digest() for text in texts])
        found: dict[int, int] = {}
        for number, value in enumerate(memoryview(digests).cast("Q")):
            bucket = value >> bucket_shift
            low, high = offsets[bucket], offsets[bucket + 1]
            key = value >> key_shift & 0xFFFFFFFF
            at = bisect_left(keys, key, low, high)
            if at < high and keys[at] == key:
                found[number] = at
        return found

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
