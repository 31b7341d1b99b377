"""Exceptions from rules: what a rule finds stays visible but does not count any more. Pure.

What could not be looked at is no false alarm: a finding of severity ``unknown`` always counts, or an exception would
call clean what nobody has seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from app.engine.model import Finding, Severity
from app.errors import Rejected
from app.findings.policies.scope import Scope

#: Days for which an analyst may make an exception; an admin may make one without an end.
ANALYST_DAYS = 90

#: Characters of a reason.
LONGEST_REASON = 1_000

_ID = re.compile(r"[a-z0-9_.-]{1,80}")
#: What only says why something could not be judged, and the words that belong to lists and policies themselves.
_NEVER = {
    "limit.": "It says that a limit was reached, so the file was not seen whole.",
    "analysis.": "It says that the analysis failed.",
    "fetch.": "It says that the file could not be fetched.",
    "list.": "It comes from your block list: change the entry there.",
    "policy.": "It comes from the policy itself: change the restricted types there.",
}


@dataclass(frozen=True, slots=True)
class RuleException:
    """A rule that does not count within a scope; ``connection_id`` None: on every connection. Times are UTC seconds."""

    id: int
    rule: str
    reason: str
    author: str
    created_at: float
    expires_at: float | None = None
    connection_id: int | None = None
    scope: Scope = field(default_factory=Scope)

    def covers(self, finding: Finding) -> bool:
        """Return whether it takes the finding's weight away."""
        return finding.id == self.rule and finding.severity not in (Severity.UNKNOWN, Severity.INFO)

    def holds(self, now: float) -> bool:
        """Return whether it has not run out."""
        return self.expires_at is None or now < self.expires_at


def checked_rule(rule: str) -> str:
    """Return the id of a rule that exceptions may be made from. Raises Rejected with the reason, code ``rule``."""
    rule = rule.strip()
    if not _ID.fullmatch(rule):
        raise Rejected("Name the rule by its id as it stands below its finding, like yara.example.", code="rule")
    for start, why in _NEVER.items():
        if rule.startswith(start):
            raise Rejected(f"No exception can be made from {rule}. {why}", code="rule")
    if rule.endswith(".encrypted"):
        raise Rejected(f"No exception can be made from {rule}. It says that nobody could look inside.", code="rule")
    return rule


def checked_reason(reason: str) -> str:
    """Return a reason that others can judge later. Raises Rejected, code ``reason``."""
    reason = reason.strip()
    if not reason:
        raise Rejected("Say why: whoever looks at this later needs the reason.", code="reason")
    if len(reason) > LONGEST_REASON:
        raise Rejected(f"The reason has more than {LONGEST_REASON} characters; make it shorter.", code="reason")
    return reason


def checked_end(expires_at: float | None, *, now: float, most_days: int | None) -> float | None:
    """Return when an exception ends. Raises Rejected, code ``expires_at``, when it may not be so.

    ``most_days`` bounds how far away the end may be; None: it may also have none.
    """
    if expires_at is not None and expires_at <= now:
        raise Rejected("The end lies in the past; choose a day to come.", code="expires_at")
    if most_days is None:
        return expires_at
    if expires_at is None or expires_at > now + most_days * 86_400.0:
        raise Rejected(
            f"With your role an exception ends within {most_days} days; an admin can make a longer one.",
            code="expires_at",
        )
    return expires_at
