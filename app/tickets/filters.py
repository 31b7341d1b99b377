"""What a list of scans may be narrowed by: pure values, checked at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Kind(StrEnum):
    """What was scanned: a file of a comment, a link of a comment, or what somebody sent us to look at."""

    ATTACHMENT = "attachment"
    URL = "url"
    UPLOAD = "upload"


class State(StrEnum):
    """Where a scan stands. ``FAILED`` means that it ended without an answer; its verdict is then unknown."""

    QUEUED = "queued"
    SCANNING = "scanning"
    DONE = "done"
    QUARANTINED = "quarantined"
    RELEASED = "released"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ScanFilters:
    """Conditions that all must hold; None leaves one out.

    q       free text, looked for in name, SHA-256, address, ticket number and finding ids
    since   first moment of creation that counts, until the first that no longer does (unix seconds)
    The others are equal or not; ``connection`` is a name.
    """

    verdict: str | None = None
    kind: str | None = None
    connection: str | None = None
    ticket: int | None = None
    sha256: str | None = None
    state: str | None = None
    q: str | None = None
    since: float | None = None
    until: float | None = None
    sender: str | None = None
    receiver: str | None = None
    channel: str | None = None


def moment(text: str) -> float:
    """Return unix seconds for an ISO 8601 time or date, or for unix seconds themselves.

    A time without an offset is UTC. Raises ValueError for anything else, years before 1970 and after 9999 included.
    """
    try:
        seconds = float(text)
    except ValueError:
        parsed = datetime.fromisoformat(text.strip())
        seconds = (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    if not 0.0 <= seconds < 253402300800.0:
        raise ValueError("not a time between 1970 and 9999")
    return seconds


def iso(seconds: float | None) -> str | None:
    """Return unix seconds as ISO 8601 in UTC with milliseconds and a Z; None stays None."""
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
