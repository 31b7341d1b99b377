"""When letters become mails: one by one, held in an outbreak, gathered by policy, quiet at night."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from app.findings.digests import Why
from app.findings.mail_rules import MailRules
from app.findings.post.plan import Plan, Waiting, digest_time, plan, quiet_end

NOON = 1_790_078_400.0
RULES = MailRules(most_an_hour=3)


def waiting(count: int, *, at: float = NOON, held: bool = False) -> list[Waiting]:
    return [Waiting(at, held)] * count


def local(text: str, zone: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_nothing_waits_so_nothing_is_done() -> None:
    assert plan(RULES, NOON, [], []) == Plan()


def test_a_few_go_out_at_once() -> None:
    assert plan(RULES, NOON, waiting(3), []) == Plan(singles=3)


def test_of_an_outbreak_the_first_go_out_and_the_rest_is_held_for_an_hour() -> None:
    assert plan(RULES, NOON, waiting(10), []) == Plan(singles=3, hold=True, next_at=NOON + 3600)
    assert plan(RULES, NOON + 60, waiting(7, held=True), [NOON] * 3) == Plan(hold=True, next_at=NOON + 3600)


def test_the_held_ones_and_what_came_since_go_out_together_when_the_hour_is_over() -> None:
    told = [*waiting(7, held=True), *waiting(2, at=NOON + 3000)]
    assert plan(RULES, NOON + 3600, told, [NOON] * 3) == Plan(digest=Why.OUTBREAK)


def test_a_single_one_that_was_held_needs_no_digest() -> None:
    assert plan(RULES, NOON + 3600, waiting(1, held=True), [NOON] * 3) == Plan(singles=1)


def test_the_window_slides_with_its_oldest_mail() -> None:
    singles = [NOON, NOON + 1000, NOON + 2000]
    assert plan(RULES, NOON + 2500, waiting(2), singles).next_at == NOON + 3600
    assert plan(RULES, NOON + 3600, waiting(1, at=NOON + 3600), singles) == Plan(singles=1)


def test_more_mails_than_the_rules_allow_now_still_count() -> None:
    singles = [NOON + second for second in range(10)]
    assert plan(RULES, NOON + 20, waiting(1), singles).next_at == NOON + 7 + 3600


def test_a_digest_policy_waits_for_its_time_and_then_gathers_even_one() -> None:
    rules = MailRules(digest="hourly")  # type: ignore[arg-type]
    assert plan(rules, NOON + 60, waiting(1, at=NOON + 60), []) == Plan(next_at=NOON + 3600)
    assert plan(rules, NOON + 3600, waiting(1, at=NOON + 60), []) == Plan(digest=Why.HOURLY)


@pytest.mark.parametrize(
    ("zone", "created", "due"),
    [
        ("UTC", "2026-11-21T07:59:59", "2026-11-21T08:00:00"),
        ("UTC", "2026-11-21T08:00:00", "2026-11-22T08:00:00"),
        ("Europe/Berlin", "2026-03-28T12:00:00", "2026-03-29T08:00:00"),  # the night of the change to summer time
        ("Asia/Kolkata", "2026-11-21T23:10:00", "2026-11-22T08:00:00"),
    ],
)
def test_a_daily_digest_goes_out_at_its_local_hour(zone: str, created: str, due: str) -> None:
    rules = MailRules(digest="daily", digest_hour=8, zone=zone)  # type: ignore[arg-type]
    assert digest_time(rules, local(created, zone)) == local(due, zone)


def test_an_hourly_digest_goes_out_at_the_full_local_hour() -> None:
    rules = MailRules(digest="hourly", zone="Asia/Kolkata")  # type: ignore[arg-type]
    created = local("2026-11-21T10:10:00", "Asia/Kolkata")
    assert digest_time(rules, created) == local("2026-11-21T11:00:00", "Asia/Kolkata")


@pytest.mark.parametrize(
    ("start", "end", "clock", "until"),
    [
        ("22:00", "07:00", "2026-11-21T23:00:00", "2026-11-22T07:00:00"),
        ("22:00", "07:00", "2026-11-21T06:59:00", "2026-11-21T07:00:00"),
        ("22:00", "07:00", "2026-11-21T07:00:00", None),
        ("12:00", "13:00", "2026-11-21T12:30:00", "2026-11-21T13:00:00"),
        ("12:00", "13:00", "2026-11-21T11:59:00", None),
    ],
)
def test_quiet_hours_are_local_and_may_pass_midnight(start: str, end: str, clock: str, until: str | None) -> None:
    rules = MailRules(quiet_start=start, quiet_end=end, zone="Europe/Paris")
    expected = local(until, "Europe/Paris") if until else None
    assert quiet_end(rules, local(clock, "Europe/Paris")) == expected


def test_what_came_in_quiet_hours_goes_out_together_afterwards() -> None:
    rules = MailRules(quiet_start="22:00", quiet_end="07:00")
    night, morning = local("2026-11-21T23:00:00", "UTC"), local("2026-11-22T07:00:00", "UTC")
    assert plan(rules, night, waiting(2, at=night), []) == Plan(next_at=morning)
    assert plan(rules, morning, waiting(2, at=night), []) == Plan(digest=Why.QUIET)
    assert plan(rules, morning, waiting(1, at=night), []) == Plan(singles=1)
