"""No comment and no file of a ticket is overlooked, whatever order things become visible in."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.adapters.zendesk import TicketEventsPage, ZendeskClient
from app.adapters.zendesk.records import TicketEvent
from app.sandbox import samples
from app.tickets.service import enumerate as enumerating, redacting
from app.tickets.tables import comments, inbox, tickets

EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")
CLEAN = ("list.txt", b"nothing special", "text/plain")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    monkeypatch.setattr(redacting, "VISIBLE_SECONDS", 0.0)


def call(house, ticket_id, comment_id=None):
    """Store a webhook call that names a comment."""
    house.notice(ticket_id)
    with house.services.database.write() as connection:
        newest = connection.execute(select(inbox.c.id).order_by(inbox.c.id.desc()).limit(1)).scalar_one()
        connection.execute(update(inbox).where(inbox.c.id == newest).values(comment_id=comment_id))


def hidden_from_listings(monkeypatch, hidden, times):
    """Let the next listings leave out what they are told to."""
    listed = ZendeskClient.comments

    def listing(self, ticket_id, *, newer_than=None):
        nonlocal times
        found = listed(self, ticket_id, newer_than=newer_than)
        times -= 1
        return [seen for comment in found if (seen := hidden(comment)) is not None] if times >= 0 else found

    monkeypatch.setattr(ZendeskClient, "comments", listing)


def test_a_comment_that_becomes_visible_after_a_later_one_is_read(house, monkeypatch):
    ticket = house.tenant.add_ticket("Hi", "Hello")
    first = house.tenant.add_comment(ticket.id, "See file", [EICAR])
    second = house.tenant.add_comment(ticket.id, "And this", [CLEAN])
    hidden_from_listings(monkeypatch, lambda comment: None if comment.id == first else comment, 1)
    call(house, ticket.id, second)
    call(house, ticket.id, first)
    house.run()
    assert {scan.name: scan.state for scan in house.scans} == {"invoice.com": "quarantined", "list.txt": "done"}


def test_a_file_that_is_attached_after_its_comment_was_read_is_scanned(house, monkeypatch):
    from dataclasses import replace

    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    comment_id = house.tenant.comments(ticket.id)[0]["id"]
    hidden_from_listings(monkeypatch, lambda comment: replace(comment, attachments=()), 1)
    call(house, ticket.id, comment_id)
    house.run()
    assert house.scans == []
    call(house, ticket.id, comment_id)
    house.run()
    assert house.scans[0].state == "quarantined"


def test_a_ticket_that_is_not_visible_yet_is_asked_for_again(house):
    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    house.tenant.fault(status=404, body='{"error": "RecordNotFound"}', path=r"/comments$", times=2)
    call(house, ticket.id)
    house.run()
    assert house.scans[0].state == "quarantined"


def test_a_comment_that_never_becomes_visible_is_given_up(house):
    ticket = house.tenant.add_ticket("Hi", "Hello")
    call(house, ticket.id, 2**62)
    house.run()
    [stored] = house.rows(inbox)
    assert stored.outcome == "never became visible"
    assert len([each for each in house.tenant.calls() if each.path.endswith("/comments")]) < 20


def test_a_call_outlasts_days_without_the_tenant(house):
    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    call(house, ticket.id)
    with house.services.database.write() as connection:
        connection.execute(update(inbox).values(attempts=2000))
    house.tenant.fault(status=503, body="", path=r"/comments$", times=2)
    house.run(patience=2000)
    assert house.scans[0].state == "quarantined"


def test_a_call_put_off_while_the_relay_looks_is_taken_up_at_its_time(house, monkeypatch):
    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    call(house, ticket.id)
    house.tenant.fault(status=503, body="", path=r"/comments$", times=2)
    put = house.queue.put

    def put_and_run(job, **ids):
        put(job, **ids)
        house.queue.run()  # a worker is done with it before the relay marks it

    monkeypatch.setattr(house.queue, "put", put_and_run)
    house.services.relay.new_calls()
    monkeypatch.undo()
    [stored] = house.rows(inbox)
    assert stored.enqueued_at is None
    assert stored.next_at > house.clock()


def test_who_lost_the_ticket_to_another_reader_stores_nothing(house, monkeypatch):
    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    listed = ZendeskClient.comments

    def slow(*arguments, **named):
        found = listed(*arguments, **named)
        with house.services.database.write() as connection:
            connection.execute(update(tickets).values(reading_by="another"))
        return found

    monkeypatch.setattr(ZendeskClient, "comments", slow)
    call(house, ticket.id)
    house.services.enumerator.run(1, ticket.id)
    assert house.scans == []
    assert house.rows(inbox)[0].done_at is None


def test_a_comment_with_thousands_of_links_costs_few_queries(house, monkeypatch):
    ticket = house.tenant.add_ticket("Hi", " ".join(f"https://host{n}.example/a" for n in range(500)))
    looked_up = []
    read = house.services.database.read

    def counted():
        looked_up.append(1)
        return read()

    monkeypatch.setattr(house.services.database, "read", counted)
    call(house, ticket.id)
    house.services.enumerator.run(1, ticket.id)
    assert len(house.scans) == 500
    assert len(looked_up) < 50


def test_the_text_of_a_comment_is_forgotten_when_its_files_are_judged(house):
    ticket = house.tenant.add_ticket("Hi", "The password is hunter2", [CLEAN])
    call(house, ticket.id)
    house.services.relay.new_calls()
    job, _, ids = house.queue.waiting.pop(0)
    house.queue.handlers[job](**ids)
    assert b"hunter2" not in (house.rows(comments)[0].text or b"hunter2")
    house.run()
    assert house.rows(comments)[0].text is None


def test_a_call_taken_by_a_worker_that_died_is_handed_out_again(house):
    ticket = house.tenant.add_ticket("Hi", "See file", [EICAR])
    call(house, ticket.id)
    house.services.relay.new_calls()
    house.queue.waiting.clear()
    house.clock.skip(31)
    house.services.sweep.run()
    house.queue.waiting = [entry for entry in house.queue.waiting if entry[0] != "reconcile"]
    house.run()
    assert house.scans[0].state == "quarantined"


def test_a_long_export_is_read_page_by_page_without_a_gap(house, monkeypatch):
    now = house.clock()
    times = {n: now - 600 + n / 20 for n in range(1, 251)}
    events = [TicketEvent(n, 1000 + n, at, 1, True, ()) for n, at in times.items()]

    def ticket_events(_self, start):
        page = [event for event in events if times[event.id] >= int(start)][:100]
        end = times[page[-1].id] if page else None
        return TicketEventsPage(tuple(page), end, len(page) < 100)

    monkeypatch.setattr(ZendeskClient, "ticket_events", ticket_events)
    with house.services.database.write() as connection:
        from app.connections.tables import connections

        connection.execute(update(connections).values(events_until=now - 600))
    for _ in range(3):
        house.services.reconciler.run(1)
        house.clock.skip(31)
    assert {row.ticket_id for row in house.rows(inbox)} == {event.ticket_id for event in events}


def test_an_export_that_does_not_move_is_no_endless_loop(house, monkeypatch):
    asked = []

    def ticket_events(_self, start):
        asked.append(start)
        return TicketEventsPage((), start, False)

    monkeypatch.setattr(ZendeskClient, "ticket_events", ticket_events)
    house.services.reconciler.run(1)
    assert len(asked) == 1


def test_the_wait_for_invisible_comments_is_longer_than_the_export_is_behind():
    assert enumerating.INVISIBLE_SECONDS > 60


def test_comments_with_very_many_links_are_read_one_turn_after_the_other(house, monkeypatch):
    monkeypatch.setattr(enumerating, "MOST_LINKS", 3)
    ticket = house.tenant.add_ticket("Hi", "Hello")
    for number in range(4):
        house.tenant.add_comment(ticket.id, " ".join(f"https://{number}.site.test/{each}" for each in range(4)))
    house.tenant.add_comment(ticket.id, "And the file", [EICAR])
    call(house, ticket.id)
    house.run()
    assert len([scan for scan in house.scans if scan.kind == "url"]) == 16
    assert next(scan for scan in house.scans if scan.kind == "attachment").state == "quarantined"
    assert [stored.outcome for stored in house.rows(inbox)] == ["read"]
