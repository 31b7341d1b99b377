"""The table that the bench prints, a line a figure."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from tests.bench.figure import Compare, Figure

_COLUMNS = "{:<44} {:>12} {:>12} {:>9} {:>15} {:>9}  {}"


def heading() -> str:
    """Return the line above the figures."""
    return _COLUMNS.format("", "ours", "raw", "ratio", "rounds", "target", "met")


def line(figure: Figure) -> str:
    """Return one figure: the medians of both sides, what they come to, and the lowest and highest round."""
    sign = "+" if figure.compare is Compare.MORE_BY else ""
    raw = "-" if figure.compare.alone else _amount(median(figure.raw), figure.unit)
    return _COLUMNS.format(
        figure.name,
        _amount(median(figure.ours), figure.unit),
        raw,
        f"{sign}{_number(figure.value)}",
        _spread(figure.rounds),
        f"{figure.compare.value}{'' if figure.compare.value.endswith((' ', '+')) else ' '}{figure.target:g}",
        "yes" if figure.met else "NO",
    )


def lines(figures: Iterable[Figure]) -> str:
    """Return several figures, each on a line."""
    return "\n".join(line(figure) for figure in figures)


def _amount(value: float, unit: str) -> str:
    return f"{_number(value)} {unit}".strip()


def _spread(rounds: list[float]) -> str:
    return f"{_number(min(rounds))} … {_number(max(rounds))}" if len(rounds) > 1 else ""


def _number(value: float) -> str:
    """Return three digits, or a whole number as it is."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
