"""Recipients turn digests off: by an address that stands in their digest, signed, without signing in (RFC 8058)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from app.connections.tables import connections
from app.db import Database
from app.findings.languages import Language
from app.findings.post.tables import digest_stops, mails
from app.keys import MasterKey

_TOKEN = re.compile(r"[A-Za-z0-9_-]{16}")


@dataclass(frozen=True, slots=True)
class Offer:
    """What an address turns off: the digests of a connection for one recipient, who reads a language."""

    connection_id: int
    tenant: str
    recipient: str
    language: Language


class Leaving:
    """Makes the addresses and does what they ask. One only turns off digests, and only for its one recipient."""

    def __init__(self, database: Database, keys: MasterKey, public_url: str, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._public_url = public_url
        self._now = now

    def address(self, leave: str) -> str:
        """Return the one-click address for a mail's ``leave`` mark."""
        return f"{self._public_url}/digests/off/{leave}.{self._sign(leave)}"

    def offer(self, signed: str) -> Offer | None:
        """Return what a signed mark turns off; None when it is not of our making, or its mail is gone."""
        leave, _, signature = signed.partition(".")
        if not _TOKEN.fullmatch(leave) or not signature.isascii():
            return None
        if not hmac.compare_digest(self._sign(leave), signature):
            return None
        with self._database.read() as connection:
            row: Any = connection.execute(
                select(mails.c.connection_id, mails.c.recipients, mails.c.language, connections.c.name)
                .join_from(mails, connections, mails.c.connection_id == connections.c.id)
                .where(mails.c.leave == leave)
            ).one_or_none()
        if row is None or not row.recipients:
            return None
        return Offer(row.connection_id, row.name, row.recipients[0], Language(row.language))

    def stop(self, signed: str) -> Offer | None:
        """Turn the digests off; return what was turned off. A second time changes nothing."""
        offer = self.offer(signed)
        if offer is None:
            return None
        with self._database.write() as connection:
            connection.execute(
                self._database.insert_once(digest_stops).values(
                    connection_id=offer.connection_id, address=offer.recipient.lower(), stopped_at=self._now()
                )
            )
        return offer

    def stopped(self, connection: Connection, connection_id: int) -> set[str]:
        """Return who wants no digests about a connection, in small letters."""
        rows = connection.execute(select(digest_stops.c.address).where(digest_stops.c.connection_id == connection_id))
        return set(rows.scalars())

    def _sign(self, leave: str) -> str:
        return self._keys.sign("digest-off", leave)
