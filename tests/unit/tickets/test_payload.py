"""Webhook bodies: two shapes, and everything else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from app.errors import Rejected
from app.tickets.payload import Hint, parse


def test_the_body_of_our_trigger_is_read():
    assert parse(b'{"ticket_id": "35436", "comment_id": "1234567890123"}') == Hint(35436, 1234567890123)


@pytest.mark.parametrize("comment", ['""', "null", '"0"', "0", '"x"', "true", "[]"])
def test_a_missing_comment_is_fine(comment):
    assert parse(b'{"ticket_id": 7, "comment_id": %s}' % comment.encode()) == Hint(7, None)


def test_an_event_envelope_is_read():
    body = {
        "account_id": 22129848,
        "detail": {"id": "141", "status": "OPEN", "actor_id": "8447388090494"},
        "event": {"comment": {"id": "9001", "body": "hello", "is_public": True}, "meta": {"sequence": {"id": "1"}}},
        "id": "cbe4028c-7239-495d-b020-f22348516046",
        "subject": "zen:ticket:141",
        "type": "zen:event-type:ticket.comment_added",
        "zendesk_event_version": "2022-11-06",
    }
    assert parse(json.dumps(body).encode()) == Hint(141, 9001)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"7"', b"{}", b'{"ticket_id": ""}', b'{"ticket_id": -1}', b'{"ticket_id": 1.5}',
     b'{"ticket_id": true}', b'{"ticket_id": "9223372036854775808"}', b'{"ticket_id": "\xd9\xa7"}', b"\xff\xfe",
     b"[" * 100_000, b'{"detail": [], "event": 3}'],
)  # fmt: skip
def test_a_body_without_a_ticket_is_malformed(body):
    with pytest.raises(Rejected) as refusal:
        parse(body)
    assert refusal.value.code == "malformed"


KEYS = st.sampled_from(["ticket_id", "comment_id", "detail", "event", "comment", "id"])
VALUES = st.recursive(
    st.none() | st.text() | st.integers() | st.floats(),
    lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner),
)


@given(st.binary(max_size=300) | VALUES.map(lambda value: json.dumps(value).encode()))
def test_nothing_in_a_body_does_more_than_be_refused(body):
    try:
        hint = parse(body)
    except Rejected:
        return
    assert 0 < hint.ticket_id < 2**63
