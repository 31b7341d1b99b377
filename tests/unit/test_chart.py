"""Columns of a chart: what is there is to be seen, and nothing leaves the picture."""

from __future__ import annotations

import itertools

import pytest

from app.web.console.chart import HEIGHT, WIDTH, stacked
from app.web.console.overview import seconds, share


def test_pieces_stand_on_each_other():
    chart = stacked([{"malicious": 4, "unknown": 6}], ["malicious", "unknown"])
    [[below, above]] = chart.columns
    assert chart.top == 10
    assert below.y + below.height == HEIGHT
    assert above.y + above.height == pytest.approx(below.y)
    assert above.y == 0


def test_one_among_a_million_is_still_to_be_seen():
    [[one], _] = stacked([{"unknown": 1}, {"unknown": 1_000_000}], ["unknown"]).columns
    assert one.height >= 1


def test_columns_stay_within_the_picture_and_apart():
    columns = stacked([{"all": count} for count in range(1, 31)], ["all"]).columns
    ends = [(bar.x, bar.x + bar.width) for [bar] in columns]
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(ends))
    assert ends[0][0] > 0
    assert ends[-1][1] < WIDTH


@pytest.mark.parametrize(("most", "top"), [(0, 1), (1, 1), (3, 5), (51, 100), (120, 200), (2_001, 5_000)])
def test_the_highest_line_is_a_number_that_reads_well(most, top):
    assert stacked([{"all": most}], ["all"]).top == top


def test_nothing_at_all_is_an_empty_picture():
    assert stacked([], ["all"]).columns == []


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(0, 0, "–"), (0, 9, "0 %"), (1, 3, "33.33 %"), (999_999, 1_000_000, "99.99 %"), (7, 7, "100 %")],
)
def test_all_but_one_is_never_called_all(part, whole, words):
    assert share(part, whole) == words


@pytest.mark.parametrize(
    ("length", "words"), [(None, "–"), (0.4, "0.4 s"), (12.3, "12 s"), (90.0, "1.5 min"), (7_200.0, "2.0 h")]
)
def test_lengths_of_time_are_told_in_their_unit(length, words):
    assert seconds(length) == words
