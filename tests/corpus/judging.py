"""Whether a report says about a sample what it should."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.engine.model import Report, Verdict
from tests.corpus.sample import Expect, Sample

_BLAMING = (Verdict.RESTRICTED, Verdict.MALICIOUS)


def is_detected(sample: Sample, report: Report) -> bool:
    """Whether a harmful sample was seen through."""
    if sample.expect is Expect.LINK:
        return any(link.raw == sample.link or link.url == sample.link for link in report.urls)
    if sample.expect is Expect.UNKNOWN:
        return report.verdict is not Verdict.CLEAN
    return report.verdict.rank >= Verdict.SUSPICIOUS.rank


def is_blamed(sample: Sample, report: Report) -> bool:
    """Whether it would be taken out of its ticket. Where that is not the aim, whether it was seen through."""
    return is_detected(sample, report) if sample.expect is not Expect.JUDGED else report.verdict in _BLAMING


def is_false_alarm(sample: Sample, report: Report) -> bool:
    """Whether a twin got worse than it may, or was called unknown although it can be read."""
    if report.verdict is Verdict.UNKNOWN:
        return not sample.partial
    return report.verdict.rank > sample.most.rank


@dataclass
class Tally:
    """How the samples of one technique fared; ``missed`` and ``alarms`` name those that went wrong."""

    harmful: int = 0
    detected: int = 0
    blamed: int = 0
    twins: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    def add(self, sample: Sample, report: Report) -> None:
        """Count one sample."""
        label = f"{sample.technique}/{sample.variant} {sample.name}: {report.verdict}"
        if not sample.harmful:
            self.twins += 1
            self.alarms += [label] if is_false_alarm(sample, report) else []
            return
        self.harmful += 1
        self.blamed += is_blamed(sample, report)
        if is_detected(sample, report):
            self.detected += 1
        else:
            self.missed.append(label)


def total(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several."""
    whole = Tally()
    for tally in tallies:
        whole.harmful += tally.harmful
        whole.detected += tally.detected
        whole.blamed += tally.blamed
        whole.twins += tally.twins
        whole.missed += tally.missed
        whole.alarms += tally.alarms
    return whole
