"""What the engine finds of the made-up corpus: every technique, its share, and what it says of the harmless twins."""

from __future__ import annotations

from app.config import PROJECT
from app.engine.rules import load_rules
from app.engine.scan import Engine
from tests.bench.figure import Compare, Figure
from tests.corpus.families import FAMILIES
from tests.corpus.judging import Tally, total
from tests.corpus.registry import SEED, TECHNIQUES, samples

_ROW = "  {:<46} {:>9} {:>11} {:>13}"


def run(*, quick: bool = False) -> list[Figure]:
    """Print a line for each technique; return the shares of all together, and of the weakest technique."""
    tallies = judged(SEED, variants=1 if quick else 4, only="compressed." if quick else "")
    print(
        _ROW.format(
            f"{len(tallies)} of {len(TECHNIQUES)} techniques, {len(FAMILIES)} families",
            "detected",
            "taken out",
            "false alarms",
        )
    )
    for name, tally in tallies.items():
        print(_row(name, tally), flush=True)
    whole = total(tallies.values())
    for line in (*whole.missed, *whole.alarms):
        print(f"    {line!a}")
    weakest = min(100 * tally.detected / tally.harmful for tally in tallies.values())
    return [
        Figure("corpus, suspicious or worse", "%", [100 * whole.detected / whole.harmful], [], Compare.RATE, 95),
        Figure("corpus, malicious or restricted", "%", [100 * whole.blamed / whole.harmful], [], Compare.RATE, 85),
        Figure("corpus, the weakest technique", "%", [weakest], [], Compare.RATE, 50),
        Figure("corpus, twins left alone", "%", [100 - 100 * len(whole.alarms) / whole.twins], [], Compare.RATE, 99),
    ]


def judged(seed: int, *, variants: int, only: str = "") -> dict[str, Tally]:
    """Return how each technique fared, by its name."""
    engine = Engine(load_rules([PROJECT / "rules"]))
    tallies: dict[str, Tally] = {}
    for sample in samples(seed, variants=variants, only=only):
        report = engine.scan(sample.content, name=sample.name, comment=sample.comment)
        tallies.setdefault(sample.technique, Tally()).add(sample, report)
    return tallies


def _row(name: str, tally: Tally) -> str:
    return _ROW.format(
        name,
        f"{tally.detected}/{tally.harmful}",
        f"{tally.blamed}/{tally.harmful}",
        f"{len(tally.alarms)}/{tally.twins}",
    )
