"""Tables of the investigations: what was asked, who looks, what was said, and the answer."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text

from app.db import metadata, owner

investigations = Table(
    "investigations",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("scan_id", Integer, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False, index=True),
    # Who asks: the name that is shown, and ``user:3`` or ``token:7``.
    Column("asked_by", Text, nullable=False),
    Column("asked_subject", Text, nullable=False),
    # The verdict that was expected, in place of the one that stood.
    Column("expected", Text, nullable=False),
    Column("stood", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("state", Text, nullable=False, default="open"),
    Column("assignee", Text),
    Column("answer", Text),
    Column("answered_by", Text),
    Column("verdict", Text),
    Column("created_at", Float, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("answered_at", Float),
    # So that each answer is mailed once, and another one after it too.
    Column("answers", Integer, nullable=False, default=0),
)
Index("ix_investigations_state_id", investigations.c.state, investigations.c.id)

#: What people said about it meanwhile.
remarks = Table(
    "investigation_remarks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column(
        "investigation_id", Integer, ForeignKey("investigations.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("author", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)
