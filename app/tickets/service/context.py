"""What links are compared with: the names and domains of those whom a connection belongs to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from sqlalchemy import select

from app.connections.tables import connections
from app.db import Database
from app.engine.links.domains import registrable
from app.engine.links.imitated import Brand
from app.engine.links.judge import LinkContext

#: Seconds for which a connection's names are remembered.
REMEMBERED_SECONDS = 60.0

#: Characters from which the account's own name is worth imitating; shorter ones stand in too many harmless names.
SHORTEST_NAME = 4


class LinkContexts:
    """Gives each connection's context, read from its row and from the house's own addresses.

    ``addresses`` are web or mail addresses of the house: its pages, its sender, its recipients.
    """

    def __init__(self, database: Database, addresses: Iterable[str], now: Callable[[], float]) -> None:
        self._database = database
        self._own = frozenset(filter(None, map(_domain, addresses)))
        self._now = now
        self._known: dict[int, tuple[float, LinkContext]] = {}
        self._lock = threading.Lock()

    def of(self, connection_id: int) -> LinkContext:
        """Return the context of a connection."""
        until, context = self._known.get(connection_id, (0.0, None))
        if context is None or until < self._now():
            context = self._read(connection_id)
            with self._lock:
                self._known[connection_id] = (self._now() + REMEMBERED_SECONDS, context)
        return context

    def _read(self, connection_id: int) -> LinkContext:
        with self._database.read() as reading:
            row = reading.execute(
                select(connections.c.base_url, connections.c.recipients).where(connections.c.id == connection_id)
            ).one_or_none()
        if row is None:
            return LinkContext(own_domains=self._own)
        account = urlsplit(row.base_url).hostname or ""
        own = self._own | frozenset(filter(None, map(_domain, row.recipients)))
        name, home = account.partition(".")[0], registrable(account)
        # A host by number has no name of its own. The help desk's domain is everybody's: home, but not our own.
        named = len(name) >= SHORTEST_NAME and bool(home)
        brands = (Brand(name, tuple(sorted({*own, home})), (name,)),) if named else ()
        return LinkContext(brands=brands, own_domains=own)


def _domain(address: str) -> str:
    """Return the registrable domain of a mail or web address; empty when it has none."""
    host = urlsplit(address).hostname if "://" in address else address.rpartition("@")[2].strip("<> ")
    return registrable((host or "").lower())
