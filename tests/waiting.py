"""Wait for a condition, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

#: Seconds between two looks.
LOOK_SECONDS = 0.05


def eventually(check: Callable[[], Found], seconds: float, story: Callable[[], str] = str) -> Found:
    """Return the first true result of ``check``; fails with what ``story`` tells when none came in ``seconds``."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {seconds:g} s: {check}\n{story()}")
        time.sleep(LOOK_SECONDS)
    return found
