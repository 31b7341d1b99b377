"""The audit trail over HTTP: pages and API, who may see what, from where an act came, hostile names everywhere."""

from __future__ import annotations

import csv
import io
import re

import orjson
import pytest
from sqlalchemy import text

from app.access.roles import Role
from app.findings.service import Audit

HOSTILE = "=cmd|'/C calc'!A0<script>alert(1)</script>\u202egnp.exe\n"


@pytest.fixture
def trail(site):
    return Audit(site.database, site.clock)


def signed_in(site, role):
    browser = site.app.test_client()
    code = site.services.access.create_sign_in_code(role, f"some {role}")
    assert browser.get(f"/sign-in/{code}").status_code == 303
    return browser


def send(browser, path, page="/audit", **fields):
    [key, *_] = re.findall(r'name="csrf" value="([^"]+)"', browser.get(page).text)
    return browser.post(path, data={"csrf": key, **fields})


def test_an_act_over_the_api_says_from_where_it_came(site):
    headers = {"User-Agent": "curl/8", "X-Forwarded-For": "198.51.100.4"}
    site.post("/lists/block", json={"kind": "domain", "value": "bad.example"}, headers=headers)
    [line] = site.get("/audit").get_json()["results"]
    assert line["origin"] == {"via": "api", "address": "127.0.0.1", "agent": "curl/8", "forwarded": "198.51.100.4"}
    assert (line["actor"], line["event"], line["subject"]) == ("the analyst", "list.added", "block:1")
    assert line["previous"] == "0" * 64


def test_what_one_request_came_from_is_forgotten_by_the_next(site, trail):
    site.post("/lists/block", json={"kind": "domain", "value": "bad.example"})
    trail.record("Deskwarden", "scan.judged")
    assert site.get("/audit").get_json()["results"][0]["origin"] == {"via": "service"}


def test_the_api_narrows_and_pages(site, trail):
    for number in range(5):
        site.clock.pass_(60)
        trail.record("ana" if number % 2 else "bob", "list.added", subject=f"block:{number}")
    assert [line["id"] for line in site.get("/audit?actor=ana").get_json()["results"]] == [4, 2]
    first = site.get("/audit?event=list.added&limit=3").get_json()
    rest = site.get(f"/audit?event=list.added&limit=3&cursor={first['next']}").get_json()
    assert [line["id"] for line in first["results"] + rest["results"]] == [5, 4, 3, 2, 1]
    assert rest["next"] is None
    assert [line["id"] for line in site.get("/audit?subject=block:2").get_json()["results"]] == [3]
    assert [line["id"] for line in site.get("/audit?since=2026-11-21T12:04:00Z").get_json()["results"]] == [5, 4]
    assert site.get("/audit?since=tomorrow").status_code == 422


@pytest.mark.parametrize("path", ["/audit", "/audit/verify", "/audit/export"])
def test_a_viewer_may_read_the_trail(site, path):
    assert site.get(path, Role.VIEWER).status_code == 200
    assert site.get(path, None).status_code == 401


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_only_an_administrator_sees_streams(site, role):
    assert site.get("/audit/streams", role).status_code == 403
    assert signed_in(site, role).get("/audit/streams").status_code == 403


def test_an_export_streams_every_line_that_fits_and_is_recorded(site, trail):
    for name in ("ana", HOSTILE, "bob"):
        trail.record(name, "list.added", subject=name, reason=name)
    lines = [orjson.loads(line) for line in site.get("/audit/export?event=list.added").data.splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3]
    table = site.get("/audit/export?format=csv&event=list.added")
    rows = list(csv.DictReader(io.StringIO(table.data.decode(), newline="")))
    assert rows[1]["actor"] == f"'{HOSTILE}"
    assert table.headers["Content-Disposition"] == 'attachment; filename="deskwarden-audit.csv"'
    events = [orjson.loads(line) for line in site.get("/audit/export?format=ocsf&actor=bob").data.splitlines()]
    assert [event["metadata"]["sequence"] for event in events] == [3]
    newest = site.get("/audit").get_json()["results"][0]
    assert (newest["event"], newest["detail"]) == ("audit.exported", {"filters": {"actor": "bob"}, "format": "ocsf"})


def test_the_state_of_the_chain_is_known_without_reading_all_of_it(site, trail):
    trail.record("ana", "list.added")
    assert site.get("/audit/verify").get_json()["state"] == "unknown"
    assert site.call("POST", "/audit/verify", Role.VIEWER).status_code == 403
    whole = site.post("/audit/verify").get_json()
    assert (whole["state"], whole["head"], whole["whole_rows"]) == ("whole", 1, 1)
    with site.database.write() as connection:
        connection.execute(text("UPDATE audit SET actor = 'eve'"))
    broken = site.post("/audit/verify").get_json()
    assert (broken["state"], broken["problem"]["row_id"], broken["problem"]["kind"]) == ("broken", 1, "changed")
    page = signed_in(site, Role.VIEWER).get("/audit").text
    assert "The chain is broken at" in page


def test_a_stream_is_made_changed_and_removed_over_the_api(site):
    body = {"name": "siem", "webhook": {"url": "https://siem.example/x"}, "secret": {"token": "the-token"}}
    made = site.post("/audit/streams", Role.ADMIN, json=body)
    assert (made.status_code, made.get_json()["has_secret"]) == (201, True)
    assert "the-token" not in made.text + site.get("/audit/streams", Role.ADMIN).text
    number = made.get_json()["id"]
    assert site.post("/audit/streams", Role.ADMIN, json=body).status_code == 409
    paused = site.call("PATCH", f"/audit/streams/{number}", json={"enabled": False})
    assert paused.get_json()["enabled"] is False
    assert site.call("DELETE", f"/audit/streams/{number}").status_code == 204
    assert site.call("DELETE", f"/audit/streams/{number}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x"},
        {"name": "x", "file": {}, "webhook": {"url": "https://x.example/"}},
        {"name": "../x", "file": {}},
        {"name": "x", "webhook": {"url": "javascript:alert(1)"}},
        {"name": "x", "syslog": {"host": "a b"}},
        {"name": "x", "webhook": {"url": "https://x.example/"}, "secret": {"signing_key": "short"}},
    ],
)
def test_a_stream_that_does_not_fit_is_refused(site, body):
    assert site.post("/audit/streams", Role.ADMIN, json=body).status_code in (400, 422)
    assert site.get("/audit/streams", Role.ADMIN).get_json() == {"results": []}


def test_pages_show_hostile_names_as_text(site, trail):
    trail.record(HOSTILE, "list.added", subject=HOSTILE, reason=HOSTILE)
    browser = signed_in(site, Role.VIEWER)
    for page in ("/audit", "/audit/1"):
        shown = browser.get(page).text
        assert "<script>alert" not in shown
        assert "\u202e" not in shown
        assert "gnp.exe" in shown


def test_a_line_shows_its_place_in_the_chain_and_leads_to_what_it_is_about(site, trail):
    trail.record("ana", "file.taken", subject="scan:17")
    trail.record("ana", "file.taken", subject="scan:18")
    page = signed_in(site, Role.VIEWER).get("/audit/2").text
    assert 'href="/scans/18"' in page
    assert 'href="/audit/1"' in page
    assert signed_in(site, Role.VIEWER).get("/audit/99").status_code == 404


def test_filters_stand_in_the_address_and_what_does_not_fit_is_said(site, trail):
    trail.record("ana", "list.added")
    browser = signed_in(site, Role.VIEWER)
    assert "Nothing fits" in browser.get("/audit?actor=nobody").text
    wrong = browser.get("/audit?since=soon")
    assert wrong.status_code == 422
    assert "This filter does not fit: since" in wrong.text


def test_an_analyst_can_verify_from_the_page(site, trail):
    trail.record("ana", "list.added")
    browser = signed_in(site, Role.ANALYST)
    assert send(browser, "/audit/verify").status_code == 303
    assert "rows hold" in browser.get("/audit").text
    assert send(browser, "/audit/verify", csrf="x").status_code == 400


def test_an_administrator_adds_pauses_and_removes_a_stream_on_the_page(site):
    browser = signed_in(site, Role.ADMIN)
    wrong = send(browser, "/audit/streams", "/audit/streams", name="siem", kind="syslog", host="a b")
    assert wrong.status_code == 422
    assert "Name the host" in wrong.text
    made = send(browser, "/audit/streams", "/audit/streams", name="siem", kind="syslog", host="siem.example")
    assert made.status_code == 303
    [stream] = site.services.audit_streams.all()
    for deed, enabled in (("pause", False), ("resume", True), ("retry", True)):
        send(browser, f"/audit/streams/{stream.id}/{deed}", "/audit/streams")
        assert site.services.audit_streams.one(stream.id).enabled is enabled
    send(browser, f"/audit/streams/{stream.id}/remove", "/audit/streams")
    assert "No stream yet" in browser.get("/audit/streams").text
