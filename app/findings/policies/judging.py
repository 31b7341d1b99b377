"""The verdict under a policy: recomputed from what the scanner said, its findings, and the policy. Pure.

The same inputs give the same answer again, so a replay, the simulator and the real thing are one call. A policy only
ever lowers what the engine said by an exception from a rule, or by lifting a restricted type where the type was all
that spoke against a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app.engine.model import Finding, Severity, Verdict, worst
from app.engine.policy import Policy as EnginePolicy
from app.engine.verdict import judge
from app.findings.policies.exceptions import RuleException
from app.findings.policies.types import Stored
from app.findings.policy import Effect, Policy

_ENGINE = EnginePolicy()

#: What links weigh stands apart: a bad link makes its file suspicious at most.
_OF_LINKS = "link."


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy is asked about.

    kind      attachment, url or upload
    by        who gave the verdict: engine, list or person; only the engine's is recomputed
    verdict   what they said before any policy
    findings  all of them, also those that do not count
    fetched   False where the file itself was never had, so that it cannot be taken out either
    """

    kind: str
    verdict: Verdict
    by: str = "engine"
    findings: tuple[Finding, ...] = ()
    name: str = ""
    content_type: str = ""
    fetched: bool = True


@dataclass(frozen=True, slots=True)
class Ruling:
    """What comes out.

    effect     what is ordered
    withheld   what would have been ordered, were it not for a policy that only observes; None: nothing was
    findings   those given, and those that the policy adds
    excepted   the exceptions that took a finding's weight away
    """

    verdict: Verdict
    effect: Effect
    withheld: Effect | None = None
    findings: tuple[Finding, ...] = ()
    excepted: tuple[RuleException, ...] = ()

    def reason(self, until: float | None) -> str:
        """Return why it came out so, as sentences for the history; empty when the policy changed nothing."""
        told = [f"Rule {each.rule} does not count here: {each.reason} ({each.author})." for each in self.excepted[:5]]
        if self.withheld is not None and until is not None:
            told.append(f"Only observed until {moment(until)}; otherwise: {WITHHELD[self.withheld]}.")
        return " ".join(told)


#: What an effect would have done, in words that follow a colon.
WITHHELD = {
    Effect.TELL: "a note in the ticket",
    Effect.HOLD: "held until somebody has looked",
    Effect.QUARANTINE: "quarantined",
    Effect.REDACT: "redacted from the comment",
    Effect.RELEASE: "given back",
    Effect.NOTHING: "nothing",
}


def rule(judged: Judged, policy: Policy, *, now: float) -> Ruling:
    """Return the verdict and what follows from it under ``policy`` at ``now`` (unix seconds)."""
    given = tuple(finding for finding in judged.findings if not finding.id.startswith("policy."))
    if len(given) < len(judged.findings):
        judged = replace(judged, findings=given)
    verdict, added, excepted = _verdict(judged, policy, now)
    of = policy.effect_of_person if judged.by == "person" else policy.effect
    effect = of(judged.kind, verdict)
    if effect in (Effect.HOLD, Effect.QUARANTINE) and not judged.fetched:
        effect = Effect.TELL  # nothing is taken out of which there is no copy
    withheld = effect if policy.observes(now) and effect is not Effect.NOTHING else None
    return Ruling(verdict, Effect.NOTHING if withheld else effect, withheld, (*given, *added), excepted)


def _verdict(
    judged: Judged, policy: Policy, now: float
) -> tuple[Verdict, tuple[Finding, ...], tuple[RuleException, ...]]:
    if judged.by != "engine":
        return judged.verdict, (), ()
    excepted = tuple(
        each
        for each in policy.exceptions
        if each.holds(now) and any(each.covers(finding) for finding in judged.findings)
    )
    # Without types that the policy lifts, of which only those speak that restrict.
    counting = [
        finding
        for finding in judged.findings
        if not policy.types.lifts(finding) and not any(each.covers(finding) for each in excepted)
    ]
    verdict = judged.verdict
    if excepted or (verdict is Verdict.RESTRICTED and len(counting) < len(judged.findings)):
        verdict = min(verdict, recomputed(judged.kind, counting), key=lambda each: each.rank)
    if judged.kind == "url":
        return verdict, (), excepted
    added = policy.types.findings(Stored(judged.name, judged.content_type, judged.findings))
    return (worst((verdict, Verdict.RESTRICTED)) if added else verdict), added, excepted


def recomputed(kind: str, findings: Sequence[Finding]) -> Verdict:
    """Return what these findings alone ask for, by the scanner's own arithmetic."""
    if kind == "url":
        return judge(_apart(findings), _ENGINE)
    own = [finding for finding in findings if not finding.id.startswith(_OF_LINKS)]
    bad = any(
        finding.id.startswith(_OF_LINKS) and finding.severity.verdict.rank >= Verdict.SUSPICIOUS.rank
        for finding in findings
    )
    return worst((judge(own, _ENGINE), Verdict.SUSPICIOUS if bad else Verdict.CLEAN))


def _apart(findings: Iterable[Finding]) -> list[Finding]:
    """Feeds are independent of each other, so what each lists weighs as a class of its own."""
    return [
        replace(finding, id=f"feed{number}.listed")
        if finding.id == "link.listed" and finding.severity is not Severity.INFO
        else finding
        for number, finding in enumerate(findings)
    ]


def moment(at: float) -> str:
    """Return a time for people: ``28 Nov 2026, 12:00 UTC``."""
    return datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y, %H:%M UTC")
