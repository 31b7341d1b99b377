"""How long a guesser waits."""

from __future__ import annotations

from app.access.delays import ACCOUNT, ACCOUNT_FROM_NETWORK, KNOWN_BROWSER, NETWORK, SECOND_FACTOR


def test_the_wait_doubles_and_has_an_end():
    waits = [ACCOUNT_FROM_NETWORK.after(failures) for failures in (0, 4, 5, 6, 7, 13, 14, 100, 10**9)]
    assert waits == [0, 0, 2, 4, 8, 512, 900, 900, 900]


def test_a_thief_of_a_password_needs_years_for_the_code():
    """At the longest wait there are 96 guesses a day, each right with 3 chances in a million (one step either way)."""
    a_day = 24 * 3600 / SECOND_FACTOR.longest
    assert 0.5 / (a_day * 3e-6) / 365 > 4


def test_strangers_have_no_more_than_a_hundred_guesses_before_the_hour():
    assert (ACCOUNT.after(99), ACCOUNT.after(100), ACCOUNT.longest) == (0, 60, 3600)
    assert ACCOUNT_FROM_NETWORK.free < KNOWN_BROWSER.free < NETWORK.free
