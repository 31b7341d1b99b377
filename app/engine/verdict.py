"""From findings to a verdict, with the arithmetic shown. Pure: the same input gives the same answer again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.engine.model import Confidence, Finding, Link, Severity, Verdict, worst
from app.engine.policy import Policy

#: The class of what links weigh.
LINKS = "link"


@dataclass(frozen=True, slots=True)
class Term:
    """What one class of findings adds: the sum of its points, and what of that counts under the policy's cap."""

    name: str
    findings: tuple[tuple[Finding, int], ...]
    points: int
    counted: int


@dataclass(frozen=True, slots=True)
class Score:
    """The verdict, and how it came about.

    terms    classes with points, the heaviest first
    total    sum of what they count
    floor    the worst that findings ask for without being weighed: ``restricted`` and ``unknown``
    """

    verdict: Verdict
    total: int
    floor: Verdict
    terms: tuple[Term, ...]
    policy: Policy


def judge(findings: Iterable[Finding], policy: Policy, links: Iterable[Link] = ()) -> Verdict:
    """Return the verdict that the findings ask for under ``policy``.

    Links that were judged bad make the file at most suspicious by themselves; a link about which nothing is known
    says nothing.
    """
    return score(findings, policy, links).verdict


def score(findings: Iterable[Finding], policy: Policy, links: Iterable[Link] = ()) -> Score:
    """Weigh the findings: points are added up by class under a cap, and the sum is held against the thresholds."""
    classes: dict[str, list[tuple[Finding, int]]] = {}
    floor = Verdict.CLEAN
    for finding in (*findings, *_bad_link(links)):
        if points := policy.points(finding):
            classes.setdefault(_class_of(finding), []).append((finding, points))
        else:
            floor = worst((floor, finding.severity.verdict))
    terms = sorted((_term(name, found, policy) for name, found in classes.items()), key=lambda term: -term.counted)
    total = sum(term.counted for term in terms)
    return Score(worst((floor, _by_points(total, policy))), total, floor, tuple(terms), policy)


def _by_points(total: int, policy: Policy) -> Verdict:
    if total >= policy.malicious_at:
        return Verdict.MALICIOUS
    return Verdict.SUSPICIOUS if total >= policy.suspicious_at else Verdict.CLEAN


def _term(name: str, found: list[tuple[Finding, int]], policy: Policy) -> Term:
    points = sum(weight for _, weight in found)
    alone = any(finding.severity is Severity.MALICIOUS for finding, _ in found)
    return Term(name, tuple(found), points, points if alone else min(points, policy.class_cap))


def _class_of(finding: Finding) -> str:
    return finding.id.partition(".")[0]


def _bad_link(links: Iterable[Link]) -> list[Finding]:
    """Return one finding for all links that were judged bad: a hundred of them say no more than one."""
    bad = [link for link in links if link.verdict.rank >= Verdict.SUSPICIOUS.rank]
    if not bad:
        return []
    return [
        Finding(f"{LINKS}.bad", Severity.SUSPICIOUS, bad[0].where, "Contains a bad link", confidence=Confidence.HIGH)
    ]
