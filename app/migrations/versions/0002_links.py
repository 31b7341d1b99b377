"""links"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


#: Columns that tables of the first step get: the table, and the column as it is added.
_COLUMNS = (
    ("connections", lambda: sa.Column("links", sa.Text(), nullable=False, server_default="note")),
    ("decisions", lambda: sa.Column("feeds_version", sa.Text(), nullable=True)),
    ("list_entries", lambda: sa.Column("anchor", sa.Text(), nullable=True)),
    ("list_entries", lambda: sa.Column("changed_at", sa.Float(), nullable=True)),
    ("list_entries", lambda: sa.Column("hits", sa.Integer(), nullable=False, server_default="0")),
    ("list_entries", lambda: sa.Column("last_hit_at", sa.Float(), nullable=True)),
    ("scans", lambda: sa.Column("judged_with", sa.Text(), nullable=True)),
    ("scans", lambda: sa.Column("review_at", sa.Float(), nullable=True)),
    ("scans", lambda: sa.Column("reviews", sa.Integer(), nullable=False, server_default="0")),
)


def upgrade() -> None:
    """Add what judging links needs."""
    for table, column in _COLUMNS:
        op.add_column(table, column())
    op.create_index("ix_list_entries_anchor", "list_entries", ["anchor"])
    op.create_index(
        "ix_scans_review",
        "scans",
        ["review_at"],
        sqlite_where=sa.text("review_at IS NOT NULL"),
        postgresql_where=sa.text("review_at IS NOT NULL"),
    )
    _create_provider_tables()
    _create_answer_tables()
    _create_feed_tables()


def downgrade() -> None:
    """Take away what ``upgrade`` added."""
    for table in (
        "feed_index",
        "feed_blocks",
        "feeds",
        "disclosures",
        "provider_answers",
        "provider_waiting",
        "provider_policies",
    ):
        op.drop_table(table)
    op.drop_index("ix_scans_review", "scans")
    op.drop_index("ix_list_entries_anchor", "list_entries")
    for table, column in reversed(_COLUMNS):
        op.drop_column(table, column().name)


def _create_provider_tables() -> None:
    """Who may be asked about links, and what is to be asked."""
    op.create_table(
        "provider_policies",
        *_owned("provider_policies"),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.Float(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("tokens_at", sa.Float(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("used_today", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.Float(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.UniqueConstraint("connection_id", "provider", name="uq_provider_policies_connection_id_provider"),
    )
    op.create_table(
        "provider_waiting",
        *_owned("provider_waiting"),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.Float(), nullable=False),
        sa.UniqueConstraint("connection_id", "provider", "url", name="uq_provider_waiting_connection_id_provider_url"),
    )
    op.create_index("ix_provider_waiting_next_at", "provider_waiting", ["next_at"])


def _create_answer_tables() -> None:
    """What was answered, and what left the house for it."""
    op.create_table(
        "provider_answers",
        *_owned("provider_answers"),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("listings", sa.JSON(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.UniqueConstraint(
            "connection_id", "provider", "question", name="uq_provider_answers_connection_id_provider_question"
        ),
    )
    op.create_index("ix_provider_answers_expires_at", "provider_answers", ["expires_at"])
    op.create_table(
        "disclosures",
        *_owned("disclosures"),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
    )
    op.create_index("ix_disclosures_connection_id_at", "disclosures", ["connection_id", "at"])


def _create_feed_tables() -> None:
    """The feeds, what they list as blocks of hashes, and what makes an index of it."""
    op.create_table(
        "feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "format")),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key_header", "licence", "category")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("weight", "max_age", "stale_after")),
        sa.Column("every", sa.Float(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("next_at", "leased_until")),
        sa.Column("revision", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("labels", "prefixes")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("entries", "rejected", "left_out")),
        sa.Column("problems", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("etag", "modified")),
        *(sa.Column(name, sa.Float(), nullable=True) for name in ("last_run_at", "last_ok_at")),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feeds"),
        sa.UniqueConstraint("name", name="uq_feeds_name"),
    )
    op.create_table(
        "feed_blocks",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("feed_id", "revision", "number")),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name="fk_feed_blocks_feed_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "revision", "number", name="pk_feed_blocks"),
    )
    op.create_table(
        "feed_index",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_feed_index"),
    )


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """Return what every table of the providers begins with: its own id, and the connection that it belongs to."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=f"fk_{table}_connection_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )
