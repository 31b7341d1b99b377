"""Tables of the providers: who may be asked, what is to be asked, what they answered, and what left the house."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from app.db import metadata, owner

#: One row a connection and provider; without a row nothing is asked. The key lies sealed under the master key.
provider_policies = Table(
    "provider_policies",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("provider", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, default=False),
    Column("key", LargeBinary),
    Column("per_minute", Integer, nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("options", JSON, nullable=False, default=dict),
    Column("changed_at", Float, nullable=False),
    Column("changed_by", Text, nullable=False),
    # What is left of the limits, and until when it is of no use to ask.
    Column("tokens", Float, nullable=False, default=0.0),
    Column("tokens_at", Float, nullable=False, default=0.0),
    Column("day", Integer, nullable=False, default=0),
    Column("used_today", Integer, nullable=False, default=0),
    Column("paused_until", Float, nullable=False, default=0.0),
    # Why it had no opinion the last time it had none; empty since it last had one.
    Column("problem", Text, nullable=False, default=""),
    UniqueConstraint("connection_id", "provider"),
)

#: Addresses about which a provider is still to be asked: the queue of record of what Celery only wakes workers for.
provider_waiting = Table(
    "provider_waiting",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("provider", Text, nullable=False),
    Column("url", Text, nullable=False),
    # The shortened address that leads here, when this one stands in no ticket itself.
    Column("via", Text),
    Column("ticket_id", BigInteger),
    Column("since", Float, nullable=False),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Float, nullable=False, default=0.0),
    UniqueConstraint("connection_id", "provider", "url"),
    Index("ix_provider_waiting_next_at", "next_at"),
)

#: Answers, each to one question of one connection: what one tenant asked is nothing that another may see.
provider_answers = Table(
    "provider_answers",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("provider", Text, nullable=False),
    # SHA-256 of the question, in hex.
    Column("question", Text, nullable=False),
    Column("listings", JSON, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("answered_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    UniqueConstraint("connection_id", "provider", "question"),
    Index("ix_provider_answers_expires_at", "expires_at"),
)

#: The disclosure record: a row is written before anything leaves, and its outcome afterwards.
disclosures = Table(
    "disclosures",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("at", Float, nullable=False),
    Column("provider", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sent", JSON, nullable=False),
    Column("tickets", JSON, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("finished_at", Float),
    Index("ix_disclosures_connection_id_at", "connection_id", "at"),
)
