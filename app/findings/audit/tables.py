"""The audit trail, the heads that were signed, how the watch over it stands, and where it is streamed to."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, Table, Text

from app.db import metadata

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),
    Column("actor", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("connection_id", Integer),
    Column("subject", Text, nullable=False, default=""),
    Column("detail", JSON, nullable=False, default=dict),
    Column("origin", JSON, nullable=False, server_default="{}"),
    Column("previous", Text),
    Column("hash", Text),
    # Two rows cannot follow the same one: no two writers can ever fork the chain.
    Index("ix_audit_previous", "previous", unique=True),
    Index("ix_audit_at", "at"),
    Index("ix_audit_subject", "subject", "id"),
    Index("ix_audit_event", "event", "id"),
    Index("ix_audit_actor", "actor", "id"),
    Index("ix_audit_event_actor", "event", "actor", "id"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("row_id", Integer, nullable=False, unique=True),
    Column("hash", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

#: One row: how far the pass over the chain is that is under way, and how the last whole one ended.
audit_watch = Table(
    "audit_watch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("row_id", Integer, nullable=False, default=0),
    Column("hash", Text, nullable=False),
    Column("rows", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("whole_at", Float),
    Column("whole_rows", Integer, nullable=False, default=0),
    Column("problem", JSON),
    Column("problem_at", Float),
)

audit_streams = Table(
    "audit_streams",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("options", JSON, nullable=False, default=dict),
    Column("secret", LargeBinary),
    Column("enabled", Boolean, nullable=False),
    # The last row that was taken over there, and its hash: who cuts rows off the end cannot cut them off over there.
    Column("row_id", Integer, nullable=False, default=0),
    Column("hash", Text),
    Column("created_at", Float, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("sent_at", Float),
    Column("sent", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("failures", Integer, nullable=False, default=0),
    Column("problem", Text, nullable=False, default=""),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
)
