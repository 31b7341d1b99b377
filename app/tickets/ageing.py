"""When a link is judged again, and the words for what changed since. Pure.

Phishing pages are listed hours or days after their mails went out, and most are dead within a week, so looking again
soon and then ever more rarely finds nearly all of what a first look could not know.
"""

from __future__ import annotations

from datetime import UTC, datetime

from app.engine.model import Verdict

#: Seconds after a link was seen at which it is judged again, if feeds or lists changed since it was judged last.
SCHEDULE = (3_600.0, 6 * 3_600.0, 86_400.0, 3 * 86_400.0, 7 * 86_400.0)

_WORDS = {
    Verdict.CLEAN: "nothing was known against it",
    Verdict.UNKNOWN: "it could not be judged",
    Verdict.SUSPICIOUS: "it looked suspicious",
    Verdict.RESTRICTED: "it was forbidden",
    Verdict.MALICIOUS: "it counted as dangerous",
}


def next_review(seen_at: float, now: float) -> float | None:
    """Return when a link that was seen at ``seen_at`` is judged next (unix seconds); None when it was often enough."""
    return next((seen_at + delay for delay in SCHEDULE if seen_at + delay > now), None)


def change(before: Verdict, seen_at: float, now: float, cause: str) -> str:
    """Return what changed and when, for people. ``cause`` says what is known now, without a full stop."""
    return f"On {_moment(seen_at)} {_WORDS[before]}. Since {_moment(now)}: {cause}."


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%-d %b %Y at %H:%M UTC")
