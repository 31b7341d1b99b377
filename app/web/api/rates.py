"""How often one token may call: a bucket a token in each web process, so that no script starves the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from app.providers.bucket import Budget, take
from app.web.problems import Problem

#: Calls a minute of one token in one process; a bucket holds a minute's worth, for bursts.
PER_MINUTE = 6_000

#: Tokens remembered; who has not called for longest is forgotten first, with a full bucket.
_MOST_TOKENS = 10_000


class Rates:
    """Counts the calls of each token. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic, *, per_minute: int = PER_MINUTE) -> None:
        self._now = now
        self._per_minute = per_minute
        self._budgets: dict[int, Budget] = {}
        self._lock = threading.Lock()

    def count(self, token_id: int) -> None:
        """Count one call; raises a 429 problem, which says when to call again, when there were too many."""
        now = self._now()
        with self._lock:
            budget = self._budgets.pop(token_id, None) or Budget(float(self._per_minute), now)
            budget, taken, again = take(budget, now=now, per_minute=self._per_minute, per_day=0, wanted=1)
            self._budgets[token_id] = budget
            if len(self._budgets) > _MOST_TOKENS:
                del self._budgets[next(iter(self._budgets))]
        if not taken:
            wait = max(1, round(again - now))
            raise Problem(
                429,
                "too-many-calls",
                f"This token calls more than {self._per_minute:,} times a minute. Call again in {wait} s.",
                headers={"Retry-After": str(wait)},
            )
