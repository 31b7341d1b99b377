"""Tables of the post office: letters that are to be told, the mails they became, and who wants no digests."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.db import metadata, owner

#: What one event has to say. ``facts`` are words' material by ``kind``; they go when the mails are old.
letters = Table(
    "letters",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("ticket_id", BigInteger),
    # Whom it is for; empty: whoever gets the connection's mails.
    Column("recipients", JSON, nullable=False, default=list),
    Column("facts", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
    # When somebody looks whether it may go out, and since when it is held back because too many mails went out.
    Column("due_at", Float, nullable=False, default=0.0),
    Column("held_at", Float),
    # When it became a mail.
    Column("mailed_at", Float),
)
Index(
    "ix_letters_waiting",
    letters.c.connection_id,
    letters.c.due_at,
    sqlite_where=text("mailed_at IS NULL"),
    postgresql_where=text("mailed_at IS NULL"),
)

#: Every mail we owe or have sent, with the words as they go out. Without a mail server it is shown in the console.
mails = Table(
    "mails",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("kind", Text, nullable=False, default="quarantine"),
    Column("language", Text, nullable=False, default="en"),
    Column("ticket_id", BigInteger),
    Column("message_id", Text, nullable=False, unique=True),
    Column("recipients", JSON, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    # Of a digest: what its one recipient turns digests off with.
    Column("leave", Text, unique=True),
    Column("created_at", Float, nullable=False),
    # waiting, sending, sent, failed (given up), kept (there is no server, or nobody to send it to)
    Column("state", Text, nullable=False, default="waiting"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("tried_since", Float, nullable=False, default=0.0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
    Column("error", Text),
    Column("sent_at", Float),
)
Index("ix_mails_connection_id_created_at", mails.c.connection_id, mails.c.created_at)
# A filtered list must not read the bodies of a hundred thousand mails to find a page of them.
Index("ix_mails_connection_id_id", mails.c.connection_id, mails.c.id)
Index("ix_mails_state_id", mails.c.state, mails.c.id)
Index("ix_mails_kind_id", mails.c.kind, mails.c.id)
Index(
    "ix_mails_waiting",
    mails.c.next_at,
    sqlite_where=text("state IN ('waiting', 'sending')"),
    postgresql_where=text("state IN ('waiting', 'sending')"),
)

#: Which letters a mail tells of.
enclosures = Table(
    "enclosures",
    metadata,
    Column("mail_id", Integer, ForeignKey("mails.id", ondelete="CASCADE"), primary_key=True),
    Column("letter_id", Integer, ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True, index=True),
)

#: Recipients who want no digests about a connection. ``address`` is in small letters.
digest_stops = Table(
    "digest_stops",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("address", Text, nullable=False),
    Column("stopped_at", Float, nullable=False),
    UniqueConstraint("connection_id", "address"),
)
