"""What was noticed about a link, and the finding that it makes."""

from __future__ import annotations

from dataclasses import dataclass

from app.engine.attack import technique_of
from app.engine.links.defang import defang
from app.engine.model import Confidence, Finding, Severity

#: Characters of evidence.
_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Sign:
    """What was noticed: the end of the finding's id, its weight, its words, and what shows it.

    Without a weight it is only worth knowing; without ``evidence``, the address itself shows it.
    """

    name: str
    confidence: Confidence | None
    title: str
    evidence: str = ""


def finding_of(sign: Sign, url: str, where: str) -> Finding:
    """Return the finding that a sign makes about an address. Addresses in it are written so that none is a link."""
    return Finding(
        id=f"link.{sign.name}",
        severity=Severity.SUSPICIOUS if sign.confidence else Severity.INFO,
        where=where,
        title=sign.title,
        evidence=defang(sign.evidence or url)[:_EXCERPT],
        confidence=sign.confidence or Confidence.LOW,
        technique=technique_of(f"link.{sign.name}"),
    )
