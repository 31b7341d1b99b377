"""Links inside files: judged with everything else that is known, and never more than suspicious for the file."""

from __future__ import annotations

from sqlalchemy import select

from app.engine.links.reputation import Hit
from app.engine.model import Verdict
from app.sandbox import samples
from app.tickets.lists import EntryKind, Side
from app.tickets.tables import verdict_cache
from tests.unit.engine.pictures import code, saved

BAD = "https://bad.example/login"
PHISHING = Hit("Night Watch", "phishing", 100, "bad.example/")
PDF = ("letter.pdf", samples.pdf(f"Please sign in at {BAD} today"), "application/pdf")
HARMLESS = ("letter.pdf", samples.pdf("Please sign in at https://good.example/login today"), "application/pdf")


def scanned(house, file):
    ticket = house.tenant.add_ticket("Letter", "See the file.", [file])
    house.notice(ticket.id)
    house.run()
    return next(scan for scan in reversed(house.scans) if scan.kind == "attachment"), ticket.id


def test_a_listed_link_makes_its_file_suspicious_and_says_why(house):
    house.known.lists(PHISHING)
    scan, ticket_id = scanned(house, PDF)
    assert scan.verdict == "suspicious"
    [finding] = [each for each in scan.findings if each["id"] == "link.malicious"]
    assert finding["title"] == "Contains a link that is dangerous: Listed by Night Watch as phishing"
    assert finding["where"].startswith("letter.pdf")
    assert [(link["url"], link["verdict"]) for link in scan.urls] == [(BAD, "malicious")]
    assert scan.urls[0]["reasons"] == ["Listed by Night Watch as phishing"]
    assert house.notes(ticket_id) == []


def test_the_same_file_with_another_link_is_clean(house):
    house.known.lists(PHISHING)
    scan, _ = scanned(house, HARMLESS)
    assert scan.verdict == "clean"
    assert [link["verdict"] for link in scan.urls] == ["clean"]


def test_a_feed_that_changes_is_heard_although_the_file_is_remembered(house):
    assert scanned(house, PDF)[0].verdict == "clean"
    house.known.lists(PHISHING)
    assert scanned(house, PDF)[0].verdict == "suspicious"
    with house.services.database.read() as connection:
        assert len(connection.execute(select(verdict_cache.c.key)).all()) == 1


def test_a_persons_verdict_on_a_link_holds_inside_files_too(house):
    ticket = house.tenant.add_ticket("Link", BAD)
    house.notice(ticket.id)
    house.run()
    house.services.verdicts.by_person(house.scans[0].id, Verdict.MALICIOUS, reason="Phishing", actor="Ada")
    scan, _ = scanned(house, PDF)
    assert scan.verdict == "suspicious"
    assert "link.blocked" in [finding["id"] for finding in scan.findings]


def test_an_allowed_link_is_none(house):
    house.known.lists(PHISHING)
    house.services.lists.add(Side.ALLOW, EntryKind.HOST, "bad.example", actor="Ada")
    assert scanned(house, PDF)[0].verdict == "clean"


def test_a_code_for_cameras_with_a_listed_link_says_that_it_is_one(house):
    house.known.lists(PHISHING)
    scan, _ = scanned(house, ("poster.png", saved(code(BAD)), "image/png"))
    assert scan.verdict == "suspicious"
    titles = [finding["title"] for finding in scan.findings]
    assert "Contains a code for cameras with a link that is dangerous: Listed by Night Watch as phishing" in titles


def test_a_code_for_cameras_with_another_link_is_clean(house):
    house.known.lists(PHISHING)
    assert scanned(house, ("poster.png", saved(code("https://good.example/menu")), "image/png"))[0].verdict == "clean"
