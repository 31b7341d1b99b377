"""Tokens, roles and sign-in codes, and that every route says for whom it is."""

from __future__ import annotations

import re
from argparse import ArgumentParser

import pytest
from sqlalchemy import select

from app.access.roles import Role, allows
from app.access.service import Access
from app.access.tables import api_tokens
from app.commands import token as token_create, token_list, token_revoke
from app.errors import Rejected
from app.web.auth import is_declared, need_of, public

#: Views that are not ours to declare: Flask's own files, and the webhook route, which has its own proof.
PUBLIC = {"static", "webhooks.receive"}


@pytest.fixture
def access(site):
    return site.services.access


def rows(database):
    with database.read() as connection:
        return connection.execute(select(api_tokens)).all()


# ── roles ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.ANALYST, {Role.VIEWER, Role.ANALYST}),
        (Role.ADMIN, {Role.VIEWER, Role.ANALYST, Role.ADMIN}),
    ],
)
def test_each_role_includes_those_below_it(role, allowed):
    assert {needed for needed in Role if allows(role, needed)} == allowed


# ── tokens ─────────────────────────────────────────────────────────────────


def test_a_token_identifies_its_holder(access):
    identity = access.identify(access.create_token("ci", Role.ANALYST))
    assert identity is not None
    assert (identity.name, identity.role) == ("ci", Role.ANALYST)


def test_a_token_has_a_recognisable_prefix_and_256_random_bits(access):
    assert re.fullmatch(r"dw_[A-Za-z0-9_-]{43}", access.create_token("ci", Role.VIEWER))


def test_only_a_digest_of_a_token_is_kept(access, database):
    token = access.create_token("ci", Role.VIEWER)
    assert token not in str(rows(database))
    assert token[3:] not in str(rows(database))


@pytest.mark.parametrize("token", ["", "dw_", "dw_" + "A" * 43, "nonsense", "\ud800"])
def test_an_unknown_token_identifies_nobody(access, token):
    assert access.identify(token) is None


def test_a_revoked_token_identifies_nobody(access):
    token = access.create_token("ci", Role.VIEWER)
    assert access.revoke(access.identify(token).token_id)
    assert access.identify(token) is None


def test_a_token_is_revoked_once(access):
    identity = access.identify(access.create_token("ci", Role.VIEWER))
    assert access.revoke(identity.token_id)
    assert not access.revoke(identity.token_id)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "two\nlines", "right\u202eleft"])
def test_a_token_needs_a_readable_name(access, name):
    with pytest.raises(Rejected):
        access.create_token(name, Role.VIEWER)


def test_the_time_of_use_is_written_at_most_once_a_minute(access, database, site):
    token = access.create_token("ci", Role.VIEWER)
    seen = []
    for _ in range(4):
        access.identify(token)
        seen.append(rows(database)[-1].last_used_at)
        site.clock.pass_(25)
    start = seen[0]
    assert seen == [start, start, start, start + 75]


# ── sign-in codes ──────────────────────────────────────────────────────────


def test_a_sign_in_code_works_once(access):
    code = access.create_sign_in_code(Role.ANALYST)
    assert access.redeem(code).role is Role.ANALYST
    assert access.redeem(code) is None


def test_a_sign_in_code_dies_after_ten_minutes(access, site):
    code = access.create_sign_in_code(Role.ANALYST)
    site.clock.pass_(600)
    assert access.redeem(code) is None


def test_a_sign_in_code_is_no_token(access):
    assert access.identify(access.create_sign_in_code(Role.ADMIN)) is None


def test_a_token_is_no_sign_in_code(access):
    assert access.redeem(access.create_token("ci", Role.ADMIN)) is None


# ── the command ────────────────────────────────────────────────────────────


def run(command, access, *words):
    parser = ArgumentParser()
    command.add_arguments(parser)
    return command.run_with(access, parser.parse_args(words))


def test_the_command_prints_the_token_alone(access, capsys):
    assert run(token_create, access, "--name", "ci", "--role", "viewer") == 0
    [line] = capsys.readouterr().out.splitlines()
    assert access.identify(line).name == "ci"


def test_tokens_are_listed_without_themselves_and_revoked_by_number(access, capsys):
    token = access.create_token("ci", Role.VIEWER)
    run(token_list, access)
    listed = capsys.readouterr().out
    assert "ci" in listed
    assert token not in listed
    number = str(access.identify(token).token_id)
    assert run(token_revoke, access, number) == 0
    assert access.identify(token) is None
    assert run(token_revoke, access, number) == 1


def test_the_command_makes_the_database_of_a_new_installation(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DESKWARDEN_HOME", str(tmp_path / "home"))
    parser = ArgumentParser()
    token_create.add_arguments(parser)
    assert token_create.run(parser.parse_args(["--name", "first", "--role", "admin"])) == 0
    assert capsys.readouterr().out.startswith("dw_")


# ── every route ────────────────────────────────────────────────────────────


def test_every_route_says_for_whom_it_is(site):
    silent = [name for name, view in site.app.view_functions.items() if not is_declared(view) and name not in PUBLIC]
    assert silent == []


def test_a_view_that_says_nothing_needs_the_highest_role():
    assert need_of(lambda: None) is Role.ADMIN
    assert need_of(public(lambda: None)) is None


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "Token x", "Bearer " + "x" * 9000, "Bearer \xff"],
)
def test_a_bad_authorization_is_a_401_with_a_challenge(site, header):
    answer = site.get("/scans", None, headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.mimetype == "application/problem+json"


def test_the_scheme_may_be_written_in_lower_case(site):
    answer = site.get("/scans", None, headers={"Authorization": f"bearer {site.tokens[Role.VIEWER]}"})
    assert answer.status_code == 200


def test_a_revoked_token_is_refused(site):
    site.services.access.revoke(site.services.access.identify(site.tokens[Role.VIEWER]).token_id)
    assert site.get("/scans").status_code == 401


def test_too_low_a_role_is_told_which_it_needs(site):
    answer = site.post("/scans/1/verdict", Role.VIEWER, json={"verdict": "clean", "reason": ""})
    assert answer.status_code == 403
    assert "analyst" in answer.get_json()["detail"]


def test_a_session_cookie_does_not_open_the_api(site):
    browser = site.app.test_client()
    code = site.services.access.create_sign_in_code(Role.ADMIN)
    assert browser.get(f"/sign-in/{code}").status_code == 303
    assert browser.get("/api/v1/scans").status_code == 401


def test_access_is_shared_between_processes(site, database):
    other = Access(database, site.clock)
    assert other.identify(site.tokens[Role.VIEWER]) is not None
