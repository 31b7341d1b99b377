"""The audit trail: what people and the service did that others may ask about."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, Integer, Table, Text

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
)
