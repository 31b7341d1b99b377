"""Second factors: a code counts once, near its time, and guessing does not pay."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from app.access.service import TooSoon
from app.access.tables import recovery_codes, users
from tests.services.access.conftest import BETTER
from tests.services.access.test_users import refusal


@pytest.fixture
def rosa(office):
    return office.a_person()


@pytest.fixture
def phone(office, rosa):
    return office.a_phone(rosa)


def second_step(office, rosa, code, *, device=""):
    return office.people.sign_in.second_factor(rosa.id, code, since=office.clock(), device_cookie=device)


def test_a_secret_counts_only_once_it_was_confirmed(office, rosa):
    office.people.factors.begin(rosa.id)
    assert not office.people.users.get(rosa.id).has_second_factor
    with refusal("code"):
        office.people.factors.confirm(rosa.id, "000000")
    phone = office.people.factors.pending(rosa.id)
    codes = office.people.factors.confirm(rosa.id, phone.at(int(office.clock())))
    assert len(set(codes)) == 10
    assert office.people.users.get(rosa.id).has_second_factor
    assert office.people.factors.pending(rosa.id) is None


def test_the_secret_does_not_lie_in_the_database(office, rosa, phone):
    with office.database.read() as connection:
        row = connection.execute(select(users.c.totp_sealed).where(users.c.id == rosa.id)).scalar_one()
    assert phone.secret.encode() not in bytes(row)


def test_a_second_factor_is_not_replaced_behind_its_owners_back(office, rosa, phone):
    with refusal("conflict"):
        office.people.factors.begin(rosa.id)
    assert second_step(office, rosa, office.code(phone))[1] == "totp"


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_counts_in_its_half_minute_and_the_ones_beside_it(office, rosa, phone, steps, fits):
    office.clock.pass_(300)
    assert (office.people.factors.check(rosa.id, office.code(phone, steps)) == "totp") is fits


def test_a_code_is_never_taken_twice(office, rosa, phone):
    code = office.code(phone)
    assert second_step(office, rosa, code)[0].id == rosa.id
    with refusal("wrong"):
        second_step(office, rosa, code)


def test_a_code_before_one_that_was_taken_is_refused(office, rosa, phone):
    assert office.people.factors.check(rosa.id, office.code(phone, 1)) == "totp"
    assert office.people.factors.check(rosa.id, office.code(phone, 0)) is None


def test_the_code_of_the_confirmation_does_not_sign_in_as_well(office, rosa):
    office.people.factors.begin(rosa.id)
    phone = office.people.factors.pending(rosa.id)
    office.people.factors.confirm(rosa.id, office.code(phone))
    assert office.people.factors.check(rosa.id, office.code(phone)) is None


def test_one_of_many_at_once_with_the_same_code_comes_in(office, rosa, phone):
    together, outcomes, code = threading.Barrier(4), [], office.code(phone)

    def use():
        together.wait(10)
        outcomes.append(office.people.factors.check(rosa.id, code))

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["None", "None", "None", "totp"]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "-12345", "1e5000", "\x00" * 6])
def test_what_is_no_code_is_refused(office, rosa, phone, code):
    assert office.people.factors.check(rosa.id, code) is None


def test_a_code_may_be_typed_with_a_gap(office, rosa, phone):
    code = office.code(phone)
    assert office.people.factors.check(rosa.id, f" {code[:3]} {code[3:]} ") == "totp"


def test_a_recovery_code_works_once_however_it_is_typed(office, rosa, phone):
    first, second = office.people.factors.renew_recovery_codes(rosa.id)[:2]
    assert second_step(office, rosa, first.upper().replace("-", " "))[1] == "recovery code"
    with refusal("wrong"):
        second_step(office, rosa, first)
    assert second_step(office, rosa, second.replace("0", "O"))[1] == "recovery code"
    assert office.people.factors.recovery_codes_left(rosa.id) == 8


def test_a_recovery_code_belongs_to_one_account(office, rosa, phone):
    sam = office.a_person("sam", name="Sam")
    office.a_phone(sam)
    assert office.people.factors.check(sam.id, office.people.factors.renew_recovery_codes(rosa.id)[0]) is None


def test_new_recovery_codes_void_the_earlier_ones(office, rosa, phone):
    earlier = office.people.factors.renew_recovery_codes(rosa.id)
    office.people.factors.renew_recovery_codes(rosa.id)
    assert office.people.factors.check(rosa.id, earlier[0]) is None


def test_recovery_codes_do_not_lie_in_the_database(office, rosa, phone):
    codes = office.people.factors.renew_recovery_codes(rosa.id)
    with office.database.read() as connection:
        kept = str(connection.execute(select(recovery_codes)).all())
    assert not any(code.replace("-", "") in kept for code in codes)


def test_wrong_codes_slow_down_and_a_right_one_is_not_tried_meanwhile(office, rosa, phone):
    for _ in range(5):
        with refusal("wrong"):
            second_step(office, rosa, "000000")
    with pytest.raises(TooSoon):
        second_step(office, rosa, office.code(phone))
    office.clock.pass_(60)
    assert second_step(office, rosa, office.code(phone))[0].id == rosa.id


def test_the_second_step_ends_when_the_password_changes_or_time_is_over(office, rosa, phone):
    since = office.clock()
    office.clock.pass_(10)
    office.people.sign_in.change_password(rosa, BETTER)
    with refusal("again"):
        office.people.sign_in.second_factor(rosa.id, office.code(phone), since=since)
    with refusal("again"):
        office.people.sign_in.second_factor(rosa.id, office.code(phone), since=office.clock() - 301)


def test_a_second_factor_that_was_reset_is_gone_with_its_recovery_codes(office, rosa, phone):
    code = office.people.factors.renew_recovery_codes(rosa.id)[0]
    assert office.people.users.reset_second_factor(rosa.id)
    assert office.people.factors.check(rosa.id, code) is None
    assert not office.people.users.get(rosa.id).has_second_factor
    assert not office.people.users.reset_second_factor(rosa.id)
