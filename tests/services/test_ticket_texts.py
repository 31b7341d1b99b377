"""Links in subjects and text fields are judged from the export of ticket events, without a call for the ticket."""

from __future__ import annotations

import pytest

from app.tickets.lists import EntryKind, Side

BAD = "https://bad.example/login"


@pytest.fixture
def house(house):
    house.tenant.switches.incremental_lag_seconds = 0
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="Ada")
    return house


def reconciled(house):
    house.clock.skip(60)
    house.services.reconciler.run(1)
    house.run()


def bad_ones(house):
    return [scan for scan in house.scans if scan.verdict == "malicious"]


def test_a_link_in_the_subject_gets_a_note_that_says_where_it_stands(house):
    ticket = house.tenant.add_ticket(f"Urgent {BAD}", "Hello")
    reconciled(house)
    [scan] = bad_ones(house)
    assert (scan.kind, scan.ticket_id, scan.comment_id, scan.url) == ("url", ticket.id, None, BAD)
    [note] = house.notes(ticket.id)
    assert "Where: the ticket&#x27;s subject" in note["html_body"] or "Where: the ticket's subject" in note["html_body"]
    assert len(house.mails) == 1


def test_a_link_in_a_text_field_is_judged(house):
    ticket = house.tenant.add_ticket("Order", "Hello", custom={360001: f"see {BAD}", 360002: 17, 360003: None})
    reconciled(house)
    [note] = house.notes(ticket.id)
    assert "field 360001" in note["html_body"]


def test_a_field_that_changes_without_a_comment_is_judged(house):
    ticket = house.tenant.add_ticket("Order", "Hello")
    reconciled(house)
    assert bad_ones(house) == []
    house.tenant.state.update_ticket(ticket.id, house.tenant.customers[0], {"subject": f"Now {BAD}"})
    reconciled(house)
    assert len(house.notes(ticket.id)) == 1


def test_what_was_told_is_not_told_again_when_the_export_repeats_it(house):
    ticket = house.tenant.add_ticket(f"Urgent {BAD}", "Hello")
    for _ in range(3):
        reconciled(house)
    assert len(bad_ones(house)) == 1
    assert len(house.notes(ticket.id)) == 1


def test_a_harmless_subject_costs_no_call_for_its_ticket(house):
    ticket = house.tenant.add_ticket("See https://www.example.org/", "Hello")
    reconciled(house)
    calls = [call.path for call in house.tenant.calls() if f"/tickets/{ticket.id}" in call.path]
    assert [path for path in calls if not path.endswith("/comments")] == []
    assert [scan.url for scan in house.scans] == ["https://www.example.org/"]


def test_a_subject_cannot_be_redacted_and_the_note_says_so(house):
    from app.findings.policy import LinkPolicy

    house.services.connections.choose_links("acme", LinkPolicy.REDACT)
    ticket = house.tenant.add_ticket(f"Urgent {BAD}", "Hello")
    reconciled(house)
    [note] = house.notes(ticket.id)
    assert "Zendesk cannot redact a ticket" in note["html_body"]
    assert "Do not open it" in note["html_body"]
