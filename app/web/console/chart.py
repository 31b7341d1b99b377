"""Charts of columns, drawn on the server: places in a picture. The words stand beside it in the page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: Units of the picture; the page stretches it to the width there is.
WIDTH, HEIGHT = 1000.0, 100.0
_GAP = 0.22


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a column: of what, and where it is in the picture."""

    name: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The pieces, column by column, and the number that the height of the picture stands for."""

    columns: Sequence[Sequence[Bar]]
    top: int


def stacked(columns: Sequence[Mapping[str, int]], names: Sequence[str]) -> Chart:
    """Return the chart of these counts; the first name stands at the bottom of each column."""
    top = _round_up(max((sum(column.get(name, 0) for name in names) for column in columns), default=0))
    step = WIDTH / max(1, len(columns))
    drawn = []
    for number, column in enumerate(columns):
        pieces, floor = [], HEIGHT
        for name in names:
            if count := column.get(name, 0):
                # A few among very many are still to be seen.
                height = max(1.0, count / top * HEIGHT)
                floor -= height
                pieces.append(Bar(name, *map(_short, (step * (number + _GAP / 2), floor, step * (1 - _GAP), height))))
        drawn.append(pieces)
    return Chart(drawn, top)


def _round_up(count: int) -> int:
    """Return the next number that reads well: 1, 2 or 5 with zeros."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power >= count:
                return digit * power
        power *= 10


def _short(number: float) -> float:
    return round(number, 2)
