"""``/api/v1/lists``, and what stands around the scans: connections, statistics, audit."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from tests.builders import a_connection, a_scan

SHA = "ab" * 32


def add(site, side="block", **body):
    return site.post(f"/lists/{side}", json={"kind": "sha256", "value": SHA, **body})


def test_a_new_entry_is_a_201_with_its_id(site):
    answer = add(site, value=SHA.upper(), reason="seen before", expires_at=None)
    assert answer.status_code == 201
    [entry] = site.get("/lists/block").get_json()["results"]
    assert entry == answer.get_json()
    assert (entry["value"], entry["actor"], entry["connection"]) == (SHA, "the analyst", None)


def test_the_lists_are_apart(site):
    add(site, "allow")
    assert site.get("/lists/block").get_json()["results"] == []


def test_an_entry_that_stood_is_renewed_with_a_200(site):
    first = add(site)
    second = add(site, reason="again")
    assert second.status_code == 200
    assert second.get_json()["id"] == first.get_json()["id"]
    assert len(site.get("/lists/block").get_json()["results"]) == 1


@pytest.mark.parametrize("moment", ["2026-12-01T00:00:00Z", "2026-12-01T01:00:00+01:00", 1796083200])
def test_an_end_is_given_in_any_notation(site, moment):
    assert add(site, expires_at=moment).get_json()["expires_at"] == "2026-12-01T00:00:00.000Z"


def test_an_entry_may_count_for_one_connection(site, database):
    a_connection(database)
    assert add(site, connection="acme").get_json()["connection"] == "acme"


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "soup"}, {"kind": None}, {"value": ""}, {"value": "short"}, {"value": 5}, {"value": "\u0000"},
        {"kind": "domain", "value": "https://x/"}, {"kind": "url", "value": "javascript:1"}, {"reason": 5},
        {"expires_at": "soon"}, {"expires_at": True}, {"expires_at": []}, {"expires_at": 1e300}, {"extra": 1},
        {"connection": "nobody"}, {"reason": "x" * 1001}, {"kind": "sender", "value": "a@b@c"},
    ],
)  # fmt: skip
def test_an_entry_that_does_not_fit_is_a_422(site, change):
    assert add(site, **change).status_code == 422
    assert site.get("/lists/block").get_json()["results"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff"])
def test_a_body_that_is_no_entry_is_a_422(site, body):
    assert site.post("/lists/block", data=body, content_type="application/json").status_code == 422


def test_a_deleted_entry_is_gone(site):
    number = add(site).get_json()["id"]
    assert site.call("DELETE", f"/lists/block/{number}").status_code == 204
    assert site.get("/lists/block").get_json()["results"] == []
    assert site.call("DELETE", f"/lists/block/{number}").status_code == 404


def test_an_entry_of_the_other_list_is_unknown(site):
    number = add(site, "allow").get_json()["id"]
    assert site.call("DELETE", f"/lists/block/{number}").status_code == 404


def test_an_unknown_list_is_a_404(site):
    assert site.get("/lists/grey").status_code == 404


@pytest.mark.parametrize("how", [{"headers": {"Accept": "text/csv"}}, {"query_string": "format=csv"}])
def test_a_list_is_exported_as_csv(site, how):
    add(site, reason="=1+1")
    answer = site.get("/lists/block", **how)
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines() == ["kind,value,reason,expires_at,connection", f"sha256,{SHA},'=1+1,,"]


def test_a_csv_is_imported(site):
    add(site)
    text = f"kind,value\nsha256,{SHA}\ndomain,bad.example\n"
    answer = site.post("/lists/block", data=text, content_type="text/csv; charset=utf-8")
    assert (answer.status_code, answer.get_json()) == (200, {"added": 1, "updated": 1})


def test_a_csv_with_a_mistake_is_a_422_that_names_the_line(site):
    answer = site.post("/lists/block", data="kind,value\nsha256,x\n", content_type="text/csv")
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["at"] == "line 2"


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"no header", b'kind,value\n"'])
def test_a_file_that_is_no_csv_is_a_422(site, body):
    assert site.post("/lists/block", data=body, content_type="text/csv").status_code == 422


def test_what_happens_to_lists_is_recorded_and_listed(site):
    number = add(site).get_json()["id"]
    site.call("DELETE", f"/lists/block/{number}", Role.ANALYST)
    lines = site.get("/audit").get_json()
    assert [(line["actor"], line["event"], line["subject"]) for line in lines["results"]] == [
        ("the analyst", "list.removed", f"block:{number}"),
        ("the analyst", "list.added", f"block:{number}"),
    ]
    assert lines["next"] is None


def test_the_audit_trail_comes_in_pages(site):
    for number in range(3):
        add(site, value=f"{number:064x}")
    first = site.get("/audit?limit=2").get_json()
    assert len(site.get(f"/audit?limit=2&cursor={first['next']}").get_json()["results"]) == 1


def test_connections_are_listed_without_their_secrets(site, database):
    a_connection(database)
    answer = site.get("/connections")
    assert [each["name"] for each in answer.get_json()["results"]] == ["acme"]
    assert set(answer.get_json()["results"][0]) == {"name", "base_url", "auth", "links", "created_at"}


def test_an_admin_chooses_what_is_done_about_links(site, database):
    a_connection(database)
    answer = site.call("PATCH", "/connections/acme", Role.ADMIN, json={"links": "redact"})
    assert (answer.status_code, answer.get_json()["links"]) == (200, "redact")
    assert site.get("/connections").get_json()["results"][0]["links"] == "redact"
    assert site.get("/audit").get_json()["results"][0]["event"] == "connection.changed"


@pytest.mark.parametrize("body", [{}, {"links": "delete"}, {"links": None}, {"links": "note", "name": "x"}, []])
def test_a_choice_that_there_is_not_is_a_422(site, database, body):
    a_connection(database)
    assert site.call("PATCH", "/connections/acme", Role.ADMIN, json=body).status_code == 422


def test_only_an_admin_chooses_and_only_for_a_connection_that_is_there(site, database):
    a_connection(database)
    body = {"links": "redact"}
    assert site.call("PATCH", "/connections/acme", Role.ANALYST, json=body).status_code == 403
    assert site.call("PATCH", "/connections/nobody", Role.ADMIN, json=body).status_code == 404


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        ("host", "WWW.Bad.example", "www.bad.example"),
        ("pattern", "https://*.Bad.example/path/*", "https://*.bad.example/path/*"),
    ],
)
def test_hosts_and_patterns_are_listed_with_their_hits(site, kind, value, stored):
    entry = add(site, kind=kind, value=value).get_json()
    assert (entry["kind"], entry["value"], entry["hits"], entry["last_hit_at"]) == (kind, stored, 0, None)


@pytest.mark.parametrize(
    ("side", "kind", "value"),
    [
        ("allow", "pattern", "*/login*"),
        ("allow", "pattern", "*.com/*"),
        ("block", "pattern", "*/*"),
        ("block", "pattern", "https://"),
        ("block", "host", "*.bad.example"),
        ("block", "host", "bad.example/path"),
    ],
)
def test_a_host_or_a_pattern_that_says_too_much_or_nothing_is_a_422(site, side, kind, value):
    assert add(site, side, kind=kind, value=value).status_code == 422


def test_statistics_count_by_verdict_and_state(site, database):
    a_scan(database, verdict="malicious", state="quarantined")
    counted = site.get("/statistics").get_json()["scans"]
    assert (counted["total"], counted["by_verdict"]["malicious"], counted["by_state"]["quarantined"]) == (1, 1, 1)
