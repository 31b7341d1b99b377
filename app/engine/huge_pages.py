"""Puts memory that a process and its forks will share for long onto huge pages, where the system has them.

A fork copies an entry for every page that stands in memory, and the end of the copy gives every one back. 512 pages
that lie together as one cost hardly more than one, also after single ones among them were written to and copied.
Source: madvise(2), MADV_COLLAPSE, since Linux 6.1.
"""

from __future__ import annotations

import contextlib
import ctypes
import re
import sys
from collections.abc import Iterator
from pathlib import Path

_HUGE = 2 * 1024 * 1024
_MADV_COLLAPSE = 25
_MAPS = Path("/proc/self/maps")
#: Private memory that is no file's and can be written to: the heap, and what Python has asked for.
_PLAIN = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p 0+ 00:00 0 *(?:\[heap\])?$", re.M)


def collapse() -> int:
    """Put what this process has allocated onto huge pages; return how many could be had.

    To be called when all is loaded that stays. What the system refuses stays as it is.
    """
    if sys.platform != "linux":
        return 0
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    with contextlib.suppress(OSError):
        return sum(advise(start, _HUGE, _MADV_COLLAPSE) == 0 for start in huge_ranges(_MAPS.read_text()))
    return 0


def huge_ranges(maps: str) -> Iterator[int]:
    """Yield the addresses where a whole huge page fits into one piece of plain memory; ``maps`` as in proc(5)."""
    for piece in _PLAIN.finditer(maps):
        start, end = int(piece[1], 16), int(piece[2], 16)
        yield from range(-(-start // _HUGE) * _HUGE, end - _HUGE + 1, _HUGE)
