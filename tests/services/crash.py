"""Ends a worker at a chosen call, as kill -9 does: nothing is tidied up, leases run out by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from app.tickets.service.acting import Actor
from app.tickets.service.leases import LEASE_SECONDS, Lease


class Killed(BaseException):
    """The end of the process."""


@contextmanager
def killed_at(house: Any, owner: Any, method: str, *, after: bool) -> Iterator[None]:
    """Run the block's house until ``owner.method`` is called: the worker dies before, or after, it took effect.

    Afterwards its leases have run out.
    """
    original = getattr(owner, method)

    def dying(*arguments: Any, **named: Any) -> Any:
        if after:
            original(*arguments, **named)
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner, method, dying)
        patch.setattr(Actor, "_leave", lambda *_: None)
        patch.setattr(Lease, "release", lambda _self: None)
        with pytest.raises(Killed):
            yield
    house.clock.skip(LEASE_SECONDS + 1)
