"""The account's scarce budget of calls, shared by all workers and shared out by right.

Zendesk counts calls per minute for the whole account (200 to 2,500 by plan), other tools of the customer included, and
30 updates per ticket in ten minutes. What its headers say is the truth; between answers the calls are counted here.
Two limiters with the same rules: one in Redis for all workers together, one in the process for when Redis is away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import redis
import structlog

from app.adapters.zendesk.errors import PAUSE_UNSAID
from app.adapters.zendesk.headers import Allowance, account_allowance, named_allowances, retry_after
from app.errors import Temporary

_log = structlog.get_logger()

#: Calls per minute as long as no answer tells (the first one from Zendesk does): what most plans have. A gateway that
#: strips the headers is not held back by a guess; the 429 still is obeyed.
UNTOLD = 700
#: Seconds of the account's window when no header names its end.
WINDOW = 60.0
#: Seconds after a failure of Redis in which it is not asked again.
AWAY_SECONDS = 5.0
#: The special budget that counts the updates of one ticket.
PER_TICKET = "per-ticket-updates"
#: Routes that Zendesk counts apart: what they report is not the account's budget, and their 429 stops only them.
OWN_BUDGET = ("/api/v2/webhooks", "/api/v2/incremental")


class Lane(StrEnum):
    """What a call is for, in order of right."""

    QUARANTINE = "quarantine"
    SCAN = "scan"
    PEOPLE = "people"
    SWEEP = "sweep"


#: Share of the minute's budget that a lane may see used and still call: the rest is kept for those with more right.
SHARES = {Lane.QUARANTINE: 1.0, Lane.SCAN: 0.85, Lane.PEOPLE: 0.7, Lane.SWEEP: 0.5}


@dataclass(frozen=True, slots=True)
class Call:
    """A call about to be made: its lane, its route template, and the ticket when it is an update of one."""

    lane: Lane
    route: str
    ticket_id: int | None = None

    @property
    def has_own_budget(self) -> bool:
        """Whether Zendesk counts this route apart from the account."""
        return self.route.startswith(OWN_BUDGET)

    @property
    def scope(self) -> str:
        """Name of the narrow budget that this call uses besides the account's."""
        return f"route:{self.route}" if self.ticket_id is None else f"ticket:{self.ticket_id}"


@dataclass(frozen=True, slots=True)
class Room:
    """The account's budget at a moment: calls a minute, how many remain of them, seconds until it is whole again, and
    seconds for which Zendesk asked not to be called at all."""

    limit: int
    remaining: int
    resets: float
    paused: float = 0.0


def room_at(now: float, limit: int, used: int, ends: float, paused: float) -> Room:
    """Return the room of a budget: all of it once its window has ended."""
    remaining = limit if ends <= now else max(0, limit - used)
    return Room(limit, remaining, max(0.0, ends - now), max(0.0, paused - now))


class Limiter(Protocol):
    """Asked before each call and told after it."""

    def acquire(self, call: Call) -> None:
        """Take room for one call; raises Temporary with ``retry_after`` seconds when there is none."""

    def observe(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer."""

    def room(self) -> Room | None:
        """Return what is left of the account's budget; None where nothing is known of it yet."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one answer teaches: the account's budget, the narrow one, and who has to pause for how many seconds."""

    account: Allowance | None = None
    scope: Allowance | None = None
    pause_account: float = 0.0
    pause_scope: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to remember."""
        return self == Lesson()


def learn(call: Call, status: int, headers: Mapping[str, str]) -> Lesson:
    """Return what an answer teaches about the budgets."""
    account = None if call.has_own_budget else account_allowance(headers)
    named = named_allowances(headers)
    scope = named.get(PER_TICKET) if call.ticket_id is not None else min(_of_route(named), key=_room, default=None)
    if status != 429:
        return Lesson(account, scope)
    wait = retry_after(headers)
    seconds = PAUSE_UNSAID if wait is None else max(wait, 1.0)
    spent = scope is not None and scope.remaining == 0
    room_left = account is not None and account.remaining > 0
    # A narrow budget that is spent must not stop what else the account may do, a quarantine above all.
    if spent or room_left or call.has_own_budget:
        return Lesson(account, scope, pause_scope=seconds)
    return Lesson(account, scope, pause_account=seconds)


def _of_route(named: Mapping[str, Allowance]) -> list[Allowance]:
    return [allowance for name, allowance in named.items() if name != PER_TICKET]


def _room(allowance: Allowance) -> int:
    return allowance.remaining


class LocalLimiter:
    """Limiter of one process. ``portion`` is the part of the account's budget it takes for its own."""

    def __init__(self, *, now: Callable[[], float] = time.time, portion: float = 1.0) -> None:
        self._now = now
        self._portion = portion
        self._lock = threading.Lock()
        self._limit, self._used, self._ends, self._paused = UNTOLD, 0, 0.0, 0.0
        #: Per scope: calls that remain (None: not known), and the unix time that this holds until.
        self._scopes: dict[str, tuple[int | None, float]] = {}

    def acquire(self, call: Call) -> None:
        """Take room for one call; raises Temporary with ``retry_after`` seconds when there is none."""
        with self._lock:
            refuse(self._take(call, self._now()))

    def _take(self, call: Call, now: float) -> float:
        """Return 0 when the room was taken, else the seconds to wait."""
        if self._paused > now:
            return self._paused - now
        remaining, until = self._scopes.get(call.scope, (None, 0.0))
        if until > now and remaining == 0:
            return until - now
        if self._ends <= now:
            self._used, self._ends = 0, now + WINDOW
        if self._used >= max(1, int(self._limit * self._portion * SHARES[call.lane])):
            return self._ends - now
        self._used += 1
        if until > now and remaining is not None:
            self._scopes[call.scope] = (remaining - 1, until)
        return 0.0

    def observe(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer."""
        lesson, now = learn(call, status, headers), self._now()
        with self._lock:
            if lesson.account is not None:
                self._correct(lesson.account, now)
            self._paused = max(self._paused, now + lesson.pause_account if lesson.pause_account else 0.0)
            if lesson.pause_scope:
                self._scopes[call.scope] = (0, now + lesson.pause_scope)
            elif lesson.scope is not None and lesson.scope.resets is not None:
                self._scopes[call.scope] = (lesson.scope.remaining, now + lesson.scope.resets)
            if len(self._scopes) > 1000:
                self._scopes = {name: entry for name, entry in self._scopes.items() if entry[1] > now}

    def room(self) -> Room | None:
        """Return what is left of the account's budget; None before the first call."""
        with self._lock:
            if not self._ends:
                return None
            return room_at(self._now(), self._limit, self._used, self._ends, self._paused)

    def _correct(self, account: Allowance, now: float) -> None:
        spent = account.total - account.remaining
        ends = self._ends if account.resets is None else now + account.resets
        is_new = abs(ends - self._ends) > 2.0 or self._ends <= now
        self._limit, self._used = account.total, spent if is_new else max(self._used, spent)
        self._ends = ends if ends > now else now + WINDOW


# The same rules where all workers see them, in one round trip. Keys: account, scope. All times in unix seconds.
_ACQUIRE = """
local now, share, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local account = redis.call('HMGET', KEYS[1], 'limit', 'used', 'ends', 'paused')
local limit, used = tonumber(account[1]) or tonumber(ARGV[4]), tonumber(account[2]) or 0
local ends, paused = tonumber(account[3]) or 0, tonumber(account[4]) or 0
if paused > now then return tostring(paused - now) end
local scope = redis.call('HMGET', KEYS[2], 'remaining', 'until')
local remaining, till = tonumber(scope[1]), tonumber(scope[2]) or 0
if till > now and remaining and remaining <= 0 then return tostring(till - now) end
if ends <= now then
  used, ends = 0, now + window
end
if used >= math.max(1, math.floor(limit * share)) then return tostring(ends - now) end
redis.call('HSET', KEYS[1], 'used', string.format('%d', used + 1), 'ends', tostring(ends))
redis.call('EXPIRE', KEYS[1], 86400)
if till > now and remaining then redis.call('HINCRBY', KEYS[2], 'remaining', -1) end
return '0'
"""

# ARGV: now, total (0: nothing learned), remaining, resets (-1: not said), pause of the account, of the scope (0: none),
# remaining in the scope (-1: not said), its reset, window.
_OBSERVE = """
local a = {}
for i, v in ipairs(ARGV) do a[i] = tonumber(v) end
local now = a[1]
local account = redis.call('HMGET', KEYS[1], 'used', 'ends', 'paused')
local used, ends, paused = tonumber(account[1]) or 0, tonumber(account[2]) or 0, tonumber(account[3]) or 0
if a[2] > 0 then
  local spent, reported = a[2] - a[3], ends
  if a[4] >= 0 then reported = now + a[4] end
  local is_new = math.abs(reported - ends) > 2 or ends <= now
  if is_new or spent > used then used = spent end
  if reported <= now then reported = now + a[9] end
  redis.call('HSET', KEYS[1], 'limit', string.format('%d', a[2]), 'used', string.format('%d', used),
    'ends', tostring(reported))
end
if a[5] > 0 and now + a[5] > paused then redis.call('HSET', KEYS[1], 'paused', tostring(now + a[5])) end
redis.call('EXPIRE', KEYS[1], 86400)
local remaining, resets = a[7], a[8]
if a[6] > 0 then remaining, resets = 0, a[6] end
if remaining >= 0 and resets > 0 then
  redis.call('HSET', KEYS[2], 'remaining', string.format('%d', remaining), 'until', tostring(now + resets))
  redis.call('EXPIRE', KEYS[2], math.ceil(resets) + 1)
end
"""


class SharedLimiter:
    """Limiter in Redis: all workers of a connection take from one budget.

    Without Redis each process falls back to a fifth of the budget by itself: slower, and still within the limit as long
    as few processes call at once; Zendesk's own 429 stops the rest.
    """

    def __init__(
        self,
        client: redis.Redis,
        connection: str,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] | None = None,
        patience: float = 1.0,
    ) -> None:
        """``connection`` names the budget. ``sleep`` allows waits of up to ``patience`` seconds inside ``acquire``.

        Give a client with short timeouts and no retries of its own: every call to Zendesk waits for it.
        """
        # In braces: a Redis cluster keeps the keys of one connection on one node, as the scripts need.
        self._prefix = f"deskwarden:rate:{{{connection}}}"
        self._client: Any = client
        self._acquire: Any = client.register_script(_ACQUIRE)
        self._observe: Any = client.register_script(_OBSERVE)
        self._now = now
        self._sleep = sleep
        self._patience = patience
        self._fallback = LocalLimiter(now=now, portion=0.2)
        self._away_at: float | None = None

    def acquire(self, call: Call) -> None:
        """Take room for one call; raises Temporary with ``retry_after`` seconds when there is none."""
        wait = self._take(call)
        if 0.0 < wait <= self._patience and self._sleep is not None:
            self._sleep(wait)
            wait = self._take(call)
        refuse(wait)

    def _take(self, call: Call) -> float:
        arguments = [repr(self._now()), SHARES[call.lane], WINDOW, UNTOLD]
        answer = self._run(self._acquire, call, arguments)
        if answer is not None:
            return float(answer)
        try:
            self._fallback.acquire(call)
        except Temporary as full:
            return full.retry_after or 1.0
        return 0.0

    def observe(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        """Learn from an answer."""
        # Also in the process, so that the fall-back knows the limit on the day it is needed.
        self._fallback.observe(call, status, headers)
        lesson = learn(call, status, headers)
        if lesson.is_empty:
            return
        account, scope = lesson.account or Allowance(0, 0), lesson.scope or Allowance(0, -1)
        self._run(
            self._observe,
            call,
            [
                repr(self._now()),
                account.total,
                account.remaining,
                -1 if account.resets is None else account.resets,
                lesson.pause_account,
                lesson.pause_scope,
                scope.remaining,
                scope.resets or 0,
                WINDOW,
            ],
        )

    def room(self) -> Room | None:
        """Return what is left of the account's budget; None before the first call and while Redis is away."""
        try:
            limit, used, ends, paused = self._client.hmget(f"{self._prefix}:account", "limit", "used", "ends", "paused")
        except (redis.RedisError, OSError):
            return None
        if ends is None:
            return None
        return room_at(self._now(), int(limit or UNTOLD), int(used or 0), float(ends), float(paused or 0.0))

    def _run(self, script: Any, call: Call, arguments: list[Any]) -> bytes | str | None:
        """Run a script; None when Redis is away."""
        now = self._now()
        if self._away_at is not None and 0.0 <= now - self._away_at < AWAY_SECONDS:
            return None
        keys = [f"{self._prefix}:account", f"{self._prefix}:{call.scope}"]
        try:
            answer: bytes | str | None = script(keys=keys, args=arguments)
        except (redis.RedisError, OSError) as failure:
            if self._away_at is None:
                _log.warning("zendesk.limiter_alone", reason=type(failure).__name__)
            self._away_at = now
            return None
        if self._away_at is not None:
            _log.info("zendesk.limiter_shared_again")
            self._away_at = None
        return answer


def refuse(wait: float) -> None:
    """Raise Temporary when there are seconds to wait."""
    if wait > 0.0:
        message = f"The Zendesk account's rate limit leaves no room for this now; it is tried again in {wait:.0f} s."
        raise Temporary(message, code="no_room", retry_after=wait)
