"""What letters are about: facts as plain values, which can wait in a database until they are told. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.engine.model import Verdict
from app.findings.dangers import Danger, danger_of

REDACTED = "redacted"
RELEASED = "released"
KEPT = "kept"


@dataclass(frozen=True, slots=True)
class FileNotice:
    """One file in a note or mail.

    title     what was found, in plain words without a full stop; empty: a person judged it
    where     path of containers that leads to the finding, as in ``Finding.where``
    outcome   ``redacted``, ``released``, ``kept`` (policy only tells) or ``kept: why it could not be done``
    link      address of its page in the console
    finding   id of the finding that the title is of
    technique its technique of MITRE ATT&CK
    """

    name: str
    sha256: str
    size: int
    verdict: str
    title: str
    where: str = ""
    outcome: str = REDACTED
    link: str = ""
    finding: str = ""
    technique: str = ""

    @property
    def judged(self) -> Verdict:
        """The verdict as a member of its enumeration."""
        return Verdict(self.verdict)

    @property
    def danger(self) -> Danger:
        """What kind of danger was found."""
        return danger_of(self.finding, self.technique)

    @property
    def done(self) -> bool:
        """Whether what was ordered happened."""
        return self.outcome in (REDACTED, RELEASED)

    @property
    def obstacle(self) -> str:
        """Why it could not be done; empty when it was, and when nothing was to be done."""
        return self.outcome.partition(":")[2].strip()


@dataclass(frozen=True, slots=True)
class LinkNotice:
    """One link in a note or mail: defanged, with what is wrong with it (empty: a person judged it) and its page.

    outcome  ``redacted``, ``kept`` (it is only told) or ``kept: why it could not be removed``
    place    ``subject`` or ``field 123``; empty: the comment
    shown    what readers see of it, by which an agent recognises it; empty when that is the address itself
    changed  when and why the verdict changed since it was judged first, as sentences; empty: this is the first one
    """

    defanged: str
    title: str
    link: str = ""
    verdict: str = Verdict.MALICIOUS.value
    outcome: str = KEPT
    place: str = ""
    changed: str = ""
    shown: str = ""
    finding: str = ""
    technique: str = ""

    @property
    def judged(self) -> Verdict:
        """The verdict as a member of its enumeration."""
        return Verdict(self.verdict)

    @property
    def danger(self) -> Danger:
        """What kind of danger was found."""
        return danger_of(self.finding, self.technique)

    @property
    def done(self) -> bool:
        """Whether it was taken out of its comment."""
        return self.outcome == REDACTED

    @property
    def obstacle(self) -> str:
        """Why it could not be taken out; empty when it was, and when nothing was to be done."""
        return self.outcome.partition(":")[2].strip()


@dataclass(frozen=True, slots=True)
class Notice:
    """What a mail about a ticket tells.

    tenant   name of the connection
    page     address of all of the ticket's scans in the console; for what there is no room for
    no_note  why the ticket bears no note, as a sentence; empty when it bears one
    """

    ticket_id: int
    tenant: str
    files: tuple[FileNotice, ...]
    links: tuple[LinkNotice, ...] = ()
    page: str = ""
    no_note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, from which ``from_dict`` makes an equal value."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Notice:
        """Return the notice that ``to_dict`` gave."""
        files = tuple(FileNotice(**file) for file in data["files"])
        return cls(**{**data, "files": files, "links": tuple(LinkNotice(**link) for link in data["links"])})


@dataclass(frozen=True, slots=True)
class Investigation:
    """An answer of the security team: to what was asked about which scan, by whom, and the scan's page."""

    tenant: str
    title: str
    question: str
    answer: str
    who: str
    link: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, from which ``from_dict`` makes an equal value."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Investigation:
        """Return the answer that ``to_dict`` gave."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class FailedCheck:
    """One part of a connection that is broken: which, what was seen, and how it is mended."""

    name: str
    detail: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How a connection is: nothing failed, or what did."""

    tenant: str
    failed: tuple[FailedCheck, ...] = ()
    link: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, from which ``from_dict`` makes an equal value."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ConnectionState:
        """Return the state that ``to_dict`` gave."""
        return cls(**{**data, "failed": tuple(FailedCheck(**check) for check in data["failed"])})
