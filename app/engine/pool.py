"""A handful of isolated engines for many threads: as many scans at once as there are scanning processes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.engine.isolation import IsolatedEngine
from app.engine.model import Report
from app.engine.rules import rules_digest


class EnginePool:
    """Starts engines when they are first needed; a thread waits while all of them are busy."""

    def __init__(self, rule_folders: Sequence[Path], size: int) -> None:
        self._folders = tuple(rule_folders)
        self._idle: queue.LifoQueue[IsolatedEngine | None] = queue.LifoQueue()
        for _ in range(size):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._level: dict[str, bool] | None = None

    @property
    def rules_digest(self) -> str:
        """Digest of the rule folders as they are now."""
        return rules_digest(self._folders)

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        """Judge a file in an isolated child."""
        with self._engine() as engine:
            return engine.scan(path, name=name, comment=comment)

    def level(self) -> dict[str, bool]:
        """Return which walls stand around the scanning child on this machine; probed once."""
        with self._lock:
            if self._level is None:
                with self._engine() as engine:
                    self._level = dict(engine.level)
            return self._level

    def problems(self) -> list[str]:
        """Return which rule files were set aside, and why."""
        with self._engine() as engine:
            return [f"{problem.path}: {problem.reason}" for problem in engine.problems]

    @contextmanager
    def _engine(self) -> Iterator[IsolatedEngine]:
        engine = self._idle.get()
        try:
            if engine is None:
                engine = IsolatedEngine(self._folders)
                engine.start()
            else:
                engine.reload_if_changed()
            yield engine
        finally:
            self._idle.put(engine)

    def close(self) -> None:
        """End the idle engines."""
        while not self._idle.empty():
            engine = self._idle.get()
            if engine is not None:
                engine.close()
