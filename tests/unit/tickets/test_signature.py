"""Webhook signatures, held against pairs that others published."""

from __future__ import annotations

import pytest

from app.tickets.signature import age, is_signed, sign

SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
BODY = b'{"event":"ticket.updated","id":123}'
PUBLISHED = "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM="


def test_a_published_pair_is_reproduced():
    assert sign(SECRET, "2021-03-25T05:09:27Z", BODY) == PUBLISHED


def test_the_timestamp_is_opaque_to_the_signature():
    body = b'{\n\t"type": "End User Comment",\n\t"ticketID": "12345",\n\t"priority": "Normal",\n\t"tags": "new",\n'
    body += b'\t"groupID": "9000",\n\t"assigneeID": "9001",\n\t"assigneeEmail": "kren@example.com"\n}\n'
    assert sign(SECRET, "1234", body) == "PlxjkFT3fSnU9NWSRjLHP86izLX68auazS1Xo8ZfiZE="


@pytest.mark.parametrize(
    ("timestamp", "body", "signature"),
    [
        ("2021-03-25T05:09:28Z", BODY, PUBLISHED),
        ("2021-03-25T05:09:27Z", BODY + b" ", PUBLISHED),
        ("2021-03-25T05:09:27Z", BODY, ""),
        ("2021-03-25T05:09:27Z", BODY, PUBLISHED[:-1]),
        ("2021-03-25T05:09:27Z", BODY, "\udcff" + PUBLISHED),
        ("\udcff", BODY, PUBLISHED),
    ],
)
def test_anything_changed_is_refused(timestamp, body, signature):
    assert not is_signed((SECRET,), timestamp, body, signature)


def test_without_a_secret_nothing_is_signed():
    assert not is_signed((), "1234", BODY, sign("", "1234", BODY))


def test_an_old_secret_beside_a_new_one_still_counts():
    assert is_signed(("new", SECRET), "2021-03-25T05:09:27Z", BODY, PUBLISHED)


@pytest.mark.parametrize("text", ["", "1234", "2021-03-25T05:09:27", "yesterday", "\0"])
def test_what_is_no_time_with_a_zone_has_no_age(text):
    assert age(text, 0.0) is None


def test_age_is_in_seconds_and_negative_ahead():
    assert age("1970-01-01T00:01:40Z", 160.0) == 60.0
    assert age("1970-01-01T00:01:40+00:00", 40.0) == -60.0
