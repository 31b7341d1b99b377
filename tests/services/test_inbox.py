"""A webhook call is stored when it proves itself, once, and is refused in words otherwise."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from sqlalchemy import select, update

from app.connections.tables import connections
from app.errors import Rejected
from app.tickets import signature
from app.tickets.tables import inbox

BODY = b'{"ticket_id": "7", "comment_id": ""}'
MALFORMED = (
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe",
    b'{"ticket_id": ""}',
    b'{"ticket_id": -1}',
    b'{"ticket_id": true}',
    b'{"ticket_id": 99999999999999999999}',
    b'{"ticket_id": "1e3"}',
    '{"ticket_id": "\u0661"}'.encode(),
    b"[" * 100_000,
)


@pytest.fixture
def secret(house):
    with house.services.database.read() as connection:
        sealed = connection.execute(select(connections.c.signing_secret)).scalar_one()
    return house.services.keys.unseal("signing-secret", sealed).decode()


def receive(house, secret, body=BODY, *, at=None, invocation="01HBADE0", signed=None):
    timestamp = datetime.fromtimestamp(at or house.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    receiver = house.services.inbox.receiver("acme")
    signed = signature.sign(secret, timestamp, body) if signed is None else signed
    return house.services.inbox.receive(receiver, body=body, timestamp=timestamp, signed=signed, invocation=invocation)


def refused(house, secret, *arguments, **named):
    with pytest.raises(Rejected) as refusal:
        receive(house, secret, *arguments, **named)
    assert house.rows(inbox) == []
    return refusal.value.code


def test_a_signed_call_is_stored(house, secret):
    assert receive(house, secret)
    [stored] = house.rows(inbox)
    assert (stored.ticket_id, stored.comment_id, stored.done_at, stored.enqueued_at) == (7, None, None, None)


def test_a_delivery_tried_again_is_stored_once(house, secret):
    assert receive(house, secret)
    assert not receive(house, secret, at=house.clock() + 30)
    assert len(house.rows(inbox)) == 1


def test_a_replayed_call_is_stored_once_under_whatever_name(house, secret):
    at = house.clock()
    assert receive(house, secret, at=at)
    assert not receive(house, secret, at=at, invocation="another")
    assert len(house.rows(inbox)) == 1


def test_calls_without_a_name_are_told_apart_by_their_signature(house, secret):
    assert receive(house, secret, invocation="")
    assert receive(house, secret, b'{"ticket_id": 8}', invocation="")
    assert len(house.rows(inbox)) == 2


def test_a_call_with_a_wrong_signature_is_refused(house, secret):
    for signed in ("", "AAAA", "\udcff", "é" * 20):
        assert refused(house, secret, signed=signed) == "unsigned"


def test_the_secret_of_zendesks_test_button_opens_nothing(house, secret):
    assert refused(house, "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==") == "unsigned"


@pytest.mark.parametrize("seconds", [-301, 302])
def test_a_call_too_old_or_too_early_is_refused_and_wakes_the_reconciler(house, secret, seconds):
    with house.services.database.write() as connection:
        connection.execute(update(connections).values(reconcile_at=house.clock() + 1000))
    assert refused(house, secret, at=house.clock() + seconds) == "stale"
    house.services.sweep.run()
    assert [job for job, _, _ in house.queue.waiting] == ["reconcile"]


def test_an_unsigned_old_call_wakes_nobody(house, secret):
    with house.services.database.write() as connection:
        connection.execute(update(connections).values(reconcile_at=house.clock() + 1000))
    assert refused(house, secret, at=house.clock() - 4000, signed="AAAA") == "unsigned"
    house.services.sweep.run()
    assert house.queue.waiting == []


def test_a_signed_body_that_names_no_ticket_is_malformed(house, secret):
    for body in MALFORMED:
        assert refused(house, secret, body) == "malformed"


def test_an_event_of_a_subscription_names_ticket_and_comment(house, secret):
    event = {
        "type": "zen:event-type:ticket.comment_added",
        "detail": {"id": "12", "subject": "\x00\u202e"},
        "event": {"comment": {"id": "34", "body": "hello"}},
    }
    assert receive(house, secret, orjson.dumps(event))
    [stored] = house.rows(inbox)
    assert (stored.ticket_id, stored.comment_id) == (12, 34)


def test_there_is_no_receiver_of_another_name(house):
    for name in ("nobody", "acme\0", "ACME", "é", "a" * 5000, ""):
        assert house.services.inbox.receiver(name) is None


def test_a_removed_connection_has_no_receiver(house):
    house.services.connections.disconnect("acme")
    assert house.services.inbox.receiver("acme") is None
