"""Each deed is done once, whatever breaks between the order and the answer."""

from __future__ import annotations

import threading

import pytest

from app.adapters.mail import SmtpMailer
from app.adapters.vault import FileVault
from app.adapters.zendesk import ZendeskClient
from app.engine.model import Verdict
from app.sandbox import samples
from app.sandbox.server import Sandbox
from app.tickets.service import redacting
from app.tickets.tables import tickets
from tests.house import House
from tests.services.crash import Killed, killed_at

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")
NOTE = r"/api/v2/tickets/\d+$"
REDACTION = "/redact$|/comment_redactions/"
LISTING = r"/tickets/\d+/comments$"


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(redacting, "VISIBLE_SECONDS", 0.0)


@pytest.fixture
def ticket_id(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.notice(ticket.id)
    return ticket.id


def names(house, ticket_id):
    return [file["file_name"] for comment in house.tenant.comments(ticket_id) for file in comment["attachments"]]


def redactions(house):
    return [call for call in house.writes() if "redact" in call]


def decide(house, verdict):
    return house.services.verdicts.by_person(house.scans[0].id, verdict, reason="", actor="Ada")


def assert_quarantined_once(house, ticket_id):
    assert names(house, ticket_id) == ["redacted.txt"]
    assert len(redactions(house)) == 1
    assert len(house.notes(ticket_id)) == 1
    assert len(house.mails) == 1
    assert house.scans[0].state == "quarantined"
    assert {action.state for action in house.actions} == {"done"}


# -- killed between any two steps


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["redact_attachment", "comments", "ticket", "add_note"])
def test_a_worker_killed_during_a_quarantine_leaves_one_of_everything(house, ticket_id, step, after):
    owner = ZendeskClient
    house.services.relay.new_calls()
    while not house.actions:
        job, _, ids = house.queue.waiting.pop(0)
        house.queue.handlers[job](**ids)
    with killed_at(house, owner, step, after=after):
        house.run()
    house.run()
    assert_quarantined_once(house, ticket_id)


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_killed_while_it_reads_the_ticket_misses_nothing(house, ticket_id, after):
    with killed_at(house, ZendeskClient, "comments", after=after):
        house.run()
    house.services.sweep.run()
    house.run()
    assert_quarantined_once(house, ticket_id)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["store", "verify"])
def test_a_worker_killed_at_the_vault_loses_neither_file_nor_verdict(house, ticket_id, step, after):
    with killed_at(house, FileVault, step, after=after):
        house.run()
    house.run()
    assert_quarantined_once(house, ticket_id)
    _, content = house.services.files.open(house.scans[0].id)
    assert b"".join(content) == samples.eicar()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", ["ticket", "upload", "add_note", "comments"])
def test_a_worker_killed_while_it_gives_a_file_back_leaves_one_copy_and_one_mail(house, ticket_id, step, after):
    house.run()
    decide(house, Verdict.CLEAN)
    with killed_at(house, ZendeskClient, step, after=after):
        house.run()
    house.run()
    assert names(house, ticket_id) == ["redacted.txt", "invoice.com"]
    assert len(house.notes(ticket_id)) == 2
    assert len(house.mails) == 2
    assert house.scans[0].state == "released"


@pytest.mark.parametrize("after", [False, True])
def test_a_mail_repeated_by_a_crash_is_the_same_mail(tmp_path, engine, after):
    with Sandbox(kind=True, smtp_port=0) as tenant:
        assert tenant.mail is not None
        house = House(
            tmp_path / "home",
            tenant,
            engine,
            DESKWARDEN_SMTP_URL=f"smtp://127.0.0.1:{tenant.mail.port}",
            DESKWARDEN_MAIL_FROM="deskwarden@company.example",
        )
        house.connect()
        ticket = tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
        house.notice(ticket.id)
        with killed_at(house, SmtpMailer, "send", after=after):
            house.run()
        house.run()
        mails = tenant.mail.list()
        house.services.database.close()
    assert len(mails) == 1 + after
    assert len({(mail.message_id, mail.subject, mail.text, mail.html) for mail in mails}) == 1


# -- answers that get lost, come late or say no


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_redaction_without_an_answer_is_read_back_before_it_is_repeated(house, ticket_id, kind):
    house.tenant.fault(kind, method="PUT", path="/redact$")
    house.run()
    assert names(house, ticket_id) == ["redacted.txt"]
    assert len(redactions(house)) == (1 if kind == "reset_after" else 2)
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


@pytest.mark.parametrize("status", [503, 429, 423])
def test_a_redaction_that_zendesk_cannot_take_for_long_is_tried_until_it_can(house, ticket_id, status):
    house.tenant.fault(status=status, body="", headers={"Retry-After": "40"}, path=REDACTION, times=8)
    house.run(patience=7200)
    assert names(house, ticket_id) == ["redacted.txt"]
    assert house.scans[0].state == "quarantined"
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


def test_a_wait_that_zendesk_asks_for_is_kept_at_redactions(house, ticket_id):
    house.tenant.fault(status=503, body="", headers={"Retry-After": "400"}, path=REDACTION)
    house.run(patience=350)
    assert len(redactions(house)) == 1
    house.run(patience=500)
    assert names(house, ticket_id) == ["redacted.txt"]


def test_a_redaction_that_was_put_off_is_stopped_by_a_clean_verdict(house, ticket_id):
    house.tenant.fault(status=429, body="", headers={"Retry-After": "400"}, path=REDACTION)
    house.run(patience=20)
    decide(house, Verdict.CLEAN)
    house.run(patience=1000)
    assert names(house, ticket_id) == ["invoice.com"]
    assert house.notes(ticket_id) == []


def test_a_redaction_accepted_and_never_shown_ends_with_the_reason(house, ticket_id):
    house.tenant.fault(status=200, body="{}", path=REDACTION, times=50)
    house.run(patience=1000)
    assert (house.scans[0].verdict, house.scans[0].state) == ("malicious", "failed")
    assert "still shows the file" in house.scans[0].reason
    assert len(house.notes(ticket_id)) == len(house.mails) == 1


def test_a_file_that_zendesk_withholds_is_not_taken_for_a_redacted_one(house, ticket_id):
    house.tenant.fault(status=200, body="{}", path=REDACTION, times=2)
    house.run(patience=5)
    for file in house.tenant.state.data.files.values():
        file.malware_scan_result = "malware_found"
    house.run(patience=400)
    assert names(house, ticket_id) == ["redacted.txt"]


def test_a_listing_that_does_not_show_the_comment_yet_is_no_proof_of_a_redaction(house, ticket_id):
    house.services.relay.new_calls()
    while not house.actions:
        job, _, ids = house.queue.waiting.pop(0)
        house.queue.handlers[job](**ids)
    house.tenant.fault("reset_before", method="PUT", path="/redact$")
    house.tenant.fault(
        status=200, body='{"comments": [], "users": [], "meta": {"has_more": false}}', path=LISTING, times=1
    )
    house.run()
    assert names(house, ticket_id) == ["redacted.txt"]


@pytest.mark.parametrize("stale", [0, 2])
def test_a_note_without_an_answer_is_not_written_twice(house, ticket_id, monkeypatch, stale):
    write = ZendeskClient.add_note

    def add_note(*arguments, **named):
        monkeypatch.setattr(ZendeskClient, "add_note", write)
        house.tenant.fault("stale", path=LISTING, times=stale)
        house.tenant.fault("reset_after", method="PUT", path=NOTE)
        return write(*arguments, **named)

    monkeypatch.setattr(ZendeskClient, "add_note", add_note)
    house.run()
    assert_quarantined_once(house, ticket_id)


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("stale", [0, 2])
def test_a_file_given_back_without_showing_yet_is_not_given_twice(house, ticket_id, monkeypatch, stale, answered):
    house.run()
    decide(house, Verdict.CLEAN)
    write = ZendeskClient.add_note

    def add_note(*arguments, **named):
        monkeypatch.setattr(ZendeskClient, "add_note", write)
        house.tenant.fault("stale", path=LISTING, times=stale)
        if not answered:
            house.tenant.fault("reset_after", method="PUT", path=NOTE)
        return write(*arguments, **named)

    monkeypatch.setattr(ZendeskClient, "add_note", add_note)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt", "invoice.com"]
    assert len(house.notes(ticket_id)) == len(house.mails) == 2
    assert house.scans[0].state == "released"


def test_a_note_that_never_arrived_is_written_again(house, ticket_id):
    house.tenant.fault("reset_before", method="PUT", path=NOTE)
    house.run()
    assert_quarantined_once(house, ticket_id)


def test_a_conflict_makes_the_ticket_be_read_again(house, ticket_id):
    conflict = '{"error": "UpdateConflict", "description": "Safe Update prevented the update"}'
    house.tenant.fault(status=409, body=conflict, method="PUT", path=NOTE, times=2)
    started = house.clock()
    house.run()
    assert_quarantined_once(house, ticket_id)
    assert house.clock() - started < 20


def test_an_upload_that_found_no_note_is_taken_back(house, ticket_id):
    house.run()
    decide(house, Verdict.CLEAN)
    house.tenant.fault(status=423, body="", method="PUT", path=NOTE)
    house.run()
    assert len([call for call in house.writes() if call.startswith("DELETE /api/v2/uploads/")]) == 1
    assert names(house, ticket_id) == ["redacted.txt", "invoice.com"]


def test_where_no_note_is_allowed_the_mail_goes_out_all_the_same(house, ticket_id):
    house.tenant.fault(status=403, body='{"error": "Forbidden"}', method="PUT", path=NOTE, times=100)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt"]
    assert house.notes(ticket_id) == []
    assert len(house.mails) == 1


def test_a_release_that_is_not_allowed_says_so_and_keeps_the_file(house, ticket_id):
    house.run()
    decide(house, Verdict.CLEAN)
    house.tenant.fault(status=403, body='{"error": "Forbidden"}', path="/api/v2/uploads", times=100)
    house.run()
    assert house.scans[0].state == "quarantined"
    assert house.scans[0].reason
    assert len(house.mails) == 2
    _, content = house.services.files.open(house.scans[0].id)
    assert b"".join(content) == samples.eicar()


def test_a_release_into_a_closed_ticket_says_where_the_file_is(house, ticket_id):
    house.run()
    house.tenant.close(ticket_id)
    decide(house, Verdict.CLEAN)
    house.run()
    assert house.scans[0].state == "quarantined"
    assert "closed" in house.scans[0].reason
    assert len(house.mails) == 2


@pytest.mark.parametrize("fault", [{"status": 503, "body": ""}, {"status": 401, "body": "{}"}])
def test_a_tenant_that_stays_away_is_asked_ever_more_rarely(house, ticket_id, fault):
    house.services.relay.new_calls()
    while not house.actions:
        job, _, ids = house.queue.waiting.pop(0)
        house.queue.handlers[job](**ids)
    house.tenant.fault(path="/api/v2/", times=10_000, **fault)
    before = len(house.tenant.calls())
    house.run(patience=1200)
    assert len(house.tenant.calls()) - before < 200


def test_a_note_is_not_asked_for_every_second_while_the_tenant_is_away(house, ticket_id):
    fault = house.tenant.fault(status=503, body="", path=NOTE, times=10_000)
    house.run(patience=1200)
    assert fault.fired < 50


def test_a_note_forged_by_a_customer_is_not_taken_for_ours(house, ticket_id, monkeypatch):
    write = ZendeskClient.add_note

    def add_note(_client, ticket, html_body, **_named):
        monkeypatch.setattr(ZendeskClient, "add_note", write)
        house.tenant.add_comment(ticket, "see", html=html_body)
        house.tenant.add_comment(ticket, "see", html=html_body, author=house.tenant.agent, public=False)
        house.tenant.add_comment(ticket, "see", html=html_body, author=house.tenant.bot, public=True)
        raise Killed

    monkeypatch.setattr(ZendeskClient, "add_note", add_note)
    with pytest.raises(Killed):
        house.run()
    house.clock.skip(31)
    house.run()
    assert len(house.notes(ticket_id)) == 1


def test_a_refused_second_redaction_does_not_lead_to_a_second_release(house, ticket_id):
    house.run()
    decide(house, Verdict.CLEAN)
    house.run()
    house.tenant.bot.may_redact = False
    house.tenant.fault("reset_before", method="PUT", path="/redact$")
    decide(house, Verdict.MALICIOUS)
    house.run(patience=1)
    decide(house, Verdict.CLEAN)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt", "invoice.com"]


def test_a_copy_that_was_given_back_is_redacted_on_a_closed_ticket_too(house, ticket_id):
    house.run()
    decide(house, Verdict.CLEAN)
    house.run()
    house.tenant.close(ticket_id)
    decide(house, Verdict.MALICIOUS)
    house.run()
    assert names(house, ticket_id) == ["redacted.txt", "redacted.txt"]
    assert house.scans[0].state == "quarantined"


def test_nothing_lies_in_the_spool_when_all_is_done(house, ticket_id):
    house.run()
    assert list(house.settings.spool.iterdir()) == []


def test_what_a_killed_worker_left_in_the_spool_is_removed(house, ticket_id):
    house.settings.spool.mkdir()
    (house.settings.spool / "0123456789abcdef.scan").write_bytes(b"what a killed worker leaves")
    house.clock.skip(7200)
    house.run()
    assert list(house.settings.spool.iterdir()) == []


def test_an_order_given_while_a_worker_leaves_the_ticket_is_not_overlooked(house, ticket_id, monkeypatch):
    house.run()
    actor, threads = house.services.actor, []
    next_notice = actor._next_notice

    def ordered_meanwhile(connection, *ids):
        threads.append(threading.Thread(target=decide, args=(house, Verdict.CLEAN)))
        threads[-1].start()
        threads[-1].join(0.3)  # where the ticket is not held, the order is through by then
        return next_notice(connection, *ids)

    with monkeypatch.context() as patch:
        patch.setattr(actor, "_next_notice", ordered_meanwhile)
        actor.run(1, ticket_id)
    threads[0].join(10)
    house.queue.waiting.clear()
    assert house.rows(tickets)[0].act_at is not None
