"""``deskwarden user …``: the way back in for who has the machine."""

from __future__ import annotations

from argparse import ArgumentParser

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.commands import user_create, user_disable, user_link, user_list, user_reset_totp
from app.errors import Rejected
from app.findings.service import Audit
from app.findings.tables import audit as trail
from tests.services.access.conftest import BETTER, GOOD
from tests.services.access.test_users import refusal

URL = "https://deskwarden.example.com"


@pytest.fixture
def run(office):
    record = Audit(office.database, office.clock)
    given = {
        user_create: (office.people, record, URL),
        user_link: (office.people, record, URL),
        user_list: (office.people,),
        user_disable: (office.people, record),
        user_reset_totp: (office.people, record),
    }

    def run(command, *words):
        parser = ArgumentParser()
        command.add_arguments(parser)
        return command.run_with(*given[command], parser.parse_args(words))

    return run


def test_an_account_is_made_and_its_link_printed_alone(office, run, capsys):
    assert run(user_create, "--name", "Rosa@company.example", "--role", "admin", "--shown", "Rosa") == 0
    [link] = capsys.readouterr().out.splitlines()
    assert link.startswith(f"{URL}/welcome/")
    rosa = office.people.links.redeem(link.rpartition("/")[2], password=GOOD)
    assert (rosa.name, rosa.role, rosa.created_by) == ("Rosa", Role.ADMIN, "command line")


def test_a_link_lets_who_is_locked_out_choose_a_new_password(office, run, capsys):
    office.a_person()
    assert run(user_link, "--name", "ROSA@company.example") == 0
    office.people.links.redeem(capsys.readouterr().out.strip().rpartition("/")[2], password=BETTER)
    assert office.sign_in(password=BETTER)


def test_an_unknown_name_is_told_where_the_names_are(run):
    with pytest.raises(Rejected, match="deskwarden user list"):
        run(user_link, "--name", "nobody")


def test_accounts_are_listed_with_their_state(office, run, capsys):
    office.a_phone(office.a_person())
    office.people.users.create("Sam", "sam", Role.VIEWER, by="")
    run(user_list)
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:3] == ["sam", "viewer", "invited"]
    assert "password, second factor" in second


def test_an_account_is_disabled_but_not_the_last_administrator(office, run, capsys):
    rosa = office.a_person()
    sam = office.a_person("sam", Role.ANALYST, name="Sam")
    token = office.people.tokens.create_token("theirs", Role.VIEWER, maker=sam.identity)
    assert run(user_disable, "--name", "sam") == 0
    assert office.people.tokens.identify(token) is None
    assert run(user_disable, "--name", "sam") == 1
    assert "already" in capsys.readouterr().err
    with refusal("last-admin"):
        run(user_disable, "--name", rosa.login)


def test_a_second_factor_is_reset(office, run):
    office.a_phone(office.a_person())
    assert run(user_reset_totp, "--name", "rosa@company.example") == 0
    assert run(user_reset_totp, "--name", "rosa@company.example") == 1


def test_what_the_command_line_does_is_recorded(office, run):
    run(user_create, "--name", "rosa", "--role", "admin")
    run(user_link, "--name", "rosa")
    run(user_disable, "--name", "rosa")
    with office.database.read() as connection:
        rows = connection.execute(select(trail).order_by(trail.c.id)).all()
    assert [(row.actor, row.event) for row in rows] == [
        ("command line", "account.created"),
        ("command line", "account.link_made"),
        ("command line", "account.disabled"),
    ]
