"""From a comment to a note, where it is a service outside the house that knows the link: the whole way, one process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from app.engine.model import Verdict
from app.providers.catalogue import ProviderName
from app.providers.service.policies import Change
from app.providers.tables import disclosures
from app.tickets.tables import actions
from tests.name_server import NameServer

BAD = "https://bad.example.com/login"
LISTED = "bad.example.com.dbl.spamhaus.org"


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


def switch_on(house, server):
    options = {"resolver": server.name, "lists": ["spamhaus-dbl"]}
    house.services.provider_policies.change(
        "acme", {ProviderName.DNS_LISTS: Change(enabled=True, options=options)}, actor="admin"
    )


def comment(house, text):
    ticket = house.tenant.add_ticket("Hello", text, [])
    house.notice(ticket.id)
    house.run()
    return ticket.id


def verdict(house, url=BAD):
    [scan] = [scan for scan in house.scans if scan.url == url]
    return scan.verdict


def test_a_link_that_a_provider_lists_gets_its_note_and_the_disclosure_names_the_ticket(house, name_server):
    name_server.records[LISTED] = ["127.0.1.4"]
    switch_on(house, name_server)
    ticket_id = comment(house, f"Please log in at {BAD} today")
    assert verdict(house) == "malicious"
    [note] = house.notes(ticket_id)
    assert "hxxps://bad[.]example[.]com/login" in note["html_body"] + note["body"]
    [row] = house.rows(disclosures)
    assert (row.provider, row.tickets, row.outcome) == ("dns_lists", [ticket_id], "listed")


def test_a_link_that_is_listed_hours_later_is_found_when_it_is_judged_again(house, name_server):
    switch_on(house, name_server)
    ticket_id = comment(house, f"Please log in at {BAD} today")
    assert verdict(house) == "clean"
    name_server.records[LISTED] = ["127.0.1.4"]
    house.clock.skip(3_700)
    house.services.sweep.run()
    house.run()
    assert verdict(house) == "malicious"
    assert len(house.notes(ticket_id)) == 1


def test_a_provider_that_is_silent_holds_nothing_up(house, name_server):
    name_server.silent = True
    switch_on(house, name_server)
    house.services.provider_policies.change("acme", {ProviderName.DNS_LISTS: Change(seconds=0.1)}, actor="admin")
    ticket_id = comment(house, f"See {BAD}")
    assert verdict(house) == "clean"
    assert house.notes(ticket_id) == []
    assert {row.outcome for row in house.rows(disclosures)} == {"no opinion"}


def test_without_a_policy_nothing_leaves_the_house(house, name_server):
    name_server.records[LISTED] = ["127.0.1.4"]
    comment(house, f"See {BAD}")
    assert (name_server.asked, house.rows(disclosures), verdict(house)) == ([], [], "clean")


def test_a_link_that_others_send_is_asked_about_and_judged_again_without_a_deed(house, name_server):
    name_server.records[LISTED] = ["127.0.1.4"]
    switch_on(house, name_server)
    [scan_id] = house.services.url_scans.take([BAD], actor="an analyst", connection="acme")
    assert verdict(house) == "clean"
    house.run()
    assert house.services.queries.detail(scan_id)["verdict"] == "malicious"
    with house.services.database.read() as connection:
        assert connection.execute(select(actions)).all() == []


def test_a_person_may_judge_a_link_that_others_sent(house):
    [scan_id] = house.services.url_scans.take([BAD], actor="an analyst", connection="acme")
    house.services.verdicts.by_person(scan_id, Verdict.MALICIOUS, reason="seen", actor="an analyst")
    house.run()
    assert house.services.queries.detail(scan_id)["verdict_by"] == "person"
    assert house.mails == []
