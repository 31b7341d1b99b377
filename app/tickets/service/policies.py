"""Which policy holds for a connection: that of the house, with what the connection chose for links."""

from __future__ import annotations

from sqlalchemy import Connection, select

from app.connections.tables import connections
from app.findings.policy import LinkPolicy, Policy


def policy_of(connection: Connection, policy: Policy, connection_id: int) -> Policy:
    """Return ``policy`` as it holds for a connection, read in an open transaction."""
    chosen = connection.execute(select(connections.c.links).where(connections.c.id == connection_id)).scalar()
    return policy.for_links(chosen or LinkPolicy.NOTE)
