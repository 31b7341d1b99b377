"""How much one scan may unpack, for how long, and what happens when it is used up.

One ``Budget`` serves the whole tree of a scanned file, so that a bomb cannot multiply by nesting. What was unpacked
before a limit was reached is kept and judged; the limit itself becomes a finding, never silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one scan, each with its unit and reason."""

    #: Bytes of the scanned file itself that are read; help desks refuse far smaller ones (Zendesk: 50 MB).
    file_bytes: int = 512 * MIB
    #: Bytes unpacked in the whole tree; about three seconds of rule matching, and what memory must hold at worst.
    tree_bytes: int = 512 * MIB
    #: Bytes unpacked for a single node. Programs padded to hundreds of megabytes are still judged by their start.
    node_bytes: int = 128 * MIB
    #: Nodes in the whole tree, the file itself included; a large office document has a few hundred.
    nodes: int = 5_000
    #: Containers inside each other; people nest three or four.
    depth: int = 15
    #: Unpacked bytes per packed byte. Texts and tables reach 20 to 50, bombs 1,000 and more.
    ratio: int = 200
    #: Bytes that a node may always unpack to, whatever the ratio: blank pictures and sparse tables are harmless.
    ratio_floor: int = 16 * MIB
    #: Wall-clock seconds for the whole tree; the parent process ends what does not keep to it a little later.
    seconds: float = 15.0
    #: Passwords tried in the whole tree; key derivation costs up to a tenth of a second each.
    passwords: int = 100
    #: Different addresses kept for one file.
    links: int = 1_000


#: What the finding ``limit.<name>`` says, in plain words.
LIMIT_TITLES = {
    "file_bytes": "Larger than what is scanned in one file",
    "tree_bytes": "Unpacks to more than what is scanned in one file",
    "node_bytes": "A part unpacks to more than what is scanned in one part",
    "nodes": "Holds more parts than are scanned in one file",
    "depth": "Containers are nested too deeply",
    "ratio": "Unpacks to many times its size, like a decompression bomb",
    "seconds": "Takes longer than one scan may take",
    "passwords": "More passwords would have to be tried than are tried in one file",
    "links": "Holds more addresses than are kept for one file",
}

#: Limits of the tree as a whole: after one of them nothing further can be done.
_FINAL = frozenset({"tree_bytes", "nodes", "seconds"})


class LimitReached(Exception):
    """A limit was reached; ``limit`` is its name in ``Limits``, ``final`` says that the whole scan ends here."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit
        self.final = limit in _FINAL


class Budget:
    """What one scan has used so far. ``clock`` returns monotonic seconds."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.nodes = 0
        self.bytes_out = 0
        self.passwords = 0
        self.pictures = 0
        self._clock = clock
        self._deadline = clock() + limits.seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until the wall-clock limit, at least 0."""
        return max(0.0, self._deadline - self._clock())

    def charge_time(self) -> None:
        """Raise ``LimitReached`` when the wall-clock limit has passed."""
        if self._clock() >= self._deadline:
            raise LimitReached("seconds")

    def charge_node(self, depth: int) -> None:
        """Count one node at ``depth`` (the file itself is 0); raise ``LimitReached`` for nodes, depth or time."""
        self.charge_time()
        if depth > self.limits.depth:
            raise LimitReached("depth")
        if self.nodes >= self.limits.nodes:
            raise LimitReached("nodes")
        self.nodes += 1

    def charge_bytes(self, count: int) -> None:
        """Count ``count`` unpacked bytes; raise ``LimitReached`` when the tree has too many or time is up."""
        self.charge_time()
        if self.bytes_out + count > self.limits.tree_bytes:
            raise LimitReached("tree_bytes")
        self.bytes_out += count

    def charge_password(self) -> None:
        """Count one password about to be tried; raise ``LimitReached`` when too many were."""
        self.charge_time()
        if self.passwords >= self.limits.passwords:
            raise LimitReached("passwords")
        self.passwords += 1

    def sink(self, packed: int = 0) -> Sink:
        """Return a sink for one node that took ``packed`` bytes in its container (0: not compressed)."""
        return Sink(self, packed)


class Sink:
    """Collects the unpacked bytes of one node under the budget.

    ``limit`` names the limit that cut the node short, if any: then ``data`` is its beginning.
    """

    def __init__(self, budget: Budget, packed: int) -> None:
        self.data = bytearray()
        self.limit: LimitReached | None = None
        self._budget = budget
        limits = budget.limits
        self._most = limits.node_bytes
        self._reason = "node_bytes"
        if packed and max(limits.ratio_floor, packed * limits.ratio) < self._most:
            self._most = max(limits.ratio_floor, packed * limits.ratio)
            self._reason = "ratio"

    def write(self, chunk: bytes | bytearray | memoryview) -> bool:
        """Keep ``chunk`` as far as it fits; return False once nothing more is kept.

        Raises ``LimitReached`` only for limits of the whole tree.
        """
        self._budget.charge_time()
        room = self._most - len(self.data)
        if len(chunk) > room:
            self.limit = LimitReached(self._reason)
            chunk = chunk[:room]
        self._budget.charge_bytes(len(chunk))
        self.data += chunk
        return self.limit is None

    def fill(self, chunks: Iterable[bytes | memoryview]) -> None:
        """Write chunk after chunk until they end or nothing more fits; a tree limit is kept in ``limit``."""
        try:
            for chunk in chunks:
                if not self.write(chunk):
                    return
        except LimitReached as reached:
            self.limit = reached
