"""One's own account: password, second factor, recovery codes, sessions; and the links that lead to one."""

from __future__ import annotations

import re

import pyotp
import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.findings.tables import audit
from tests.web.people import BETTER, GOOD, HERE, a_person, a_phone, form_key, page, send, sign_in, text

ACCOUNT = "/account"


@pytest.fixture
def rosa(site):
    return a_person(site, role=Role.VIEWER)


@pytest.fixture
def browser(site, rosa):
    browser = site.app.test_client()
    assert sign_in(browser).status_code == 303
    return browser


def post(browser, path, **fields):
    return send(browser, f"{ACCOUNT}/{path}", at=ACCOUNT, **fields)


def events(database):
    with database.read() as connection:
        return [row.event for row in connection.execute(select(audit).order_by(audit.c.id))]


# ── password ───────────────────────────────────────────────────────────────


def test_the_password_is_changed_and_everybody_else_signed_out(site, browser):
    other = site.app.test_client()
    sign_in(other)
    assert post(browser, "password", password=GOOD, new=BETTER, again=BETTER).status_code == 303
    assert browser.get(ACCOUNT).status_code == 200
    assert other.get(ACCOUNT).status_code == 302
    assert sign_in(site.app.test_client(), password=GOOD).status_code == 401
    assert sign_in(site.app.test_client(), password=BETTER).status_code == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"password": "not this one either"}, "not your present password"),
        ({"again": "something quite else"}, "differ"),
        ({"new": "short", "again": "short"}, "at least 12 characters"),
        ({"new": "rosa rosa rosa", "again": "rosa rosa rosa"}, "Take a few words"),
    ],
)
def test_a_password_that_does_not_fit_changes_nothing(site, browser, fields, words):
    given = {"password": GOOD, "new": BETTER, "again": BETTER, **fields}
    assert words in text(page(post(browser, "password", **given), 422))
    assert sign_in(site.app.test_client()).status_code == 303


def test_guessing_the_present_password_at_an_open_desk_is_slow(browser):
    for _ in range(10):
        post(browser, "password", password="wrong guess after guess", new=BETTER, again=BETTER)
    answer = post(browser, "password", password=GOOD, new=BETTER, again=BETTER)
    assert "Too many wrong tries" in text(page(answer, 422))


# ── second factor ──────────────────────────────────────────────────────────


def begun(browser):
    assert post(browser, "second-factor", password=GOOD).status_code == 303
    return page(browser.get(ACCOUNT))


def test_a_second_factor_is_set_up_with_a_picture_of_its_own(site, browser):
    document = begun(browser)
    source = document.css_first("img.qr").attributes["src"]
    picture = browser.get(source)
    assert (picture.mimetype, source) == ("image/svg+xml", "/account/second-factor.svg")
    assert picture.headers["Cache-Control"] == "no-store"
    phone = pyotp.TOTP(document.css_first("code.secret").text())
    shown = page(post(browser, "second-factor/confirm", code=phone.at(int(site.clock()))))
    codes = [each.text() for each in shown.css(".recovery-codes li")]
    assert len(codes) == 10
    assert all(re.fullmatch(r"[0-9a-z]{5}-[0-9a-z]{5}", code) for code in codes)
    assert codes[0] not in browser.get(ACCOUNT).text
    assert phone.secret not in browser.get(ACCOUNT).text
    assert browser.get(source).status_code == 404
    assert sign_in(site.app.test_client()).headers["Location"].startswith("/sign-in/second-step")


def test_setting_it_up_takes_the_password(browser):
    page(post(browser, "second-factor", password=BETTER), 422)
    assert browser.get("/account/second-factor.svg").status_code == 404


def test_a_wrong_code_sets_nothing_up(site, browser, rosa):
    begun(browser)
    assert "does not fit" in text(page(post(browser, "second-factor/confirm", code="000000"), 422))
    assert not site.services.people.users.get(rosa.id).has_second_factor


def test_it_is_taken_away_with_the_password_alone_known(site, browser, rosa):
    a_phone(site, rosa)
    page(post(browser, "second-factor/remove", password=BETTER), 422)
    assert post(browser, "second-factor/remove", password=GOOD).status_code == 303
    assert sign_in(site.app.test_client()).headers["Location"] == "/overview"


def test_new_recovery_codes_are_shown_once(site, browser, rosa):
    a_phone(site, rosa)
    shown = page(post(browser, "recovery-codes", password=GOOD))
    code = shown.css_first(".recovery-codes li").text()
    assert site.services.people.factors.check(rosa.id, code) == "recovery code"
    assert code not in browser.get(ACCOUNT).text


def test_everything_that_matters_is_recorded_without_a_secret(site, browser, rosa, database):
    begun(browser)
    secret = site.services.people.factors.pending(rosa.id).secret
    post(browser, "second-factor/confirm", code=pyotp.TOTP(secret).at(int(site.clock())))
    post(browser, "recovery-codes", password=GOOD)
    post(browser, "second-factor/remove", password=GOOD)
    post(browser, "password", password=GOOD, new=BETTER, again=BETTER)
    post(browser, "name", name="Rosa Diaz")
    assert events(database)[1:] == [
        "account.second_factor_set",
        "account.recovery_codes_renewed",
        "account.second_factor_removed",
        "account.password_changed",
        "account.renamed",
    ]
    with database.read() as connection:
        kept = str(connection.execute(select(audit)).all())
    assert not any(each in kept for each in (secret, GOOD, BETTER))


# ── name, language, sessions ───────────────────────────────────────────────


def test_name_and_language_are_ones_own_to_choose(site, browser, rosa):
    post(browser, "name", name="Rosa Díaz")
    post(browser, "language", language="ja")
    user = site.services.people.users.get(rosa.id)
    assert (user.name, user.language) == ("Rosa Díaz", "ja")


@pytest.mark.parametrize("name", ["", "\u202egnp.exe", "x" * 101])
def test_a_name_that_does_not_fit_is_refused(browser, name):
    page(post(browser, "name", name=name), 422)


def test_a_language_that_there_is_not_is_refused(browser):
    page(post(browser, "language", language="tlh"), 422)


def test_sessions_are_listed_and_ended(site, browser):
    other = site.app.test_client()
    send(other, "/sign-in", login="rosa", password=GOOD)
    document = page(browser.get(ACCOUNT))
    assert "203.0.113.0/24" in text(document)
    assert "203.0.113.7" not in document.text()
    [end] = [each.attributes["action"] for each in document.css("form") if "/sessions/" in each.attributes["action"]
             and each.attributes["action"].endswith("/end")]  # fmt: skip
    assert browser.post(end, data={"csrf": form_key(browser, ACCOUNT)}, environ_base=HERE).status_code == 303
    assert other.get(ACCOUNT).status_code == 302
    assert browser.get(ACCOUNT).status_code == 200


def test_all_others_are_ended_at_once(site, browser):
    others = [site.app.test_client() for _ in range(3)]
    for other in others:
        sign_in(other)
    post(browser, "sessions/end-others")
    assert [other.get(ACCOUNT).status_code for other in others] == [302] * 3
    assert browser.get(ACCOUNT).status_code == 200


def test_nobody_ends_a_session_of_somebody_else(site, browser):
    a_person(site, "sam")
    other = site.app.test_client()
    sign_in(other, "sam")
    [theirs] = [each for each in site.services.people.sessions.page(None, 10)[0] if each.name == "Sam"]
    page(post(browser, f"sessions/{theirs.id}/end"), 404)
    assert other.get(ACCOUNT).status_code == 200


def test_who_signed_in_with_a_token_has_sessions_but_no_password(site):
    browser = site.app.test_client()
    send(browser, "/sign-in", token=site.tokens[Role.VIEWER])
    assert "No account" in text(page(browser.get(ACCOUNT)))
    page(post(browser, "password", password=GOOD, new=BETTER, again=BETTER), 403)


@pytest.mark.parametrize("path", ["password", "name", "language", "second-factor", "second-factor/confirm",
                                  "second-factor/remove", "recovery-codes", "sessions/end-others"])  # fmt: skip
def test_no_form_of_another_site_changes_anything(browser, path):
    page(browser.post(f"{ACCOUNT}/{path}", data={"password": GOOD, "new": BETTER, "again": BETTER}), 400)


# ── one-time links ─────────────────────────────────────────────────────────


@pytest.fixture
def stranger(site):
    return site.app.test_client()


def first_form(**changed):
    return {"name": "Rosa Diaz", "login": "rosa", "password": GOOD, "again": GOOD, "language": "es", **changed}


def test_the_link_that_up_prints_makes_the_first_account_and_signs_in(site, stranger):
    link = f"/welcome/{site.services.people.links.first_admin()}"
    assert "Make the first account" in text(page(stranger.get(link)))
    assert send(stranger, link, **first_form()).status_code == 303
    assert stranger.get("/people").status_code == 200
    page(stranger.get(link), 410)
    assert site.services.people.users.by_login("rosa").language == "es"


def test_a_form_that_does_not_fit_loses_nothing(site, stranger):
    link = f"/welcome/{site.services.people.links.first_admin()}"
    document = page(send(stranger, link, **first_form(again="another")), 422)
    assert document.css_first("input[name=name]").attributes["value"] == "Rosa Diaz"
    assert "differ" in text(document)
    assert send(stranger, link, **first_form()).status_code == 303


def test_looking_at_a_link_uses_nothing_up(site, stranger):
    link = f"/welcome/{site.services.people.links.first_admin()}"
    for _ in range(3):
        page(site.app.test_client().get(link))
        site.app.test_client().head(link)
    assert send(stranger, link, **first_form()).status_code == 303


def test_an_invitation_names_who_is_meant_and_signs_in(site, stranger):
    user = site.services.people.users.create("Sam", "sam", Role.ANALYST, by="")
    link = f"/welcome/{site.services.people.links.make(user.id)}"
    assert "sam" in text(page(stranger.get(link)))
    assert send(stranger, link, password=GOOD, again=GOOD).status_code == 303
    assert "Sam" in page(stranger.get(ACCOUNT)).css_first("header").text()


def test_a_link_for_a_forgotten_password_does_not_pass_over_the_second_factor(site, stranger):
    user = a_person(site, "sam")
    phone = a_phone(site, user)
    link = f"/welcome/{site.services.people.links.make(user.id)}"
    assert send(stranger, link, password=BETTER, again=BETTER).headers["Location"].startswith("/sign-in/second-step")
    assert stranger.get(ACCOUNT).status_code == 302
    site.clock.pass_(30)
    assert send(stranger, "/sign-in/second-step", code=phone.at(int(site.clock()))).status_code == 303


def test_an_invited_account_cannot_use_the_form_of_the_first_account(site, stranger):
    user = site.services.people.users.create("Sam", "sam", Role.VIEWER, by="")
    link = f"/welcome/{site.services.people.links.make(user.id)}"
    send(stranger, link, **first_form(login="boss"))
    assert site.services.people.users.by_login("boss") is None
    assert site.services.people.users.by_login("sam").role is Role.VIEWER


@pytest.mark.parametrize("secret", ["x", "A" * 43, "%00", "..%2f"])
def test_an_unknown_link_says_what_to_do(stranger, secret):
    answer = stranger.get(f"/welcome/{secret}")
    assert answer.status_code in (404, 410)


def test_a_link_needs_our_own_form(site, stranger):
    link = f"/welcome/{site.services.people.links.first_admin()}"
    page(stranger.post(link, data=first_form()), 400)
