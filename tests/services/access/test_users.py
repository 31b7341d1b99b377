"""Accounts: names that are the same to people, roles, and the administrator who always remains."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.access.roles import Role
from app.access.service import build_people
from app.access.tables import users
from app.errors import Rejected
from tests.services.access.conftest import BETTER, GOOD, KEYS


def refusal(code):
    return pytest.raises(Rejected, check=lambda error: error.code == code)


def test_a_new_account_waits_for_its_person(office):
    user = office.people.users.create("Rosa", "rosa@company.example", Role.ANALYST, by="the test")
    assert (user.state, user.role, user.created_by) == ("invited", Role.ANALYST, "the test")


@pytest.mark.parametrize("again", ["rosa@company.example", " ROSA@Company.Example ", "ｒｏｓａ@company.example"])
def test_a_sign_in_name_is_taken_once_however_it_is_written(office, again):
    office.people.users.create("Rosa", "Rosa@Company.Example", Role.VIEWER, by="")
    with refusal("conflict"):
        office.people.users.create("Another", again, Role.VIEWER, by="")


@pytest.mark.parametrize("login", ["", " ", "two words", "a\nb", "right\u202eleft", "<script>", "x" * 201, "a;b"])
def test_a_sign_in_name_that_does_not_fit_is_refused(office, login):
    with refusal("login"):
        office.people.users.create("Rosa", login, Role.VIEWER, by="")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "right\u202eleft", "\x1b[31mred"])
def test_a_name_that_is_not_safe_in_a_history_is_refused(office, name):
    with refusal("name"):
        office.people.users.create(name, "rosa", Role.VIEWER, by="")


def test_the_last_administrator_cannot_be_disabled_or_demoted(office):
    rosa = office.a_person()
    office.people.users.create("Invited", "invited", Role.ADMIN, by="")  # has not come in yet, so does not count
    with refusal("last-admin"):
        office.people.users.disable(rosa.id)
    with refusal("last-admin"):
        office.people.users.change_role(rosa.id, Role.VIEWER)
    assert office.people.users.get(rosa.id).state == "active"


def test_one_of_two_administrators_can_go(office):
    rosa, sam = office.a_person(), office.a_person("sam", name="Sam")
    assert office.people.users.change_role(rosa.id, Role.VIEWER)
    with refusal("last-admin"):
        office.people.users.disable(sam.id)


def test_two_administrators_who_demote_each_other_at_once_do_not_both_succeed(office):
    both = [office.a_person(), office.a_person("sam", name="Sam")]
    together, outcomes = threading.Barrier(2), []

    def demote(user):
        together.wait(10)
        try:
            outcomes.append(office.people.users.change_role(user.id, Role.VIEWER))
        except Rejected as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=demote, args=(user,)) for user in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["True", "last-admin"]
    assert office.people.users.has_admin()


def test_a_disabled_account_cannot_sign_in_and_its_sessions_end(office):
    office.a_person()
    sam = office.a_person("sam", Role.ANALYST, name="Sam")
    session = office.people.sessions.start(sam.identity, how="password")
    assert office.people.users.disable(sam.id)
    assert office.people.sessions.holder(session) is None
    with refusal("disabled"):
        office.sign_in("sam")
    with refusal("disabled"):
        office.people.links.make(sam.id)
    assert office.people.users.enable(sam.id)
    assert office.sign_in("sam").id == sam.id
    assert office.people.sessions.holder(session) is None


def test_disabling_can_end_the_tokens_that_somebody_made(office):
    office.a_person()
    sam = office.a_person("sam", name="Sam")
    theirs = office.people.tokens.create_token("ci", Role.VIEWER, maker=sam.identity)
    others = office.people.tokens.create_token("other", Role.VIEWER)
    assert office.people.tokens.revoke_made_by(sam.id) == 1
    assert office.people.tokens.identify(theirs) is None
    assert office.people.tokens.identify(others) is not None


def test_accounts_are_listed_in_pages(office):
    for number in range(5):
        office.people.users.create(f"Person {number}", f"person-{number}", Role.VIEWER, by="")
    first, cursor = office.people.users.page(None, 3)
    rest, end = office.people.users.page(cursor, 3)
    assert [user.login for user in first + rest] == [f"person-{number}" for number in (4, 3, 2, 1, 0)]
    assert end is None


# ── passwords ──────────────────────────────────────────────────────────────


def test_a_right_password_signs_in_and_a_wrong_one_does_not(office):
    rosa = office.a_person()
    assert office.sign_in("ROSA@company.example").id == rosa.id
    with refusal("wrong"):
        office.sign_in(password=BETTER)


def test_an_unknown_name_is_answered_like_a_wrong_password(office):
    office.a_person()
    with pytest.raises(Rejected) as wrong:
        office.sign_in(password=BETTER)
    with pytest.raises(Rejected) as unknown:
        office.sign_in("nobody")
    assert (unknown.value.message, unknown.value.code) == (wrong.value.message, wrong.value.code)


def test_as_many_hashes_are_computed_for_a_name_that_is_not_there(office, monkeypatch):
    office.a_person()
    office.people.users.create("Invited", "invited", Role.VIEWER, by="")
    counted = []
    verify = PasswordHasher.verify

    def counting(*given):
        counted.append(1)
        return verify(*given)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    for login in ("rosa@company.example", "nobody", "invited"):
        with refusal("wrong"):
            office.sign_in(login, BETTER)
    assert len(counted) == 3


def test_the_same_password_typed_on_another_keyboard_fits(office):
    rosa = office.people.users.create("Rosa", "rosa", Role.VIEWER, by="")
    office.people.links.redeem(office.people.links.make(rosa.id), password="café au lait à six")
    assert office.sign_in("rosa", "cafe\u0301 au lait a\u0300 six").id == rosa.id


def kept(office, user):
    with office.database.read() as connection:
        return connection.execute(select(users.c.password_hash).where(users.c.id == user.id)).scalar_one()


def test_a_password_is_kept_as_argon2id(office):
    rosa = office.a_person()
    assert kept(office, rosa).startswith("$argon2id$")
    assert GOOD not in kept(office, rosa)


def test_a_hash_rises_with_the_parameters_at_the_next_sign_in(office):
    rosa = office.a_person()
    before = kept(office, rosa)
    dearer = build_people(
        office.database, KEYS, office.clock, hasher=PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    )
    dearer.sign_in.password(rosa.login, GOOD, address="")
    assert kept(office, rosa) != before
    assert "t=2" in kept(office, rosa)
    assert dearer.sign_in.password(rosa.login, GOOD, address="").id == rosa.id


def test_a_damaged_hash_lets_nobody_in(office):
    rosa = office.a_person()
    with office.database.write() as connection:
        connection.execute(update(users).where(users.c.id == rosa.id).values(password_hash="$argon2id$nonsense"))
    with refusal("wrong"):
        office.sign_in()
