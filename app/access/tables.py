"""Table of the API tokens. Only a hash is kept: a token is random, so a plain SHA-256 cannot be guessed back."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, Table, Text

from app.db import metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", Float, nullable=False),
    Column("last_used_at", Float),
    Column("revoked_at", Float),
)
