"""Signing in with a name and password and a second step, and what attackers try there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.access.tables import sessions
from app.findings.tables import audit
from tests.web.people import BETTER, GOOD, HERE, a_person, a_phone, form_key, page, send, sign_in, text

SIGNED_IN = "/account"


@pytest.fixture
def browser(site):
    return site.app.test_client()


@pytest.fixture
def rosa(site):
    return a_person(site)


def is_in(browser):
    return browser.get(SIGNED_IN, environ_base=HERE).status_code == 200


def events(database):
    with database.read() as connection:
        return [(row.event, row.actor, row.subject) for row in connection.execute(select(audit).order_by(audit.c.id))]


def test_a_name_and_password_sign_in_and_lead_on(browser, rosa):
    answer = sign_in(browser, next="/scans?verdict=malicious")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/scans?verdict=malicious")
    assert "Rosa" in page(browser.get(SIGNED_IN)).css_first("header").text()


def test_a_wrong_password_signs_nobody_in_and_keeps_the_name(browser, rosa):
    document = page(sign_in(browser, password=BETTER), 401)
    assert "do not fit together" in text(document)
    assert document.css_first("input[name=login]").attributes["value"] == "rosa"
    assert document.css_first("input[name=password]").attributes.get("value") is None
    assert not is_in(browser)


def test_an_unknown_name_is_answered_word_for_word_like_a_wrong_password(browser, rosa):
    assert text(page(sign_in(browser, password=BETTER), 401)) == text(page(sign_in(browser, "sam"), 401))


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1", ""])
def test_signing_in_never_leads_to_another_site(browser, rosa, onward):
    assert sign_in(browser, next=onward).headers["Location"] == "/overview"


def test_a_disabled_account_is_told_so(site, browser, rosa):
    a_person(site, "sam")
    site.services.people.users.disable(rosa.id)
    assert "disabled" in text(page(sign_in(browser), 401))


def test_too_many_wrong_passwords_must_wait_and_hear_for_how_long(browser, rosa):
    for _ in range(5):
        sign_in(browser, password=BETTER)
    answer = sign_in(browser)
    assert "Wait 2 seconds" in text(page(answer, 429))
    assert answer.headers["Retry-After"] == "2"


def test_the_owners_browser_is_not_held_up_by_a_strangers_guesses(site, browser, rosa):
    assert sign_in(browser).status_code == 303
    send(browser, "/sign-out", at=SIGNED_IN)
    stranger = site.app.test_client()
    for _ in range(10):
        sign_in(stranger, password=BETTER)
    assert sign_in(stranger).status_code == 429
    assert sign_in(browser).status_code == 303


def test_signing_in_and_out_and_wrong_tries_are_recorded_without_what_was_typed(site, browser, rosa, database):
    sign_in(browser, "my password by mistake", "x")
    sign_in(browser, password=BETTER)
    sign_in(browser)
    send(browser, "/sign-out", at=SIGNED_IN)
    assert events(database) == [
        ("console.sign_in_refused", "somebody", ""),
        ("console.sign_in_refused", "Rosa", f"user:{rosa.id}"),
        ("console.signed_in", "Rosa", f"user:{rosa.id}"),
        ("console.signed_out", "Rosa", f"user:{rosa.id}"),
    ]
    with database.read() as connection:
        assert "mistake" not in str(connection.execute(select(audit)).all())


# ── the second step ────────────────────────────────────────────────────────


def test_with_a_second_factor_the_password_alone_lets_nobody_in(site, browser, rosa):
    a_phone(site, rosa)
    answer = sign_in(browser, next="/mail")
    assert answer.headers["Location"] == "/sign-in/second-step?next=/mail"
    assert not is_in(browser)


def test_the_code_lets_in_and_leads_on(site, browser, rosa):
    phone = a_phone(site, rosa)
    sign_in(browser)
    answer = send(browser, "/sign-in/second-step", code=phone.at(int(site.clock())), next="/mail")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mail")
    assert is_in(browser)


def test_a_replayed_code_is_refused_even_with_the_right_password(site, browser, rosa):
    phone = a_phone(site, rosa)
    code = phone.at(int(site.clock()))
    sign_in(browser)
    send(browser, "/sign-in/second-step", code=code)
    thief = site.app.test_client()
    sign_in(thief)
    assert "used already" in text(page(send(thief, "/sign-in/second-step", code=code), 401))
    assert not is_in(thief)


def test_a_recovery_code_lets_in_once(site, browser, rosa):
    a_phone(site, rosa)
    code = site.services.people.factors.renew_recovery_codes(rosa.id)[0]
    sign_in(browser)
    assert send(browser, "/sign-in/second-step", code=code).status_code == 303
    other = site.app.test_client()
    sign_in(other)
    page(send(other, "/sign-in/second-step", code=code), 401)


def test_nobody_reaches_the_second_step_without_the_first(site, browser, rosa):
    phone = a_phone(site, rosa)
    assert browser.get("/sign-in/second-step").headers["Location"] == "/sign-in"
    answer = send(browser, "/sign-in/second-step", at="/sign-in", code=phone.at(int(site.clock())))
    assert "Sign in again" in text(page(answer, 401))
    assert not is_in(browser)


def test_the_second_step_waits_five_minutes(site, browser, rosa):
    phone = a_phone(site, rosa)
    sign_in(browser)
    site.clock.pass_(300)
    assert "too long" in text(page(send(browser, "/sign-in/second-step", code=phone.at(int(site.clock()))), 401))


def test_guessing_codes_is_slow(site, browser, rosa):
    a_phone(site, rosa)
    sign_in(browser)
    for _ in range(5):
        page(send(browser, "/sign-in/second-step", code="000000"), 401)
    page(send(browser, "/sign-in/second-step", code="000000"), 429)


# ── sessions ───────────────────────────────────────────────────────────────


def test_a_session_planted_before_signing_in_is_worth_nothing_afterwards(site, browser, rosa):
    """Session fixation: whoever has set a victim's cookie beforehand must not be signed in with it later."""
    form_key(browser)
    planted = browser.get_cookie("deskwarden").value
    sign_in(browser)
    assert browser.get_cookie("deskwarden").value != planted
    attacker = site.app.test_client()
    attacker.set_cookie("deskwarden", planted)
    assert not is_in(attacker)


def test_an_attackers_session_on_the_victims_browser_ends_when_the_victim_signs_in(site, browser, rosa):
    a_person(site, "mallory", Role.VIEWER)
    sign_in(browser, "mallory")
    planted = browser.get_cookie("deskwarden").value
    send(browser, "/sign-in", at=SIGNED_IN, login="rosa", password=GOOD)
    attacker = site.app.test_client()
    attacker.set_cookie("deskwarden", planted)
    assert not is_in(attacker)


def test_signing_out_ends_the_session_on_the_server_too(site, browser, rosa):
    sign_in(browser)
    kept = browser.get_cookie("deskwarden").value
    send(browser, "/sign-out", at=SIGNED_IN)
    thief = site.app.test_client()
    thief.set_cookie("deskwarden", kept)
    assert not is_in(thief)


def test_a_session_ends_after_two_hours_without_a_page(site, browser, rosa):
    sign_in(browser)
    for _ in range(3):
        site.clock.pass_(2 * 3600 - 1)
        assert is_in(browser)
    site.clock.pass_(2 * 3600)
    assert not is_in(browser)


def test_a_session_ends_after_a_working_day_however_busy(site, browser, rosa):
    sign_in(browser)
    for _ in range(11):
        site.clock.pass_(3600)
        assert is_in(browser)
    site.clock.pass_(3600)
    assert not is_in(browser)


def test_the_secret_of_a_session_does_not_lie_in_the_database(site, browser, rosa, database):
    sign_in(browser)
    with browser.session_transaction() as cookie, database.read() as connection:
        kept = str(connection.execute(select(sessions)).all())
        assert cookie["sid"] not in kept
    assert "203.0.113.0/24" in kept
    assert "203.0.113.7" not in kept


def test_a_demoted_administrator_is_one_at_once(site, browser, rosa):
    a_person(site, "sam")
    sign_in(browser)
    assert browser.get("/people").status_code == 200
    site.services.people.users.change_role(rosa.id, Role.VIEWER)
    assert browser.get("/people").status_code == 403


def test_the_device_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, rosa):
    [cookie] = [each for each in sign_in(browser).headers.getlist("Set-Cookie") if "-device=" in each]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "rosa" not in cookie


# ── the API token's way ────────────────────────────────────────────────────


def test_the_api_tokens_way_is_folded_away(browser):
    document = page(browser.get("/sign-in"))
    folded = document.css_first("details input[name=token]")
    assert folded is not None
    assert all("open" not in each.attributes for each in document.css("details"))


def test_an_expired_token_signs_nobody_in_and_its_session_ends(site, browser):
    token = site.services.access.create_token("ci", Role.VIEWER, expires_at=site.clock() + 3600)
    assert send(browser, "/sign-in", token=token).status_code == 303
    assert is_in(browser)
    site.clock.pass_(3600)
    assert not is_in(browser)
    page(send(browser, "/sign-in", token=token), 401)


@pytest.mark.parametrize(("field", "value"), [("login", "x" * 5000), ("login", "\x00"), ("password", "x" * 5000)])
def test_what_nobody_types_is_refused_calmly(browser, rosa, field, value):
    fields = {"login": "rosa", "password": GOOD, field: value}
    page(send(browser, "/sign-in", **fields), 401)


def test_a_proxy_on_this_machine_is_believed_and_nobody_else(site, rosa):
    local = site.app.test_client()
    for number in range(40):
        key = form_key(local)
        local.post(
            "/sign-in",
            data={"csrf": key, "login": f"person-{number}", "password": "x"},
            headers={"X-Forwarded-For": f"1.2.3.4, 198.51.{number}.7"},
            environ_base={"REMOTE_ADDR": "127.0.0.1"},
        )
    assert sign_in(local).status_code == 303
    remote = site.app.test_client()
    codes = set()
    for number in range(40):
        key = form_key(remote)
        codes.add(
            remote.post(
                "/sign-in",
                data={"csrf": key, "login": f"other-{number}", "password": "x"},
                headers={"X-Forwarded-For": f"198.51.{number}.7"},
                environ_base={"REMOTE_ADDR": "192.0.2.9"},
            ).status_code
        )
    assert 429 in codes
