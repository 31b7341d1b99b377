"""Bombs through the isolated engine: each ends as unknown or worse with its limit named, soon, in little memory."""

from __future__ import annotations

import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from app.config import PROJECT
from app.engine.isolation import IsolatedEngine
from app.engine.model import Report, Verdict
from tests.bench.figure import Compare, Figure
from tests.bench.memory import _family
from tests.corpus.bombs import BOMBS

_QUICK = ("deep.zip", "huge.png", "filters.pdf")
_ROW = "  {:<46} {:>9} {:>8} {:>10}  {}"


def run(*, quick: bool = False) -> list[Figure]:
    """Print a line for each bomb; return how many ended well, the slowest, and the most memory."""
    ended, seconds, memory = [], [], []
    print(_ROW.format(f"{len(BOMBS)} bombs", "verdict", "seconds", "MiB", "limit"))
    with tempfile.TemporaryDirectory() as folder, IsolatedEngine([PROJECT / "rules"]) as engine:
        engine.start()
        for name in _QUICK if quick else BOMBS:
            path = Path(folder) / name
            path.write_bytes(BOMBS[name]())
            report, took, most = _measured(engine, path)
            limits = sorted({finding.id for finding in report.findings if finding.id.startswith("limit.")})
            print(_ROW.format(name, report.verdict, f"{took:.1f}", f"{most:.0f}", ", ".join(limits)), flush=True)
            ended.append(report.verdict is not Verdict.CLEAN and bool(limits))
            seconds.append(took)
            memory.append(most)
            path.unlink()
    return [
        Figure(
            "bombs that end unknown or worse, limit named", "%", [100 * sum(ended) / len(ended)], [], Compare.RATE, 100
        ),
        Figure("the slowest bomb", "s", [max(seconds)], [], Compare.COUNT, 20),
        Figure("the most memory of a bomb", "MiB", [max(1.0, *memory)], [], Compare.COUNT, 1024),
    ]


def _measured(engine: IsolatedEngine, path: Path) -> tuple[Report, float, float]:
    assert engine._process is not None
    began = time.perf_counter()
    with _Memory(engine._process.pid) as memory:
        report = engine.scan(path, name=path.name)
    return report, time.perf_counter() - began, memory.most


class _Memory:
    """Watches the memory of the process that scans: what its family holds beyond the pages of files, in MiB."""

    def __init__(self, pid: int) -> None:
        self.most = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, *map(_anonymous, _family(self._pid)))


def _anonymous(pid: int) -> float:
    """Return the MiB of a process that no file stands behind; 0 when it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "RssShmem:"))) / 1024
