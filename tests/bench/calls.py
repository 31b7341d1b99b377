"""Calls of Zendesk's API that a ticket costs, counted at the sandbox tenant: the scarce thing of the whole service."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config import PROJECT
from app.engine.pool import EnginePool
from app.sandbox import samples
from app.sandbox.server import Sandbox
from tests.bench.figure import Compare, Figure
from tests.house import House

_CLEAN = ("order.pdf", samples.pdf(), "application/pdf")
_EICAR = ("invoice.com", samples.eicar(), "application/octet-stream")


def run(*, quick: bool = False) -> list[Figure]:
    """Return both counts. Raises RuntimeError when a ticket did not end as it should."""
    del quick  # it is quick
    with _house() as house:
        clean = _calls(house, _CLEAN, ends="done")
        quarantine = _calls(house, _EICAR, ends="quarantined")
    return [
        Figure("API calls, clean ticket with one file", "", [clean], [], Compare.COUNT, 1),
        Figure("API calls, quarantine of one file", "", [quarantine], [], Compare.COUNT, 6),
    ]


def _calls(house: House, file: tuple[str, bytes, str], *, ends: str) -> int:
    """Return how many calls of the API a new ticket with this file costs, the download of the file not counted."""
    before = len(house.tenant.calls())
    ticket = house.tenant.add_ticket("Order", "Please see the file.", [file])
    house.notice(ticket.id)
    house.run()
    state = house.scans[-1].state
    if state != ends:
        raise RuntimeError(f"The file should have ended as {ends} and ended as {state}.")
    # Tokens are got for half an hour and more, and files come from the content host: neither counts against the limit.
    return sum(call.path.startswith("/api/") for call in house.tenant.calls()[before:])


@contextmanager
def _house() -> Iterator[House]:
    """A service that is connected to a tenant and has its token."""
    pool = EnginePool((PROJECT / "rules",), 1)
    with tempfile.TemporaryDirectory() as folder, Sandbox(kind=True) as tenant:
        house = House(Path(folder) / "home", tenant, pool)
        house.connect()
        try:
            yield house
        finally:
            house.services.database.close()
            pool.close()
