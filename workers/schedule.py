"""The clock: the relay that wakes workers for what is due, and the sweep every ``DESKWARDEN_SWEEP_SECONDS``."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from app.errors import Temporary
from app.jobs import Job, Queue
from app.tickets.service.sweep import Relay

log = structlog.get_logger()

#: Seconds between two looks for fresh webhook calls: what an idle system adds to the time until a file is gone.
LOOK_SECONDS = 0.1

#: Looks between two looks for postponed work, which is never as urgent.
LOOKS_PER_DUE = 5

#: Seconds between two looks whether a feed is due.
FEEDS_SECONDS = 60.0


def run_clock(
    relay: Relay, queue: Queue, *, sweep_seconds: float, stop: threading.Event, monotonic: Callable[[], float]
) -> None:
    """Look, wake, sweep until ``stop`` is set. A broker or a database that is away only delays the next look."""
    next_sweep, next_feeds, looks = 0.0, 0.0, 0
    while not stop.is_set():
        busy = False
        try:
            busy = relay.new_calls() > 0
            if looks % LOOKS_PER_DUE == 0:
                busy |= relay.due_work() > 0
            if monotonic() >= next_sweep:
                queue.put(Job.SWEEP)
                queue.put(Job.COUNT)
                next_sweep = monotonic() + sweep_seconds
            if monotonic() >= next_feeds:
                queue.put(Job.UPDATE_FEEDS)
                next_feeds = monotonic() + FEEDS_SECONDS
        except Temporary as error:
            log.warning("clock.waiting", code=error.code)
            stop.wait(1.0)
        looks += 1
        if not busy:
            stop.wait(LOOK_SECONDS)
