"""When letters become mails, and whether one by one or in a digest. Pure: times in, a plan out.

Times are unix seconds; the rules' local hours are of their time zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.findings.digests import Why
from app.findings.mail_rules import Digest, MailRules

#: Seconds in which the single mails of an outbreak are counted.
WINDOW_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that is not told yet; ``held``: too many mails had gone out when it was looked at before."""

    created_at: float
    held: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done now with the waiting letters, oldest first.

    singles  so many go out by themselves
    digest   all of them go out together, for this reason
    hold     those that are left are held until the digest at the end of the hour
    next_at  when to look again; None: nothing is left
    """

    singles: int = 0
    digest: Why | None = None
    hold: bool = False
    next_at: float | None = None


def plan(rules: MailRules, now: float, waiting: Sequence[Waiting], singles: Sequence[float]) -> Plan:
    """Return what becomes of ``waiting`` (oldest first). ``singles`` are the times of the hour's single mails."""
    if not waiting:
        return Plan()
    if (end := quiet_end(rules, now)) is not None:
        return Plan(next_at=end)
    if rules.digest is not Digest.OFF:
        due = digest_time(rules, waiting[0].created_at)
        return Plan(next_at=due) if now < due else Plan(digest=Why(rules.digest.value))
    many = len(waiting) > 1
    if many and quiet_end(rules, waiting[0].created_at) is not None:
        return Plan(digest=Why.QUIET)
    recent = sorted(at for at in singles if at > now - WINDOW_SECONDS)
    room = rules.most_an_hour - len(recent)
    if room <= 0:
        return Plan(hold=True, next_at=recent[-rules.most_an_hour] + WINDOW_SECONDS)
    if many and any(letter.held for letter in waiting):
        return Plan(digest=Why.OUTBREAK)
    if room >= len(waiting):
        return Plan(singles=len(waiting))
    return Plan(singles=room, hold=True, next_at=(recent[0] if recent else now) + WINDOW_SECONDS)


def quiet_end(rules: MailRules, at: float) -> float | None:
    """Return when the quiet hours end that ``at`` lies in; None when it lies in none."""
    if not rules.has_quiet_hours:
        return None
    zone = ZoneInfo(rules.zone)
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    start, end = (datetime.strptime(text, "%H:%M").time() for text in (rules.quiet_start, rules.quiet_end))
    clock = local.time()
    if start < end:
        return _at(local, end, zone).timestamp() if start <= clock < end else None
    if clock >= start:
        return _at(local + timedelta(days=1), end, zone).timestamp()
    return _at(local, end, zone).timestamp() if clock < end else None


def digest_time(rules: MailRules, created_at: float) -> float:
    """Return when the digest goes out that gathers a letter of this time."""
    local = datetime.fromtimestamp(created_at, UTC).astimezone(ZoneInfo(rules.zone))
    if rules.digest is Digest.HOURLY:
        # Some zones are half an hour off, so hours are counted from the local one.
        return created_at + WINDOW_SECONDS - (local.minute * 60 + local.second + local.microsecond / 1e6)
    due = _at(local, local.time().replace(hour=rules.digest_hour, minute=0, second=0, microsecond=0), local.tzinfo)
    if due.timestamp() <= created_at:
        tomorrow = local + timedelta(days=1)
        due = _at(tomorrow, due.time(), local.tzinfo)
    return due.timestamp()


def _at(day: datetime, clock: object, zone: object) -> datetime:
    """Return the moment of a local clock time on a local day."""
    return datetime.combine(day.date(), clock, zone)  # type: ignore[arg-type]
