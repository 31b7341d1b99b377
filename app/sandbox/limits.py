"""Rate limits: rolling windows, the headers that tell of them, and the refusals."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """How a window stands after a call: ``resets`` is seconds until its oldest call leaves it."""

    name: str
    total: int
    remaining: int
    resets: int
    allowed: bool


class Limits:
    """Counts calls by window name. Times are unix seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, deque[float]] = {}

    def take(self, key: str, name: str, total: int, seconds: float, now: float) -> Standing | None:
        """Count one call under ``key``, unless it is over ``total`` in ``seconds``; None where total is 0, no limit."""
        if total <= 0:
            return None
        with self._lock:
            window = self._windows.setdefault(key, deque())
            while window and window[0] <= now - seconds:
                window.popleft()
            allowed = len(window) < total
            if allowed:
                window.append(now)
            resets = max(1, math.ceil(window[0] + seconds - now)) if window else math.ceil(seconds)
            return Standing(name, total, total - len(window), resets, allowed)

    def clear(self) -> None:
        """Forget all counts."""
        with self._lock:
            self._windows.clear()


def account_headers(standing: Standing) -> dict[str, str]:
    """Return the headers of the account-wide limit."""
    return {
        "X-Rate-Limit": str(standing.total),
        "X-Rate-Limit-Remaining": str(standing.remaining),
        "ratelimit-limit": str(standing.total),
        "ratelimit-remaining": str(standing.remaining),
        "ratelimit-reset": str(standing.resets),
    }


def endpoint_headers(standing: Standing) -> dict[str, str]:
    """Return the header of one endpoint's own limit."""
    value = f"total={standing.total}; remaining={standing.remaining}; resets={standing.resets}"
    return {f"zendesk-ratelimit-{standing.name}": value}
