"""Cost grows with the bytes and no faster: the time a byte takes in inputs that double, and double again."""

from __future__ import annotations

import io
import random
import tarfile
import time
import zipfile
from collections.abc import Callable

from app.config import PROJECT
from app.engine.budget import MIB, Limits
from app.engine.rules import load_rules
from app.engine.scan import Engine
from tests.bench.figure import Compare, Figure

#: Nothing is cut short, so that every byte is looked at.
_LIMITS = Limits(seconds=600.0, nodes=100_000, depth=200, tree_bytes=2048 * MIB)


def run(*, quick: bool = False) -> list[Figure]:
    """Return, for each shape, what a byte costs in the largest input against the smallest."""
    engine = Engine(load_rules([PROJECT / "rules"]), _LIMITS)
    rounds, steps = (1, 1) if quick else (3, 4)
    figures = []
    for name, make in _SHAPES.items():
        small, large = make(1), make(2**steps)
        engine.scan(small, name=name)
        ours = [_microseconds(engine, large, name) for _ in range(rounds)]
        raw = [_microseconds(engine, small, name) for _ in range(rounds)]
        figures.append(Figure(f"a byte in {2**steps} times as much, {name}", "µs/KB", ours, raw, Compare.AT_MOST, 1.5))
    return figures


def _microseconds(engine: Engine, content: bytes, name: str) -> float:
    """Return the processor time a kilobyte takes."""
    began = time.process_time()
    engine.scan(content, name=name)
    return (time.process_time() - began) * 1e6 / (len(content) / 1000)


def _text(size: int, seed: int = 5) -> bytes:
    rng = random.Random(seed)
    return b"".join(b"%d the order %d was sent\n" % (n, rng.randrange(10**9)) for n in range(size // 34))


def _large(factor: int) -> bytes:
    return _text(1_000_000 * factor)


def _wide(factor: int) -> bytes:
    """A stored archive of many members: what is added for each is what counts."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(100 * factor):
            archive.writestr(f"{number}.txt", _text(4_000, number))
    return packed.getvalue()


def _nested(factor: int) -> bytes:
    """An archive in an archive, and so on; each level adds as much beside it as the first one holds.

    Every level is looked at with all that is inside it, so the bytes seen are more than the bytes of the file: the
    padding is doubled level by level, so that they stay in proportion.
    """
    content = _text(20_000)
    size = 20_000
    levels = 3 + factor.bit_length() - 1
    for level in range(levels):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for name, data in (("inner.tar", content), ("beside.txt", _text(size, level))):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
        content = packed.getvalue()
        size *= 2
    return content


_SHAPES: dict[str, Callable[[int], bytes]] = {"large.txt": _large, "wide.zip": _wide, "nested.tar": _nested}
