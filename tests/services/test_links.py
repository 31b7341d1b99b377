"""Links of comments: who decides about them, what is kept, and one note for any number of them."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from app.engine.links.reputation import Hit
from app.engine.model import Verdict
from app.tickets.lists import EntryKind, Side
from app.tickets.tables import list_entries, tickets

BAD = "https://bad.example/login"
PHISHING = Hit("Night Watch", "phishing", 100, "bad.example/")


def ticket_with(house, text, **more):
    ticket = house.tenant.add_ticket("Question", text, **more)
    house.notice(ticket.id)
    house.run()
    return ticket.id


def block(house, value, kind=EntryKind.DOMAIN, side=Side.BLOCK, **more):
    return house.services.lists.add(side, kind, value, actor="Ada", **more)[0]


def only_link(house):
    [scan] = [scan for scan in house.scans if scan.kind == "url"]
    return scan


def test_a_listed_link_gets_one_note_and_one_mail_and_stays_in_the_comment(house):
    house.known.lists(PHISHING)
    ticket_id = ticket_with(house, f"Please sign in at {BAD} today")
    link = only_link(house)
    assert (link.verdict, link.verdict_by, link.url) == ("malicious", "engine", BAD)
    assert link.findings[0]["title"] == "Listed by Night Watch as phishing"
    [note] = house.notes(ticket_id)
    assert "Deskwarden found 1 dangerous link in this ticket. Do not open it." in note["html_body"]
    assert "hxxps://bad[.]example/login" in note["html_body"]
    assert "Listed by Night Watch as phishing" in note["html_body"]
    [mail] = house.mails
    assert "hxxps://bad[.]example/login" in mail.text
    assert BAD in house.tenant.comments(ticket_id)[0]["body"]


def test_what_decided_is_kept_with_the_decision(house):
    house.known.lists(PHISHING)
    ticket_with(house, BAD)
    [decision] = house.decisions
    assert decision.feeds_version == house.known.version()
    assert decision.policy_version


def test_no_address_in_note_or_mail_can_be_clicked(house):
    house.known.lists(PHISHING)
    ticket_id = ticket_with(house, "https://bad.example/a.b@c.com?u=http://more.example/x")
    [note] = house.notes(ticket_id)
    written = re.sub(r'<a href="http://127\.0\.0\.1:8080/scans/\d+"[^>]*>Open the details</a>', "", note["html_body"])
    assert "href" not in written
    assert "://bad.example" not in written + house.mails[0].text
    assert 'href="https://bad' not in house.mails[0].html


@pytest.mark.parametrize(
    ("sides", "verdict", "by"),
    [
        ((), "malicious", "engine"),
        (("allow",), "clean", "list"),
        (("allow", "block"), "malicious", "list"),
        (("block",), "malicious", "list"),
    ],
)
def test_block_comes_before_allow_and_allow_before_the_engine(house, sides, verdict, by):
    house.known.lists(PHISHING)
    for side in sides:
        block(house, "bad.example", side=Side(side))
    ticket_with(house, BAD)
    assert (only_link(house).verdict, only_link(house).verdict_by) == (verdict, by)


def test_a_person_comes_before_the_lists(house):
    ticket_with(house, BAD)
    house.services.verdicts.by_person(only_link(house).id, Verdict.CLEAN, reason="Ours", actor="Ada")
    block(house, "bad.example")
    ticket_with(house, BAD)
    assert [(scan.verdict, scan.verdict_by) for scan in house.scans] == [("clean", "person")] * 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EntryKind.URL, BAD),
        (EntryKind.HOST, "bad.example"),
        (EntryKind.DOMAIN, "example"),
        (EntryKind.PATTERN, "*.bad.example/log*"),
        (EntryKind.PATTERN, "*/login*"),
    ],
)
def test_every_kind_of_entry_decides_and_counts_its_hits(house, kind, value):
    entry = block(house, value, kind)
    ticket_with(house, f"{BAD} and https://good.test/")
    assert {scan.url: scan.verdict for scan in house.scans} == {BAD: "malicious", "https://good.test/": "clean"}
    [row] = house.rows(list_entries)
    assert (row.id, row.hits) == (entry.id, 1)
    assert row.last_hit_at == pytest.approx(house.clock(), abs=60)


def test_reading_a_comment_again_counts_no_hit_twice(house):
    block(house, "bad.example")
    ticket_id = ticket_with(house, BAD)
    with house.services.database.write() as connection:
        connection.execute(update(tickets).values(last_comment_id=0))
    house.notice(ticket_id)
    house.run()
    assert house.rows(list_entries)[0].hits == 1
    assert len(house.notes(ticket_id)) == 1


def test_the_links_in_our_own_note_are_not_told_of_again(house):
    block(house, "bad.example")
    ticket_id = ticket_with(house, BAD)
    for text in ("Any news?", "Hello?"):
        house.tenant.add_comment(ticket_id, text)
        house.notice(ticket_id)
        house.run()
    assert len(house.notes(ticket_id)) == 1
    assert len(house.mails) == 1


def test_a_copy_of_our_note_in_a_customers_comment_is_judged_like_any_text(house):
    block(house, "bad.example")
    ticket_id = ticket_with(house, BAD)
    [note] = house.notes(ticket_id)
    house.tenant.add_comment(ticket_id, "x", html=note["html_body"])
    house.notice(ticket_id)
    house.run()
    assert len([scan for scan in house.scans if scan.verdict == "malicious"]) == 2


def test_a_wrapped_link_is_judged_by_what_it_leads_to(house):
    block(house, "bad.example")
    wrapped = "https://www.google.com/url?q=https%3A%2F%2Fbad.example%2Flogin&sa=D"
    block(house, "google.com", side=Side.ALLOW)
    ticket_with(house, wrapped)
    assert only_link(house).verdict == "malicious"


@pytest.mark.parametrize("house", ["sqlite"], indirect=True)
def test_a_comment_of_ten_thousand_links_ends_in_one_bounded_note(house):
    block(house, "bad.example")
    text = " ".join(f"bad.example/{number:x}" for number in range(2_000))
    html = "<p>" + " ".join(f'<a href="http://bad.example/{number:x}">x</a>' for number in range(10_000)) + "</p>"
    ticket = house.tenant.add_ticket("Many", text, html=html)
    house.notice(ticket.id)
    house.run()
    links = [scan for scan in house.scans if scan.kind == "url"]
    assert len(links) == 10_000
    [note] = house.notes(ticket.id)
    assert len(note["html_body"].encode()) < 64_000
    assert "10,000 dangerous links" in note["html_body"]
    assert "and 9,980 more" in note["html_body"]
    assert len(house.mails) == 1
    assert house.rows(list_entries)[0].hits == 10_000


def test_what_is_over_the_limit_is_unknown_and_never_clean(house, monkeypatch):
    from app.tickets.service import seen_links

    monkeypatch.setattr(seen_links, "MOST_LINKS", 5)
    ticket_with(house, " ".join(f"https://site{number}.test/" for number in range(9)))
    verdicts = [(scan.verdict, scan.state) for scan in house.scans]
    assert verdicts.count(("clean", "done")) == 5
    assert verdicts.count(("unknown", "failed")) == 1


def test_a_harmless_link_costs_one_call_and_leaves_no_trace(house):
    ticket = house.tenant.add_ticket("Hi", "See https://www.example.org/help")
    before = len(house.tenant.calls())
    house.notice(ticket.id)
    house.run()
    calls = [call for call in house.tenant.calls()[before:] if call.path.startswith("/api/")]
    assert len(calls) == 1
    assert house.notes(ticket.id) == []
