"""A hard end for a network call.

A socket's own timeout starts anew with each byte, so a peer that drips could hold a call for ever. Here a watcher
shuts the socket down when the time is over, whatever the call is waiting for.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from types import TracebackType

_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """Context manager: all exchanges made inside end after ``seconds``, and ``extend`` gives them as long again.

    ``expired`` tells afterwards whether a failure came from here.
    """

    def __init__(self, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._end = clock() + seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self.expired = False
        self.thread = threading.Thread(target=self._watch, name="zendesk-deadline", daemon=True)

    def left(self) -> float:
        """Seconds that remain, at least a millisecond, so that it can serve as a timeout."""
        return max(0.001, self._end - self._clock())

    def extend(self) -> None:
        """Start the time anew: something arrived."""
        self._end = self._clock() + self._seconds

    def guard(self, sock: socket.socket) -> None:
        """Make this the socket that is shut down at the end."""
        with self._lock:
            self._socket = sock
            if self.expired:
                self._shut()

    def release(self) -> None:
        """Forget the socket: its exchange is over and it may serve somebody else."""
        with self._lock:
            self._socket = None

    def __enter__(self) -> Deadline:
        self._token = _current.set(self)
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.release()
        self._over.set()
        _current.reset(self._token)

    def _watch(self) -> None:
        while (left := self._end - self._clock()) > 0:
            if self._over.wait(left):
                return
        with self._lock:
            self.expired = not self._over.is_set()
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # The plain socket's method: a TLS socket's own first takes its TLS state away, under the reader's feet.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def current_deadline() -> Deadline | None:
    """Return the deadline of the call being made in this thread, if there is one."""
    return _current.get()
