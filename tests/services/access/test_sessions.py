"""Sessions and tokens: each opens for its time, and what ends it ends it at once."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.access.roles import Role
from app.access.service.sessions import IDLE_SECONDS, KEPT_SECONDS, SEEN_SECONDS, SESSION_SECONDS
from app.access.tables import sessions
from tests.services.access.test_users import refusal


@pytest.fixture
def rosa(office):
    return office.a_person()


def begin(office, caller, **options):
    return office.people.sessions.start(caller, how="password", **options)


def test_a_session_says_whose_it_is(office, rosa):
    found = office.people.sessions.holder(begin(office, rosa.identity))
    assert (found.name, found.role, found.user_id, found.token_id) == ("Rosa", Role.ADMIN, rosa.id, None)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "A" * 5000, "\ud800" * 43, "é" * 43])
def test_an_unknown_secret_is_nobodys(office, rosa, secret):
    begin(office, rosa.identity)
    assert office.people.sessions.holder(secret) is None


def test_being_seen_is_noted_at_most_once_a_minute(office, rosa):
    secret = begin(office, rosa.identity)
    seen = []
    for _ in range(4):
        office.people.sessions.holder(secret)
        seen.append(office.people.sessions.of(rosa.identity)[0].seen_at - office.clock())
        office.clock.pass_(SEEN_SECONDS / 2)
    assert seen == [0, -30, 0, -30]


def test_a_session_ends_by_time_and_by_idleness(office, rosa):
    secret = begin(office, rosa.identity)
    office.clock.pass_(IDLE_SECONDS)
    assert office.people.sessions.holder(secret) is None
    secret = begin(office, rosa.identity)
    for _ in range(int(SESSION_SECONDS // 3600) - 1):
        office.clock.pass_(3600)
        assert office.people.sessions.holder(secret) is not None
    office.clock.pass_(3600)
    assert office.people.sessions.holder(secret) is None


def test_a_session_from_the_future_is_not_open(office, rosa):
    secret = begin(office, rosa.identity)
    office.clock.pass_(-1)
    assert office.people.sessions.holder(secret) is None


def test_a_session_of_a_token_ends_with_it(office):
    token = office.people.tokens.create_token("ci", Role.VIEWER, expires_at=office.clock() + 60)
    caller = office.people.tokens.identify(token)
    first, second = begin(office, caller), begin(office, caller)
    assert office.people.sessions.holder(first).token_id == caller.token_id
    office.people.sessions.end(office.people.sessions.holder(first).session_id)
    assert office.people.sessions.holder(first) is None
    assert office.people.sessions.holder(second) is not None
    office.clock.pass_(60)
    assert office.people.sessions.holder(second) is None


def test_ending_the_others_keeps_the_one_that_asks_and_everybody_elses(office, rosa):
    sam = office.a_person("sam", name="Sam")
    kept, others, theirs = (
        begin(office, rosa.identity),
        [begin(office, rosa.identity) for _ in range(3)],
        begin(office, sam.identity),
    )
    assert office.people.sessions.end_others(office.people.sessions.holder(kept)) == 3
    assert [office.people.sessions.holder(each) for each in others] == [None] * 3
    assert office.people.sessions.holder(kept) is not None
    assert office.people.sessions.holder(theirs) is not None


def test_old_sessions_are_removed(office, rosa):
    for _ in range(3):
        begin(office, rosa.identity)
    office.clock.pass_(KEPT_SECONDS + 1)
    begin(office, rosa.identity)
    with office.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(sessions)).scalar_one() == 1


def test_a_token_ends_on_its_day(office):
    token = office.people.tokens.create_token("ci", Role.VIEWER, expires_at=office.clock() + 60)
    office.clock.pass_(59)
    assert office.people.tokens.identify(token) is not None
    office.clock.pass_(1)
    assert office.people.tokens.identify(token) is None


def test_a_token_that_would_be_over_is_not_made(office):
    with refusal("expires"):
        office.people.tokens.create_token("ci", Role.VIEWER, expires_at=office.clock())


@pytest.mark.parametrize(("maker", "wanted", "fits"), [
    (Role.ADMIN, Role.ADMIN, True), (Role.ANALYST, Role.VIEWER, True), (Role.ANALYST, Role.ADMIN, False),
    (Role.VIEWER, Role.ANALYST, False),
])  # fmt: skip
def test_nobody_makes_a_token_above_their_own_role(office, maker, wanted, fits):
    office.a_person()
    person = office.a_person("sam", maker, name="Sam")
    if fits:
        office.people.tokens.create_token("ci", wanted, maker=person.identity)
        assert office.people.tokens.tokens()[-1].made_by == "Sam"
    else:
        with refusal("role"):
            office.people.tokens.create_token("ci", wanted, maker=person.identity)


def test_tokens_are_listed_in_pages_without_one_time_codes(office):
    for number in range(3):
        office.people.tokens.create_token(f"token {number}", Role.VIEWER)
        office.people.tokens.create_sign_in_code(Role.VIEWER)
    office.people.tokens.redeem(office.people.tokens.create_sign_in_code(Role.VIEWER))
    first, cursor = office.people.tokens.page(None, 2)
    rest, end = office.people.tokens.page(cursor, 2)
    assert [each.name for each in first + rest] == ["token 2", "token 1", "token 0"]
    assert end is None
