"""Hold calls at the tenant's door, so that a test knows exactly how far a piece of work has come."""

from __future__ import annotations

import asyncio
import re
import threading
from dataclasses import dataclass, field
from typing import Any

from app.sandbox.faults import Fault
from app.sandbox.server import Sandbox

#: Seconds after which a forgotten gate opens by itself.
LONGEST = 120.0


@dataclass
class Gate:
    """Holds one call before it takes effect: the first of that ``method`` whose path matches, after ``skip`` others.

    ``open`` lets it take effect, ``drop`` breaks its connection instead.
    """

    method: str
    path: str
    host: str = "tenant"
    skip: int = 0
    reached: threading.Event = field(default_factory=threading.Event)
    _taken: bool = False
    _opened: threading.Event = field(default_factory=threading.Event)
    _dropped: bool = False

    def open(self) -> None:
        """Let the call go on."""
        self._opened.set()

    def drop(self) -> None:
        """Let the call never have arrived."""
        self._dropped = True
        self._opened.set()

    def has_reached(self) -> bool:
        """Return whether the call is held."""
        return self.reached.is_set()

    def takes(self, host: str, method: str, path: str) -> bool:
        """Return whether this is the call to hold."""
        if self._taken or (host, method) != (self.host, self.method) or not re.search(self.path, path):
            return False
        self.skip -= 1
        self._taken = self.skip < 0
        return self._taken

    def hold(self) -> Fault | None:
        """Hold the calling thread of the tenant; return what then happens to its call."""
        self.reached.set()
        self._opened.wait(LONGEST)
        return Fault("reset_before") if self._dropped else None


class Gates:
    """The gates of a tenant, in front of its scripted faults."""

    def __init__(self, tenant: Sandbox) -> None:
        self._lock = threading.Lock()
        self._gates: list[Gate] = []
        self._others = tenant.faults.next
        tenant.faults.next = self._next  # type: ignore[method-assign]

    def add(self, gate: Gate) -> Gate:
        """Put up a gate and return it."""
        with self._lock:
            self._gates.append(gate)
        return gate

    def _next(self, host: str, method: str, path: str) -> Fault | None:
        with self._lock:
            gate = next((each for each in self._gates if each.takes(host, method, path)), None)
        return gate.hold() if gate is not None else self._others(host, method, path)


class MailGate:
    """Holds the answer to the mail about one ticket when the mail was taken already."""

    def __init__(self, tenant: Sandbox, ticket_id: int) -> None:
        self._sign = f"ticket #{ticket_id}".encode()
        self._reached = False
        self._opened = threading.Event()
        assert tenant.mail is not None
        self._others = tenant.mail.handle_DATA
        tenant.mail.handle_DATA = self._take  # type: ignore[method-assign]

    def has_reached(self) -> bool:
        """Return whether the answer is held."""
        return self._reached

    def open(self) -> None:
        """Answer."""
        self._opened.set()

    async def _take(self, server: Any, session: Any, envelope: Any) -> str:
        answer = await self._others(server, session, envelope)
        if not self._reached and self._sign in envelope.content:
            self._reached = True
            while not self._opened.is_set():
                await asyncio.sleep(0.05)
        return answer
