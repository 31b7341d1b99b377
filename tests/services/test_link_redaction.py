"""Links that policy takes out of their comment: all of them at once, with its markup, once, whatever happens."""

from __future__ import annotations

import pytest

from app.adapters.zendesk import ZendeskClient
from app.engine.model import Verdict
from app.findings.policy import LinkPolicy
from app.tickets.lists import EntryKind, Side
from app.tickets.service import unlinking
from tests.builders import a_connection
from tests.services.crash import killed_at

BAD = "http://bad.example/login"
HTML = (
    '<p>Dear team,<br>see <a href="http://bad.example/login">your <b>bank</b></a> or '
    '<a href="http://good.test/">this</a>. Also http://bad.example/other?a=1&amp;b=2!</p>'
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(unlinking, "VISIBLE_SECONDS", 0.0)


@pytest.fixture
def house(house):
    house.services.connections.choose_links("acme", LinkPolicy.REDACT)
    house.services.lists.add(Side.BLOCK, EntryKind.DOMAIN, "bad.example", actor="Ada")
    return house


def written(house, text="x", html=HTML, **more):
    ticket = house.tenant.add_ticket("Question", text, html=html, **more)
    house.notice(ticket.id)
    return ticket.id


def html_of(house, ticket_id):
    return house.tenant.comments(ticket_id)[0]["html_body"]


def redactions(house):
    return [call for call in house.writes() if "redact" in call]


def kinds(house):
    return [(action.kind, action.state) for action in house.actions]


def test_all_bad_links_of_a_comment_go_in_one_call_and_the_rest_stays(house):
    ticket_id = written(house)
    house.run()
    assert len(redactions(house)) == 1
    after = html_of(house, ticket_id)
    assert "bad.example" not in after
    assert 'Dear team,<br>see your <b>bank</b> or <a href="http://good.test/"' in after
    assert "▇" in after
    assert sorted(kinds(house)) == [
        ("mail", "done"),
        ("note", "done"),
        ("redact_link", "done"),
        ("redact_link", "done"),
    ]


def test_note_and_mail_say_that_the_links_were_removed(house):
    ticket_id = written(house)
    house.run()
    [note] = house.notes(ticket_id)
    assert "Deskwarden removed 2 dangerous links from this ticket." in note["html_body"]
    assert "Do not open" not in note["html_body"]
    assert "hxxp://bad[.]example/login" in note["html_body"]
    [mail] = house.mails
    assert mail.subject == "[Deskwarden] 2 malicious links removed from ticket #1"


def test_without_the_policy_nothing_is_redacted(house):
    house.services.connections.choose_links("acme", LinkPolicy.NOTE)
    ticket_id = written(house)
    house.run()
    assert redactions(house) == []
    assert "bad.example" in html_of(house, ticket_id)
    assert len(house.notes(ticket_id)) == 1


def test_without_the_workspace_plain_words_are_redacted_one_by_one(house):
    house.tenant.switches.agent_workspace = False
    ticket_id = written(house, f"See {BAD} and {BAD}/more, please", html=None)
    house.run()
    after = html_of(house, ticket_id)
    assert "bad.example" not in after
    assert "please" in after
    assert sum(call.endswith("/redact") for call in redactions(house)) == 2
    assert len(house.notes(ticket_id)) == 1


def test_a_link_that_zendesk_will_not_redact_is_told_as_still_there(house):
    house.tenant.bot.may_redact = False
    ticket_id = written(house)
    house.run(patience=2_000)
    [note] = house.notes(ticket_id)
    assert "Deskwarden found 2 dangerous links in this ticket. Do not open them." in note["html_body"]
    assert "Not removed, because: Zendesk refused" in note["html_body"]
    assert all(scan.state == "done" for scan in house.scans)


def test_formatted_links_without_the_workspace_end_as_a_warning(house):
    house.tenant.switches.agent_workspace = False
    ticket_id = written(house, html='<p>Click <a href="http://bad.example/login">here</a></p>')
    house.run(patience=2_000)
    [note] = house.notes(ticket_id)
    assert "still shows the link" in note["html_body"]
    assert len(redactions(house)) <= 7


def test_a_closed_ticket_is_redacted_through_the_workspace_and_told_by_mail_alone(house):
    ticket_id = written(house)
    house.tenant.close(ticket_id)
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert house.notes(ticket_id) == []
    assert "The ticket is closed" in house.mails[0].text


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("method", ["redact_comment", "add_note"])
def test_a_worker_that_dies_repeats_nothing_that_happened(house, method, after):
    ticket_id = written(house)
    with killed_at(house, ZendeskClient, method, after=after):
        house.run()
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert len(redactions(house)) == 1
    assert len(house.notes(ticket_id)) == 1
    assert len(house.mails) == 1


@pytest.mark.parametrize("kind", ["reset_before", "reset_after"])
def test_a_broken_connection_is_read_back_before_anything_is_sent_again(house, kind):
    house.tenant.fault(kind, path="/comment_redactions/", times=1)
    ticket_id = written(house)
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert len(house.notes(ticket_id)) == 1
    assert all(state == "done" for _, state in kinds(house))


def test_a_redaction_that_is_refused_for_a_while_is_tried_again(house):
    house.tenant.fault(status=503, body="", path="/comment_redactions/", times=3)
    ticket_id = written(house)
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert len(house.notes(ticket_id)) == 1


def test_a_person_stops_a_redaction_that_has_not_begun(house):
    house.tenant.fault(status=503, body="", path="/comment_redactions/", times=20)
    ticket_id = written(house, html='<a href="http://bad.example/login">x</a>')
    house.services.relay.new_calls()
    house.queue.run()
    [scan] = house.scans
    house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="Ours", actor="Ada")
    house.run()
    assert "bad.example" in html_of(house, ticket_id)
    assert house.notes(ticket_id) == []
    assert house.mails == []


def test_a_persons_malicious_verdict_takes_the_link_out(house):
    ticket_id = written(house, html='<a href="http://good.test/">x</a>')
    house.run()
    [scan] = house.scans
    house.services.verdicts.by_person(scan.id, Verdict.MALICIOUS, reason="Phishing", actor="Ada")
    house.run()
    assert "good.test" not in html_of(house, ticket_id)
    assert "your security team judged it dangerous" in house.notes(ticket_id)[0]["html_body"]


def test_whatever_people_say_later_a_link_is_taken_out_and_told_of_once(house):
    ticket_id = written(house, html='<a href="http://bad.example/login">x</a>')
    house.run()
    [scan] = house.scans
    for verdict in (Verdict.CLEAN, Verdict.MALICIOUS, Verdict.CLEAN):
        house.services.verdicts.by_person(scan.id, verdict, reason="Again", actor="Ada")
        house.run()
    assert [scan.verdict for scan in house.scans] == ["clean"]
    assert (len(redactions(house)), len(house.notes(ticket_id)), len(house.mails)) == (1, 1, 1)


@pytest.mark.parametrize("status", [403, 404, 422])
def test_a_workspace_that_refuses_leaves_the_plain_words(house, status):
    house.tenant.fault(status=status, body="{}", path="/comment_redactions/", times=1)
    ticket_id = written(house, text="Go to http://bad.example/login or http://bad.example/login", html=None)
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert len(house.notes(ticket_id)) == 1


def test_a_link_that_an_agent_removed_meanwhile_is_not_redacted_again(house):
    ticket_id = written(house, text="Go to http://bad.example/login now", html=None)
    comment = house.tenant.comments(ticket_id)[0]
    with killed_at(house, ZendeskClient, "redact_comment", after=False):
        house.run()
    house.tenant.state.comment(ticket_id, comment["id"]).html = "<p>Go to ▇▇▇ now</p>"
    house.tenant.state.comment(ticket_id, comment["id"]).text = "Go to ▇▇▇ now"
    house.run()
    assert redactions(house) == []
    assert len(house.notes(ticket_id)) == 1


@pytest.mark.parametrize(
    "html",
    [
        '<p><img src="http://bad.example/login" alt="x"> hello</p>',
        '<p><a href="http://bad.example/login">http://bad.example/login</a> and http://bad.example/login</p>',
        '<p><a href="http://bad.example/login"><b>press</b></a> <i>http://bad.example/login</i></p>',
    ],
)
def test_wherever_it_stands_in_the_comment_it_goes_in_one_call(house, html):
    ticket_id = written(house, html=html)
    house.run()
    assert "bad.example" not in html_of(house, ticket_id)
    assert len(redactions(house)) == 1


def test_other_connections_keep_their_own_policy(house):
    other = a_connection(house.services.database, name="other")
    house.services.policies.choose_links(other, "other", LinkPolicy.REDACT, author="Ada")
    house.services.connections.choose_links("acme", LinkPolicy.NOTE)
    written(house)
    house.run()
    assert redactions(house) == []
