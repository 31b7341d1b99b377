"""A token bucket, and a count by day beside it: how many questions a provider may be asked. Pure arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Budget:
    """What has been used. ``tokens`` are those left at the time ``at``; ``day`` counts days since 1970 (UTC)."""

    tokens: float
    at: float
    day: int = 0
    used: int = 0


def take(budget: Budget, *, now: float, per_minute: int, per_day: int, wanted: int) -> tuple[Budget, int, float]:
    """Return the budget after taking up to ``wanted`` tokens, how many were taken, and when there is another one.

    A bucket holds one minute's worth. A limit of 0 is none.
    """
    day = int(now // _DAY_SECONDS)
    used = budget.used if budget.day == day else 0
    left_today = per_day - used if per_day else wanted
    if left_today <= 0:
        return replace(budget, day=day, used=used), 0, (day + 1) * _DAY_SECONDS
    tokens = _refilled(budget, now, per_minute)
    taken = min(wanted, left_today, int(tokens) if per_minute else wanted)
    tokens -= taken if per_minute else 0
    wait = max(0.0, 1.0 - tokens) * 60.0 / per_minute if per_minute else 0.0
    return Budget(tokens, now, day, used + taken), taken, now + wait


def _refilled(budget: Budget, now: float, per_minute: int) -> float:
    # A clock that went backwards refills nothing.
    return min(float(per_minute), budget.tokens + max(0.0, now - budget.at) * per_minute / 60.0)
