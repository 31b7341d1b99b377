"""A handful of isolated engines for many threads: as many scans at once as there are scanning processes."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.engine.isolation import IsolatedEngine
from app.engine.model import Report
from app.engine.rules import rules_digest

#: Seconds between two looks at the rule folders: an operator's change is live a moment later, and a scan does not read
#: thousands of rule files first.
LOOK_SECONDS = 5.0


class EnginePool:
    """Starts engines when they are first needed; a thread waits while all of them are busy."""

    def __init__(self, rule_folders: Sequence[Path], size: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = tuple(rule_folders)
        self._clock = clock
        self._first = IsolatedEngine(self._folders)
        self._idle: queue.LifoQueue[IsolatedEngine | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._digest = ""
        self._looked_at = float("-inf")

    @property
    def rules_digest(self) -> str:
        """Digest of the rule folders as they were a few seconds ago at most."""
        with self._lock:
            if self._clock() - self._looked_at > LOOK_SECONDS:
                self._digest, self._looked_at = rules_digest(self._folders), self._clock()
            return self._digest

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        """Judge a file in an isolated child."""
        with self._engine() as engine:
            return engine.scan(path, name=name, comment=comment)

    def level(self) -> dict[str, bool]:
        """Return which walls stand around the scanning child on this machine, as one found out by trying."""
        with self._engine() as engine:
            return dict(engine.level)

    def problems(self) -> list[str]:
        """Return which rule files were set aside, and why."""
        with self._engine() as engine:
            return [f"{problem.path}: {problem.reason}" for problem in engine.problems]

    @contextmanager
    def _engine(self) -> Iterator[IsolatedEngine]:
        engine = self._idle.get()
        try:
            if engine is None:
                engine = self._first.sibling()
                engine.start()
            elif engine.rules_digest != self.rules_digest:
                engine.reload_if_changed()
            yield engine
        finally:
            self._idle.put(engine)

    def close(self) -> None:
        """End the idle engines, and what they share."""
        while not self._idle.empty():
            engine = self._idle.get()
            if engine is not None:
                engine.close()
        self._first.close()
