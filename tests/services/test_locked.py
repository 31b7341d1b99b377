"""A locked file whose password comes in another comment of the ticket."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.sandbox import samples
from app.tickets.locked import MOST_RETRIES, REOPENED, is_locked, words
from app.tickets.tables import comments

LOCKED = ("report.zip", samples.locked_archive("Tulip-77", {"a.bin": samples.eicar()}), "application/zip")
HARMLESS = ("report.zip", samples.locked_archive("Tulip-77", {"a.txt": b"Thank you"}), "application/zip")


def written(house, ticket, text, *files):
    """A customer writes to the ticket, and Zendesk tells of it."""
    house.tenant.add_comment(ticket.id, text, list(files))
    house.notice(ticket.id)
    house.run()


def opened(house, text, *files):
    ticket = house.tenant.add_ticket("Report", text, list(files))
    house.notice(ticket.id)
    house.run()
    return ticket


def reads(house):
    return sum(call.path.endswith("/comments") and call.method == "GET" for call in house.tenant.calls())


def test_a_password_that_came_before_opens_the_file(house):
    ticket = opened(house, "I will send a file. The password will be Tulip-77.")
    written(house, ticket, "Here it is", LOCKED)
    [scan] = house.scans
    assert (scan.verdict, scan.state) == ("malicious", "quarantined")


def test_a_password_that_comes_later_opens_the_file(house):
    ticket = opened(house, "See attached", LOCKED)
    assert (house.scans[0].verdict, house.scans[0].state) == ("unknown", "done")
    written(house, ticket, "Sorry, the password is Tulip-77")
    assert (house.scans[0].verdict, house.scans[0].state) == ("malicious", "quarantined")
    assert [decision.verdict for decision in house.decisions] == ["unknown", "malicious"]
    assert house.decisions[-1].reason == REOPENED
    assert len(house.notes(ticket.id)) == 1
    assert len(house.mails) == 1


def test_a_harmless_file_becomes_clean_when_its_password_comes(house):
    ticket = opened(house, "See attached", HARMLESS)
    written(house, ticket, "Passwort: Tulip-77")
    assert (house.scans[0].verdict, house.scans[0].state) == ("clean", "done")
    assert house.notes(ticket.id) == []


def test_a_wrong_password_leaves_it_unknown_and_orders_nothing(house):
    ticket = opened(house, "See attached", LOCKED)
    written(house, ticket, "The password is Rose-12")
    assert [decision.verdict for decision in house.decisions] == ["unknown", "unknown"]
    assert house.scans[0].state == "done"
    assert house.actions == []


def test_words_that_are_no_password_do_not_open_the_file_again(house):
    ticket = opened(house, "See attached", LOCKED)
    written(house, ticket, "Any news?")
    assert len(house.decisions) == 1


def test_a_talkative_ticket_does_not_have_its_file_judged_for_ever(house):
    ticket = opened(house, "See attached", LOCKED)
    for number in range(MOST_RETRIES + 3):
        written(house, ticket, f"The password is Rose-{number}")
    assert len(house.decisions) == 1 + MOST_RETRIES


def test_what_a_person_said_of_a_locked_file_stands(house):
    ticket = opened(house, "See attached", LOCKED)
    house.services.verdicts.by_person(house.scans[0].id, Verdict.CLEAN, reason="Ours", actor="Ada")
    written(house, ticket, "The password is Tulip-77")
    assert (house.scans[0].verdict, house.scans[0].verdict_by) == ("clean", "person")


def test_another_tickets_password_is_not_tried(house):
    opened(house, "The password is Tulip-77")
    opened(house, "See attached", LOCKED)
    assert house.scans[0].verdict == "unknown"


def test_a_file_that_is_not_locked_costs_no_further_call(house):
    opened(house, "The password is Tulip-77", ("a.txt", b"Hello", "text/plain"))
    assert reads(house) == 1


def test_no_password_is_kept(house):
    ticket = opened(house, "See attached", LOCKED)
    written(house, ticket, "The password is Tulip-77")
    assert {row.text for row in house.rows(comments)} == {None}
    assert all("Tulip-77" not in str(row) for row in (*house.scans, *house.decisions, *house.mails))


@pytest.mark.parametrize(
    ("ids", "locked"),
    [
        (["archive.encrypted"], True),
        (["yara.x", "pdf.encrypted"], True),
        (["limit.passwords"], True),
        (["archive.opened"], False),
        ([], False),
    ],
)
def test_a_locked_file_is_known_by_its_findings(ids, locked):
    assert is_locked(ids) is locked


def test_words_that_only_the_markup_shows_are_read():
    assert "Tulip&77" in words("See below", '<p class="x">See below</p><pre>Tulip&amp;77</pre>')
