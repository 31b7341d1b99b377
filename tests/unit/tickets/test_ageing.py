"""When a link is judged again, and how that is said."""

from __future__ import annotations

from app.engine.model import Verdict
from app.tickets.ageing import SCHEDULE, change, next_review

SEEN = 1_795_000_000.0


def test_the_first_look_comes_after_an_hour():
    assert next_review(SEEN, SEEN) == SEEN + 3_600


def test_each_look_comes_later_than_the_one_before_and_the_last_after_a_week():
    looks, now = [], SEEN
    while (at := next_review(SEEN, now)) is not None:
        looks.append(at - SEEN)
        now = at
    assert looks == list(SCHEDULE)
    assert looks[-1] == 7 * 86_400


def test_looks_that_were_missed_are_not_made_up_for():
    assert next_review(SEEN, SEEN + 2 * 86_400) == SEEN + 3 * 86_400


def test_a_change_says_when_and_why():
    said = change(Verdict.CLEAN, SEEN, SEEN + 3_600, "Your organisation has blocked this website")
    assert said == (
        "On 18 Nov 2026 at 11:06 UTC nothing was known against it. "
        "Since 18 Nov 2026 at 12:06 UTC: Your organisation has blocked this website."
    )
