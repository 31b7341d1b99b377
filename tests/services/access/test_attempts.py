"""Guessing is slow for whoever guesses, and never for the owner at a browser of their own."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from app.access import delays
from app.access.service import TooSoon
from app.access.service.attempts import Attempts
from app.access.tables import sign_in_attempts
from app.errors import Rejected
from tests.services.access.conftest import KEYS
from tests.services.access.test_users import refusal

ELSEWHERE = "198.51.100.9"


@pytest.fixture
def rosa(office):
    return office.a_person()


def guess(office, times=1, **where):
    """Guess wrong so often; return how often we were told to wait."""
    waits = 0
    for _ in range(times):
        try:
            office.sign_in(password="wrong guess after guess", **where)
        except TooSoon:
            waits += 1
        except Rejected:
            pass
    return waits


def test_a_few_mistakes_cost_nothing(office, rosa):
    assert guess(office, 4) == 0
    assert office.sign_in().id == rosa.id


def test_more_of_them_cost_more_and_more(office, rosa):
    guess(office, 5)
    waits = []
    for _ in range(4):
        with pytest.raises(TooSoon) as told:
            office.sign_in()
        waits.append(told.value.seconds)
        office.clock.pass_(told.value.seconds)
        assert guess(office) == 0
    assert waits == [2, 4, 8, 16]


def test_the_wait_has_an_end(office, rosa):
    for _ in range(20):
        guess(office)
        office.clock.pass_(901)
    assert office.sign_in().id == rosa.id


def test_a_right_password_is_not_even_tried_while_waiting(office, rosa):
    guess(office, 6)
    with pytest.raises(TooSoon):
        office.sign_in()


def test_a_success_clears_the_count(office, rosa):
    guess(office, 4)
    office.sign_in()
    assert guess(office, 4) == 0


def test_guesses_from_one_network_do_not_hold_up_another(office, rosa):
    guess(office, 20, address=ELSEWHERE)
    assert office.sign_in().id == rosa.id


def test_guesses_at_one_account_do_not_hold_up_another_from_there(office, rosa):
    office.a_person("sam", name="Sam")
    guess(office, 6)
    assert office.sign_in("sam").name == "Sam"


def test_a_network_that_tries_name_after_name_waits_too(office, rosa):
    for number in range(30):
        with refusal("wrong"):
            office.sign_in(f"person-{number}")
    with pytest.raises(TooSoon):
        office.sign_in("person-30")


def test_owning_one_account_buys_no_guesses_at_others(office, rosa):
    with pytest.raises(TooSoon):
        for number in range(40):
            with refusal("wrong"):
                office.sign_in(f"person-{number}")
            office.sign_in()


@pytest.mark.parametrize("address", ["2001:db8:1:1::1", "2001:db8:1:ff::77"])
def test_a_whole_ipv6_network_is_one_guesser(office, rosa, address):
    guess(office, 6, address="2001:db8:1:2::5")
    with pytest.raises(TooSoon):
        office.sign_in(address=address)


# ── it cannot be turned against the owner ──────────────────────────────────


def test_wrong_guesses_of_others_never_hold_up_a_browser_that_has_signed_in_before(office, rosa):
    known = office.people.sign_in.device_cookie(rosa)
    for number in range(120):
        guess(office, address=f"198.51.{number}.1")
    guess(office, 20)
    with pytest.raises(TooSoon):
        office.sign_in()
    with pytest.raises(TooSoon):
        office.sign_in(address="192.0.2.200")
    assert office.sign_in(device_cookie=known).id == rosa.id


def test_an_account_takes_a_hundred_guesses_from_strangers_however_many_networks_they_have(office, rosa):
    waits = sum(guess(office, address=f"198.51.{number}.1") for number in range(130))
    assert waits == 30


def test_a_known_browser_is_slowed_by_its_own_guesses(office, rosa):
    known = office.people.sign_in.device_cookie(rosa)
    assert guess(office, 12, device_cookie=known)
    assert office.sign_in().id == rosa.id


def test_a_device_cookie_belongs_to_one_account(office, rosa):
    sam = office.a_person("sam", name="Sam")
    guess(office, 20)
    with pytest.raises(TooSoon):
        office.sign_in(device_cookie=office.people.sign_in.device_cookie(sam))


def forged(cookie):
    nonce, _, signature = cookie.partition(".")
    yield f"{nonce}.{'A' * len(signature)}"
    yield f"{'A' * len(nonce)}.{signature}"
    yield f"{nonce}."
    yield nonce
    yield "." + signature
    yield "~".join(["x.y"] * 10) + "~" + cookie
    yield "\ud800.\ud800"
    yield "\x00"


def test_a_forged_device_cookie_is_no_known_browser(office, rosa):
    guess(office, 20)
    for cookie in forged(office.people.sign_in.device_cookie(rosa)):
        with pytest.raises(TooSoon):
            office.sign_in(device_cookie=cookie)


def test_a_device_cookie_opens_nothing_by_itself(office, rosa):
    with refusal("wrong"):
        office.sign_in(password="", device_cookie=office.people.sign_in.device_cookie(rosa))


def test_several_accounts_share_a_browser(office, rosa):
    sam = office.a_person("sam", name="Sam")
    both = f"{office.people.sign_in.device_cookie(sam)}~{office.people.sign_in.device_cookie(rosa)}"
    assert office.people.sign_in.knows(rosa, both)
    assert office.people.sign_in.knows(sam, both)


# ── many at once, and for ever ─────────────────────────────────────────────


def test_many_guesses_at_once_are_as_few_as_one_after_the_other(office, rosa):
    tried, together = [], threading.Barrier(12)

    def try_one():
        together.wait(10)
        try:
            office.sign_in(password="wrong guess after guess")
        except TooSoon:
            pass
        except Rejected:
            tried.append(1)

    threads = [threading.Thread(target=try_one) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 5


def count(office):
    with office.database.read() as connection:
        return connection.execute(select(func.count()).select_from(sign_in_attempts)).scalar_one()


def test_old_guesses_are_forgotten_and_their_rows_removed(office, rosa):
    guess(office, 6)
    office.clock.pass_(delays.FORGOTTEN_SECONDS)
    assert office.sign_in("rosa@company.example").id == rosa.id
    assert count(office) <= 1


def test_the_rows_are_bounded(office, monkeypatch):
    monkeypatch.setattr("app.access.service.attempts.MOST_ROWS", 50)
    monkeypatch.setattr("app.access.service.attempts._ROOM", 10)
    attempts = Attempts(office.database, KEYS, office.clock)
    for number in range(60):
        attempts.begin(attempts.password_keys(f"person-{number}", f"198.51.{number}.1", ""))
    assert count(office) <= 56


def test_neither_address_nor_name_lies_in_the_rows(office, rosa):
    guess(office)
    with office.database.read() as connection:
        kept = str(connection.execute(select(sign_in_attempts)).all())
    assert "203.0" not in kept
    assert "rosa" not in kept
