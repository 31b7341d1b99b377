"""What the tests of all containers share: the ids of a report, and bytes made wrong."""

from __future__ import annotations

from hypothesis import strategies as st

from app.engine.budget import MIB, Limits
from app.engine.model import Report, Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples

EICAR = samples.eicar()
BENIGN = b"Thank you for your order.\r\n" * 3


def places(report: Report) -> dict[str, str]:
    """Return where each finding stands, by its id."""
    return {finding.id: finding.where for finding in report.findings}


def unknowns(report: Report) -> set[str]:
    """Return the ids of the findings that say that something was not seen."""
    return {finding.id for finding in report.findings if finding.severity.verdict is Verdict.UNKNOWN}


@st.composite
def damaged(draw: st.DrawFn, content: bytes, *, within: tuple[int, int] | None = None) -> bytes:
    """Draw ``content`` with up to eight wrong bytes (between the two places of ``within``), sometimes cut short."""
    wrong = bytearray(content)
    first, last = within or (0, len(content) - 1)
    for _ in range(draw(st.integers(1, 8))):
        position = draw(st.integers(first, min(last, len(content) - 1)))
        wrong[position] = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, wrong[position] ^ 1]))
    return bytes(wrong[: draw(st.integers(1, len(wrong)))] if draw(st.booleans()) else wrong)


def judged(rules: RuleSet, content: bytes, name: str) -> Report:
    """Scan under small limits; the analysis itself must not fail, whatever the bytes are."""
    report = Engine(rules, Limits(tree_bytes=8 * MIB, node_bytes=4 * MIB, passwords=2)).scan(content, name=name)
    assert not {finding.evidence for finding in report.findings if finding.id == "analysis.failed"}
    return report
