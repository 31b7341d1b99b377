"""Comments that no webhook told of."""

from __future__ import annotations

import pytest

from app.sandbox import samples
from app.tickets.tables import inbox

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")


@pytest.fixture
def house(house):
    house.tenant.switches.incremental_lag_seconds = 0
    return house


def test_a_comment_that_no_webhook_told_of_is_found(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.services.reconciler.run(1)
    house.run()
    assert house.scans[0].state == "quarantined"
    assert len(house.notes(ticket.id)) == 1


def test_what_was_seen_is_not_read_again_and_neither_are_our_own_notes(house):
    ticket = house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.notice(ticket.id)
    house.run()
    calls = len(house.rows(inbox))
    house.clock.skip(60)
    house.services.reconciler.run(1)
    assert len(house.rows(inbox)) == calls


def test_it_does_not_ask_twice_in_one_period(house):
    house.services.reconciler.run(1)
    before = len(house.tenant.calls())
    house.services.reconciler.run(1)
    assert len(house.tenant.calls()) == before


def test_an_export_that_fails_is_read_from_the_same_place_later(house):
    house.tenant.add_ticket("Invoice", "Please see the file.", [EICAR])
    house.tenant.fault(path=r".*/incremental/.*", status=503, body="", times=1)
    house.services.reconciler.run(1)
    assert house.rows(inbox) == []
    house.clock.skip(60)
    house.services.reconciler.run(1)
    house.run()
    assert house.scans[0].state == "quarantined"
