"""Trouble on the wire: scripted by tests, or random from a printed seed in the demo."""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = ("answer", "reset_before", "reset_after", "slow", "truncate", "html", "stale")


@dataclass
class Fault:
    """What happens to the next ``times`` calls whose method and path match.

    kind      ``answer``: this status, body and headers instead of the call · ``reset_before`` / ``reset_after``: the
              connection breaks before or after the call took effect · ``slow``: the answer drips, ``seconds`` in all ·
              ``truncate``: only the first ``size`` bytes arrive · ``html``: a 200 with a web page · ``stale``: reads
              see the tenant as it was when the fault was scripted
    method    exact, empty matches all; ``path`` a regular expression searched in the path
    host      ``tenant`` or ``content``
    """

    kind: str = "answer"
    method: str = ""
    path: str = ""
    times: int = 1
    host: str = "tenant"
    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 1.0
    size: int = 10
    #: The tenant's memory at the moment of scripting, for stale reads.
    memory: Any = None
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        re.compile(self.path)

    def matches(self, host: str, method: str, path: str) -> bool:
        """Return whether this call is one of those."""
        if self.kind == "stale" and method != "GET":
            return False
        return (
            self.times > 0
            and self.host == host
            and (not self.method or self.method == method)
            and re.search(self.path, path) is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the fault, JSON-ready."""
        names = ("kind", "method", "path", "times", "host", "status", "seconds", "size", "fired")
        return {name: getattr(self, name) for name in names}


class Faults:
    """The scripted faults in order, and the random ones when a seed was given."""

    def __init__(self, seed: int | None = None, *, share: float = 0.03) -> None:
        self._lock = threading.Lock()
        self.scripted: list[Fault] = []
        self._random = random.Random(seed) if seed is not None else None  # noqa: S311 -- faults repeat from their seed
        self._share = share

    def add(self, fault: Fault) -> Fault:
        """Script a fault and return it."""
        with self._lock:
            self.scripted.append(fault)
            return fault

    def clear(self) -> None:
        """Forget the scripted faults; the random ones stay."""
        with self._lock:
            self.scripted.clear()

    def next(self, host: str, method: str, path: str) -> Fault | None:
        """Return what shall happen to this call, None when nothing."""
        with self._lock:
            for fault in self.scripted:
                if fault.matches(host, method, path):
                    fault.times -= 1
                    fault.fired += 1
                    return fault
            if self._random is None or not path.startswith("/api/") or self._random.random() >= self._share:
                return None
            return self._unlucky()

    def _unlucky(self) -> Fault:
        assert self._random is not None
        return self._random.choice(
            [
                Fault(
                    status=503, body="<html><body>503 Service Unavailable</body></html>", headers={"Retry-After": "1"}
                ),
                Fault(
                    status=429, body="Number of allowed API requests per minute exceeded", headers={"Retry-After": "1"}
                ),
                Fault("reset_before"),
                Fault("slow", seconds=1.5),
            ]
        )
