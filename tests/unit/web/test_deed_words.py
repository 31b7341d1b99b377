"""What is told of how an action went: never an address, whatever a worker noted."""

from __future__ import annotations

import pytest

from app.web.deed_words import MOST_NOTES, notes
from tests.builders import NOON


def action(kind, detail, state="done"):
    return {"kind": kind, "state": state, "detail": detail}


def target(**more):
    return {
        "comment_id": 1,
        "attachment_id": 7,
        "name": "a.exe",
        "content_url": "https://acme.zendesk.test/attachments/token/secret",
        "sent": NOON,
        "sendings": 2,
        "way": "attachment",
        "done": True,
        "refusal": "",
        **more,
    }


def test_a_redaction_says_how_often_it_was_asked_and_what_was_read_back():
    asked, read = notes(action("redact", {"targets": [target()]}))
    assert asked == "The attachment: asked twice by redacting the attachment at 2026-11-21 12:00:00 UTC."
    assert read == "Read back: the ticket shows it as redacted."


def test_a_redaction_under_way_says_that_it_is_looked_at_again():
    found = notes(action("redact", {"targets": [target(done=False, way="comment")]}, "sending"))
    assert "as in closed tickets" in found[0]
    assert "still shows it" in found[1]


def test_a_refusal_is_told():
    found = notes(action("redact", {"targets": [target(done=False, refusal="Zendesk refused: no")]}, "failed"))
    assert found[1] == "Not removed: Zendesk refused: no"


def test_several_attachments_are_told_apart():
    found = notes(action("redact", {"targets": [target(), target(attachment_id=8)]}))
    assert [line.split(":")[0] for line in found[::2]] == ["Attachment 7", "Attachment 8"]


def test_a_release_says_where_the_copy_lies():
    [line] = notes(action("release", {"copies": [{"attachment_id": 9, "comment_id": 4}]}))
    assert "attachment 9 on comment 4" in line


def test_a_link_says_by_which_way_it_went():
    found = notes(action("redact_link", {"sendings": 1, "sent": NOON, "way": "words"}))
    assert "by redacting the words" in found[0]
    assert "no longer holds it" in found[1]


@pytest.mark.parametrize("kind", ["redact", "redact_link", "release", "note", "mail", "vault", "unheard_of"])
@pytest.mark.parametrize(
    "detail",
    [
        None,
        [],
        {},
        {"targets": [None, 3]},
        {"sent": "x", "sendings": "y", "copies": ["z"]},
        {"sent": 1e300},
        {"targets": [target()]},
    ],
)
def test_whatever_was_noted_nothing_breaks_and_no_address_is_told(kind, detail):
    assert "token" not in " ".join(notes(action(kind, detail, "sending")))


def test_very_many_notes_are_counted():
    found = notes(action("redact", {"targets": [target()] * 500}))
    assert (len(found), found[-1]) == (MOST_NOTES + 1, "And 980 more.")
