"""What a list of scans may be narrowed by: pure values, checked at the door."""

from __future__ import annotations

from dataclasses import dataclass, replace
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

    q           free text, looked for in name and address, as the beginning of a SHA-256 (six digits or more), as a
                ticket's number, in finding ids
    since       first moment of creation that counts, until the first that no longer does (unix seconds)
    verdict     one of these
    decided_by  engine, list or person
    rule        id of a finding; host: of the link itself, or of one inside a file
    within      created in the last so many seconds
    The others are equal or not; ``connection`` is a name.
    """

    verdict: tuple[str, ...] | str | None = None
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
    decided_by: str | None = None
    rule: str | None = None
    host: str | None = None
    within: float | None = None

    def at(self, now: float) -> ScanFilters:
        """Return the same with fixed times: what ``within`` means at ``now``."""
        if self.within is None:
            return self
        return replace(self, since=max(self.since or 0.0, now - self.within), within=None)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The verdicts that are wanted, empty for all of them."""
        if self.verdict is None:
            return ()
        return (self.verdict,) if isinstance(self.verdict, str) else tuple(self.verdict)


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
