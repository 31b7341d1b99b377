"""Which account a person gets who comes from the provider, on each database."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from app.access.claims import RoleRules
from app.access.roles import Role
from app.access.service.single_sign_on import Settings
from app.access.tables import single_sign_on, users
from tests.services.access.test_users import refusal

CLAIMS = {
    "iss": "https://login.example",
    "sub": "rosa-1",
    "name": "Rosa Diaz",
    "email": "Rosa@Company.example",
    "email_verified": True,
    "roles": ["sec"],
}


def switch_on(office, *, secret=None, **rules):
    given = {"roles": {"sec": Role.ANALYST, "boss": Role.ADMIN}, **rules}
    settings = Settings(True, "", "https://login.example", "deskwarden", False, RoleRules("roles", **given))
    office.people.sso.save(settings, secret=secret, by="the test")


def test_settings_are_kept_and_the_secret_lies_sealed(office):
    assert office.people.sso.settings() == Settings()
    switch_on(office, secret="s3cret-s3cret")
    switch_on(office)
    kept = office.people.sso.settings()
    assert (kept.name, kept.has_secret, kept.rules.roles["boss"]) == ("Single sign-on", True, Role.ADMIN)
    with office.database.read() as connection:
        [row] = connection.execute(select(single_sign_on)).all()
    assert b"s3cret" not in bytes(row.secret_sealed)
    switch_on(office, secret="")
    assert not office.people.sso.settings().has_secret


def test_an_account_is_made_once_and_its_role_follows(office):
    office.a_person("the-admin")
    switch_on(office)
    rosa = office.people.sso.account_of(CLAIMS)
    assert (rosa.login, rosa.role, rosa.state) == ("rosa@company.example", Role.ANALYST, "active")
    again = office.people.sso.account_of({**CLAIMS, "roles": "boss", "email": "other@company.example"})
    assert (again.id, again.role) == (rosa.id, Role.ADMIN)


def test_two_browsers_at_once_make_one_account(office):
    switch_on(office)
    together, made = threading.Barrier(2), []

    def come_in():
        together.wait(10)
        try:
            made.append(office.people.sso.account_of(CLAIMS).id)
        except Exception as error:
            made.append(type(error).__name__)

    threads = [threading.Thread(target=come_in) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with office.database.read() as connection:
        assert len(connection.execute(select(users.c.id)).all()) == 1
    assert office.people.sso.account_of(CLAIMS).id in made
    assert set(map(str, made)) <= {str(office.people.sso.account_of(CLAIMS).id), "Rejected"}


def test_a_refusal_leaves_nothing_behind(office):
    switch_on(office)
    for claims, code in (({**CLAIMS, "roles": []}, "sso-no-role"), ({**CLAIMS, "sub": ""}, "sso-subject")):
        with refusal(code):
            office.people.sso.account_of(claims)
    assert office.people.users.page(None, 10)[0] == []


def test_the_last_administrator_keeps_the_role_and_is_told(office):
    switch_on(office)
    rosa = office.people.sso.account_of({**CLAIMS, "roles": ["boss"]})
    with refusal("last-admin"):
        office.people.sso.account_of(CLAIMS)
    assert office.people.users.get(rosa.id).role is Role.ADMIN


def test_a_name_without_a_mail_address_will_do(office):
    switch_on(office)
    bare = {name: value for name, value in CLAIMS.items() if not name.startswith("email")}
    assert office.people.sso.account_of(bare).login == "rosa-1"
    assert office.people.sso.account_of({**bare, "sub": "auth0|64 f"}).login == "auth0-64-f"


@pytest.mark.parametrize(
    "changed", [{"enabled": True, "issuer": ""}, {"enabled": True}, {"name": "x\n"}, {"issuer": "x" * 501}]
)
def test_settings_that_do_not_fit_are_refused(office, changed):
    given = {"issuer": "https://login.example", "client_id": "x", "rules": RoleRules("roles"), **changed}
    with refusal("sso-settings"):
        office.people.sso.save(Settings(**given), secret=None, by="")
