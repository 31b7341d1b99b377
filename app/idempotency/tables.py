"""Table of the answers that were given under a key. Only a digest of the key is kept."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, Table, Text

from app.db import metadata

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    # Digest of what was asked for, so that one key is never used for two different things.
    Column("request", Text, nullable=False),
    Column("began_at", Float, nullable=False, index=True),
    # Empty for as long as it is being done.
    Column("status", Integer),
    Column("media_type", Text),
    Column("body", LargeBinary),
)
