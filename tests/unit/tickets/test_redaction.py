"""Whether a file is gone is read from what the ticket shows."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.tickets.redaction import Presence, Target, presence


@dataclass(frozen=True)
class Slot:
    id: int
    file_name: str
    size: int | None


def target(name="invoice.doc", size=68):
    return Target(comment_id=1, attachment_id=5, name=name, size=size, content_url="https://t.example/5")


@pytest.mark.parametrize(
    ("name", "shown", "expected"),
    [
        ("invoice.doc", [Slot(5, "invoice.doc", 68)], Presence.THERE),
        ("invoice.doc", [Slot(5, "redacted.txt", 0)], Presence.GONE),
        ("invoice.doc", [Slot(5, "redacted.txt", 68)], Presence.GONE),
        ("invoice.doc", [Slot(6, "invoice.doc", 68)], Presence.UNSURE),
        ("invoice.doc", [], Presence.UNSURE),
        ("redacted.txt", [Slot(5, "redacted.txt", 68)], Presence.UNSURE),
        ("redacted.txt", [Slot(5, "redacted.txt", None)], Presence.UNSURE),
        ("redacted.txt", [Slot(5, "redacted.txt", 0)], Presence.GONE),
        ("redacted.txt", [Slot(5, "other.txt", 68)], Presence.THERE),
    ],
)
def test_presence_is_read_from_the_listing(name, shown, expected):
    assert presence(target(name), shown) is expected


def test_a_target_survives_its_way_through_json():
    before = target()
    before.sent, before.way = 12.5, "comment"
    assert Target(**before.to_dict()) == before
