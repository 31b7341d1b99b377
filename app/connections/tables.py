"""Table of the connections. Secrets lie sealed under the master key."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Float, Integer, LargeBinary, Table, Text

from app.db import metadata

connections = Table(
    "connections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("base_url", Text, nullable=False),
    Column("auth", Text, nullable=False),  # oauth | api-token
    Column("client_id", Text),
    Column("email", Text),
    Column("secret", LargeBinary, nullable=False),
    Column("scope", Text, nullable=False, default=""),
    # The access token in use and when it dies; replaced under an exclusive lock.
    Column("token", LargeBinary),
    Column("token_expires_at", Float),
    Column("token_obtained_at", Float),
    # Who we are in the tenant: a note of ours was written by this user.
    Column("own_user_id", BigInteger),
    Column("webhook_id", Text),
    Column("trigger_id", BigInteger),
    Column("signing_secret", LargeBinary),
    # How far the reconciler has read the incremental ticket events (UTC seconds), and when it reads next.
    Column("events_until", Float, nullable=False, default=0.0),
    Column("reconcile_at", Float, nullable=False, default=0.0),
    Column("recipients", JSON, nullable=False, default=list),
    Column("created_at", Float, nullable=False),
    # A connection that was removed keeps its scans and quarantined files; connecting again takes it up.
    Column("disconnected_at", Float),
)
