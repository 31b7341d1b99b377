"""The index of what feeds list: how large, how quickly made, opened and searched."""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from collections.abc import Iterator
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
            seconds = _build(path, entries)
            names = f"index of {entries / _MILLION:g} million"
            if entries == sizes[0]:
                figures.append(Figure(f"{names}, build", "s", [seconds], [], Compare.COUNT, 10))
            else:
                more = max(_memory() - before, 0.1)
                figures.append(Figure(f"{names}, size", "MB", [path.stat().st_size / 1e6], [], Compare.COUNT, 100))
                figures.append(Figure(f"{names}, memory to build", "MB", [more], [], Compare.COUNT, 256))
            figures += _searched(path, names, entries, rounds, lookups)
    return figures


def _build(path: Path, entries: int) -> float:
    """Build an index of so many expressions, from their text on; return the seconds."""
    labels = [Label("one", "phishing", 90, exact=True), Label("two", "malware", 50)]
    began = time.perf_counter()
    sorter = Sorter(path.parent)
    for number, text in enumerate(_expressions(entries)):
        sorter.add(fingerprint(_SALT, text), tag(number % 2, _TODAY - number % 90))
    write_index(path, [Source(labels, sorter.blocks(), sorter.count)], salt=_SALT)
    sorter.close()
    return time.perf_counter() - began


def _expressions(entries: int) -> Iterator[str]:
    for number in range(entries):
        yield f"login{number}.example-{number % 4999}.com/account/{number}/index.html"


def _searched(path: Path, names: str, entries: int, rounds: int, lookups: int) -> list[Figure]:
    opened, single, batched = [], [], []
    chance = random.Random(entries)
    # One in a hundred is listed: more than in any help desk.
    known = list(_expressions(min(entries, lookups // 100)))
    asked = [chance.choice(known) if not n % 100 else f"www.shop{n}.example/page/{n}/?id={n}" for n in range(lookups)]
    addresses = [asked[at : at + _EXPRESSIONS] for at in range(0, lookups, _EXPRESSIONS)]
    for _ in range(rounds):
        began = time.perf_counter()
        index = Index(path)
        opened.append((time.perf_counter() - began) * 1000)
        with index:
            index.lookup_many(addresses, today=_TODAY)
            began = time.perf_counter()
            for text in asked:
                index.lookup((text,), today=_TODAY)
            single.append(lookups / (time.perf_counter() - began))
            began = time.perf_counter()
            for at in range(0, len(addresses), _BATCH):
                index.lookup_many(addresses[at : at + _BATCH], today=_TODAY)
            batched.append(lookups / (time.perf_counter() - began))
    return [
        Figure(f"{names}, open", "ms", opened, [], Compare.COUNT, 10),
        Figure(f"{names}, one by one", "/s", single, [], Compare.RATE, 100_000),
        Figure(f"{names}, in batches", "/s", batched, [], Compare.RATE, 500_000),
    ]


def _memory() -> float:
    """Return the most memory this process has held, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1024 if os.uname().sysname == "Linux" else most / 1_048_576
