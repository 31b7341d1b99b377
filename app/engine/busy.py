"""How many start processes of one mother have files waiting, in a page of memory that they and their children share."""

from __future__ import annotations

import mmap
import os


class Busy:
    """One byte a start process. Made before the forks that share it; more than fit count as one."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        self._slot = 0

    def take_slot(self) -> None:
        """Let the next start process have a byte of its own; called before it is forked."""
        self._slot = (self._slot + 1) % len(self._page)

    def set(self, busy: bool) -> None:
        """Say whether this start process has a file, or had one a moment ago."""
        self._page[self._slot] = busy

    @property
    def everywhere(self) -> bool:
        """Whether there is at least a file for every core, so that what can be left out had better be."""
        return sum(self._page[:]) >= self._cores
