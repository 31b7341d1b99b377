"""The index of what feeds list: how large, how quickly made, opened and searched.

Cold means that no page of the file is in memory when it is opened: what a machine meets once, after a start. Warm means
that all of the file is in memory, and the texts looked up are ones not asked before. Rates are told by the clock on the
wall, and as CPU by the time of this process alone, which other work on the machine slows much less.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.engine.links.entries import Sorter, fingerprint
from app.engine.links.index import Index, Label, Source, tag, write_index
from tests.bench.figure import Compare, Figure

_MILLION = 1_000_000
_SALT = bytes(range(16))
_TODAY = 20_778
#: Addresses in one batch of lookups, and their expressions: what a comment and its links come to.
_BATCH = 100
_EXPRESSIONS = 10


def run(*, quick: bool = False) -> list[Figure]:
    """Return size, time and speed for a million entries, and for ten million."""
    sizes = (20_000, 40_000) if quick else (_MILLION, 10 * _MILLION)
    rounds, lookups = (1, 2_000) if quick else (5, 200_000)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        for entries in sizes:
            before = _memory()
            wall, own = _build(path, entries)
            names = f"index of {entries / _MILLION:g} million"
            if entries == sizes[0]:
                figures.append(Figure(f"{names}, build", "s", [wall], [], Compare.COUNT, 10))
                figures.append(Figure(f"{names}, build, CPU", "s", [own], [], Compare.COUNT, 10))
            else:
                more = max(_memory() - before, 0.1)
                figures.append(Figure(f"{names}, size", "MB", [path.stat().st_size / 1e6], [], Compare.COUNT, 100))
                figures.append(Figure(f"{names}, memory to build", "MB", [more], [], Compare.COUNT, 256))
            figures += _searched(path, names, entries, rounds, lookups)
    return figures


def _build(path: Path, entries: int) -> tuple[float, float]:
    """Build an index of so many expressions, from their text on; return the seconds, and those of this process."""
    labels = [Label("one", "phishing", 90, exact=True), Label("two", "malware", 50)]
    began, own = time.perf_counter(), time.process_time()
    sorter = Sorter(path.parent)
    for number, text in enumerate(_expressions(entries)):
        sorter.add(fingerprint(_SALT, text), tag(number % 2, _TODAY - number % 90))
    write_index(path, [Source(labels, sorter.blocks(), sorter.count)], salt=_SALT)
    sorter.close()
    return time.perf_counter() - began, time.process_time() - own


def _expressions(entries: int) -> Iterator[str]:
    for number in range(entries):
        yield f"login{number}.example-{number % 4999}.com/account/{number}/index.html"


class _Rates:
    """Lookups a second, one value a round: by the wall, and by the time of this process."""

    def __init__(self) -> None:
        self.wall: list[float] = []
        self.own: list[float] = []

    def one_by_one(self, index: Index, asked: Sequence[str]) -> None:
        began, own = time.perf_counter(), time.process_time()
        for text in asked:
            index.lookup((text,), today=_TODAY)
        self._add(len(asked), began, own)

    def in_batches(self, index: Index, asked: Sequence[str]) -> None:
        addresses = [asked[at : at + _EXPRESSIONS] for at in range(0, len(asked), _EXPRESSIONS)]
        began, own = time.perf_counter(), time.process_time()
        for at in range(0, len(addresses), _BATCH):
            index.lookup_many(addresses[at : at + _BATCH], today=_TODAY)
        self._add(len(asked), began, own)

    def _add(self, lookups: int, began: float, own: float) -> None:
        self.wall.append(lookups / (time.perf_counter() - began))
        self.own.append(lookups / (time.process_time() - own))

    def figures(self, name: str, target: float) -> list[Figure]:
        return [
            Figure(name, "/s", self.wall, [], Compare.RATE, target),
            Figure(f"{name}, CPU", "/s", self.own, [], Compare.RATE, target),
        ]


def _searched(path: Path, names: str, entries: int, rounds: int, lookups: int) -> list[Figure]:
    opened: dict[str, list[float]] = {"cold": [], "warm": []}
    single = {"cold": _Rates(), "warm": _Rates()}
    batched = {"cold": _Rates(), "warm": _Rates()}
    known = list(_expressions(min(entries, lookups // 100)))
    for number in range(rounds):
        for rates, asking in ((single, _Rates.one_by_one), (batched, _Rates.in_batches)):
            for state in ("cold", "warm"):
                if state == "cold":
                    _evict(path)
                began = time.perf_counter()
                index = Index(path)
                opened[state].append((time.perf_counter() - began) * 1000)
                with index:
                    if state == "warm":
                        index.verify()
                    asking(rates[state], index, _asked(known, lookups, f"{number}{state}"))
    return [
        *(Figure(f"{names}, open, {state}", "ms", opened[state], [], Compare.COUNT, 10) for state in opened),
        *(figure for state in single for figure in single[state].figures(f"{names}, one by one, {state}", 100_000)),
        *(figure for state in batched for figure in batched[state].figures(f"{names}, in batches, {state}", 500_000)),
    ]


def _asked(known: Sequence[str], lookups: int, mark: str) -> list[str]:
    """Return texts to look up, other ones for each mark; one in a hundred is listed: more than in any help desk."""
    chance = random.Random(mark)
    return [chance.choice(known) if not n % 100 else f"www.shop{n}.example/page/{mark}/?id={n}" for n in range(lookups)]


def _evict(path: Path) -> None:
    """Have the system forget the file's pages, where it can be told to."""
    if hasattr(os, "posix_fadvise"):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def _memory() -> float:
    """Return the most memory this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if os.uname().sysname == "Linux" else most / 1_048_576
