"""Engine bytes a second on plain files, in this process, against bare libyara with the same rules."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import yara

from app.engine.rules import load_rules
from app.engine.scan import Engine
from tests.bench.figure import Compare, Figure
from tests.bench.samples import RULES, plain_files, write_rules

_MB = 1_000_000
_KNOWN = "0" * 64


def run(*, quick: bool = False) -> list[Figure]:
    """Return the ratio of the speeds. Raises RuntimeError when the two sides do not run the same rules."""
    rounds, total, count = (1, 2 * _MB, 50) if quick else (7, 120 * _MB, RULES)
    with tempfile.TemporaryDirectory() as folder:
        write_rules(Path(folder), count=count)
        engine, bare = _engine(Path(folder), count), _bare(Path(folder))
    files = list(plain_files(total))
    ours, raw = [], []
    for number in range(rounds):
        seconds = _round(files, engine, bare, ours_first=bool(number % 2))
        size = sum(len(content) for _, content in files) / _MB
        ours.append(size / seconds[0])
        raw.append(size / seconds[1])
    return [Figure("engine, plain files over 64 KB", "MB/s", ours, raw, Compare.AT_LEAST, 0.8)]


def _engine(folder: Path, count: int) -> Engine:
    rules = load_rules([folder])
    if rules.count != count:
        raise RuntimeError(f"Only {rules.count} of {count} rules were loaded: {rules.problems[:1]}")
    return Engine(rules)


def _bare(folder: Path) -> Any:
    return yara.compile(sources={path.name: path.read_text() for path in sorted(folder.glob("*.yar"))})


def _round(files: list[tuple[str, bytes]], engine: Engine, bare: Any, *, ours_first: bool) -> tuple[float, float]:
    """Return the seconds that both sides take for all files, which they get one after the other in turn."""
    seconds = {"ours": 0.0, "raw": 0.0}
    for name, content in files:
        for side in ("ours", "raw") if ours_first else ("raw", "ours"):
            began = time.perf_counter()
            if side == "ours":
                # As the service does it: the hash is known from storing the file.
                engine.scan(content, name=name, sha256=_KNOWN)
            else:
                bare.match(data=content)
            seconds[side] += time.perf_counter() - began
    return seconds["ours"], seconds["raw"]
