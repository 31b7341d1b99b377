"""What was noted while something was done in a ticket, in sentences: how often, by which way, and what was read back.

An action's ``detail`` is written by the workers; addresses in it open files for whoever has them, so nothing of it is
shown but numbers and what is said here. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.engine.printable import printable

Row = Mapping[str, Any]

_ATTACHMENT_WAYS = {
    "attachment": "by redacting the attachment",
    "comment": "by redacting its comment, as in closed tickets",
}
_LINK_WAYS = {
    "workspace": "by rewriting the comment without it",
    "words": "by redacting the words, as the comment could not be rewritten",
}
#: Notes of one action that are shown.
MOST_NOTES = 20


def notes(action: Row) -> list[str]:
    """Return what is known of how an action went, in the order of its happening."""
    detail = action.get("detail")
    if not isinstance(detail, Mapping):
        return []
    found = list(_NOTES.get(action["kind"], _of_nothing)(action, detail))
    more = len(found) - MOST_NOTES
    return [*found[:MOST_NOTES], *([f"And {more} more."] if more > 0 else [])]


def _of_nothing(_action: Row, _detail: Row) -> Iterator[str]:
    return iter(())


def _of_redaction(action: Row, detail: Row) -> Iterator[str]:
    targets = [each for each in detail.get("targets", ()) if isinstance(each, Mapping)]
    for target in targets:
        which = f"Attachment {_number(target.get('attachment_id'))}" if len(targets) > 1 else "The attachment"
        if not target.get("sendings") and not target.get("sent"):
            done = "was gone already when it was looked for" if target.get("done") else "is not asked for yet"
            yield f"{which} {done}."
            continue
        way = _ATTACHMENT_WAYS.get(str(target.get("way")), "")
        yield (
            " ".join(filter(None, (f"{which}: asked {_times(target.get('sendings'))}", way, _at(target.get("sent")))))
            + "."
        )
        yield _read_back(target, finished=action["state"] in ("done", "failed"))


def _read_back(target: Row, *, finished: bool) -> str:
    if target.get("done"):
        return "Read back: the ticket shows it as redacted."
    if target.get("refusal"):
        return f"Not removed: {printable(str(target['refusal']), 300)}"
    if finished:
        return "It was not read back as redacted."
    return "Read back: the ticket still shows it. It is looked at again."


def _of_link(action: Row, detail: Row) -> Iterator[str]:
    if not detail.get("sent") and not detail.get("sendings"):
        return
    way = _LINK_WAYS.get(str(detail.get("way")), _LINK_WAYS["workspace"])
    yield " ".join(filter(None, (f"Asked {_times(detail.get('sendings') or 1)}", way, _at(detail.get("sent"))))) + "."
    if action["state"] == "done":
        yield "Read back: the comment no longer holds it."


def _of_release(action: Row, detail: Row) -> Iterator[str]:
    copies = [each for each in detail.get("copies", ()) if isinstance(each, Mapping)]
    for copy in copies:
        yield (
            f"Read back: attachment {_number(copy.get('attachment_id'))} on comment {_number(copy.get('comment_id'))}, "
            "with the bytes of the original."
        )
    if not copies and detail.get("sent"):
        yield f"The note with the file was sent {_at(detail['sent'])}."
        if action["state"] == "sending":
            yield "It is looked for in the ticket before it would be sent again."


def _of_note(action: Row, detail: Row) -> Iterator[str]:
    if detail.get("sent") and action["state"] == "sending":
        yield f"Sent {_at(detail['sent'])}; it is looked for in the ticket before it would be sent again."


def _of_mail(_action: Row, detail: Row) -> Iterator[str]:
    if detail.get("kept"):
        yield "Kept in the outbox, as no mail server is set."


_NOTES = {
    "redact": _of_redaction,
    "redact_link": _of_link,
    "release": _of_release,
    "note": _of_note,
    "mail": _of_mail,
}


def _number(value: object) -> str:
    return str(value) if isinstance(value, int) else "?"


def _times(count: object) -> str:
    number = count if isinstance(count, int) and count > 0 else 1
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _at(moment: object) -> str:
    """Return a time of the worker's note (unix seconds) for reading; empty when there is none."""
    if not isinstance(moment, int | float) or not 0 < moment < 32_503_680_000:
        return ""
    return f"at {datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
