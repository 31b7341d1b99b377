from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.providers.bucket import Budget, take
from tests.builders import NOON
from tests.fuzz import fuzzed

FULL = Budget(4.0, NOON)


def taken(
    budget: Budget = FULL, now: float = NOON, per_minute: int = 4, per_day: int = 0, wanted: int = 1
) -> tuple[Budget, int, float]:
    return take(budget, now=now, per_minute=per_minute, per_day=per_day, wanted=wanted)


def test_a_minute_holds_its_number_of_calls_and_no_more() -> None:
    budget, count, ready = taken(wanted=10)
    assert (count, ready) == (4, NOON + 15.0)
    assert taken(budget)[1] == 0
    assert taken(budget, NOON + 15.0)[1] == 1


def test_an_idle_hour_saves_up_one_minute_only() -> None:
    budget, _, _ = taken(wanted=4)
    assert taken(budget, NOON + 3_600, wanted=10)[1] == 4


def test_a_day_holds_its_number_and_the_next_one_begins_at_midnight() -> None:
    budget, count, _ = taken(per_day=3, wanted=4)
    assert count == 3
    _, none, ready = taken(budget, NOON + 600, per_day=3)
    assert (none, ready % 86_400, ready > NOON) == (0, 0.0, True)
    assert taken(budget, ready, per_day=3)[1] == 1


def test_no_limit_is_none() -> None:
    assert taken(Budget(0.0, 0.0), per_minute=0, wanted=1_000)[1] == 1_000


def test_a_clock_that_goes_backwards_refills_nothing() -> None:
    assert taken(Budget(0.0, NOON), NOON - 3_600)[1] == 0


@fuzzed(100)
@given(
    st.lists(st.tuples(st.floats(0, 300), st.integers(1, 5)), min_size=1, max_size=40),
    st.integers(1, 50),
)
def test_no_minute_ever_sees_more_than_twice_its_number(steps: list[tuple[float, int]], per_minute: int) -> None:
    budget, now, calls = Budget(float(per_minute), NOON), NOON, []
    for pause, wanted in steps:
        now += pause
        budget, count, ready = taken(budget, now, per_minute, wanted=wanted)
        assert ready >= now
        calls += [now] * count
    assert all(sum(1 for at in calls if start <= at < start + 60) <= 2 * per_minute for start in calls)


@pytest.mark.parametrize("wanted", [0, 1, 4])
def test_never_more_is_taken_than_was_wanted(wanted: int) -> None:
    assert taken(wanted=wanted)[1] == wanted
