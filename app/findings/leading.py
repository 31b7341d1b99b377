"""Which of several findings is named first: where there is room for one, it decides what people believe. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from app.engine.model import Confidence, Finding

_SURE = {confidence: rank for rank, confidence in enumerate(Confidence)}


def leading(findings: Iterable[Finding]) -> Finding | None:
    """Return the finding that says most: the most severe one, of equal ones the surest, else the first; None: none."""
    return max(findings, key=lambda each: (each.severity.verdict.rank, _SURE[each.confidence]), default=None)
