"""The bench runs and says something; whether the targets are met is for ``make bench`` on a quiet machine."""

from __future__ import annotations

import importlib
import math
import types

import pytest

from tests.bench import __main__ as bench, table
from tests.bench.figure import Compare, Figure


@pytest.mark.parametrize("part", bench.PARTS)
def test_every_part_comes_to_figures(part):
    for figure in importlib.import_module(f"tests.bench.{part}").run(quick=True):
        assert math.isfinite(figure.value)
        assert min(figure.ours) > 0
        assert figure.name in table.line(figure)


@pytest.mark.parametrize(
    ("compare", "ours", "raw", "target", "value", "met"),
    [
        (Compare.AT_LEAST, [30.0, 10.0, 20.0], [100.0, 100.0, 100.0], 0.25, 0.2, False),
        (Compare.AT_LEAST, [25.0], [100.0], 0.25, 0.25, True),
        (Compare.AT_MOST, [30.0], [10.0], 4.0, 3.0, True),
        (Compare.MORE_BY, [9.0], [2.0], 6.0, 7.0, False),
        (Compare.COUNT, [6], [], 6, 6, True),
        (Compare.RATE, [120.0, 90.0, 95.0], [], 100, 95.0, False),
    ],
)
def test_a_figure_is_the_median_of_its_rounds(compare, ours, raw, target, value, met):
    figure = Figure("a figure", "ms", ours, raw, compare, target)
    assert (figure.value, figure.met) == (value, met)


def test_each_round_is_set_against_the_one_beside_it():
    # The machine was twice as slow in the second round, for both.
    assert Figure("a figure", "/s", [50.0, 25.0], [100.0, 50.0], Compare.AT_LEAST, 0.25).rounds == [0.5, 0.5]


def test_a_missed_target_is_no_failure(monkeypatch, capsys):
    missed = Figure("slow thing", "/s", [1.0], [100.0], Compare.AT_LEAST, 0.25)
    assert run_with(monkeypatch, lambda *, quick: [missed])
    assert "NO" in capsys.readouterr().out


def test_a_part_that_cannot_run_is_one(monkeypatch, capsys):
    def broken(*, quick):
        raise RuntimeError("nothing there")

    assert not run_with(monkeypatch, broken)
    assert "could not run" in capsys.readouterr().out


def run_with(monkeypatch, part):
    monkeypatch.setattr(bench, "importlib", types.SimpleNamespace(import_module=lambda name: part_of(part)))
    return bench.run("part", quick=True)


def part_of(run):
    return types.SimpleNamespace(run=run)
