"""Judge the links that were found inside a file: in its text, its pages, its codes.

They are judged after the file's own report, which is remembered without them, so that a feed that changes never makes a
file be read again. Whatever they lead to, the file itself is at most suspicious for them: a harmless letter may hold a
bad link, and it is the link that is dangerous.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.engine.links.judged import MOST_FINDINGS
from app.engine.model import Confidence, Finding, Link, Severity, Verdict, worst
from app.tickets.service.links import LinkJudge
from app.tickets.service.record import Judgement


def with_judged_links(judgement: Judgement, judge: LinkJudge, connection_id: int) -> Judgement:
    """Return the judgement of a file with its links judged: their verdicts, reasons, findings, and what follows."""
    if not judgement.urls:
        return judgement
    codes = [finding for finding in judgement.findings if finding.id == "image.code"]
    judged = [
        _with(link, found, in_code=any(code.where == link.where and link.raw in code.evidence for code in codes))
        for link, found in zip(judgement.urls, judge.judge(connection_id, judgement.urls), strict=True)
    ]
    bad = [each for each in judged if each[0].verdict.rank >= Verdict.SUSPICIOUS.rank]
    findings = _new(judgement.findings, [finding for _, about in bad for finding in about])
    return replace(
        judgement,
        urls=tuple(link for link, _ in judged),
        findings=(*judgement.findings, *findings),
        verdict=worst((judgement.verdict, Verdict.SUSPICIOUS)) if bad else judgement.verdict,
        feeds_version=judge.feeds_version(),
    )


def _with(link: Link, found: Judgement, *, in_code: bool) -> tuple[Link, list[Finding]]:
    """Return the link with what was said of it, and the findings that the file bears for it.

    ``in_code``: it is drawn as a code for cameras, which is how people are led around what reads texts.
    """
    told = [finding for finding in found.findings if finding.severity is not Severity.INFO]
    reasons = tuple(dict.fromkeys(finding.title for finding in told))
    if found.by == "person" and found.verdict is Verdict.MALICIOUS:
        reasons = ("Your security team judged it dangerous",)
    if found.verdict is not Verdict.MALICIOUS:
        return replace(link, verdict=found.verdict, reasons=reasons), told
    blocked = found.by in ("person", "list")
    what = "a code for cameras with a link" if in_code else "a link"
    finding = Finding(
        "link.blocked" if blocked else "link.malicious",
        Severity.SUSPICIOUS,
        link.where,
        f"Contains {what} your organisation blocked"
        if blocked
        else f"Contains {what} that is dangerous: {_first(reasons)}",
        evidence=link.url[:200],
        confidence=Confidence.HIGH,
    )
    return replace(link, verdict=found.verdict, reasons=reasons), [finding]


def _first(reasons: Sequence[str]) -> str:
    return reasons[0] if reasons else "it counts as dangerous"


def _new(known: Sequence[Finding], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that are not known yet, each once, at most suspicious, the first of them."""
    seen = {(finding.id, finding.where) for finding in known}
    new = []
    for finding in findings:
        if (finding.id, finding.where) not in seen:
            seen.add((finding.id, finding.where))
            mild = Severity.SUSPICIOUS if finding.severity is Severity.MALICIOUS else finding.severity
            new.append(replace(finding, severity=mild))
    return new[:MOST_FINDINGS]
