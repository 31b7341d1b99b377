"""The headers that say how much may still be asked, and what was ignored.

Spellings seen in real traffic: ``x-rate-limit``/``x-rate-limit-remaining`` beside ``ratelimit-limit``/``-remaining``/
``-reset`` (2024) or ``rate-limit``/… (2023), and ``zendesk-ratelimit-NAME: total=30; remaining=29; resets=468``
(2023: ``zendesk-rate-limit-NAME``). Header mappings are case-insensitive, as ``requests`` gives them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

#: No answer may stop a connection for longer than this, in seconds.
LONGEST_PAUSE = 3600.0

_NAMED = re.compile(r"zendesk-rate-?limit-(.+)\Z")
_UNPERMITTED = re.compile(r":unpermitted_keys\s*=>\s*\[([^\]]{0,2000})\]")
_KEY = re.compile(r'"([A-Za-z0-9_.\[\]-]{1,80})"')


@dataclass(frozen=True, slots=True)
class Allowance:
    """One budget as the other side counts it; ``resets`` is in seconds from the answer, None when not said."""

    total: int
    remaining: int
    resets: float | None = None


def account_allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Return the account's calls per minute, or None when the answer does not tell."""
    total = _first(headers, "x-rate-limit", "ratelimit-limit", "rate-limit-limit", "rate-limit/limit")
    remaining = _first(
        headers, "x-rate-limit-remaining", "ratelimit-remaining", "rate-limit-remaining", "rate-limit/remaining"
    )
    if total is None or total < 1 or remaining is None:
        return None
    return Allowance(total, max(0, min(remaining, total)), _reset(headers))


def named_allowances(headers: Mapping[str, str]) -> dict[str, Allowance]:
    """Return the special budgets of one answer by name: ``{"per-ticket-updates": Allowance(30, 29, 468.0)}``."""
    found = {}
    for header, value in headers.items():
        named = _NAMED.match(header.lower())
        if not named:
            continue
        fields = dict(part.strip().split("=", 1) for part in value.split(";") if "=" in part)
        total, remaining, resets = (_number(fields.get(key)) for key in ("total", "remaining", "resets"))
        if total is not None and remaining is not None:
            found[named[1]] = Allowance(total, remaining, None if resets is None else _bounded(resets))
    return found


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait that an answer asks for (``Retry-After``, else the reset of its budget), or None."""
    seconds = _seconds(headers, "Retry-After")
    return _reset(headers) if seconds is None else seconds


def unpermitted_keys(warning: str) -> tuple[str, ...]:
    """Return the names of the parameters that ``X-Zendesk-API-Warn`` says were ignored."""
    return tuple(key for group in _UNPERMITTED.findall(warning) for key in _KEY.findall(group))[:20]


def _reset(headers: Mapping[str, str]) -> float | None:
    names = ("ratelimit-reset", "rate-limit-reset", "rate-limit/reset")
    return next((seconds for name in names if (seconds := _seconds(headers, name)) is not None), None)


def _seconds(headers: Mapping[str, str], name: str) -> float | None:
    """Return the wait that a header gives as a number of seconds or as a moment."""
    value = headers.get(name, "").strip()
    number = _number(value)
    if number is not None:
        return _bounded(number)
    moment, sent = _moment(value), _moment(headers.get("Date", ""))
    # Measured on the sender's own clock, so that ours may be wrong.
    return None if moment is None or sent is None else _bounded(moment - sent)


def _first(headers: Mapping[str, str], *names: str) -> int | None:
    return next((number for name in names if (number := _number(headers.get(name))) is not None), None)


def _number(value: str | None) -> int | None:
    text = (value or "").split(",")[0].split(";")[0].strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def _moment(value: str) -> float | None:
    """Return the unix time of an HTTP date or an ISO 8601 one."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(value.strip())
        except (ValueError, TypeError, IndexError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return None


def _bounded(seconds: float) -> float:
    # An absolute unix time in place of seconds is far beyond any pause.
    return max(0.0, min(float(seconds), LONGEST_PAUSE))
