"""The pages of connections, feeds and providers."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from app.adapters.providers.model import Kind
from app.feeds.service.feeds import NewFeed
from app.providers.catalogue import ProviderName
from app.providers.service.policies import Change
from tests.builders import NOON, a_connection
from tests.web.pages import browser_of, page, send, text


@pytest.fixture
def admin(site):
    return browser_of(site, Role.ADMIN)


@pytest.fixture
def viewer(site):
    return browser_of(site, Role.VIEWER)


def connected(site, **values):
    whole = {"webhook_id": "01H", "trigger_id": 7, "events_until": NOON - 20}
    return a_connection(site.database, **{**whole, **values})


# ── connections ────────────────────────────────────────────────────────────


def test_a_connection_shows_its_account_and_who_gets_its_mails(site, viewer):
    connected(site, recipients=["security@acme.test"])
    found = text(page(viewer.get("/connections")))
    for words in ("acme.zendesk.test", "connected", "OAuth client", "security@acme.test"):
        assert words in found


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"trigger_id": None}, "not complete"),
        ({"events_until": NOON - 3_600}, "behind"),
        ({"disconnected_at": NOON - 5}, "removed"),
    ],
)
def test_a_connection_that_is_not_well_says_so(site, viewer, values, state):
    connected(site, **values)
    assert state in text(page(viewer.get("/connections")))


def test_no_secret_of_a_connection_is_in_the_page(site, admin):
    connected(site, secret=b"very-secret", client_id="client-4711")
    answer = admin.get("/connections")
    assert "very-secret" not in answer.text
    assert "client-4711" not in answer.text


def test_an_account_that_still_has_a_token_is_told_that_it_ends(site, viewer):
    connected(site, auth="api-token")
    assert "April 2027" in text(page(viewer.get("/connections")))


def test_nothing_connected_says_how_to_begin(viewer):
    assert "deskwarden connect" in text(page(viewer.get("/connections")))


# ── feeds ──────────────────────────────────────────────────────────────────


def test_feeds_show_how_they_stand(site, viewer):
    site.services.feeds.add(NewFeed("our-list", "urls", category="phishing", licence="ours"))
    found = text(page(viewer.get("/feeds")))
    assert "our-list" in found
    assert "waiting" in found


def test_without_feeds_the_page_says_how_to_begin(viewer):
    assert "No feed is in use" in text(page(viewer.get("/feeds")))


# ── providers ──────────────────────────────────────────────────────────────


def test_an_administrator_switches_a_provider_on(site, admin):
    connected(site)
    form = {"enabled": "on", "key": "k-123", "per_minute": "4", "per_day": "500"}
    answer = send(admin, "/providers/acme/virustotal", **form)
    assert "VirusTotal is on for acme" in text(page(answer))
    assert "k-123" not in answer.text
    [setting] = [each for each in site.services.provider_policies.of_connection("acme") if each.enabled]
    assert (setting.provider, setting.has_key) == (ProviderName.VIRUSTOTAL, True)


def test_a_key_that_is_left_empty_stays(site, admin):
    connected(site)
    policies = site.services.provider_policies
    policies.change("acme", {ProviderName.VIRUSTOTAL: Change(enabled=True, key="k-123")}, actor="Ana")
    send(admin, "/providers/acme/virustotal", enabled="on", key="", per_minute="9", per_day="0")
    [setting] = [each for each in policies.of_connection("acme") if each.enabled]
    assert (setting.has_key, setting.per_minute) == (True, 9)


@pytest.mark.parametrize(
    "form", [{"enabled": "on"}, {"per_minute": "many"}, {"per_minute": "-1"}, {"key": "two words"}]
)
def test_what_does_not_fit_changes_nothing(site, admin, form):
    connected(site)
    answer = send(admin, "/providers/acme/virustotal", **form)
    assert page(answer).css_first(".flash-problem") is not None
    assert not any(each.enabled or each.has_key for each in site.services.provider_policies.of_connection("acme"))


@pytest.mark.parametrize("path", ["/providers/acme/nobody", "/providers/nobody/virustotal"])
def test_a_provider_or_a_connection_that_is_not_there_is_said_so(site, admin, path):
    connected(site)
    assert page(send(admin, path, enabled="on")).css_first(".flash-problem") is not None


def test_everybody_sees_what_left_the_house_but_not_the_settings(site, viewer):
    owner = connected(site)
    site.services.disclosures.begin(
        owner, ProviderName.SHORTENERS, "short.example", Kind.URL, ["https://short.example/x"], [7]
    )
    document = page(viewer.get("/providers"))
    assert "hxxps://short[.]example/x" in text(document)
    assert document.css("main form") == []


def test_the_menu_shows_where_one_is(viewer):
    document = page(viewer.get("/feeds"))
    assert [each.text() for each in document.css("#menu a[aria-current]")] == ["Feeds"]


def test_the_pages_of_a_section_belong_to_it_and_its_namesakes_do_not(site):
    from app.web.console.navigation import SECTIONS

    [scans] = [section for section in SECTIONS if section.name == "Scans"]
    assert scans.is_at("/scans/7")
    assert not scans.is_at("/scansets")


def test_the_script_that_is_not_ours_is_served_by_us_and_may_be_kept(site):
    answer = site.app.test_client().get("/static/htmx.js")
    assert answer.mimetype == "text/javascript"
    assert "immutable" in answer.headers["Cache-Control"]
    answer.close()
