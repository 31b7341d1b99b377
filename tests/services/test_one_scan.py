"""One scan in depth: what is foretold is what happens, and the same is found wherever it was seen."""

from __future__ import annotations

import pytest

from app.access.roles import Role
from app.engine.model import Verdict
from app.findings.policy import Effect
from app.sandbox import samples
from tests.builders import NOON, a_connection, a_decision, a_notice, a_scan, an_action

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")
SHA256 = "5" * 64


@pytest.fixture
def one_scan(house):
    return house.services.one_scan


@pytest.fixture
def database(house):
    return house.services.database


def given(house, scan_id, verdict):
    """Give a verdict; return what it ordered."""
    house.services.verdicts.by_person(scan_id, verdict, reason="", actor="Ada")
    return Effect(house.services.one_scan.decided(scan_id)["effect"])


def foretold(house, scan_id, verdict):
    return house.services.one_scan.effects(scan_id, Role.ANALYST, verdict).orders


# ── what a verdict would do ────────────────────────────────────────────────


def test_what_is_foretold_of_a_file_is_what_is_ordered(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.notice(ticket.id)
    house.run()
    scan_id = house.scans[0].id
    for verdict in (Verdict.CLEAN, Verdict.MALICIOUS, Verdict.CLEAN):
        told = foretold(house, scan_id, verdict)
        assert told is not Effect.NOTHING
        assert told is given(house, scan_id, verdict)
        house.run()


def test_the_note_is_foretold_as_the_agent_reads_it(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.notice(ticket.id)
    house.run()
    scan_id = house.scans[0].id
    [(_, note), _] = house.services.one_scan.outlook(scan_id, Role.ANALYST)
    given(house, scan_id, Verdict.CLEAN)
    house.run()
    written = house.tenant.comments(ticket.id)[-1]
    assert note.splitlines()[0] in written["plain_body"]
    assert "invoice.com" in note


def test_what_is_foretold_of_any_scan_is_what_is_ordered(house, database):
    link = {"kind": "url", "url": "https://x.test/", "sha256": None}
    nowhere = {"kind": "upload", "ticket_id": None, "comment_id": None, "attachment_id": None}
    for scan in (
        {"verdict": "clean"},
        {"verdict": "suspicious"},
        {"verdict": "malicious", "state": "quarantined"},
        {"verdict": "malicious", "verdict_by": "list"},
        {"verdict": "suspicious", **link},
        {"verdict": "malicious", **link},
        {"verdict": "unknown", **nowhere},
    ):
        for verdict in (Verdict.CLEAN, Verdict.MALICIOUS):
            scan_id = a_scan(database, **scan)
            if scan.get("state") == "quarantined":
                an_action(database, scan_id=scan_id, kind="redact", decision_id=a_decision(database, scan_id))
            assert foretold(house, scan_id, verdict) is given(house, scan_id, verdict)


def test_an_unknown_scan_has_no_effects(one_scan):
    assert one_scan.effects(99_999, Role.ANALYST, Verdict.CLEAN) is None
    assert one_scan.sightings(99_999, Role.ANALYST) is None
    assert one_scan.same_host(99_999, Role.ANALYST) == []


def test_that_a_ticket_is_closed_is_known_from_its_refusal(one_scan, database):
    scan = a_scan(database, verdict="malicious")
    notice = a_notice(database)
    a_decision(database, scan, notice_id=notice)
    an_action(
        database,
        kind="note",
        notice_id=notice,
        state="failed",
        error="The ticket is closed, so no note is possible there.",
    )
    told = one_scan.effects(scan, Role.ANALYST, Verdict.MALICIOUS)
    assert any("The ticket is closed, so" in line.text for line in told.lines)


# ── where else ─────────────────────────────────────────────────────────────


def test_the_same_content_is_found_in_other_tickets_newest_first(one_scan, database):
    first = a_scan(database, sha256=SHA256, created_at=NOON - 60)
    others = [a_scan(database, sha256=SHA256, ticket_id=number, created_at=NOON + number) for number in range(2, 5)]
    a_scan(database)
    seen = one_scan.sightings(first, Role.ANALYST)
    assert [each["id"] for each in seen.results] == others[::-1]
    assert (seen.count, seen.next) == (3, None)
    assert (seen.first_at[:16], seen.last_at[:19]) == ("2026-11-21T11:59", "2026-11-21T12:00:04")


def test_sightings_come_in_pages(one_scan, database):
    first, *others = [a_scan(database, sha256=SHA256) for _ in range(6)]
    page = one_scan.sightings(first, Role.ANALYST, None, 3)
    rest = one_scan.sightings(first, Role.ANALYST, page.next, 3)
    assert [each["id"] for each in (*page.results, *rest.results)] == others[::-1]
    assert rest.next is None


def test_only_an_analyst_sees_other_connections(one_scan, database):
    here = a_scan(database, sha256=SHA256)
    there = a_scan(database, sha256=SHA256, connection_id=a_connection(database, name="globex"))
    assert [each["id"] for each in one_scan.sightings(here, Role.ANALYST).results] == [there]
    seen = one_scan.sightings(here, Role.VIEWER)
    assert (seen.results, seen.count, seen.hidden) == ((), 0, True)


def test_a_link_is_found_in_comments_and_inside_files(one_scan, database):
    def link(url, **more):
        return a_scan(database, kind="url", name=url, url=url, sha256=None, **more)

    url = 'https://evil.test:8443/a"b?x=1'
    first, again = link(url), link(url)
    inside = a_scan(database, urls=[{"raw": "x", "url": url, "where": "a", "verdict": "clean", "reasons": []}])
    neighbour = link("https://evil.test/other")
    link("https://other.test/")
    assert [each["id"] for each in one_scan.sightings(first, Role.ANALYST).results] == [inside, again]
    assert [each["id"] for each in one_scan.same_host(first, Role.ANALYST)] == [neighbour]


@pytest.mark.parametrize("url", ["https://[::1]/a", "https://[bad", "mailto:x", ""])
def test_an_address_of_any_form_is_looked_for(one_scan, database, url):
    scan = a_scan(database, kind="url", name=url, url=url, sha256=None)
    assert one_scan.sightings(scan, Role.ANALYST).results == ()
    assert one_scan.same_host(scan, Role.ANALYST) == []


def test_a_file_that_was_never_had_is_like_no_other(one_scan, database):
    first, _ = (a_scan(database, sha256=None) for _ in range(2))
    assert one_scan.sightings(first, Role.ANALYST).results == ()


# ── what was done ──────────────────────────────────────────────────────────


def test_deeds_tell_of_the_scan_and_of_what_was_told_of_it(one_scan, database):
    scan, other = a_scan(database), a_scan(database)
    notice = a_notice(database)
    decision = a_decision(database, scan, notice_id=notice)
    redacted = an_action(database, scan_id=scan, decision_id=decision, detail={"targets": []})
    noted = an_action(database, kind="note", notice_id=notice)
    an_action(database, scan_id=other)
    assert [each["id"] for each in one_scan.deeds(scan)] == [redacted, noted]
