"""the audit trail as a chain, and where it is streamed"""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.findings.audit.chain import Head, Row, digest, linked
from app.findings.audit.entry import entry_of
from app.findings.audit.origin import SERVICE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_COLUMNS = (
    lambda: sa.Column("origin", sa.JSON(), nullable=False, server_default="{}"),
    lambda: sa.Column("previous", sa.Text(), nullable=True),
    lambda: sa.Column("hash", sa.Text(), nullable=True),
)
_INDEXES: tuple[tuple[str, list[str], bool], ...] = (
    ("ix_audit_previous", ["previous"], True),
    ("ix_audit_at", ["at"], False),
    ("ix_audit_subject", ["subject", "id"], False),
    ("ix_audit_event", ["event", "id"], False),
    ("ix_audit_actor", ["actor", "id"], False),
    ("ix_audit_event_actor", ["event", "actor", "id"], False),
)

_AUDIT = sa.table(
    "audit",
    sa.column("id", sa.Integer()),
    sa.column("at", sa.Float()),
    sa.column("actor", sa.Text()),
    sa.column("event", sa.Text()),
    sa.column("subject", sa.Text()),
    sa.column("connection_id", sa.Integer()),
    sa.column("detail", sa.JSON()),
    sa.column("origin", sa.JSON()),
    sa.column("previous", sa.Text()),
    sa.column("hash", sa.Text()),
)


def upgrade() -> None:
    """Add the chain, link the rows that are there as they stand, and add where it is watched and streamed."""
    for column in _COLUMNS:
        op.add_column("audit", column())
    _link(op.get_bind())
    for name, columns, unique in _INDEXES:
        op.create_index(name, "audit", columns, unique=unique)
    _create_watch()
    _create_streams()


def downgrade() -> None:
    """Take away what ``upgrade`` added."""
    for table in ("audit_streams", "audit_watch", "audit_checkpoints"):
        op.drop_table(table)
    for name, _, _ in reversed(_INDEXES):
        op.drop_index(name, "audit")
    for column in reversed(_COLUMNS):
        op.drop_column("audit", column().name)


def _link(bind: sa.Connection) -> None:
    """Link what was written before there was a chain, and say in a row of its own up to where that reaches.

    It shows that nothing of it changed from now on, and says nothing about the time before.
    """
    head, newest = Head(), 0.0
    change = (
        sa.update(_AUDIT)
        .where(_AUDIT.c.id == sa.bindparam("row"))
        .values(previous=sa.bindparam("before"), hash=sa.bindparam("own"))
    )
    while rows := bind.execute(sa.select(_AUDIT).where(_AUDIT.c.id > head.id).order_by(_AUDIT.c.id).limit(1_000)).all():
        links = []
        for found in rows:
            row = _linked(found, head)
            links.append({"row": row.id, "before": row.previous, "own": row.hash})
            head, newest = Head(row.id, row.hash or ""), max(newest, row.at)
        bind.execute(change, links)
    if head.id:
        entry = entry_of(time.time(), "Deskwarden", "audit.chained", detail={"upto": head.id}, origin=SERVICE)
        [began] = linked(head, newest, [entry])
        bind.execute(sa.insert(_AUDIT).values(dataclasses.asdict(began)))


def _linked(found: Any, head: Head) -> Row:
    content = (found.actor, found.event, found.subject, found.connection_id, found.detail)
    bare = Row(found.id, found.at, *content, {}, head.hash, None)
    return dataclasses.replace(bare, hash=digest(bare))


def _create_watch() -> None:
    op.create_table(
        "audit_checkpoints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_checkpoints")),
        sa.UniqueConstraint("row_id", name=op.f("uq_audit_checkpoints_row_id")),
    )
    op.create_table(
        "audit_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("whole_at", sa.Float(), nullable=True),
        sa.Column("whole_rows", sa.Integer(), nullable=False),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("problem_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_watch")),
    )


def _create_streams() -> None:
    op.create_table(
        "audit_streams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("leased_until", sa.Float(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_streams")),
        sa.UniqueConstraint("name", name=op.f("uq_audit_streams_name")),
    )
