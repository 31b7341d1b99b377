"""Links are judged again, ever more rarely, when something else may be known of them."""

from __future__ import annotations

import pytest

from app.engine.links.reputation import Hit
from app.engine.model import Verdict
from app.jobs import Job
from app.tickets.ageing import SCHEDULE
from app.tickets.lists import EntryKind, Side
from app.tickets.service import reviewing

BAD = "https://bad.example/login"
PHISHING = Hit("Night Watch", "phishing", 100, "bad.example/")
HOUR = 3_600


def seen(house, text=BAD, **more):
    ticket = house.tenant.add_ticket("Question", text, **more)
    house.notice(ticket.id)
    house.run()
    return ticket.id


def look(house, seconds=HOUR + 1):
    """Let time pass, then let the sweep find what is due."""
    house.clock.skip(seconds)
    house.services.sweep.run()
    house.run(patience=60)


def verdicts(house):
    return [(decision.verdict, decision.effect) for decision in house.decisions]


def test_a_link_that_is_listed_later_is_told_with_when_and_why(house):
    ticket_id = seen(house)
    assert house.notes(ticket_id) == []
    house.known.lists(PHISHING)
    look(house)
    assert verdicts(house) == [("clean", "nothing"), ("malicious", "tell")]
    [note] = house.notes(ticket_id)
    assert "What changed: On " in note["html_body"]
    assert "nothing was known against it" in note["html_body"]
    assert "UTC: Listed by Night Watch as phishing." in note["html_body"]
    assert len(house.mails) == 1
    assert house.scans[0].findings[0]["id"] == "link.listed"


def test_a_change_is_told_once(house):
    ticket_id = seen(house)
    house.known.lists(PHISHING)
    for _ in range(3):
        look(house, 8 * HOUR)
    assert len(house.notes(ticket_id)) == 1
    assert len(house.decisions) == 2


def test_a_change_for_the_better_is_recorded_and_not_told(house):
    house.known.lists(PHISHING)
    ticket_id = seen(house)
    house.known.lists()
    look(house)
    assert verdicts(house) == [("malicious", "tell"), ("clean", "nothing")]
    assert "nothing is known against it any more" in house.decisions[-1].reason
    assert len(house.notes(ticket_id)) == 1
    assert house.scans[0].verdict == "clean"


def test_a_new_entry_of_a_list_is_reason_enough(house):
    ticket_id = seen(house)
    house.services.lists.add(Side.BLOCK, EntryKind.HOST, "bad.example", actor="Ada", reason="Reported")
    look(house)
    [note] = house.notes(ticket_id)
    assert "Your organisation has blocked this website" in note["html_body"]


def test_nothing_is_judged_while_feeds_and_lists_are_what_they_were(house, monkeypatch):
    seen(house)
    monkeypatch.setattr(type(house.services.reviewer._judge), "_judge", None)
    look(house)
    assert house.scans[0].reviews == 1


def test_it_looks_after_an_hour_and_for_the_last_time_after_a_week(house):
    seen(house)
    born, looks = house.scans[0].created_at, []
    while (at := house.scans[0].review_at) is not None:
        looks.append(at - born)
        look(house, at - house.clock() + 1)
    assert looks == pytest.approx(list(SCHEDULE))
    house.known.lists(PHISHING)
    look(house, 30 * 24 * HOUR)
    assert len(house.decisions) == 1


def test_what_a_person_judged_is_left_alone(house):
    ticket_id = seen(house)
    house.services.verdicts.by_person(house.scans[0].id, Verdict.CLEAN, reason="Ours", actor="Ada")
    house.known.lists(PHISHING)
    look(house)
    assert house.scans[0].verdict_by == "person"
    assert house.notes(ticket_id) == []


def test_a_closed_ticket_is_told_of_by_mail(house):
    ticket_id = seen(house)
    house.tenant.close(ticket_id)
    house.known.lists(PHISHING)
    look(house)
    assert house.notes(ticket_id) == []
    assert "What changed" in house.mails[0].text


def test_no_call_is_made_for_links_of_which_nothing_new_is_known(house):
    seen(house)
    house.known.lists(Hit("Night Watch", "phishing", 100, "other.example/"))
    before = len(house.tenant.calls())
    house.clock.skip(HOUR + 1)
    house.services.reviewer.run(1)
    assert len(house.tenant.calls()) == before
    assert house.scans[0].judged_with.startswith("other.example")


def test_many_links_are_judged_in_batches_one_job_after_the_other(house, monkeypatch):
    monkeypatch.setattr(reviewing, "BATCH", 10)
    ticket_id = seen(house, " ".join(f"https://bad.example/{number}" for number in range(25)))
    house.known.lists(PHISHING)
    house.clock.skip(HOUR + 1)
    house.services.reviewer.run(1)
    assert [job for job, _, _ in house.queue.waiting].count(Job.REVIEW) == 1
    house.run()
    assert sum(scan.verdict == "malicious" for scan in house.scans) == 25
    assert len(house.notes(ticket_id)) <= 3


def test_two_workers_never_judge_the_same_links(house):
    seen(house)
    house.known.lists(PHISHING)
    house.clock.skip(HOUR + 1)
    reviewer = house.services.reviewer
    assert len(reviewer._take(1, "one")) == 1
    assert len(reviewer._take(1, "two")) == 0


def test_work_of_a_worker_that_died_is_taken_up(house):
    ticket_id = seen(house)
    house.known.lists(PHISHING)
    house.clock.skip(HOUR + 1)
    house.services.reviewer._take(1, "dead")
    look(house, 60)
    assert len(house.notes(ticket_id)) == 1


def test_whoever_learns_more_has_a_link_judged_at_once(house):
    ticket_id = seen(house)
    house.known.lists(PHISHING)
    assert house.services.reviewer.wake(1, [BAD, "https://unknown.example/"]) == 1
    house.run()
    assert len(house.notes(ticket_id)) == 1


def test_other_tenants_links_are_not_touched(house):
    seen(house)
    house.clock.skip(HOUR + 1)
    assert house.services.reviewer._take(2, "other") == []
