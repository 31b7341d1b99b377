"""From a comment with a blocked link to the note and the mail; and, by the connection's policy, out of the comment."""

from __future__ import annotations

import pytest

from tests.e2e.desk import mails, notes
from tests.waiting import eventually

SECONDS = 30.0
HTML = '<p>Hello, <a href="https://bad.example/sign-in">sign in</a> or see https://good.example/ &amp; relax</p>'


@pytest.fixture(scope="module")
def admin(house):
    house.installation.api(
        "POST", "lists/block", house.analyst, json={"kind": "pattern", "value": "*.bad.example/*", "reason": "phishing"}
    )
    yield house.installation.token("admin")


def told(house, ticket_id):
    eventually(
        lambda: notes(house.tenant, ticket_id) and mails(house.tenant, ticket_id), SECONDS, house.installation.log
    )
    [note] = notes(house.tenant, ticket_id)
    return note["html_body"]


def choose(house, admin, links):
    answer = house.installation.api("PATCH", "connections/acme", admin, json={"links": links})
    assert answer.json()["links"] == links


def test_a_blocked_link_is_told_of_and_stays(house, admin):
    ticket_id = house.tenant.add_ticket("Question", "x", html=HTML).id
    note = told(house, ticket_id)
    assert "hxxps://bad[.]example/sign-in" in note
    assert "https://bad.example/sign-in" in house.tenant.comments(ticket_id)[0]["html_body"]


def test_by_policy_it_leaves_the_comment_and_the_rest_stays(house, admin):
    choose(house, admin, "redact")
    try:
        ticket_id = house.tenant.add_ticket("Question", "x", html=HTML).id
        note = told(house, ticket_id)
    finally:
        choose(house, admin, "note")
    assert "Deskwarden removed 1 dangerous link from this ticket." in note
    after = house.tenant.comments(ticket_id)[0]["html_body"]
    assert "bad.example" not in after
    assert 'sign in or see <a href="https://good.example/"' in after


def test_a_link_in_the_subject_is_found_in_the_export_of_events(house, admin):
    ticket_id = house.tenant.add_ticket("Look: https://bad.example/subject", "Hello").id
    assert "hxxps://bad[.]example/subject" in told(house, ticket_id)
