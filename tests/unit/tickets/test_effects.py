"""What a verdict would do, told before it is given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.roles import Role
from app.engine.model import Verdict
from app.findings.policy import Effect, LinkPolicy, Policy
from app.tickets.effects import Standing, effects

FILE = Standing("attachment", "unknown", "engine", finished=True, connection="acme", ticket_id=7, recipients=2)
TAKEN = replace(FILE, verdict="malicious", out=True, kept=True)
LINK = replace(FILE, kind="url", verdict="suspicious")
CLEAN, MALICIOUS = Verdict.CLEAN, Verdict.MALICIOUS


def told(standing, verdict, policy=Policy(), role=Role.ANALYST):  # noqa: B008 -- frozen
    return effects(standing, policy, role, verdict)


def whats(found):
    return [line.what for line in found.lines]


def text(found):
    return " ".join(line.text for line in found.lines)


def test_a_removed_file_that_is_clean_is_given_back_with_a_note_and_a_mail():
    found = told(TAKEN, CLEAN)
    assert (found.summary, found.orders) == ("Gives the file back to ticket #7", Effect.RELEASE)
    assert whats(found) == ["release", "closed", "mail", "stands", "earlier"]
    assert "attached to one new internal note" in text(found)
    assert "One mail tells the 2 recipients of acme" in text(found)


def test_a_file_that_is_malicious_is_copied_and_redacted_and_told_of():
    found = told(FILE, MALICIOUS)
    assert found.summary == "Takes the file out of ticket #7"
    assert whats(found) == ["vault", "redact", "closed", "note", "mail", "stands", "earlier"]


def test_what_is_out_already_is_not_taken_out_again():
    found = told(replace(TAKEN, verdict="restricted"), MALICIOUS)
    assert (found.orders, found.summary) == (Effect.NOTHING, "It is in quarantine already")


def test_a_clean_verdict_on_a_file_in_its_place_changes_nothing_there():
    found = told(FILE, CLEAN)
    assert whats(found) == ["nothing", "stands", "earlier"]
    assert "stays where it is" in text(found)


def test_on_a_closed_ticket_it_says_how_it_goes():
    assert "The ticket is closed, so Zendesk takes no file" in text(told(replace(TAKEN, closed=True), CLEAN))
    closed = told(replace(FILE, closed=True), MALICIOUS)
    assert "note" not in whats(closed)
    assert "the mail says it all" in text(closed)


@pytest.mark.parametrize(
    ("policy", "what"), [(LinkPolicy.NOTE, "stays"), (LinkPolicy.REDACT, "redact_link"), (LinkPolicy.OBSERVE, "stays")]
)
def test_a_malicious_link_goes_as_the_policy_says(policy, what):
    assert whats(told(LINK, MALICIOUS, Policy().for_links(policy)))[0] == what


def test_a_link_that_was_cut_out_does_not_come_back():
    found = told(replace(LINK, verdict="malicious", cut=True), CLEAN)
    assert "does not come back" in text(found)


def test_what_lies_in_no_ticket_changes_none():
    found = told(replace(FILE, kind="upload", ticket_id=None), MALICIOUS)
    assert (found.orders, found.summary) == (Effect.NOTHING, "Changes nothing but the verdict")


def test_a_second_person_is_named_where_the_policy_wants_one():
    assert whats(told(TAKEN, CLEAN, replace(Policy(), four_eyes=True)))[0] == "second"


def test_what_has_not_begun_is_called_off():
    assert whats(told(replace(FILE, planned=True), CLEAN))[0] == "stopped"


def test_without_recipients_or_a_mail_server_it_says_so():
    assert "nobody is named" in text(told(replace(FILE, recipients=0), MALICIOUS))
    assert "kept in the outbox" in text(told(replace(FILE, sends_mail=False), MALICIOUS))


@pytest.mark.parametrize(
    ("standing", "role", "word"),
    [
        (FILE, Role.VIEWER, "role analyst"),
        (replace(FILE, finished=False), Role.ADMIN, "not finished"),
        (replace(FILE, verdict="clean", verdict_by="person"), Role.ANALYST, "already"),
    ],
)
def test_what_cannot_be_given_says_why_and_orders_nothing(standing, role, word):
    found = told(standing, CLEAN, role=role)
    assert (found.possible, found.orders) == (False, Effect.NOTHING)
    assert word in text(found)
