"""The words of the engine: severity and verdict, finding, link, report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What we think of something; the order of the members is the order of severity.

    ``UNKNOWN`` means that we could not tell (locked, over a limit, analysis failed). It is never clean.
    """

    CLEAN = "clean"
    UNKNOWN = "unknown"
    SUSPICIOUS = "suspicious"
    RESTRICTED = "restricted"
    MALICIOUS = "malicious"

    @property
    def rank(self) -> int:
        """Position in the order of severity; 0 is clean."""
        return _RANK[self]


_RANK = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the most severe of the verdicts; clean when there are none."""
    return max(verdicts, key=lambda verdict: verdict.rank, default=Verdict.CLEAN)


class Severity(StrEnum):
    """What a single finding says by itself. ``INFO`` changes nothing; the others name the verdict they ask for."""

    INFO = "info"
    UNKNOWN = "unknown"
    SUSPICIOUS = "suspicious"
    RESTRICTED = "restricted"
    MALICIOUS = "malicious"

    @property
    def verdict(self) -> Verdict:
        """The verdict that this finding alone asks for."""
        return Verdict.CLEAN if self is Severity.INFO else Verdict(self.value)


class Confidence(StrEnum):
    """How sure a suspicious finding is: whether ordinary files have it too, now and then (``LOW``) or hardly ever."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Finding:
    """One observation about one node of the tree.

    id         stable dotted name: ``yara.eicar``, ``limit.ratio``, ``archive.encrypted``
    severity   what it says by itself
    where      path of containers, outermost first: ``a.zip/b.doc`` (the name of the scanned thing is the first part)
    title      plain words for a reader who is no security person, no full stop: ``EICAR test file``
    evidence   short printable excerpt (at most 200 characters, control characters escaped); may be empty
    reference  link to what explains it; may be empty
    confidence how much a suspicious finding weighs
    technique  of MITRE ATT&CK, like ``T1566.001``; empty where none fits
    """

    id: str
    severity: Severity
    where: str
    title: str
    evidence: str = ""
    reference: str = ""
    confidence: Confidence = Confidence.HIGH
    technique: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping with exactly the attributes above."""
        return {**asdict(self), "severity": self.severity.value, "confidence": self.confidence.value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        """Build a finding from what ``to_dict`` returned."""
        return cls(**{**data, "severity": Severity(data["severity"]), "confidence": Confidence(data["confidence"])})


@dataclass(frozen=True, slots=True)
class Link:
    """One address found in a text or a file: as written, in canonical form, and where it stood.

    raw      as it was written, broken spellings and blanks inside included
    url      canonical, with the wrappers of mail gateways and redirects taken off
    where    path of containers, as in ``Finding``
    text     what a reader sees of the link in markup (at most 200 characters); empty when it is the address itself
    at       offset of ``raw`` in the text that was searched, in characters; -1 when it stands nowhere as such
    wrapped  canonical form of what was written, when a wrapper was taken off it; else empty
    via      names of the wrappers that were taken off, outermost first
    """

    raw: str
    url: str
    where: str = ""
    verdict: Verdict = Verdict.CLEAN
    reasons: tuple[str, ...] = ()
    text: str = ""
    at: int = -1
    wrapped: str = ""
    via: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping with exactly the attributes above."""
        return {
            "raw": self.raw,
            "url": self.url,
            "where": self.where,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "text": self.text,
            "at": self.at,
            "wrapped": self.wrapped,
            "via": list(self.via),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Link:
        """Build a link from what ``to_dict`` returned."""
        lists = {name: tuple(data.get(name, ())) for name in ("reasons", "via")}
        return cls(**{**data, **lists, "verdict": Verdict(data["verdict"])})


@dataclass(frozen=True, slots=True)
class Report:
    """All that one scan found out about one file. Findings and links come in order of discovery.

    size is in bytes, ms the wall-clock time of the scan in milliseconds, rules the digest of the rule set used.
    """

    sha256: str
    size: int
    type: str
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    urls: tuple[Link, ...] = ()
    ms: int = 0
    rules: str = ""
    nodes: int = field(default=1)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready mapping with exactly the attributes above."""
        return {
            "sha256": self.sha256,
            "size": self.size,
            "type": self.type,
            "verdict": self.verdict.value,
            "findings": [finding.to_dict() for finding in self.findings],
            "urls": [link.to_dict() for link in self.urls],
            "ms": self.ms,
            "rules": self.rules,
            "nodes": self.nodes,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Build a report from what ``to_dict`` returned."""
        return cls(
            **{
                **data,
                "verdict": Verdict(data["verdict"]),
                "findings": tuple(Finding.from_dict(item) for item in data["findings"]),
                "urls": tuple(Link.from_dict(item) for item in data["urls"]),
            }
        )
