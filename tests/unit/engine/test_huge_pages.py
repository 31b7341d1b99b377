"""What is loaded for good lies on huge pages, where a whole one fits."""

from __future__ import annotations

from app.engine.huge_pages import collapse, huge_ranges

_MIB = 1024 * 1024
_MAPS = """\
55d000000000-55d000500000 rw-p 00000000 00:00 0                          [heap]
7f0000300000-7f0000600000 rw-p 00000000 00:00 0
7f0000700000-7f0000900000 rw-p 00000000 00:00 0
7f0001000000-7f0001400000 r--p 00000000 00:00 0
7f0002000000-7f0002400000 rw-s 00000000 00:01 7                          /dev/zero (deleted)
7f0003000000-7f0003400000 rw-p 00200000 fe:00 9                          /usr/lib/libc.so.6
7ffd00000000-7ffd00400000 rw-p 00000000 00:00 0                          [stack]
"""


def test_only_whole_huge_pages_of_plain_memory_are_named() -> None:
    starts = [0x55D000000000, 0x55D000000000 + 2 * _MIB, 0x7F0000400000]

    assert list(huge_ranges(_MAPS)) == starts


def test_what_stands_in_memory_is_the_same_afterwards() -> None:
    kept = [bytes([number]) * _MIB for number in range(8)]

    assert collapse() >= 0
    assert all(piece == bytes([number]) * _MIB for number, piece in enumerate(kept))
