"""Locked files: when the words of a ticket's other comments are worth a try."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

#: Most times that one file is looked at again because of a later comment; a talkative ticket must not keep us busy.
MOST_RETRIES = 5

#: What stands in the history of a file that is judged again.
REOPENED = "A later comment may hold the password."

_TAG = re.compile(r"<[^<>]{0,4000}>")


def is_locked(finding_ids: Iterable[str]) -> bool:
    """Whether something in the file could not be opened for want of a password."""
    return any(each.endswith(".encrypted") or each == "limit.passwords" for each in finding_ids)


def words(body: str, html_body: str) -> str:
    """Return the text of a comment, with what only its markup shows (Zendesk's plain body leaves some of it out)."""
    return f"{body}\n{unescape(_TAG.sub(' ', html_body))}"
