"""From a webhook call to a redacted file, a note and a mail; and back again."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.sandbox import samples

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")


def scan_of(house, name):
    [scan] = [scan for scan in house.scans if scan.name == name]
    return scan


def shown_names(house, ticket_id):
    return [file["file_name"] for comment in house.tenant.comments(ticket_id) for file in comment["attachments"]]


def quarantined(house, *files, text="Please see the file."):
    ticket = house.tenant.add_ticket("Invoice", text, files or [EICAR])
    house.notice(ticket.id)
    house.run()
    return ticket.id


def test_a_malicious_file_leaves_the_ticket_with_one_note_and_one_mail(house):
    ticket_id = quarantined(house)
    scan = scan_of(house, "invoice.com")
    assert (scan.verdict, scan.verdict_by, scan.state) == ("malicious", "engine", "quarantined")
    assert shown_names(house, ticket_id) == ["redacted.txt"]
    [note] = house.notes(ticket_id)
    assert scan.sha256 in note["html_body"]
    assert f"/scans/{scan.id}" in note["html_body"]
    [mail] = house.mails
    assert mail.recipients == ["security@company.example"]
    assert scan.sha256 in mail.text


def test_the_original_lies_in_quarantine_and_is_whole(house):
    quarantined(house)
    name, content = house.services.files.open(scan_of(house, "invoice.com").id)
    assert (name, b"".join(content)) == ("invoice.com", samples.eicar())


def test_clean_files_and_links_leave_no_trace_in_the_ticket(house):
    house.tenant.calls().clear()
    ticket_id = quarantined(
        house, ("report.pdf", samples.pdf("All is well"), "application/pdf"), text="See https://www.example.org/help"
    )
    assert {(scan.kind, scan.verdict, scan.state) for scan in house.scans} == {
        ("attachment", "clean", "done"),
        ("url", "clean", "done"),
    }
    assert house.notes(ticket_id) == []
    assert house.mails == []


def test_one_note_covers_all_files_of_a_comment(house):
    ticket_id = quarantined(
        house, EICAR, ("second.zip", samples.zip_of({"inner.com": samples.eicar()}), "application/zip")
    )
    [note] = house.notes(ticket_id)
    assert "invoice" in note["html_body"]
    assert "second.zip" in note["html_body"]
    assert len(house.mails) == 1
    assert sum("/redact" in call for call in house.writes()) == 2


def test_repeated_calls_change_nothing(house):
    ticket_id = quarantined(house)
    before = house.writes()
    for _ in range(3):
        house.notice(ticket_id)
        house.run()
    assert house.writes() == before
    assert len(house.mails) == 1


def test_a_clean_ticket_with_one_file_costs_one_call_beside_the_download(house):
    ticket = house.tenant.add_ticket("Hi", "Hello", [("a.pdf", samples.pdf("x"), "application/pdf")])
    before = len(house.tenant.calls())
    house.notice(ticket.id)
    house.run()
    calls = house.tenant.calls()[before:]
    api = [call for call in calls if call.path.startswith("/api/") or call.path.startswith("/oauth/")]
    assert [f"{call.method} {call.path}" for call in api if "oauth" not in call.path] == [
        f"GET /api/v2/tickets/{ticket.id}/comments"
    ]


def test_a_quarantine_costs_at_most_six_calls(house):
    ticket = house.tenant.add_ticket("Hi", "Hello", [EICAR])
    before = len(house.tenant.calls())
    house.notice(ticket.id)
    house.run()
    api = [call for call in house.tenant.calls()[before:] if call.path.startswith("/api/")]
    assert len(api) <= 6, [f"{call.method} {call.path}" for call in api]


def test_a_clean_verdict_of_a_person_gives_the_original_back(house):
    ticket_id = quarantined(house)
    scan = scan_of(house, "invoice.com")
    assert house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="Known", actor="Ada")
    house.run()
    notes = house.notes(ticket_id)
    assert len(notes) == 2
    [file] = notes[-1]["attachments"]
    assert file["file_name"] == "invoice.com"
    assert scan_of(house, "invoice.com").state == "released"
    assert len(house.mails) == 2
    # What we gave back comes around again and is not taken away.
    house.notice(ticket_id)
    house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt", "invoice.com"]
    assert len(house.notes(ticket_id)) == 2


def test_a_verdict_that_stands_already_does_nothing(house):
    quarantined(house)
    scan = scan_of(house, "invoice.com")
    assert house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    before = house.writes()
    assert not house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    assert house.writes() == before


def test_clean_then_malicious_then_clean_again_is_three_deeds(house):
    ticket_id = quarantined(house)
    scan = scan_of(house, "invoice.com")
    for verdict in (Verdict.CLEAN, Verdict.MALICIOUS, Verdict.CLEAN):
        assert house.services.verdicts.by_person(scan.id, verdict, reason="", actor="Ada")
        house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt", "redacted.txt", "invoice.com"]
    assert len(house.notes(ticket_id)) == 4
    assert len(house.mails) == 4


def test_a_person_can_quarantine_what_was_clean(house):
    ticket_id = quarantined(house, ("list.txt", b"nothing special", "text/plain"))
    [scan] = house.scans
    assert scan.verdict == "clean"
    house.services.verdicts.by_person(scan.id, Verdict.MALICIOUS, reason="Leaked list", actor="Ada")
    house.run()
    assert shown_names(house, ticket_id) == ["redacted.txt"]
    assert len(house.notes(ticket_id)) == len(house.mails) == 1
    _, content = house.services.files.open(scan.id)
    assert b"".join(content) == b"nothing special"


def test_equal_content_later_inherits_the_verdict_of_a_person(house):
    quarantined(house)
    scan = scan_of(house, "invoice.com")
    house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="", actor="Ada")
    house.run()
    ticket_id = quarantined(house, ("again.com", samples.eicar(), "application/octet-stream"))
    later = scan_of(house, "again.com")
    assert (later.verdict, later.verdict_by) == ("clean", "person")
    assert shown_names(house, ticket_id) == ["again.com"]


def test_a_closed_ticket_is_redacted_the_other_way_and_only_the_mail_tells(house):
    ticket = house.tenant.add_ticket("Old", "See file", [EICAR])
    house.tenant.close(ticket.id)
    house.notice(ticket.id)
    house.run()
    assert shown_names(house, ticket.id) == ["redacted.txt"]
    assert house.notes(ticket.id) == []
    [mail] = house.mails
    assert "closed" in mail.text
    assert any("comment_redactions" in call for call in house.writes())


def test_where_no_way_is_open_the_scan_and_the_mail_say_so_and_nothing_is_lost(house):
    house.tenant.bot.may_redact = False
    ticket_id = quarantined(house)
    scan = scan_of(house, "invoice.com")
    assert (scan.verdict, scan.state) == ("malicious", "failed")
    assert scan.reason
    assert shown_names(house, ticket_id) == ["invoice.com"]
    [mail] = house.mails
    assert "not" in mail.text
    _, content = house.services.files.open(scan.id)
    assert b"".join(content) == samples.eicar()


def test_a_customers_file_named_redacted_txt_is_not_taken_for_a_redacted_one(house):
    ticket_id = quarantined(house, ("redacted.txt", samples.eicar(), "text/plain"))
    assert sum("/redact" in call for call in house.writes()) == 1
    [file] = house.tenant.comments(ticket_id)[0]["attachments"]
    assert file["size"] != len(samples.eicar())
    assert scan_of(house, "redacted.txt").state == "quarantined"


def test_a_blocked_link_gets_a_defanged_note_and_a_mail(house):
    from app.tickets.lists import EntryKind, Side

    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="Ada")
    ticket = house.tenant.add_ticket("Hi", "Sign in at http://phish.example/login now", [])
    house.notice(ticket.id)
    house.run()
    [note] = house.notes(ticket.id)
    assert "hxxp" in note["html_body"]
    assert "http://phish.example" not in note["html_body"]
    [mail] = house.mails
    assert "http://phish.example" not in mail.text + mail.html


def test_a_vanished_ticket_ends_quietly(house):
    house.notice(999_999_999)
    house.run()
    from app.tickets.tables import inbox

    [call] = house.rows(inbox)
    assert call.done_at is not None
    assert "gone" in call.outcome


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\u202eexe.doc", "nul\x07.com", "x" * 240 + ".com"])
def test_hostile_names_are_told_harmlessly(house, name):
    ticket_id = quarantined(house, (name, samples.eicar(), "application/octet-stream"))
    [note] = house.notes(ticket_id)
    assert "\u202e" not in note["html_body"]
    assert shown_names(house, ticket_id) == ["redacted.txt"]


def test_the_name_of_a_file_in_our_own_note_is_no_link(house):
    ticket_id = quarantined(house, ("a.zip", samples.zip_of({"inner.com": samples.eicar()}), "application/zip"), EICAR)
    house.notice(ticket_id)
    house.run()
    assert len(house.notes(ticket_id)) == 1
    assert {scan.kind for scan in house.scans} == {"attachment"}
