"""What a feed lists, and what of it could not be read: what every format is brought to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple

import orjson

from app.errors import Rejected

#: Bytes of the longest line that is read.
LONGEST_LINE = 16_384
#: Bytes of the largest JSON document: it takes some ten times as much memory.
LARGEST_DOCUMENT = 96 << 20
#: Problems that are remembered with their line.
REMEMBERED = 10

_EPOCH = date(1970, 1, 1).toordinal()


class Kind(StrEnum):
    """What is listed: one address, a host with all that lies below it, or a range of IP addresses."""

    URL = "url"
    HOST = "host"
    NETWORK = "network"


class Listed(NamedTuple):
    """One thing that a feed lists.

    value     as the feed writes it
    line      where it stands: line of the text, or number of the entry in a JSON document, from 1
    category  empty: that of the feed
    day       when it was listed, in days since 1970; 0: the feed does not say
    until     last day on which it counts; 0: without end
    """

    kind: Kind
    value: str
    line: int
    category: str = ""
    day: int = 0
    until: int = 0


class Unlisted(ValueError):
    """A line that lists nothing usable; ``str`` is a word or two on why, never what stands in it."""


@dataclass(slots=True)
class Tally:
    """Counts what was not taken, and remembers where the first problems were. Never holds content."""

    #: Lines that could not be read or may not be listed.
    rejected: int = 0
    #: What the feed holds besides: hashes, entries withdrawn or too uncertain.
    left_out: int = 0
    first: list[tuple[int, str]] = field(default_factory=list)

    def reject(self, line: int, reason: str) -> None:
        """Count a line that could not be used."""
        self.rejected += 1
        if len(self.first) < REMEMBERED:
            self.first.append((line, reason))


@dataclass(frozen=True, slots=True)
class Options:
    """How the operator wants a feed read.

    columns           of ``csv``: what stands in which column, by its title or its number from 1
    delimiter         of ``csv``: one character
    least_confidence  percent; what a feed is less sure of is left out
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str = ","
    least_confidence: int = 50

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Options:
        """Return the options that are kept with a feed."""
        known = {name: stored[name] for name in ("columns", "delimiter", "least_confidence") if name in stored}
        return cls(**known)


def lines_of(file: BinaryIO, tally: Tally) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not empty, with their number, without blanks around them.

    Lines that are no UTF-8 or too long are counted in the tally. Raises Rejected for a web page in place of a feed.
    """
    number = 0
    while raw := file.readline(LONGEST_LINE):
        number += 1
        if len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            tally.reject(number, "too long")
            continue
        try:
            line = raw.decode("utf-8").strip("\ufeff \t\r\n\x00")
        except UnicodeDecodeError:
            tally.reject(number, "not UTF-8")
            continue
        if number == 1 and line[:15].lower().startswith(("<!doctype", "<html")):
            raise Rejected("It is a web page, not a feed: perhaps one to sign in on.", code="page")
        if line:
            yield number, line


def document_of(file: BinaryIO) -> Any:
    """Return the JSON document in the file. Raises Rejected when it is none or too large."""
    text = file.read(LARGEST_DOCUMENT + 1)
    if len(text) > LARGEST_DOCUMENT:
        raise Rejected(f"The document is larger than {LARGEST_DOCUMENT >> 20} MiB.", code="too_large")
    try:
        return orjson.loads(text.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise Rejected("It is not valid JSON: cut off, or of another format.", code="json") from None


def is_document(file: BinaryIO) -> bool:
    """Tell whether the file begins as a JSON document does, and go back to its beginning."""
    head = file.read(64)
    file.seek(0)
    return head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def text_in(row: Any, name: str) -> str:
    """Return a text of a JSON object, empty when it is not there or something else; numbers become texts."""
    value = row.get(name) if isinstance(row, dict) else None
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def day_in(text: str) -> int:
    """Return the day that a time begins with (``2026-11-21 09:12:00 UTC``, ``2026-11-21T09:12:00Z``), or that a
    number of seconds since 1970 falls on; 0 when it is neither."""
    if text.isascii() and text.isdigit() and len(text) <= 12:
        return int(text) // 86_400
    return _day(text[:10])


@lru_cache(4096)
def _day(text: str) -> int:
    try:
        return max(0, date.fromisoformat(text).toordinal() - _EPOCH)
    except ValueError:
        return 0
