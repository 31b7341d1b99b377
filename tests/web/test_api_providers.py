"""``/api/v1/connections/{name}/providers`` and ``/api/v1/disclosures``."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from app.adapters.providers.model import Kind
from app.providers.catalogue import ProviderName
from tests.builders import a_connection

PATH = "/connections/acme/providers"


@pytest.fixture
def acme(database):
    return a_connection(database)


def change(site, role=Role.ADMIN, **body):
    return site.call("PUT", PATH, role, json=body)


def setting(site, name):
    return {each["provider"]: each for each in site.call("GET", PATH).get_json()["results"]}[name]


def test_every_provider_is_off_at_first_and_says_what_it_would_learn(site, acme):
    results = site.call("GET", PATH).get_json()["results"]
    assert [each["provider"] for each in results] == [name.value for name in ProviderName]
    assert not any(each["enabled"] or each["has_key"] for each in results)
    assert all(each["sends"] for each in results)


def test_a_provider_is_switched_on_with_its_key_which_is_never_shown(site, acme):
    answer = change(site, virustotal={"enabled": True, "key": "secret-key", "per_day": 100})
    assert answer.status_code == 200
    assert b"secret-key" not in answer.data
    now = setting(site, "virustotal")
    assert (now["enabled"], now["has_key"], now["per_minute"], now["per_day"]) == (True, True, 4, 100)
    assert now["changed_by"] == "the admin"


def test_what_is_left_out_stays(site, acme):
    change(site, virustotal={"enabled": True, "key": "k", "options": {"submit": True}})
    change(site, virustotal={"per_minute": 2}, shorteners={"enabled": True})
    now = setting(site, "virustotal")
    assert (now["enabled"], now["has_key"], now["per_minute"], now["options"]) == (True, True, 2, {"submit": True})
    assert setting(site, "shorteners")["enabled"]


def test_an_empty_key_takes_it_away(site, acme):
    change(site, virustotal={"key": "k"})
    change(site, virustotal={"key": ""})
    assert not setting(site, "virustotal")["has_key"]


@pytest.mark.parametrize(
    "body",
    [
        {"virustotal": {"enabled": True}}, {"safe_browsing": {"enabled": True}}, {"web_risk": {"enabled": True}},
        {"dns_lists": {"enabled": True}}, {"nobody": {"enabled": True}}, {"virustotal": {"enabled": "maybe"}},
        {"dns_lists": {"enabled": True, "options": {"resolver": "192.0.2.53", "lists": []}}},
        {"dns_lists": {"enabled": True, "options": {"resolver": "192.0.2.53", "lists": ["nobody"]}}},
        {"dns_lists": {"enabled": True, "options": {"resolver": "8.8.8.8", "lists": ["surbl"]}}},
        {"dns_lists": {"enabled": True, "options": {"resolver": "dns.example", "lists": ["surbl"]}}},
        {"virustotal": {"key": "with space"}}, {"virustotal": {"key": "x" * 501}}, {"virustotal": {"key": "a\nb"}},
        {"virustotal": {"per_minute": -1}}, {"virustotal": {"seconds": 0}}, {"virustotal": {"seconds": 31}},
        {"virustotal": {"options": {"unheard": 1}}}, {"virustotal": {"options": {"submit": "yes"}}},
        {"shorteners": {"options": {"hosts": "short.example"}}}, {"shorteners": {"options": {"hosts": [""]}}},
        {"shorteners": {"options": {"hosts": ["x"] * 101}}}, {"virustotal": {"extra": 1}},
        {"shorteners": {"enabled": True}, "virustotal": {"enabled": True}},
    ],
)  # fmt: skip
def test_what_does_not_fit_is_a_422_and_changes_nothing(site, acme, body):
    assert change(site, **body).status_code == 422
    assert not any(each["enabled"] for each in site.call("GET", PATH).get_json()["results"])


def test_an_unknown_connection_is_a_404(site):
    assert site.call("GET", PATH).status_code == 404
    assert change(site, shorteners={"enabled": True}).status_code == 404


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.VIEWER, 403), (Role.ANALYST, 403), (Role.ADMIN, 200)])
def test_providers_take_an_admin(site, acme, role, status):
    assert site.call("GET", PATH, role).status_code == status
    assert change(site, role, shorteners={"enabled": True}).status_code == status


def test_a_change_is_audited_without_the_key(site, acme):
    change(site, virustotal={"enabled": True, "key": "secret-key"})
    [line] = site.get("/audit").get_json()["results"]
    assert (line["event"], line["subject"], line["detail"]) == (
        "provider.changed", "acme:virustotal", {"enabled": True, "changed": ["enabled", "key"]},
    )  # fmt: skip


def disclose(site, connection_id, value="bad.example.com"):
    record = site.services.disclosures
    entry = record.begin(connection_id, ProviderName.DNS_LISTS, "192.0.2.53", Kind.HOST, [value], [7])
    record.end(entry, "not listed")
    return entry


def test_the_record_says_what_left_to_whom_for_which_ticket(site, acme):
    disclose(site, acme)
    [row] = site.get("/disclosures").get_json()["results"]
    assert (row["connection"], row["provider"], row["recipient"]) == ("acme", "dns_lists", "192.0.2.53")
    assert (row["kind"], row["sent"], row["tickets"], row["outcome"]) == (
        "host", ["bad.example.com"], [7], "not listed",
    )  # fmt: skip
    assert row["at"] == "2026-11-21T12:00:00.000Z"


def test_the_record_is_paged_and_narrowed(site, acme):
    entries = [disclose(site, acme, f"{number}.example.com") for number in range(3)]
    first = site.get("/disclosures?limit=2").get_json()
    assert [row["id"] for row in first["results"]] == entries[:0:-1]
    assert [row["id"] for row in site.get(f"/disclosures?cursor={first['next']}").get_json()["results"]] == entries[:1]
    assert site.get("/disclosures?connection=other").get_json()["results"] == []
    assert site.get("/disclosures?provider=virustotal").get_json()["results"] == []
    assert len(site.get("/disclosures?connection=acme&provider=dns_lists").get_json()["results"]) == 3


@pytest.mark.parametrize("query", ["limit=0", "provider=nobody", "cursor=x", "unheard=1"])
def test_a_question_that_does_not_fit_is_a_422(site, query):
    assert site.get(f"/disclosures?{query}").status_code == 422


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.VIEWER, 200)])
def test_the_record_takes_a_viewer(site, role, status):
    assert site.get("/disclosures", role).status_code == status
