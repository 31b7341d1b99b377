"""What a second scanning process costs in memory of its own, with 10,000 rules loaded."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.engine.isolation import IsolatedEngine
from app.sandbox import samples
from tests.bench.figure import Compare, Figure
from tests.bench.samples import write_rules

_RULES = 10_000


def run(*, quick: bool = False) -> list[Figure]:
    """Return the private megabytes of the second start process and the children that stand by for it.

    Private is what Linux says nobody else shares (``smaps_rollup``); without that file there is no figure.
    """
    if not Path("/proc/self/smaps_rollup").exists():
        return []
    with tempfile.TemporaryDirectory() as folder:
        write_rules(Path(folder), count=100 if quick else _RULES)
        path = Path(folder) / "minutes.docx"
        path.write_bytes(samples.document("Minutes of the meeting."))
        with IsolatedEngine([Path(folder)]) as first, first.sibling() as second:
            for engine in (first, second):
                for _ in range(20):
                    engine.scan(path, name=path.name)
            assert second._process is not None
            private = sum(map(_private, _family(second._process.pid)))
    return [Figure("second worker, private memory", "MB", [private], [], Compare.COUNT, 40)]


def _private(pid: int) -> float:
    """Return the private megabytes of a process; 0 when it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / 1e6


def _family(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _parent(int(entry.name)) == pid:
            found += _family(int(entry.name))
    return found


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
