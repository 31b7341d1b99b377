"""The webhook route over HTTP: what is refused, in which order, and what is stored once."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime

import pytest

from app.sandbox.delivery import signature
from tests.e2e.installation import NAME
from tests.waiting import eventually

PREFIX = "X-Zendesk-Webhook-"


def about(ticket_id):
    """Return the body of a call. Equal ones of the same second have one signature, so tests that count differ."""
    return json.dumps({"ticket_id": str(ticket_id), "comment_id": ""}).encode()


BODY = about(999_999)


#: The service reads no further in a body that it refuses, so nothing else can follow on that connection.
LAST = {"Connection": "close"}


@pytest.fixture(scope="module", autouse=True)
def vanished(house, secret):
    """A call about a ticket that is not there, sent before all others, because its end takes a while."""
    body = about(999_003)
    assert call(house, body, sent=headers(secret, body, invocation="vanished")).status_code == 202


@pytest.fixture(scope="module")
def secret(house):
    [webhook] = house.tenant.state.data.webhooks.values()
    return webhook.secret


def headers(secret, body=BODY, *, age=0.0, invocation=""):
    stamp = datetime.fromtimestamp(time.time() - age, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        f"{PREFIX}Signature": signature(secret, stamp, body),
        f"{PREFIX}Signature-Timestamp": stamp,
        f"{PREFIX}Invocation-Id": invocation or uuid.uuid4().hex,
    }


def call(house, body=BODY, *, sent=None, name=NAME, method="POST"):
    url = f"{house.installation.url}/webhooks/zendesk/{name}"
    return house.installation.http.request(method, url, data=body, headers=sent, timeout=10)


def stored(house, invocation):
    """Return time and words of the end of every stored call of this name."""
    return house.installation.query("SELECT done_at, outcome FROM inbox WHERE invocation = ?", invocation)


def test_a_signed_call_is_taken_within_milliseconds(house, secret):
    def is_quick():
        answer = call(house, sent=headers(secret))
        assert answer.status_code == 202
        return answer.elapsed.total_seconds() < 0.1

    # Other tests keep the machine busy at times.
    eventually(is_quick, 30.0, house.installation.log)


def test_an_unknown_connection_is_not_found_whatever_else_is_wrong(house):
    answer = call(house, b"x" * 2_000_000, sent=LAST, name="nobody", method="GET")
    assert answer.status_code == 404


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_refused(house, method):
    answer = call(house, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_a_body_over_a_mebibyte_is_refused_before_its_signature(house):
    assert call(house, b"x" * (1024 * 1024 + 1), sent=LAST).status_code == 413


def test_a_call_without_a_signature_is_refused(house):
    assert call(house).status_code == 401


def test_a_call_with_another_secret_is_refused(house):
    assert call(house, sent=headers("another secret")).status_code == 401


def test_a_call_whose_body_was_changed_is_refused(house, secret):
    assert call(house, BODY.replace(b"999999", b"1"), sent=headers(secret)).status_code == 401


@pytest.mark.parametrize("age", [301.0, -305.0])
def test_a_signature_that_is_too_old_or_ahead_is_refused(house, secret, age):
    assert call(house, sent=headers(secret, age=age)).status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"ticket_id": -1}', b'{"ticket_id": {}}', b"\xff\xfe"])
def test_a_signed_body_that_names_no_ticket_is_malformed(house, secret, body):
    assert call(house, body, sent=headers(secret, body)).status_code == 400


def test_a_replayed_call_is_stored_once(house, secret):
    body = about(999_001)
    sent = headers(secret, body, invocation="replayed-once")
    assert [call(house, body, sent=sent).status_code for _ in range(3)] == [202, 202, 202]
    assert len(stored(house, "replayed-once")) == 1


def test_a_recorded_call_replayed_under_another_name_is_stored_once(house, secret):
    body = about(999_002)
    first = headers(secret, body, invocation="first-name")
    second = {**first, f"{PREFIX}Invocation-Id": "second-name"}
    assert [call(house, body, sent=sent).status_code for sent in (first, second)] == [202, 202]
    assert len(stored(house, "first-name")) + len(stored(house, "second-name")) == 1


def test_a_call_about_a_vanished_ticket_ends_quietly(house):
    # A ticket may be told of before it is visible, so "gone" is believed only after a while.
    eventually(lambda: stored(house, "vanished")[0][0] is not None, 90.0, house.installation.log)
    [(_, outcome)] = stored(house, "vanished")
    assert "gone" in outcome
