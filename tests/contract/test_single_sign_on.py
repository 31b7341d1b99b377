"""Single sign-on through the pages, against another project's OpenID Connect provider on loopback."""

from __future__ import annotations

import time
import warnings
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.access.claims import RoleRules
from app.access.roles import Role
from app.access.service.single_sign_on import Settings
from tests.web.people import BETTER, a_person, page, send, sign_in, text
from tests.web.site import Site

with warnings.catch_warnings():
    # It is built on a module of Authlib's that warns of its own end.
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]

#: The provider warns of parts of itself that are about to go.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

ROSA: dict[str, Any] = {
    "email": "rosa@company.example",
    "email_verified": True,
    "name": "Rosa Diaz",
    "groups": ["sec", "all"],
}


@pytest.fixture(scope="module")
def provider():
    with run_server_in_thread(require_nonce=True, user_claims=(User(sub="rosa-1", claims=ROSA),)) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def one_site(provider, tmp_path_factory):
    trusted = {"DESKWARDEN_TRUSTED_HOSTS": urlsplit(provider).netloc}
    site = Site(tmp_path_factory.mktemp("sso"), **trusted)
    yield site
    site.close()


@pytest.fixture
def site(one_site, provider):
    one_site.reset()
    # The provider lives in the present.
    one_site.clock.now = time.time()
    switch_on(one_site, provider)
    requests.put(f"{provider}/users/rosa-1", json=ROSA, timeout=10).raise_for_status()
    return one_site


@pytest.fixture
def browser(site):
    return site.app.test_client()


def switch_on(site, issuer, **rules):
    given = {"roles": {"sec": Role.ANALYST, "boss": Role.ADMIN}, "default": None, "domains": (), **rules}
    settings = Settings(True, "Company login", issuer, "deskwarden", False, RoleRules("groups", **given))
    site.services.people.sso.save(settings, secret="s3cret", by="the test")


def at_the_provider(browser, sub="rosa-1", path="/sign-in/sso?next=/mail", **form):
    """Go to the provider, sign in there and return the address with which it sends the browser back."""
    away = browser.get(path)
    assert away.status_code == 302, away.text
    answer = requests.post(away.headers["Location"], data={"sub": sub, **form}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/sign-in/sso/back"
    return f"{back.path}?{back.query}"


def known(site, login=ROSA["email"]):
    return site.services.people.users.by_login(login)


def test_the_sign_in_page_offers_it(browser):
    button = page(browser.get("/sign-in?next=/mail")).css_first("a.primary")
    assert (button.text(), button.attributes["href"]) == ("Company login", "/sign-in/sso?next=/mail")


def test_somebody_new_comes_in_with_the_role_of_the_claim(site, browser):
    answer = browser.get(at_the_provider(browser))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mail")
    assert "Rosa Diaz" in page(browser.get("/account")).css_first("header").text()
    assert (known(site).role, known(site).has_single_sign_on, known(site).has_password) == (Role.ANALYST, True, False)


def test_the_role_is_read_anew_at_each_sign_in(site, browser, provider):
    a_person(site, "the-admin")
    browser.get(at_the_provider(browser))
    requests.put(f"{provider}/users/rosa-1", json={**ROSA, "groups": ["boss"]}, timeout=10)
    assert site.app.test_client().get(at_the_provider(site.app.test_client())).status_code == 401
    other = site.app.test_client()
    other.get(at_the_provider(other))
    assert known(site).role is Role.ADMIN
    assert browser.get("/people").status_code == 200
    requests.put(f"{provider}/users/rosa-1", json={**ROSA, "groups": "sec"}, timeout=10)
    other.get(at_the_provider(other))
    assert known(site).role is Role.ANALYST


def test_the_same_person_is_the_same_account_under_another_name(site, browser, provider):
    browser.get(at_the_provider(browser))
    requests.put(f"{provider}/users/rosa-1", json={**ROSA, "email": "r.diaz@company.example"}, timeout=10)
    before = known(site).id
    other = site.app.test_client()
    assert other.get(at_the_provider(other)).status_code == 303
    assert known(site, "r.diaz@company.example") is None
    assert known(site).id == before


def test_somebody_without_a_role_is_refused_in_plain_words_and_gets_no_account(site, browser):
    document = page(browser.get(at_the_provider(browser, "nobody@company.example")), 403)
    assert "gives you no role in Deskwarden" in text(document)
    assert known(site, "nobody@company.example") is None


def test_a_role_for_everybody_lets_the_others_in(site, browser, provider):
    switch_on(site, provider, default=Role.VIEWER)
    browser.get(at_the_provider(browser, "else@company.example"))
    assert known(site, "else@company.example").role is Role.VIEWER


def test_only_the_named_mail_domains_come_in(site, browser, provider):
    switch_on(site, provider, domains=("other.example",))
    assert "does not belong to a domain" in text(page(browser.get(at_the_provider(browser)), 403))


def test_the_last_administrator_is_not_demoted_and_not_let_in_with_too_much(site, browser, provider):
    switch_on(site, provider, roles={"sec": Role.ADMIN})
    browser.get(at_the_provider(browser))
    switch_on(site, provider, roles={"sec": Role.VIEWER})
    other = site.app.test_client()
    assert "last administrator" in text(page(other.get(at_the_provider(other)), 403))
    assert known(site).role is Role.ADMIN


def test_a_disabled_account_stays_out(site, browser):
    browser.get(at_the_provider(browser))
    site.services.people.users.disable(known(site).id)
    other = site.app.test_client()
    assert "disabled" in text(page(other.get(at_the_provider(other)), 403))


# ── an account that is there already ───────────────────────────────────────


def test_a_mail_address_alone_does_not_open_an_account_that_is_there(site, browser):
    a_person(site, ROSA["email"], Role.ADMIN)
    assert "nothing proves that it is yours" in text(page(browser.get(at_the_provider(browser)), 403))


@pytest.mark.parametrize("verified", [False, None, "yes"])
def test_an_unverified_address_takes_nothing_over_even_in_a_named_domain(site, browser, provider, verified):
    a_person(site, ROSA["email"], Role.ADMIN)
    switch_on(site, provider, domains=("company.example",))
    requests.put(f"{provider}/users/rosa-1", json={**ROSA, "email_verified": verified}, timeout=10)
    page(browser.get(at_the_provider(browser)), 403)


def test_a_verified_address_of_a_named_domain_takes_its_account_over(site, browser, provider):
    a_person(site, "the-admin")
    rosa = a_person(site, ROSA["email"], Role.VIEWER)
    switch_on(site, provider, domains=("company.example",))
    assert browser.get(at_the_provider(browser)).status_code == 303
    assert (known(site).id, known(site).role) == (rosa.id, Role.ANALYST)


def test_an_account_is_taken_over_by_one_person_only(site, browser, provider):
    switch_on(site, provider, domains=("company.example",))
    browser.get(at_the_provider(browser))
    requests.put(f"{provider}/users/evil-2", json=ROSA, timeout=10)
    other = site.app.test_client()
    page(other.get(at_the_provider(other, "evil-2")), 403)


# ── the way back ───────────────────────────────────────────────────────────


def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(site, browser):
    """Login CSRF: an attacker's own answer, sent to a victim."""
    attackers = at_the_provider(site.app.test_client())
    assert "not begun in this browser" in text(page(browser.get(attackers), 401))
    at_the_provider(browser)
    page(browser.get(attackers), 401)


def test_an_answer_works_once(site, browser):
    back = at_the_provider(browser)
    assert browser.get(back).status_code == 303
    page(browser.get(back), 401)


def test_an_answer_after_ten_minutes_is_too_late(site, browser):
    back = at_the_provider(browser)
    site.clock.pass_(600)
    page(browser.get(back), 401)


def test_an_answer_of_another_provider_is_refused(site, browser):
    assert "another provider" in text(page(browser.get(at_the_provider(browser) + "&iss=https://evil.example"), 401))


def test_a_code_of_somebody_elses_sign_in_is_refused(site, browser):
    """Code injection: the nonce in the token is that of the sign-in that was begun elsewhere."""
    stolen = at_the_provider(site.app.test_client()).partition("code=")[2].partition("&")[0]
    own = at_the_provider(browser)
    swapped = own.replace(own.partition("code=")[2].partition("&")[0], stolen)
    assert "claim nonce" in text(page(browser.get(swapped), 401))


def test_who_says_no_at_the_provider_is_not_signed_in(site, browser):
    away = browser.get("/sign-in/sso").headers["Location"]
    [state] = parse_qs(urlsplit(away).query)["state"]
    # This provider leaves the state out of its refusals, although RFC 6749 (4.1.2.1) asks for it.
    assert "error=access_denied" in at_the_provider(site.app.test_client(), action="deny")
    answer = browser.get(f"/sign-in/sso/back?error=access_denied&state={state}")
    assert "cancelled" in text(page(answer, 401))


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_never_leads_to_another_site(browser, onward):
    answer = browser.get(at_the_provider(browser, path=f"/sign-in/sso?next={onward}"))
    assert answer.headers["Location"] == "/overview"


def test_switched_off_there_is_neither_button_nor_way(site, browser, provider):
    site.services.people.sso.save(Settings(issuer=provider, client_id="x"), secret=None, by="")
    assert "Company login" not in page(browser.get("/sign-in")).text()
    page(browser.get("/sign-in/sso"), 503)


# ── the settings ───────────────────────────────────────────────────────────


@pytest.fixture
def admin(site, browser):
    a_person(site, "the-admin")
    sign_in(browser, "the-admin")
    return browser


def form(provider, **changed):
    return {
        "issuer": provider,
        "client_id": "deskwarden",
        "client_secret": BETTER,
        "name": "Company login",
        "role_claim": "groups",
        "values_admin": "boss",
        "values_analyst": "sec\nsoc",
        "domains": "@Company.example, other.example",
        **changed,
    }


def test_an_administrator_sets_it_up_and_no_page_shows_the_secret(site, admin, provider):
    answer = send(admin, "/people/single-sign-on", **form(provider, enabled="on"))
    assert answer.status_code == 303
    settings = site.services.people.sso.settings()
    assert settings.rules.roles == {"boss": Role.ADMIN, "sec": Role.ANALYST, "soc": Role.ANALYST}
    assert settings.rules.domains == ("company.example", "other.example")
    assert (settings.enabled, settings.has_secret) == (True, True)
    assert BETTER not in admin.get("/people/single-sign-on").text


def test_it_is_not_switched_on_while_nobody_could_come_in(admin, provider):
    nobody = form(provider, enabled="on", values_admin="", values_analyst="")
    assert "Nobody could sign in" in text(page(send(admin, "/people/single-sign-on", **nobody), 422))


def test_trying_it_signs_nobody_in_and_says_what_came_back(site, admin):
    document = page(admin.get(at_the_provider(admin, path="/people/single-sign-on/try")))
    found = text(document)
    assert "Would sign in with the role analyst" in found
    assert "sec, all" in found
    assert known(site) is None
    assert "The-admin" in document.css_first("header").text()


def test_trying_it_without_a_role_says_so(admin):
    document = page(admin.get(at_the_provider(admin, "nobody", path="/people/single-sign-on/try")))
    assert "gives you no role" in text(document)


def test_a_wrong_issuer_is_named_on_the_page(site, admin, provider):
    switch_on(site, provider + "/")
    document = page(admin.get("/people/single-sign-on/try"), 422)
    assert f"The provider calls itself {provider}, not {provider}/" in text(document)
