"""The list of techniques, and how a technique becomes samples: variants, wrapping, and a twin for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.engine.model import Verdict
from tests.corpus.sample import Draw, Expect, File, Sample
from tests.corpus.wrapping import wrapped

#: Makes one file; the second argument says whether it is harmful. Both calls for a variant get the same draws.
Maker = Callable[[Draw, bool], File]

SEED = 20261121
VARIANTS = 3


@dataclass(frozen=True, slots=True)
class Technique:
    """One way to hide something harmful.

    wraps  whether variants lie in further containers; the first variant never does
    most   the worst verdict that the harmless twin may get
    partial  see ``Sample``
    """

    name: str
    make: Maker
    expect: Expect
    most: Verdict
    wraps: bool
    partial: bool

    @property
    def family(self) -> str:
        """First part of the name."""
        return self.name.partition(".")[0]


TECHNIQUES: dict[str, Technique] = {}


def technique(
    name: str,
    *,
    expect: Expect = Expect.JUDGED,
    most: Verdict = Verdict.CLEAN,
    wraps: bool = True,
    partial: bool = False,
) -> Callable[[Maker], Maker]:
    """Return a decorator that puts a maker on the list. Raises ValueError for a name that is taken."""

    def put(make: Maker) -> Maker:
        if name in TECHNIQUES:
            raise ValueError(f"There are two techniques called {name}.")
        TECHNIQUES[name] = Technique(name, make, expect, most, wraps, partial)
        return make

    return put


def samples(seed: int = SEED, *, variants: int = VARIANTS, only: str = "") -> Iterator[Sample]:
    """Yield every variant of every technique whose name begins with ``only``, each followed by its twin."""
    for found in TECHNIQUES.values():
        if found.name.startswith(only):
            for variant in range(variants):
                yield sample_of(found, seed, variant, harmful=True)
                yield sample_of(found, seed, variant, harmful=False)


def sample_of(found: Technique, seed: int, variant: int, *, harmful: bool) -> Sample:
    """Return one sample. Harmful or not, it is made with the same draws and lies in the same containers."""
    made = found.make(Draw(f"{seed}:{found.name}:{variant}"), harmful)
    around = Draw(f"{seed}:{found.name}:{variant}:around")
    for _ in range(around.rng.randint(1, 3) if variant and found.wraps else 0):
        made = wrapped(around, made)
    return Sample(
        technique=found.name,
        variant=variant,
        name=made.name,
        content=made.content,
        comment=made.comment,
        harmful=harmful,
        expect=found.expect,
        most=found.most,
        partial=found.partial,
        link=made.link,
    )


def renamed(file: File, name: str) -> File:
    """Return the file under another name."""
    return replace(file, name=name)
