"""What an administrator does about people and tokens, on the pages and through the API."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.access.roles import Role
from app.findings.tables import audit
from tests.web.people import GOOD, a_person, a_phone, page, send, sign_in, text

HOSTILE = "<b>Rosa</b>\"'&{{7*7}}"


@pytest.fixture
def admin(site):
    return a_person(site, "boss")


@pytest.fixture
def browser(site, admin):
    browser = site.app.test_client()
    assert sign_in(browser, "boss").status_code == 303
    return browser


@pytest.fixture
def sam(site):
    return a_person(site, "sam", Role.ANALYST)


def act(browser, path, **fields):
    return send(browser, f"/people{path}", at="/people", **fields)


def events(database):
    with database.read() as connection:
        return [(row.event, row.actor) for row in connection.execute(select(audit).order_by(audit.c.id))]


# ── the pages ──────────────────────────────────────────────────────────────


def test_somebody_is_invited_and_comes_in(site, browser):
    document = page(act(browser, "", name="Rosa", login="Rosa@Company.example", role="analyst", language="es"))
    link = document.css_first("code.shown-once").text()
    assert link.startswith("http://127.0.0.1:8080/welcome/")
    rosa = site.app.test_client()
    assert send(rosa, link.removeprefix("http://127.0.0.1:8080"), password=GOOD, again=GOOD).status_code == 303
    assert link not in browser.get("/people").text


@pytest.mark.parametrize(
    "fields",
    [{"name": ""}, {"login": "two words"}, {"role": "owner"}, {"role": ""}, {"login": "BOSS"}, {"language": "x"}],
)
def test_an_invitation_that_does_not_fit_loses_nothing(site, browser, fields):
    given = {"name": "Rosa", "login": "rosa", "role": "viewer", "language": "en", **fields}
    document = page(act(browser, "", **given), 422)
    assert document.css_first("details.add").attributes.get("open", "no") != "no"
    assert document.css_first("input[name=name]").attributes.get("value", "") == given["name"]
    assert len(site.services.people.users.page(None, 10)[0]) == 1


def test_role_disabling_and_second_factor_are_changed(site, browser, sam):
    a_phone(site, sam)
    users = site.services.people.users
    act(browser, f"/{sam.id}/role", role="admin")
    assert users.get(sam.id).role is Role.ADMIN
    act(browser, f"/{sam.id}/reset-second-factor")
    assert not users.get(sam.id).has_second_factor
    act(browser, f"/{sam.id}/disable")
    assert users.get(sam.id).state == "disabled"
    act(browser, f"/{sam.id}/enable")
    assert users.get(sam.id).state == "active"
    assert "/welcome/" in text(page(act(browser, f"/{sam.id}/link")))


def test_the_last_administrator_stays_and_the_page_says_why(site, browser, admin):
    for path, fields in ((f"/{admin.id}/disable", {}), (f"/{admin.id}/role", {"role": "viewer"})):
        assert "last administrator" in text(page(act(browser, path, **fields), 409))
    assert browser.get("/people").status_code == 200


def test_disabling_ends_the_tokens_that_somebody_made_when_asked_to(site, browser, sam):
    tokens = site.services.people.tokens
    token = tokens.create_token("theirs", Role.VIEWER, maker=sam.identity)
    act(browser, f"/{sam.id}/disable")
    assert tokens.identify(token) is not None
    act(browser, f"/{sam.id}/enable")
    act(browser, f"/{sam.id}/disable", revoke_tokens="on")
    assert tokens.identify(token) is None


def test_every_change_is_recorded_with_who_did_it(site, browser, sam, database):
    act(browser, "", name="Rosa", login="rosa", role="viewer")
    act(browser, f"/{sam.id}/role", role="viewer")
    act(browser, f"/{sam.id}/link")
    act(browser, f"/{sam.id}/disable", revoke_tokens="on")
    act(browser, f"/{sam.id}/enable")
    assert events(database)[1:] == [
        ("account.created", "Boss"),
        ("account.role_changed", "Boss"),
        ("account.link_made", "Boss"),
        ("account.disabled", "Boss"),
        ("account.enabled", "Boss"),
    ]


def test_all_sessions_are_seen_and_ended(site, browser, sam):
    other = site.app.test_client()
    sign_in(other, "sam")
    document = page(browser.get("/people/sessions"))
    assert "Sam" in text(document)
    [end] = [each.attributes["action"] for each in document.css("main form")]
    send(browser, end, at="/people/sessions")
    assert other.get("/account").status_code == 302


def test_a_token_is_made_shown_once_and_revoked(site, browser):
    document = page(send(browser, "/people/tokens", name="siem", role="viewer", expires_at="2027-03-31"))
    token = document.css_first("code.shown-once").text()
    found = site.services.access.identify(token)
    assert (found.name, found.role) == ("siem", Role.VIEWER)
    listed = page(browser.get("/people/tokens"))
    assert token not in listed.text()
    assert "2027-03-31" in text(listed)
    assert "Boss" in text(listed)
    send(browser, f"/people/tokens/{found.token_id}/revoke", at="/people/tokens")
    assert site.services.access.identify(token) is None
    assert "revoked" in text(page(browser.get("/people/tokens")))


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"role": "root"}, {"expires_at": "soon"}, {"expires_at": "2020-01-01"}]
)
def test_a_token_that_does_not_fit_is_not_made(site, browser, fields):
    before = len(site.services.access.tokens())
    page(send(browser, "/people/tokens", **{"name": "x", "role": "viewer", "expires_at": "", **fields}), 422)
    assert len(site.services.access.tokens()) == before


def test_one_time_codes_are_no_tokens_in_the_list(site, browser):
    site.services.access.create_sign_in_code(Role.ADMIN, "demo code")
    assert "demo code" not in text(page(browser.get("/people/tokens")))


@pytest.mark.parametrize("path", ["/people", "/people/sessions", "/people/tokens", "/account"])
def test_hostile_names_are_shown_as_text(site, browser, path):
    sam = a_person(site, "sam", name=HOSTILE)
    site.services.people.tokens.create_token(HOSTILE, Role.VIEWER, maker=sam.identity)
    other = site.app.test_client()
    sign_in(other, "sam")
    document = page((other if path == "/account" else browser).get(path))
    assert document.css("b") == []
    assert HOSTILE in document.text()
    assert document.css("style, [style], [onclick]") == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_only_administrators_see_people(site, role):
    a_person(site, "boss")
    a_person(site, "sam", role)
    browser = site.app.test_client()
    sign_in(browser, "sam")
    for path in ("/people", "/people/sessions", "/people/tokens", "/people/single-sign-on"):
        page(browser.get(path), 403)
    assert "People" not in page(browser.get("/account")).css_first("nav.menu").text()


# ── the API ────────────────────────────────────────────────────────────────


def test_an_account_is_made_changed_and_found_through_the_api(site, admin):
    body = {"name": "Rosa", "login": "Rosa@company.example", "role": "analyst", "language": "de"}
    made = site.post("/users", Role.ADMIN, json=body)
    assert made.status_code == 201
    user = made.get_json()
    assert (user["login"], user["state"], user["created_by"]) == ("rosa@company.example", "invited", "the admin")
    assert user["link"].startswith("http://127.0.0.1:8080/welcome/")
    path = f"/users/{user['id']}"
    change = {"role": "viewer", "name": "Rosa Diaz", "language": "pt", "disabled": True}
    changed = site.call("PATCH", path, json=change).get_json()
    assert (changed["role"], changed["name"], changed["language"], changed["state"]) == (
        "viewer", "Rosa Diaz", "pt", "disabled",
    )  # fmt: skip
    assert site.call("PATCH", path, json={"disabled": False}).get_json()["state"] == "invited"
    assert site.get(path, Role.ADMIN).get_json() == {**changed, "state": "invited"}
    assert "link" not in site.get("/users", Role.ADMIN).get_json()["results"][0]


def test_the_last_administrator_is_a_conflict(site, admin):
    for change in ({"role": "viewer"}, {"disabled": True}):
        answer = site.call("PATCH", f"/users/{admin.id}", json=change)
        assert (answer.status_code, answer.get_json()["code"]) == (409, "last-admin")


def test_a_name_that_is_taken_is_a_conflict(site, admin):
    body = {"name": "Another", "login": "BOSS", "role": "viewer"}
    assert site.post("/users", Role.ADMIN, json=body).status_code == 409


def test_the_api_makes_links_and_resets_second_factors(site, admin, sam):
    a_phone(site, sam)
    assert "/welcome/" in site.post(f"/users/{sam.id}/link", Role.ADMIN).get_json()["link"]
    assert site.call("DELETE", f"/users/{sam.id}/second-factor").status_code == 204
    assert not site.services.people.users.get(sam.id).has_second_factor
    assert site.get("/users/999", Role.ADMIN).status_code == 404


def test_a_token_is_made_and_ended_through_the_api(site):
    made = site.post("/tokens", Role.ADMIN, json={"name": "ci", "role": "viewer", "expires_at": "2027-01-01"})
    assert made.status_code == 201
    token = made.get_json()
    assert (token["made_by"], token["expires_at"]) == ("the admin", "2027-01-01T00:00:00.000Z")
    used = site.get("/scans", None, headers={"Authorization": f"Bearer {token['token']}"})
    assert used.status_code == 200
    assert "token" not in site.get("/tokens", Role.ADMIN).get_json()["results"][0]
    assert site.call("DELETE", f"/tokens/{token['id']}").status_code == 204
    again = site.get("/scans", None, headers={"Authorization": f"Bearer {token['token']}"})
    assert again.status_code == 401


def test_a_token_shown_once_is_not_kept_for_a_repeat(site, database):
    headers = {"Idempotency-Key": "once-upon-a-time"}
    token = site.post("/tokens", Role.ADMIN, json={"name": "ci", "role": "viewer"}, headers=headers).get_json()["token"]
    with database.read() as connection:
        everything = str([connection.exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in _tables(connection)])
    assert token not in everything


def _tables(connection):
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'scan_text%'"
    return connection.exec_driver_sql(named).scalars().all()


def test_everybody_sees_and_ends_their_own_sessions_and_an_administrator_all(site, admin):
    browsers = {}
    for role in Role:
        browsers[role] = site.app.test_client()
        send(browsers[role], "/sign-in", token=site.tokens[role])
    own = site.get("/sessions").get_json()["results"]
    assert [each["name"] for each in own] == ["the viewer"]
    every = site.get("/sessions", Role.ADMIN).get_json()["results"]
    assert [each["name"] for each in every] == ["the admin", "the analyst", "the viewer"]
    others = next(each["id"] for each in every if each["name"] == "the analyst")
    assert site.call("DELETE", f"/sessions/{others}", Role.VIEWER).status_code == 404
    assert site.call("DELETE", f"/sessions/{own[0]['id']}", Role.VIEWER).status_code == 204
    assert site.call("DELETE", f"/sessions/{others}", Role.ADMIN).status_code == 204
    assert [browser.get("/account").status_code for browser in browsers.values()] == [302, 302, 200]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/users", {"name": "x", "login": "x", "role": "owner"}),
        ("POST", "/users", {"name": "x", "login": "two words", "role": "viewer"}),
        ("POST", "/users", {"name": "x\u202e", "login": "x", "role": "viewer"}),
        ("POST", "/users", {"name": "x", "login": "x", "role": "viewer", "password": "no"}),
        ("POST", "/tokens", {"name": "x", "role": "viewer", "expires_at": "2020-01-01"}),
        ("POST", "/tokens", {"name": "\n", "role": "viewer"}),
    ],
)
def test_a_body_that_does_not_fit_is_a_422(site, method, path, body):
    assert site.call(method, path, json=body).status_code == 422
