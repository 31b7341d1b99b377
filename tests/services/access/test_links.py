"""One-time links: each opens once, in its time, and the first account is made by exactly one of them."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from app.access.service.links import FIRST_SECONDS, LINK_SECONDS
from tests.services.access.conftest import BETTER, GOOD
from tests.services.access.test_users import refusal


def first(office, secret, **given):
    options = {"name": "Rosa", "login": "rosa", "password": GOOD, **given}
    return office.people.links.redeem_first(secret, **options)


def test_the_first_account_is_an_administrator_who_can_sign_in(office):
    rosa = first(office, office.people.links.first_admin())
    assert rosa.role is Role.ADMIN
    assert office.sign_in("rosa").id == rosa.id


def test_no_link_to_a_first_account_once_there_is_an_administrator(office):
    secret = office.people.links.first_admin()
    office.a_person()
    assert office.people.links.first_admin() is None
    with refusal("gone"):
        first(office, secret)


def test_each_start_makes_a_new_link_and_the_old_one_dies(office):
    earlier, later = office.people.links.first_admin(), office.people.links.first_admin()
    with refusal("gone"):
        first(office, earlier)
    assert first(office, later).role is Role.ADMIN


def test_a_link_is_not_used_up_by_looking_or_by_a_form_that_does_not_fit(office):
    secret = office.people.links.first_admin()
    assert office.people.links.look(secret).user is None
    for wrong, code in ({"password": "short"}, "password"), ({"login": "two words"}, "login"), ({"name": ""}, "name"):
        with refusal(code):
            first(office, secret, **wrong)
    assert first(office, secret).login == "rosa"


def test_an_invitation_opens_once(office):
    user = office.people.users.create("Rosa", "rosa", Role.VIEWER, by="")
    secret = office.people.links.make(user.id)
    assert office.people.links.redeem(secret, password=GOOD).state == "active"
    with refusal("gone"):
        office.people.links.redeem(secret, password=BETTER)
    assert office.sign_in("rosa").id == user.id


@pytest.mark.parametrize(("late", "fits"), [(-1, True), (0, False), (1, False)])
def test_an_invitation_ends_in_its_time(office, late, fits):
    user = office.people.users.create("Rosa", "rosa", Role.VIEWER, by="")
    secret = office.people.links.make(user.id)
    office.clock.pass_(LINK_SECONDS + late)
    if fits:
        assert office.people.links.redeem(secret, password=GOOD)
    else:
        with refusal("gone"):
            office.people.links.redeem(secret, password=GOOD)


def test_the_link_to_the_first_account_ends_in_its_time(office):
    secret = office.people.links.first_admin()
    office.clock.pass_(FIRST_SECONDS)
    with refusal("gone"):
        first(office, secret)


def test_a_newer_invitation_ends_the_earlier_one(office):
    user = office.people.users.create("Rosa", "rosa", Role.VIEWER, by="")
    earlier, later = office.people.links.make(user.id), office.people.links.make(user.id)
    with refusal("gone"):
        office.people.links.redeem(earlier, password=GOOD)
    assert office.people.links.redeem(later, password=GOOD)


def test_a_link_of_an_account_does_not_make_a_first_one(office):
    user = office.people.users.create("Rosa", "sam", Role.VIEWER, by="")
    with refusal("gone"):
        office.people.links.redeem_first(office.people.links.make(user.id), name="R", login="r", password=GOOD)


def test_a_new_password_by_link_signs_the_account_out_everywhere(office):
    rosa = office.a_person()
    session = office.people.sessions.start(rosa.identity, how="password")
    office.people.links.redeem(office.people.links.make(rosa.id), password=BETTER)
    assert office.people.sessions.holder(session) is None
    with refusal("wrong"):
        office.sign_in()
