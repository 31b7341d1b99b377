"""How the findings of a scan add up to the engine's verdict: the sum of ``scan --explain``, for people. Pure.

It is done anew from the findings that are stored, by the engine's own function, so that what is shown cannot differ
from what weighs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.model import Finding, Link, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.verdict import LINKS, score

#: Findings of one class that are listed.
MOST_LISTED = 12
_POLICY = Policy()
_BAD = frozenset(verdict.value for verdict in Verdict if verdict.rank >= Verdict.SUSPICIOUS.rank)

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One finding with its points."""

    id: str
    title: str
    points: int
    confidence: str


@dataclass(frozen=True, slots=True)
class Class:
    """What one class of findings adds; ``capped``: the sum was more than a class may weigh."""

    name: str
    findings: tuple[Weighed, ...]
    more: int
    points: int
    counted: int

    @property
    def is_capped(self) -> bool:
        """Whether the sum is more than what counts."""
        return self.counted < self.points


@dataclass(frozen=True, slots=True)
class Sum:
    """The whole sum. ``floor`` is the verdict that a finding asks for whatever the points are, empty when none does."""

    classes: tuple[Class, ...]
    total: int
    floor: str
    verdict: str
    suspicious_at: int
    malicious_at: int
    cap: int
    version: str


def arithmetic(findings: list[Row], links: list[Row]) -> Sum | None:
    """Return the sum over the findings and links of a file; None when nothing weighs and nothing sets a floor."""
    telling = [_whole(each) for each in findings if each["severity"] != Severity.INFO]
    read = [Finding.from_dict({name: each[name] for name in _FIELDS if name in each}) for each in telling]
    own = [finding for finding in read if not finding.id.startswith(f"{LINKS}.")]
    # All bad links weigh as one, and the others do not weigh.
    bad = next((each for each in links if each.get("verdict") in _BAD), None)
    found = score(own, _POLICY, [Link.from_dict(dict(bad))] if bad is not None else [])
    if not found.terms and found.floor is Verdict.CLEAN:
        return None
    return Sum(
        classes=tuple(_class(term) for term in found.terms),
        total=found.total,
        floor="" if found.floor is Verdict.CLEAN else found.floor.value,
        verdict=found.verdict.value,
        suspicious_at=_POLICY.suspicious_at,
        malicious_at=_POLICY.malicious_at,
        cap=_POLICY.class_cap,
        version=_POLICY.version,
    )


_FIELDS = ("id", "severity", "where", "title", "evidence", "reference", "confidence", "technique")


def _whole(finding: Row) -> Row:
    """Findings of earlier versions say nothing of how sure they are: they were."""
    return {"confidence": "high", **finding}


def _class(term: Any) -> Class:
    listed = tuple(
        Weighed(finding.id, printable(finding.title, 200), points, finding.confidence.value)
        for finding, points in sorted(term.findings, key=lambda entry: -entry[1])[:MOST_LISTED]
    )
    return Class(term.name, listed, len(term.findings) - len(listed), term.points, term.counted)
