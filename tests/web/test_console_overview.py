"""The start page, and the same figures by the API."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from app.access.roles import Role
from app.tickets.tables import comments
from tests.builders import NOON, a_connection, a_decision, a_finding, a_scan, an_action
from tests.web.pages import browser_of, page, text


@pytest.fixture
def viewer(site):
    return browser_of(site, Role.VIEWER)


@pytest.fixture
def busy(site):
    """A day with a malicious file that was taken out after 12 seconds, and was a false alarm."""
    database = site.database
    owner = a_connection(database)
    where = {"connection_id": owner, "comment_id": 500}
    scan = a_scan(database, **where, verdict="malicious", findings=[a_finding(id="office.macro")])
    decision = a_decision(database, **where, scan_id=scan, decided_at=NOON - 50)
    an_action(database, **where, scan_id=scan, decision_id=decision, finished_at=NOON - 48)
    with database.write() as connection:
        connection.execute(insert(comments).values(**where, ticket_id=1, seen_at=NOON - 59, created_at=NOON - 60))
    a_decision(
        database, **where, scan_id=scan, verdict="clean", verdict_by="person", effect="release", decided_at=NOON - 9
    )
    site.services.counting.run()


def test_signing_in_leads_to_the_overview(site, viewer):
    assert viewer.get("/").headers["Location"] == "/overview"


def test_before_anything_came_in_the_page_is_whole(viewer):
    found = text(page(viewer.get("/overview")))
    assert "Nothing was counted yet" in found
    assert "deskwarden connect" in found


def test_the_overview_tells_what_happened(busy, viewer):
    found = text(page(viewer.get("/overview")))
    for words in ("Scanned 1", "Caught 1", "Given back 1", "12 s", "100 %", "office.macro", "1 of 1 judged clean"):
        assert words in found


@pytest.mark.parametrize("span", ["24h", "7d", "30d"])
def test_every_chart_is_named_and_its_numbers_stand_below_it(busy, viewer, span):
    document = page(viewer.get(f"/overview?span={span}"))
    for chart in document.css("svg[role=img]"):
        for part in (chart.attributes["aria-labelledby"] or "").split():
            named = document.css_first(f"#{part}")
            assert named is not None
            assert named.text().strip()
    cells = [cell.text() for cell in document.css(".numbers td")]
    assert cells.count("1") == 1


def test_the_overview_is_about_one_connection_when_asked(site, busy, viewer):
    a_connection(site.database, name="other")
    assert "Scanned 0" in text(page(viewer.get("/overview?connection=other")))


@pytest.mark.parametrize("query", ["span=century", "connection=nobody", "span=24h&span=7d"])
def test_an_old_bookmark_shows_the_usual(viewer, query):
    page(viewer.get(f"/overview?{query}"))


def test_a_hundred_rules_and_tenants_do_not_break_the_page(site, viewer):
    for number in range(30):
        owner = a_connection(site.database, name=f"a-tenant-with-a-rather-long-name-{number}")
        scan = a_scan(site.database, connection_id=owner, findings=[a_finding(id=f"rule.{number}")])
        a_decision(site.database, connection_id=owner, scan_id=scan, verdict="unknown", effect="nothing")
        a_decision(site.database, connection_id=owner, scan_id=scan, verdict="clean", verdict_by="person")
    site.services.counting.run()
    assert len(viewer.get("/overview?span=30d").data) < 150_000


def test_the_api_tells_the_same(site, busy):
    answer = site.get("/statistics?span=7d&connection=acme").get_json()
    period = answer["period"]
    assert (period["scanned"], period["caught"], period["released"]) == (1, 1, 1)
    assert period["seconds_to_redaction_p50"] == pytest.approx(12, rel=0.05)
    assert period["false_alarms"] == [{"rule": "office.macro", "count": 1, "of": 1}]
    assert answer["call_budgets"] == [{"connection": "acme", "limit": None, "remaining": None}]
    assert answer["scans"]["total"] == 1


def test_the_api_refuses_what_does_not_fit(site):
    assert site.get("/statistics?span=century").status_code == 422
    assert site.get("/statistics?connection=nobody").status_code == 404
