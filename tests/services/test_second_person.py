"""Four eyes: where the policy says so, giving back a malicious file takes a second person, however it is tried."""

from __future__ import annotations

import pytest

from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.policies.service import Change
from tests.services.test_heart import quarantined, scan_of, shown_names

ANN = {"actor": "Ann", "subject": "user:1"}
BEN = {"actor": "Ben", "subject": "user:2"}


@pytest.fixture
def careful(house):
    """A house whose policy wants a second person."""
    house.services.policies.save("default", Change({"four_eyes": True}, "Ann"))
    return house


@pytest.fixture
def ticket_id(careful):
    return quarantined(careful)


def give_back(house, who=ANN):
    scan = scan_of(house, "invoice.com")
    return house.services.verdicts.by_person(scan.id, Verdict.CLEAN, reason="our own tool", **who)


def waiting(house):
    return house.services.approvals.page(waiting=True)[0]


def decide(house, agree=True, reason="I looked too", **who):
    [wish] = waiting(house)
    return house.services.approvals.decide(wish["id"], agree=agree, reason=reason, **(who or BEN))


def test_one_person_alone_gives_nothing_back(careful, ticket_id):
    with pytest.raises(Rejected, match="second person") as refusal:
        give_back(careful)
    careful.run()
    assert refusal.value.code == "second-person"
    assert scan_of(careful, "invoice.com").verdict == "malicious"
    assert shown_names(careful, ticket_id) == ["redacted.txt"]
    [wish] = waiting(careful)
    assert (wish["asked_by"], wish["verdict"], wish["reason"]) == ("Ann", "clean", "our own tool")


def test_the_wish_is_written_once(careful, ticket_id):
    for who in (ANN, ANN, BEN):
        with pytest.raises(Rejected):
            give_back(careful, who)
    assert len(waiting(careful)) == 1


def test_a_second_person_gives_it_back_once(careful, ticket_id):
    with pytest.raises(Rejected):
        give_back(careful)
    assert decide(careful)["state"] == "agreed"
    careful.run()
    scan = scan_of(careful, "invoice.com")
    assert (scan.verdict, scan.verdict_by, scan.state) == ("clean", "person", "released")
    assert shown_names(careful, ticket_id).count("invoice.com") == 1
    last = careful.decisions[-1]
    assert (last.actor, last.reason) == ("Ann", "our own tool; agreed by Ben; I looked too")


@pytest.mark.parametrize("who", [ANN, {"actor": "Ann", "subject": "token:9"}, {"actor": "A.", "subject": "user:1"}])
def test_nobody_is_two(careful, ticket_id, who):
    with pytest.raises(Rejected):
        give_back(careful)
    with pytest.raises(Rejected, match="another person"):
        decide(careful, **who)
    assert scan_of(careful, "invoice.com").verdict == "malicious"


def test_a_refusal_ends_it(careful, ticket_id):
    with pytest.raises(Rejected):
        give_back(careful)
    assert decide(careful, agree=False)["state"] == "refused"
    careful.run()
    assert shown_names(careful, ticket_id) == ["redacted.txt"]
    with pytest.raises(Rejected, match="waits no more"):
        careful.services.approvals.decide(1, agree=True, reason="", **BEN)


def test_another_verdict_overtakes_it(careful, ticket_id):
    with pytest.raises(Rejected):
        give_back(careful)
    scan = scan_of(careful, "invoice.com")
    careful.services.verdicts.by_person(scan.id, Verdict.MALICIOUS, reason="sure", **BEN)
    assert waiting(careful) == []


def test_who_died_between_agreeing_and_the_verdict_says_it_again(careful, ticket_id):
    with pytest.raises(Rejected):
        give_back(careful)
    [wish] = waiting(careful)
    careful.services.approvals._mark(wish["id"], agree=True, reason="", **BEN)
    careful.services.approvals.decide(wish["id"], agree=True, reason="", **BEN)
    careful.run()
    assert scan_of(careful, "invoice.com").state == "released"


def test_calling_it_malicious_takes_one(careful):
    ticket = careful.tenant.add_ticket("Report", "See it.", [("report.txt", b"All is well.", "text/plain")])
    careful.notice(ticket.id)
    careful.run()
    [scan] = careful.scans
    assert careful.services.verdicts.by_person(scan.id, Verdict.MALICIOUS, reason="", **ANN)


def test_an_unknown_request_is_refused(house):
    with pytest.raises(Rejected, match="no request"):
        house.services.approvals.decide(7, agree=True, reason="", **BEN)
