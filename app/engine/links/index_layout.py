"""How the index of what feeds list is laid out in its file, and what goes into it.

All numbers lower byte first:

    preamble     magic, version, lengths, BLAKE2b digest of the description
    description  JSON: salt, counts, labels, digest of all that follows; blanks up to a whole page
    filter       a byte for one to two entries: a bit for each fingerprint there (a Bloom filter with one hash)
    offsets      32 bits a bucket and one more: where the entries of each bucket begin
    keys         32 bits an entry: what follows the bucket's bits in its fingerprint; in order within a bucket
    tags         32 bits an entry: label and day

Opening reads the beginning alone, in one piece. Of what is not listed, which is nearly all, seven of eight lookups
end in the filter, which is small enough to stay in memory: no page of the rest is touched for them.

8 bytes an entry, and about one each for filter and buckets: ten million are 97 MB. A bucket holds two to eight entries
and a key has 32 bits, so at any size an expression that is not listed is taken for one that is about once in a billion
lookups.

A file is never changed: another one is written beside it and renamed over it, and whoever has the old one open keeps
it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, NamedTuple

from app.engine.links.entries import DAY_BITS, LAST_DAY, Block

DAY_SECONDS = 86_400
#: In front of a network in CIDR notation: ``192.0.2.0/24`` could be an address with a path as well.
NETWORK = "net:"

MAGIC = b"DWINDEX\x02"
#: Magic, length of the description with its blanks, length of the file, digest of the description.
PREAMBLE = struct.Struct("<8sQQ16s")
PAGE = 4096
KEY_BITS = 32
MOST_BITS = 21
MOST_FILTER_BITS = 23
DESCRIPTION_MOST = 64 << 20
#: Room for what is known only when all is written: the count.
ROOM = 32


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


class Places(NamedTuple):
    """Where the parts of a file begin, in bytes."""

    filter: int
    offsets: int
    keys: int
    tags: int

    @classmethod
    def of(cls, start: int, about: dict[str, Any]) -> Places:
        """Return the places in the file of this description, behind which the parts begin at ``start``."""
        offsets = start + (1 << about["filter_bits"])
        keys = offsets + 4 * ((1 << about["bits"]) + 2)
        return cls(start, offsets, keys, keys + 4 * about["most"])
