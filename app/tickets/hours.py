"""What is counted of each hour, and how long things took as counts that can be added up. Pure.

How long each of many things took is kept as the number of things in each class of lengths, every class a tenth longer
than the one before: classes of different hours and tenants can be added, and a quantile read from the sum is off by at
most a twentieth.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

HOUR = 3600.0

#: Seconds of the shortest class, and how much longer each is than the one before.
_SHORTEST, _GROWTH = 0.05, 1.1


class Measure(StrEnum):
    """What is counted. The label says of which: in brackets what it is."""

    SCANNED = "scanned"  # [verdict] files and links judged for the first time
    CAUGHT = "caught"  # [effect] what the scanner or a list had done about them
    RELEASED = "released"  # [effect] what people gave back
    UNKNOWN = "unknown"  # [cause] first judgements that ended as unknown
    RULE = "rule"  # [rule] first judgements other than clean, by each rule that had a part in them
    FALSE_ALARM = "false-alarm"  # [rule] those of them that a person judged clean
    REDACTED_IN = "redacted-in"  # [class of seconds] from the comment's time until the redaction was read back
    COMMENTS = "comments"  # [seen | scanned] comments we know of; those of which nothing is left to be looked at


#: Labels of ``Measure.COMMENTS``.
SEEN, SCANNED = "seen", "scanned"
#: Causes of unknown that are no finding.
NOT_FETCHED, OTHER = "not-fetched", "other"


def hour_of(moment: float) -> int:
    """Return the hour in which a moment (unix seconds) lies, as hours since 1970."""
    return int(moment // HOUR)


def class_of(seconds: float) -> int:
    """Return the class of a length of time."""
    return max(0, math.ceil(math.log(max(seconds, _SHORTEST) / _SHORTEST, _GROWTH)))


def quantile(classes: Mapping[int, int], share: float) -> float | None:
    """Return the seconds within which this share of things was done (0.5: half of them); None of nothing."""
    wanted = share * sum(classes.values())
    reached = 0
    for number in sorted(classes):
        reached += classes[number]
        if classes[number] and reached >= wanted:
            return round(float(_SHORTEST * _GROWTH ** (number - 0.5)), 2)
    return None


def cause_of(findings: Iterable[Mapping[str, Any]], state: str) -> str:
    """Return why something ended as unknown: the id of the finding that says so, or a word of ours."""
    if state == "failed":
        return NOT_FETCHED
    return next((str(each["id"]) for each in findings if each.get("severity") == "unknown"), OTHER)


def rules_of(findings: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the rules and analyses that spoke against something: their ids."""
    return {str(each["id"]) for each in findings if each.get("severity") in ("suspicious", "restricted", "malicious")}
