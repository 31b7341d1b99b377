"""Runs the parts of the service as child processes, brings back what dies, and stops all of them cleanly."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger()

#: Seconds that parts get to finish what they do; with the rest of the way the whole stop takes under 15.
STOP_SECONDS = 9.0

#: Seconds a part that died at once waits before it is started again; doubled up to the second figure.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0

#: A part that ran this long (seconds) counts as healthy, and its next start is immediate.
HEALTHY_SECONDS = 20.0

#: Seconds after which a part that can wait is started anyhow.
MOST_WAIT = 10.0

_STANDARD_ERROR = 2
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(slots=True)
class Part:
    """A process that should always run.

    ``order`` tells which parts are started first and stopped last. One that ``can_wait`` leaves the processors to the
    others until ``Supervisor.hurry`` is called, or some seconds have passed.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    order: int = 0
    can_wait: bool = False
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps parts running until it is told to stop."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = sorted(parts, key=lambda part: part.order)
        self._stopping = False

    def request_stop(self, *_signal: object) -> None:
        """Ask ``run`` to end; safe in a signal handler."""
        self._stopping = True

    @property
    def stopping(self) -> bool:
        """Whether the end was asked for."""
        return self._stopping

    def start(self) -> None:
        """Start every part that cannot wait, in order."""
        for part in self._parts:
            if part.can_wait:
                part.start_at = time.monotonic() + MOST_WAIT
            else:
                self._start(part)

    def hurry(self) -> None:
        """Start what could wait, too."""
        for part in self._parts:
            if part.can_wait and part.process is None:
                part.start_at = 0.0

    def run(self, each_look: Callable[[], None] = lambda: None) -> None:
        """Watch the parts until the end is asked for; ``each_look`` is called about ten times a second."""
        while not self._stopping:
            for part in self._parts:
                self._tend(part)
            each_look()
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the parts, last started first; what does not end by itself is killed."""
        deadline = time.monotonic() + STOP_SECONDS
        for order in sorted({part.order for part in self._parts}, reverse=True):
            running = [part for part in self._parts if part.order == order and part.process is not None]
            for part in running:
                _signal(part, signal.SIGTERM)
            for part in running:
                _await(part, deadline)

    def _start(self, part: Part) -> None:
        part.started_at = time.monotonic()
        # A group of its own: a Ctrl-C at the terminal reaches us alone, and we stop the parts in order.
        part.process = subprocess.Popen(
            part.command,
            env=dict(part.environment),
            stdin=subprocess.DEVNULL,
            # Standard output is ours alone: whoever started us waits there for one line.
            stdout=_STANDARD_ERROR,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def _tend(self, part: Part) -> None:
        now = time.monotonic()
        if part.process is not None and part.process.poll() is not None:
            status, part.process = part.process.returncode, None
            healthy = now - part.started_at > HEALTHY_SECONDS
            part.pause = FIRST_PAUSE if healthy else min(part.pause * 2, LONGEST_PAUSE)
            part.start_at = now + (0.0 if healthy else part.pause / 2)
            log.warning("part.ended", part=part.name, status=status, again_in=round(part.start_at - now, 1))
        if part.process is None and now >= part.start_at and not self._stopping:
            self._start(part)


def own_command(*arguments: str) -> list[str]:
    """Return the command line that runs this program with other arguments."""
    return [sys.executable, "-m", "app.cli", *arguments]


def _die_with_parent() -> None:
    """In the child, before exec: end when the supervisor is killed, so that a new one finds the field clear."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal(part: Part, number: int) -> None:
    if part.process is not None and part.process.poll() is None:
        part.process.send_signal(number)


def _await(part: Part, deadline: float) -> None:
    assert part.process is not None
    try:
        part.process.wait(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        log.warning("part.killed", part=part.name)
        os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()
