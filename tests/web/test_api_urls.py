"""``/api/v1/urls``: links that others send to be judged."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from tests.builders import a_connection

URL = "https://Shop.example.com/a/../b"


def send(site, role=Role.ANALYST, **body):
    return site.post("/urls", role, json=body)


def test_a_link_is_taken_with_a_202_and_its_scan(site):
    answer = send(site, url=URL)
    assert answer.status_code == 202
    scan = site.get(f"/scans/{answer.get_json()['scan_id']}").get_json()
    assert (scan["kind"], scan["url"], scan["name"]) == ("url", "https://shop.example.com/b", URL)
    assert (scan["verdict"], scan["state"], scan["ticket_id"], scan["channel"]) == ("clean", "done", None, "api")


def test_several_links_get_a_scan_each_in_their_order(site):
    answer = send(site, urls=["https://one.example.com/", "https://two.example.com/", "https://one.example.com/"])
    ids = answer.get_json()["scan_ids"]
    assert answer.get_json()["scan_id"] == ids[0]
    names = [site.get(f"/scans/{scan_id}").get_json()["name"] for scan_id in ids]
    assert names == ["https://one.example.com/", "https://two.example.com/", "https://one.example.com/"]


def test_a_link_that_people_made_unclickable_is_read_as_meant(site):
    scan_id = send(site, url="hxxps://bad[.]example[.]com/x").get_json()["scan_id"]
    assert site.get(f"/scans/{scan_id}").get_json()["url"] == "https://bad.example.com/x"


def test_a_blocked_link_is_malicious_and_nothing_is_done_about_it(site):
    site.post("/lists/block", json={"kind": "domain", "value": "example.com", "reason": "seen before"})
    scan = site.get(f"/scans/{send(site, url=URL).get_json()['scan_id']}").get_json()
    assert (scan["verdict"], scan["verdict_by"], scan["actions"]) == ("malicious", "list", [])
    assert scan["findings"][0]["id"] == "list.block.domain"
    assert scan["urls"][0]["verdict"] == "malicious"


def test_it_stands_in_the_list_and_has_a_history(site):
    scan_id = send(site, url=URL).get_json()["scan_id"]
    assert [scan["id"] for scan in site.get("/scans?kind=url").get_json()["results"]] == [scan_id]
    assert site.get(f"/scans/{scan_id}/history").get_json()["results"]


def test_without_a_connection_it_belongs_to_no_tenant(site, database):
    a_connection(database)
    scan = site.get(f"/scans/{send(site, url=URL).get_json()['scan_id']}").get_json()
    assert scan["connection"] == "uploads"
    assert [each["name"] for each in site.get("/connections").get_json()["results"]] == ["acme"]


def test_a_tenant_may_be_named(site, database):
    a_connection(database)
    scan = site.get(f"/scans/{send(site, url=URL, connection='acme').get_json()['scan_id']}").get_json()
    assert scan["connection"] == "acme"


def test_a_tenant_of_that_name_is_no_obstacle(site, database):
    a_connection(database, name="uploads")
    scan = site.get(f"/scans/{send(site, url=URL).get_json()['scan_id']}").get_json()
    assert scan["connection"] == "(uploads)"


@pytest.mark.parametrize(
    "body",
    [
        {}, {"url": None}, {"url": ""}, {"url": 5}, {"url": ["https://a.example.com/"]}, {"urls": []}, {"urls": "x"},
        {"urls": [5]}, {"urls": ["https://a.example.com/"] * 501}, {"url": "x" * 8_193}, {"url": "a\u0000b"},
        {"url": "https://a.example.com/", "urls": ["https://a.example.com/"]}, {"url": URL, "extra": 1},
        {"url": "javascript:alert(1)"}, {"url": "ftp://files.example.com/"}, {"url": "not a link"}, {"url": "http://"},
        {"urls": ["https://a.example.com/", "mailto:a@example.com"]}, {"url": URL, "connection": "nobody"},
        {"url": "data:text/html,x"}, {"url": "   "},
    ],
)  # fmt: skip
def test_a_body_that_does_not_fit_is_a_422_and_leaves_nothing(site, body):
    assert send(site, **body).status_code == 422
    assert site.get("/scans").get_json()["results"] == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"https://a.example.com/"', b"\xff"])
def test_a_body_that_is_no_object_is_a_422(site, body):
    assert site.post("/urls", data=body, content_type="application/json").status_code == 422


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.VIEWER, 403), (Role.ANALYST, 202), (Role.ADMIN, 202)])
def test_it_takes_an_analyst(site, role, status):
    assert send(site, role, url=URL).status_code == status


def test_it_is_audited_without_the_address(site):
    send(site, url=URL)
    [line] = site.get("/audit").get_json()["results"]
    assert (line["event"], line["detail"]) == ("urls.taken", {"count": 1})


def test_the_console_shows_it_like_any_scan_and_never_as_a_link(site):
    scan_id = send(site, url="https://bad.example.com/login").get_json()["scan_id"]
    browser = site.app.test_client()
    browser.get(f"/sign-in/{site.services.access.create_sign_in_code(Role.ANALYST)}")
    for path in ("/scans", f"/scans/{scan_id}"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "bad[.]example[.]com" in answer.get_data(as_text=True)
        assert 'href="https://bad' not in answer.get_data(as_text=True)
