"""One scan at arm's length against the same scan in this process: what the locked-down child costs a small file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.config import PROJECT
from app.engine.isolation import IsolatedEngine
from app.engine.model import Report, Verdict
from app.engine.rules import load_rules
from app.engine.scan import Engine
from app.sandbox import samples
from tests.bench.figure import Compare, Figure

_RULES = (PROJECT / "rules",)
_NAME = "minutes.docx"
#: Less than what a download takes.
_PAUSE_SECONDS = 0.02
_TEXT = "Minutes of the meeting, with what was said and who takes care of it. " * 40


def run(*, quick: bool = False) -> list[Figure]:
    """Return the milliseconds that isolation adds. Raises RuntimeError when the two sides do not agree."""
    rounds = 5 if quick else 200
    engine = Engine(load_rules(_RULES))
    ours, raw = [], []
    with tempfile.TemporaryDirectory() as folder, IsolatedEngine(_RULES) as isolated:
        path = Path(folder) / _NAME
        path.write_bytes(samples.document(_TEXT))

        def at_arms_length() -> Report:
            return isolated.scan(path, name=_NAME)

        def here() -> Report:
            return engine.scan(path.read_bytes(), name=_NAME)

        _check(at_arms_length(), here())
        for _ in range(rounds):
            # One file after the other has some milliseconds between them, in which the next child gets ready.
            time.sleep(_PAUSE_SECONDS)
            ours.append(_milliseconds(at_arms_length))
            raw.append(_milliseconds(here))
    return [Figure("one scan of a small document, isolated", "ms", ours, raw, Compare.MORE_BY, 6.0)]


def _check(isolated: Report, here: Report) -> None:
    if isolated.verdict is not Verdict.CLEAN or (isolated.verdict, isolated.nodes) != (here.verdict, here.nodes):
        raise RuntimeError(f"The child says {isolated.verdict}, this process says {here.verdict}.")


def _milliseconds(scan: Callable[[], Report]) -> float:
    began = time.perf_counter()
    scan()
    return (time.perf_counter() - began) * 1000
