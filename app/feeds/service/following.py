"""Look up in the index that lies on this machine, whichever it is at the moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from app.engine.links.index import DAY_SECONDS, Index, Unreadable, identity_of
from app.engine.links.reputation import Hit

log = structlog.get_logger()

#: Seconds between two looks whether another index lies there.
LOOK_SECONDS = 1.0


def index_path(home: Path) -> Path:
    """Return where the index of an installation lies."""
    return home / "feeds" / "index"


class FollowedIndex:
    """A reputation that notices by itself when the index is swapped. Without an index it knows nothing.

    Safe for any number of threads. Whoever looks something up while the file is swapped gets the answer of the old
    one; a file that is no index is left alone, and the old one stays in use.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], float] = time.time,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._path = path
        self._now = now
        self._monotonic = monotonic
        self._look_seconds = look_seconds
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._seen: tuple[int, int, int] | None = None
        self._next_look = float("-inf")

    def lookup(self, expressions: Sequence[str]) -> list[Hit]:
        """Return what the feeds list of the expressions of one address."""
        index = self.index()
        return [] if index is None else index.lookup(expressions, today=self._today())

    def lookup_many(self, expressions: Sequence[Sequence[str]]) -> list[list[Hit]]:
        """Return the same for many addresses, in their order."""
        index = self.index()
        return [[] for _ in expressions] if index is None else index.lookup_many(expressions, today=self._today())

    def networks(self, address: str) -> list[Hit]:
        """Return the listed networks in which an IP address lies, the smallest first."""
        index = self.index()
        return [] if index is None else index.networks(address, today=self._today())

    def version(self) -> str:
        """Return what changes whenever another index is in use; empty without one."""
        index = self.index()
        return "" if index is None else index.version

    def index(self) -> Index | None:
        """Return the index in use; None when there is none yet."""
        if self._monotonic() >= self._next_look:
            with self._lock:
                if self._monotonic() >= self._next_look:
                    self._look()
                    self._next_look = self._monotonic() + self._look_seconds
        return self._index

    def _look(self) -> None:
        found = identity_of(self._path)
        if found == self._seen:
            return
        self._seen = found
        if found is None:
            self._index = None
            return
        try:
            # The old one is closed by whoever uses it last.
            self._index = Index(self._path)
            self._seen = self._index.identity
        except (Unreadable, OSError) as error:
            log.error("feeds.index_unreadable", reason=str(error), kept=self._index is not None)

    def _today(self) -> int:
        return int(self._now() // DAY_SECONDS)
