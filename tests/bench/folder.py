"""A folder of what people attach, through ``deskwarden scan``: files a second, the slowest, what a second core adds."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from app.config import PROJECT
from app.sandbox import samples
from tests.bench.figure import Compare, Figure

_SENTENCE = "the of and to in is that for it as was with be by on not he but at are this have from"
_WORDS = _SENTENCE.split()


def run(*, quick: bool = False) -> list[Figure]:
    """Return files a second with two workers, their 99th percentile, and two workers against one.

    Starting the command counts: it is what somebody waits for. Raises RuntimeError when a file was not answered.
    """
    rounds, count = (1, 24) if quick else (3, 1_600)
    two, one, slowest = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), count)
        for _ in range(rounds):
            seconds, times = _scan(Path(folder), count, workers=2)
            two.append(count / seconds)
            slowest.append(quantiles(times, n=100)[98])
            one.append(count / _scan(Path(folder), count, workers=1)[0])
    return [
        Figure("mixed folder, two workers", "files/s", two, [], Compare.RATE, 100),
        Figure("mixed folder, 99th percentile", "ms", slowest, [], Compare.COUNT, 500),
        Figure("mixed folder, two workers against one", "files/s", two, one, Compare.AT_LEAST, 1.6),
    ]


def fill(folder: Path, count: int, *, seed: int = 3) -> None:
    """Write ``count`` files of ten kinds, no two alike, the same from the same seed."""
    rng = random.Random(seed)
    makers = list(_MAKERS.items())
    for number in range(count):
        extension, make = makers[number % len(makers)]
        (folder / f"file-{number:05}.{extension}").write_bytes(make(rng))


def _prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words)).capitalize() + f" See https://www.example.com/{rng.randrange(10**6)}."


def _zip(rng: random.Random) -> bytes:
    return samples.zip_of({"notes.txt": _prose(rng, 800).encode(), "scan.png": _picture(rng)})


def _mail(rng: random.Random) -> bytes:
    return samples.mail_with([("offer.docx", samples.document(_prose(rng, 300))), ("logo.png", _picture(rng))])


def _picture(rng: random.Random) -> bytes:
    return samples.png(rng.randrange(200, 400), rng.randrange(100, 300))


def _page(rng: random.Random) -> bytes:
    rows = "".join(f"<p class='row'>{_prose(rng, 30)}</p>" for _ in range(40))
    return f"<!doctype html><html><head><title>Order</title></head><body>{rows}</body></html>".encode()


def _table(rng: random.Random) -> bytes:
    return "\n".join(f"{n};{rng.random():.4f};{rng.choice(_WORDS)}" for n in range(1_500)).encode()


_MAKERS: dict[str, Callable[[random.Random], bytes]] = {
    "txt": lambda rng: _prose(rng, 3_000).encode(),
    "docx": lambda rng: samples.document(_prose(rng, 2_000)),
    "pdf": lambda rng: samples.pdf(_prose(rng, 60)),
    "png": _picture,
    "zip": _zip,
    "eml": _mail,
    "html": _page,
    "csv": _table,
    "bin": lambda rng: rng.randbytes(60_000),
    "tar.gz": lambda rng: samples.tar_of({"server.log": _prose(rng, 5_000).encode()}),
}


def _scan(folder: Path, count: int, *, workers: int) -> tuple[float, list[float]]:
    """Return the seconds of the whole command, and the milliseconds of each file."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "scan", "--json", str(folder)],
        cwd=PROJECT,
        env={**os.environ, "DESKWARDEN_WORKERS": str(workers)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - began
    times = [float(json.loads(line)["ms"]) for line in done.stdout.splitlines()]
    if len(times) != count or done.returncode == 2:
        raise RuntimeError(f"{len(times)} of {count} files were answered: {done.stderr[-500:]}")
    return seconds, times
