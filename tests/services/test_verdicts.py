"""What a person's verdict orders depends on where the file is now."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.errors import Rejected
from app.sandbox import samples
from app.tickets.lists import EntryKind, Side

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")


@pytest.fixture
def ticket_id(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.notice(ticket.id)
    return ticket.id


def decide(house, verdict):
    return house.services.verdicts.by_person(house.scans[0].id, verdict, reason="", actor="Ada")


def names(house, ticket_id):
    return [file["file_name"] for comment in house.tenant.comments(ticket_id) for file in comment["attachments"]]


def test_calling_a_quarantined_file_malicious_tells_nobody_again(house, ticket_id):
    house.run()
    assert decide(house, Verdict.MALICIOUS)
    house.run()
    assert len(house.notes(ticket_id)) == len(house.mails) == 1
    assert house.scans[0].verdict_by == "person"


def test_a_clean_verdict_before_anything_was_done_leaves_the_file_alone(house, ticket_id):
    house.services.relay.new_calls()
    while not house.scans or house.scans[0].finished_at is None:
        job, _, ids = house.queue.waiting.pop(0)
        house.queue.handlers[job](**ids)
    assert decide(house, Verdict.CLEAN)
    house.run()
    assert names(house, ticket_id) == ["invoice.com"]
    assert house.notes(ticket_id) == []
    assert house.mails == []


def test_a_clean_verdict_where_zendesk_refused_the_redaction_gives_nothing_back(house, ticket_id):
    house.tenant.bot.may_redact = False
    house.run()
    told = len(house.mails)
    decide(house, Verdict.CLEAN)
    house.run()
    assert names(house, ticket_id) == ["invoice.com"]
    assert len(house.mails) == told


def test_a_refused_redaction_is_tried_again_when_a_person_says_malicious(house, ticket_id):
    house.tenant.bot.may_redact = False
    house.run()
    house.tenant.bot.may_redact = True
    decide(house, Verdict.MALICIOUS)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt"]
    assert house.scans[0].state == "quarantined"


def test_malicious_taken_back_before_it_was_done_gives_no_second_copy(house, ticket_id):
    house.run()
    decide(house, Verdict.CLEAN)
    house.run()
    decide(house, Verdict.MALICIOUS)
    decide(house, Verdict.CLEAN)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt", "invoice.com"]


def test_an_unfinished_scan_takes_no_verdict(house, ticket_id):
    house.services.relay.new_calls()
    job, _, ids = house.queue.waiting.pop(0)
    house.queue.handlers[job](**ids)
    with pytest.raises(Rejected) as refusal:
        decide(house, Verdict.CLEAN)
    assert refusal.value.code == "not-finished"


def test_a_link_that_was_told_of_is_not_told_again(house):
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada")
    ticket = house.tenant.add_ticket("Hi", "http://phish.example/login", [])
    house.notice(ticket.id)
    house.run()
    decide(house, Verdict.MALICIOUS)
    house.run()
    assert len(house.notes(ticket.id)) == 1


def test_an_inline_image_is_a_file_and_no_link(house):
    ticket = house.tenant.add_ticket("Hi", "Look", [], inline=[("a.png", samples.png(8, 8), "image/png")])
    house.notice(ticket.id)
    house.run()
    assert [scan.kind for scan in house.scans] == ["attachment"]


def test_what_a_person_stops_at_the_last_moment_is_not_sent(house, ticket_id, monkeypatch):
    actor = house.services.actor
    looked_up = actor._due

    def overruled_meanwhile(desk):
        due = looked_up(desk)
        if any(action.kind == "redact" and action.state == "planned" for action in due):
            decide(house, Verdict.CLEAN)
        return due

    monkeypatch.setattr(actor, "_due", overruled_meanwhile)
    house.run()
    assert names(house, ticket_id) == ["invoice.com"]
    assert not any("redact" in call for call in house.writes())
    assert house.mails == []
