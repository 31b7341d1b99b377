from __future__ import annotations

import fakeredis
import pytest
from requests.structures import CaseInsensitiveDict

from app.adapters.zendesk.headers import Allowance, account_allowance, named_allowances
from app.adapters.zendesk.rate import UNTOLD, Call, Lane, Limiter, LocalLimiter, Room, SharedLimiter
from app.errors import Temporary

ROUTE = "/api/v2/tickets/{ticket_id}/comments"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.5

    def __call__(self) -> float:
        return self.now


def call(lane: Lane = Lane.QUARANTINE, route: str = ROUTE, ticket: int | None = None) -> Call:
    return Call(lane, route, ticket)


def headers(**named: str) -> CaseInsensitiveDict[str]:
    return CaseInsensitiveDict({name.replace("_", "-"): value for name, value in named.items()})


def taken(limiter: Limiter, lane: Lane, most: int = 1_000) -> int:
    """Take room until there is none; return how much there was."""
    for count in range(most):
        try:
            limiter.acquire(call(lane))
        except Temporary:
            return count
    return most


def wait_of(limiter: Limiter, made: Call) -> float:
    try:
        limiter.acquire(made)
    except Temporary as full:
        assert full.retry_after is not None
        return full.retry_after
    return 0.0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["local", "shared"])
def limiter(request: pytest.FixtureRequest, clock: Clock) -> Limiter:
    if request.param == "local":
        return LocalLimiter(now=clock)
    return SharedLimiter(fakeredis.FakeRedis(), "acme", now=clock)


class TestEveryLimiter:
    def test_starts_with_what_most_plans_have(self, limiter: Limiter) -> None:
        assert taken(limiter, Lane.QUARANTINE) == UNTOLD

    def test_keeps_room_for_those_with_more_right(self, limiter: Limiter) -> None:
        assert taken(limiter, Lane.SWEEP) == 350
        assert taken(limiter, Lane.PEOPLE) == 139
        assert taken(limiter, Lane.SCAN) == 106
        assert taken(limiter, Lane.QUARANTINE) == 105

    def test_tells_what_is_left_of_the_minute(self, limiter: Limiter, clock: Clock) -> None:
        assert limiter.room() is None
        taken(limiter, Lane.SCAN, most=10)
        assert limiter.room() == Room(UNTOLD, UNTOLD - 10, 60.0)
        clock.now += 60.0
        assert limiter.room() == Room(UNTOLD, UNTOLD, 0.0)

    def test_gives_room_again_when_the_minute_is_over(self, limiter: Limiter, clock: Clock) -> None:
        taken(limiter, Lane.QUARANTINE)
        assert 0.0 < wait_of(limiter, call()) <= 60.0
        clock.now += 60.0
        assert taken(limiter, Lane.QUARANTINE) == UNTOLD

    def test_learns_limit_and_use_from_the_headers(self, limiter: Limiter) -> None:
        answer = headers(x_rate_limit="700", x_rate_limit_remaining="300", ratelimit_reset="40")
        limiter.observe(call(), 200, answer)
        assert taken(limiter, Lane.SWEEP) == 0
        assert wait_of(limiter, call(Lane.SWEEP)) == pytest.approx(40.0)
        assert taken(limiter, Lane.QUARANTINE) == 300

    def test_counts_its_own_calls_on_top_of_a_late_answer(self, limiter: Limiter) -> None:
        for _ in range(50):
            limiter.acquire(call())
        limiter.observe(call(), 200, headers(x_rate_limit="200", x_rate_limit_remaining="190"))
        assert taken(limiter, Lane.QUARANTINE) == 150

    def test_follows_the_window_of_the_other_side(self, limiter: Limiter, clock: Clock) -> None:
        answer = headers(x_rate_limit="200", x_rate_limit_remaining="10", ratelimit_reset="5")
        limiter.observe(call(), 200, answer)
        assert taken(limiter, Lane.QUARANTINE) == 10
        clock.now += 5.0
        limiter.acquire(call())
        limiter.observe(call(), 200, headers(x_rate_limit="200", x_rate_limit_remaining="199", ratelimit_reset="60"))
        assert taken(limiter, Lane.QUARANTINE) == 199

    def test_stops_everybody_for_as_long_as_a_429_says(self, limiter: Limiter, clock: Clock) -> None:
        limiter.observe(call(Lane.SWEEP), 429, headers(Retry_After="17"))
        assert wait_of(limiter, call()) == pytest.approx(17.0)
        clock.now += 17.0
        assert wait_of(limiter, call()) == 0.0

    def test_a_shorter_429_does_not_end_a_longer_pause(self, limiter: Limiter) -> None:
        limiter.observe(call(), 429, headers(Retry_After="50"))
        limiter.observe(call(), 429, headers(Retry_After="1"))
        assert wait_of(limiter, call()) == pytest.approx(50.0)

    def test_pauses_a_while_after_a_429_that_does_not_say(self, limiter: Limiter) -> None:
        limiter.observe(call(), 429, headers())
        assert wait_of(limiter, call()) == pytest.approx(30.0)

    @pytest.mark.parametrize(
        "header", ["zendesk_ratelimit_per_ticket_updates", "zendesk_rate_limit_per_ticket_updates"]
    )
    def test_counts_the_updates_of_each_ticket(self, limiter: Limiter, clock: Clock, header: str) -> None:
        limiter.observe(call(ticket=7), 200, headers(**{header: "total=30; remaining=2; resets=468"}))
        assert [wait_of(limiter, call(ticket=7)) for _ in range(2)] == [0.0, 0.0]
        assert wait_of(limiter, call(ticket=7)) == pytest.approx(468.0)
        assert wait_of(limiter, call(ticket=8)) == 0.0
        assert wait_of(limiter, call()) == 0.0
        clock.now += 468.0
        assert wait_of(limiter, call(ticket=7)) == 0.0

    def test_a_429_of_one_ticket_stops_that_ticket_alone(self, limiter: Limiter) -> None:
        answer = headers(Retry_After="300", zendesk_ratelimit_per_ticket_updates="total=30; remaining=0; resets=300")
        limiter.observe(call(ticket=7), 429, answer)
        assert wait_of(limiter, call(ticket=7)) == pytest.approx(300.0)
        assert wait_of(limiter, call(ticket=8)) == 0.0

    def test_a_429_of_the_exports_stops_the_exports_alone(self, limiter: Limiter) -> None:
        export = call(Lane.SWEEP, "/api/v2/incremental/ticket_events")
        limiter.observe(export, 429, headers(Retry_After="58"))
        assert wait_of(limiter, export) == pytest.approx(58.0)
        assert wait_of(limiter, call(Lane.SWEEP)) == 0.0

    def test_the_limit_of_webhooks_is_not_taken_for_the_accounts(self, limiter: Limiter) -> None:
        limiter.observe(
            call(route="/api/v2/webhooks/test"), 200, headers(x_rate_limit="20", x_rate_limit_remaining="0")
        )
        assert taken(limiter, Lane.QUARANTINE) == UNTOLD


def test_workers_of_one_connection_share_a_budget_and_others_have_their_own(clock: Clock) -> None:
    client = fakeredis.FakeRedis()
    one, two = (SharedLimiter(client, "acme", now=clock) for _ in range(2))
    assert taken(one, Lane.QUARANTINE, most=150) == 150
    assert taken(two, Lane.QUARANTINE) == UNTOLD - 150
    assert taken(SharedLimiter(client, "other", now=clock), Lane.QUARANTINE) == UNTOLD


def test_a_client_that_decodes_answers_serves_as_well(clock: Clock) -> None:
    limiter = SharedLimiter(fakeredis.FakeRedis(decode_responses=True), "acme", now=clock)
    assert taken(limiter, Lane.QUARANTINE) == UNTOLD


def test_a_short_wait_is_waited_when_sleeping_is_allowed(clock: Clock) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.now += seconds

    limiter = SharedLimiter(fakeredis.FakeRedis(), "acme", now=clock, sleep=sleep)
    limiter.observe(call(), 429, headers(Retry_After="1"))
    limiter.acquire(call())
    assert slept == [pytest.approx(1.0)]
    limiter.observe(call(), 429, headers(Retry_After="2"))
    with pytest.raises(Temporary):
        limiter.acquire(call())
    assert len(slept) == 1


def test_without_redis_a_process_takes_a_careful_part_and_says_so_once(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    server = fakeredis.FakeServer()
    limiter = SharedLimiter(fakeredis.FakeRedis(server=server), "acme", now=clock)
    server.connected = False
    assert taken(limiter, Lane.QUARANTINE) == UNTOLD // 5
    limiter.observe(call(), 429, headers(Retry_After="9"))
    assert wait_of(limiter, call()) == pytest.approx(9.0)
    assert capsys.readouterr().out.count("zendesk.limiter_alone") == 1
    server.connected = True
    clock.now += 61.0
    assert taken(limiter, Lane.QUARANTINE) == UNTOLD


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"x_rate_limit": "700", "x_rate_limit_remaining": "699"}, Allowance(700, 699)),
        ({"ratelimit_limit": "700", "ratelimit_remaining": "1", "ratelimit_reset": "30"}, Allowance(700, 1, 30.0)),
        ({"rate_limit/limit": "400", "rate_limit/remaining": "5", "rate_limit/reset": "12"}, Allowance(400, 5, 12.0)),
        ({"x_rate_limit": "700", "x_rate_limit_remaining": "900"}, Allowance(700, 700)),
        ({"x_rate_limit": "-1", "x_rate_limit_remaining": "3"}, None),
        ({"x_rate_limit": "0", "x_rate_limit_remaining": "0"}, None),
        ({"x_rate_limit": "many"}, None),
        ({}, None),
    ],
)
def test_the_accounts_allowance_is_read_in_every_spelling(found: dict[str, str], expected: Allowance | None) -> None:
    assert account_allowance(headers(**found)) == expected


def test_named_allowances_that_make_no_sense_are_left_out() -> None:
    found = {
        "zendesk_ratelimit_a": "total=5; remaining=4; resets=3",
        "zendesk_ratelimit_b": "total=x; remaining=4",
        "zendesk_ratelimit_c": "",
        "zendesk_ratelimit_d": "total=5; remaining=4",
    }
    assert named_allowances(headers(**found)) == {"a": Allowance(5, 4, 3.0), "d": Allowance(5, 4)}
