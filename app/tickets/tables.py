"""Tables of the heart. The database is the queue of record: every row that is work has a lease and a next time.

A lease is the time until which one worker owns the row, and a token that only this worker knows.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from app.db import metadata, owner


def _where(condition: str) -> dict[str, Any]:
    """Make an index partial, so that it holds only what still is work and stays small for ever."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


#: What Zendesk told us, once per delivery. ``enqueued_at`` is the relay's mark.
inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    # A retried attempt keeps the invocation id; a replayed one keeps the signature.
    Column("invocation", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("ticket_id", BigInteger, nullable=False),
    Column("comment_id", BigInteger),
    Column("received_at", Float, nullable=False),
    Column("enqueued_at", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("done_at", Float),
    Column("outcome", Text),
    UniqueConstraint("connection_id", "invocation"),
    UniqueConstraint("connection_id", "signature"),
)
Index(
    "ix_inbox_waiting",
    inbox.c.enqueued_at,
    **_where("done_at IS NULL"),
)
Index(
    "ix_inbox_ticket",
    inbox.c.connection_id,
    inbox.c.ticket_id,
    **_where("done_at IS NULL"),
)

#: One row a ticket: how far its comments were seen, and who works on it now. Actions on one ticket run one by one.
tickets = Table(
    "tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("ticket_id", BigInteger, nullable=False),
    Column("last_comment_id", BigInteger, nullable=False, default=0),
    Column("reading_until", Float, nullable=False, default=0.0),
    Column("reading_by", Text),
    # When something of this ticket is due (None: nothing is), and when a worker was last woken for it.
    Column("act_at", Float),
    Column("woken_at", Float, nullable=False, default=0.0),
    Column("acting_until", Float, nullable=False, default=0.0),
    Column("acting_by", Text),
    UniqueConstraint("connection_id", "ticket_id"),
)
Index("ix_tickets_due", tickets.c.act_at, **_where("act_at IS NOT NULL"))

#: One row a comment seen. Its text is sealed and only kept until its files are judged (passwords stand there).
comments = Table(
    "comments",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("ticket_id", BigInteger, nullable=False),
    Column("comment_id", BigInteger, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("created_at", Float),
    Column("text", LargeBinary),
    UniqueConstraint("connection_id", "comment_id"),
)

scans = Table(
    "scans",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    # attachment:ID, url:COMMENT:HASH or upload:RANDOM; what makes a repeated sighting a no-op.
    Column("identity", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("ticket_id", BigInteger),
    Column("comment_id", BigInteger),
    Column("attachment_id", BigInteger),
    Column("name", Text, nullable=False, default=""),
    Column("url", Text),
    Column("sha256", Text),
    Column("size", BigInteger),
    Column("content_type", Text),
    Column("verdict", Text, nullable=False, default="unknown"),
    Column("verdict_by", Text, nullable=False, default="engine"),
    Column("state", Text, nullable=False, default="queued"),
    Column("reason", Text),
    Column("sender", Text),
    Column("receiver", Text),
    Column("channel", Text),
    Column("findings", JSON, nullable=False, default=list),
    Column("urls", JSON, nullable=False, default=list),
    Column("rules_version", Text),
    # With which feeds, lists and policy a link was judged last, when that is looked at again, and how often it was.
    Column("judged_with", Text),
    Column("review_at", Float),
    Column("reviews", Integer, nullable=False, default=0),
    # Where the file is fetched from; sealed, because whoever has the address has the file.
    Column("source", LargeBinary),
    Column("vault", JSON),
    # The scan whose release put this file into the ticket: its actions are ordered there.
    Column("copy_of", Integer),
    Column("created_at", Float, nullable=False),
    # When it last began to wait for being judged: a locked file is judged again when a password turns up.
    Column("queued_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("woken_at", Float, nullable=False, default=0.0),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
    UniqueConstraint("connection_id", "identity"),
    Index("ix_scans_comment", "connection_id", "comment_id"),
    Index("ix_scans_ticket", "ticket_id"),
    Index("ix_scans_sha256", "sha256"),
)
Index("ix_scans_verdict", scans.c.verdict, scans.c.id)
Index("ix_scans_review", scans.c.review_at, **_where("review_at IS NOT NULL"))
Index(
    "ix_scans_waiting",
    scans.c.next_at,
    **_where("finished_at IS NULL"),
)

#: Every verdict that was ever given on a scan, and by whom. ``effect`` is what it ordered.
decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("scan_id", Integer, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ticket_id", BigInteger),
    Column("comment_id", BigInteger),
    Column("verdict", Text, nullable=False),
    Column("verdict_by", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("effect", Text, nullable=False),
    Column("policy_version", Text, nullable=False),
    Column("rules_version", Text),
    Column("feeds_version", Text),
    Column("decided_at", Float, nullable=False),
    # Whether what it ordered (except the telling) is done or has failed for a stated reason.
    Column("settled", Boolean, nullable=False, default=False),
    # A later decision took over before this one had done anything, so there is nothing to tell of it.
    Column("overruled", Boolean, nullable=False, default=False),
    Column("notice_id", Integer),
)
Index(
    "ix_decisions_untold",
    decisions.c.connection_id,
    decisions.c.ticket_id,
    **_where("notice_id IS NULL AND effect <> 'nothing'"),
)

#: One telling: a note in the ticket and a mail, about one or several decisions of one comment.
notices = Table(
    "notices",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("ticket_id", BigInteger, nullable=False),
    Column("comment_id", BigInteger),
    Column("kind", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)

#: A deed is a row before it is done: planned, sending, done or failed. ``key`` names what it does and who ordered it.
actions = Table(
    "actions",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("key", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("ticket_id", BigInteger),
    Column("comment_id", BigInteger),
    Column("scan_id", Integer, ForeignKey("scans.id", ondelete="CASCADE"), index=True),
    Column("decision_id", Integer, ForeignKey("decisions.id", ondelete="CASCADE")),
    Column("notice_id", Integer, ForeignKey("notices.id", ondelete="CASCADE"), index=True),
    Column("state", Text, nullable=False, default="planned"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("created_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("detail", JSON, nullable=False, default=dict),
    Column("error", Text),
)
Index(
    "ix_actions_waiting",
    actions.c.connection_id,
    actions.c.ticket_id,
    **_where("finished_at IS NULL"),
)

#: What a person decided about content stands for equal content that comes later.
standing_verdicts = Table(
    "standing_verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("subject", Text, nullable=False),  # sha256:HEX or url:CANONICAL
    Column("verdict", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("decided_at", Float, nullable=False),
    UniqueConstraint("connection_id", "subject"),
)

#: Allow and block lists; without a connection an entry counts for all of them.
list_entries = Table(
    "list_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE")),
    Column("side", Text, nullable=False),  # allow | block
    Column("kind", Text, nullable=False),  # sha256 | url | pattern | host | domain | sender
    Column("value", Text, nullable=False),
    # Of a pattern: the host name by which it is found, empty when it is about every host.
    Column("anchor", Text),
    Column("reason", Text, nullable=False, default=""),
    Column("actor", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    # When what it says was changed last; counting its hits is no change.
    Column("changed_at", Float),
    Column("expires_at", Float),
    Column("hits", Integer, nullable=False, default=0),
    Column("last_hit_at", Float),
    Index("ix_list_entries_value", "value"),
    Index("ix_list_entries_anchor", "anchor"),
)

#: Facts about bytes, never about whose they were; nothing of locked content.
verdict_cache = Table(
    "verdict_cache",
    metadata,
    Column("key", Text, primary_key=True),
    Column("report", JSON, nullable=False),
    Column("created_at", Float, nullable=False),
)

#: Every mail we owe, with the words as they go out. Without a mail server it is shown in the console.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("action_id", Integer, ForeignKey("actions.id", ondelete="CASCADE"), unique=True),
    owner(),
    Column("message_id", Text, nullable=False, unique=True),
    Column("recipients", JSON, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("sent_at", Float),
)
