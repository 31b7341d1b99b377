"""Tables of the feeds. Their entries lie here too, as blocks of hashes, so that every machine builds the same index
and one download serves all of them."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, LargeBinary, Table, Text

from app.db import metadata

feeds = Table(
    "feeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("format", Text, nullable=False),
    # None: a feed that is imported by hand.
    Column("url", Text),
    Column("options", JSON, nullable=False, default=dict),
    # The key of the provider, sealed; and the header it goes into. Without one it goes where the address says {key}.
    Column("key", LargeBinary),
    Column("key_header", Text, nullable=False, default=""),
    Column("licence", Text, nullable=False, default=""),
    Column("category", Text, nullable=False),
    Column("weight", Integer, nullable=False),
    # Days after its listing for which an entry counts, and after the last good download for which any does; 0: no end.
    Column("max_age", Integer, nullable=False, default=0),
    Column("stale_after", Integer, nullable=False, default=0),
    # Seconds between two downloads.
    Column("every", Float, nullable=False),
    Column("enabled", Boolean, nullable=False, default=True),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("leased_until", Float, nullable=False, default=0.0),
    # Which blocks are in use, and what their labels are; see feed_blocks.
    Column("revision", Integer, nullable=False, default=0),
    Column("labels", JSON, nullable=False, default=list),
    Column("prefixes", JSON, nullable=False, default=list),
    Column("entries", Integer, nullable=False, default=0),
    Column("rejected", Integer, nullable=False, default=0),
    Column("left_out", Integer, nullable=False, default=0),
    Column("problems", JSON, nullable=False, default=list),
    Column("etag", Text, nullable=False, default=""),
    Column("modified", Text, nullable=False, default=""),
    Column("last_run_at", Float),
    Column("last_ok_at", Float),
    Column("last_error", Text, nullable=False, default=""),
    Column("created_at", Float, nullable=False),
)

feed_blocks = Table(
    "feed_blocks",
    metadata,
    Column("feed_id", Integer, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

# One row: the secret of the hashes, and a number that grows whenever an index made of all this would be another.
feed_index = Table(
    "feed_index",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("generation", Integer, nullable=False),
)
