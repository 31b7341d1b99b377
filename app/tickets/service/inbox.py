"""Receive: verify a webhook call and store it durably. No broker here; the relay wakes the workers afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import bindparam, select, update

from app.connections.setup import is_name
from app.connections.tables import connections
from app.db import Database
from app.errors import Rejected
from app.keys import MasterKey
from app.tickets import payload, signature
from app.tickets.tables import inbox

log = structlog.get_logger()

#: Seconds for which a connection's secrets are remembered, so that a call costs one write and no read.
REMEMBERED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the route must know of a connection before it reads a body."""

    connection_id: int
    secrets: tuple[str, ...]


class Inbox:
    """Stores webhook calls, each delivery once."""

    def __init__(self, database: Database, keys: MasterKey, *, max_age: float, now: Callable[[], float]) -> None:
        self._database = database
        self._keys = keys
        self._max_age = max_age
        self._now = now
        self._known: dict[str, tuple[float, Receiver]] = {}
        self._lock = threading.Lock()
        self._store = database.prepared(
            database.insert_once(inbox)
            .values(
                connection_id=bindparam("connection_id"),
                invocation=bindparam("invocation"),
                signature=bindparam("signature"),
                ticket_id=bindparam("ticket_id"),
                comment_id=bindparam("comment_id"),
                received_at=bindparam("received_at"),
                attempts=0,
                next_at=0.0,
            )
            # Else SQLAlchemy does not keep it for an INSERT on PostgreSQL, and every repeat would look new.
            .execution_options(preserve_rowcount=True)
        )

    def receiver(self, name: str) -> Receiver | None:
        """Return the connection of that name, or None. Remembered for a few seconds."""
        if not is_name(name):
            return None  # no database need be asked, and PostgreSQL would not take every text
        now = self._now()
        known = self._known.get(name)
        if known and known[0] > now:
            return known[1]
        with self._database.read() as connection:
            row = connection.execute(
                select(connections.c.id, connections.c.signing_secret).where(
                    connections.c.name == name, connections.c.disconnected_at.is_(None)
                )
            ).one_or_none()
        if row is None:
            return None
        secrets = (self._keys.unseal("signing-secret", row.signing_secret).decode(),) if row.signing_secret else ()
        receiver = Receiver(row.id, secrets)
        with self._lock:
            self._known[name] = (now + REMEMBERED_SECONDS, receiver)
        return receiver

    def receive(self, receiver: Receiver, *, body: bytes, timestamp: str, signed: str, invocation: str) -> bool:
        """Store a call that proves itself; return whether it was new.

        Raises Rejected with code ``unsigned``, ``stale`` or ``malformed``, and Temporary when it cannot be stored.
        """
        if not signature.is_signed(receiver.secrets, timestamp, body, signed):
            raise Rejected("The signature is missing or wrong.", code="unsigned")
        now = self._now()
        age = signature.age(timestamp, now)
        if age is None or abs(age) > self._max_age:
            self._wake_reconciler(receiver.connection_id)
            raise Rejected("The signature is too old or lies ahead of our clock.", code="stale")
        hint = payload.parse(body)
        return self._store.run(
            {
                "connection_id": receiver.connection_id,
                # Zendesk names each delivery; where the name is missing, the signature stands for it.
                "invocation": invocation[:200] or signed,
                "signature": signed,
                "ticket_id": hint.ticket_id,
                "comment_id": hint.comment_id,
                "received_at": now,
            }
        )

    def _wake_reconciler(self, connection_id: int) -> None:
        # The call was really Zendesk's, only late: what it told of is read from the ticket events instead.
        log.warning("webhook.stale", connection=connection_id)
        with self._database.write() as connection:
            connection.execute(update(connections).where(connections.c.id == connection_id).values(reconcile_at=0.0))
