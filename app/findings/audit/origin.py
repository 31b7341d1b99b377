"""From where something is done: the web sets it before each request, a command when it starts.

What nobody set was done by the service itself. It travels in a context variable, so that whatever records an act far
below a view need not be handed it, and knows nothing of the framework.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an act comes from.

    via        ``console``, ``api``, ``web`` (anything else over HTTP), ``command`` or ``service``
    address    of the peer that sent the request
    agent      what its program calls itself; it may say anything
    forwarded  for whom a proxy says it asks (``X-Forwarded-For``); a claim, unless the peer is a proxy of the house
    host       machine on which a command ran
    command    which command it was
    who        who gave it, where the act itself is not told; never stored here, it is the actor of the row
    """

    via: str = "service"
    address: str = ""
    agent: str = ""
    forwarded: str = ""
    host: str = ""
    command: str = ""
    who: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return what is known of it, as it is stored."""
        named = {
            "via": self.via,
            "address": self.address,
            "agent": self.agent,
            "forwarded": self.forwarded,
            "host": self.host,
            "command": self.command,
        }
        return {name: value for name, value in named.items() if value}


#: Nobody asked for it: a worker at its work.
SERVICE = Origin()

_current: ContextVar[Origin] = ContextVar("origin", default=SERVICE)


def current() -> Origin:
    """Return from where the present act is done."""
    return _current.get()


def actor() -> str:
    """Return who acts where an act is not told: whoever gave the command, or else the service."""
    return current().who or "Deskwarden"


def enter(origin: Origin) -> Token[Origin]:
    """Set it for what follows in this context; return what ``leave`` takes."""
    return _current.set(origin)


def leave(token: Token[Origin]) -> None:
    """Put back what was set before."""
    _current.reset(token)


@contextmanager
def acting_from(origin: Origin) -> Iterator[None]:
    """Set it while the block runs."""
    token = enter(origin)
    try:
        yield
    finally:
        leave(token)
