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
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    event,
    text,
)

from app.db import metadata, owner
from app.tickets import search_index


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
    # What policies ask about the ticket, read only where one of them asks, and when that was.
    Column("brand_id", BigInteger),
    Column("group_id", BigInteger),
    Column("requester_domain", Text),
    Column("requester_role", Text),
    Column("requester_verified", Boolean),
    Column("facts_at", Float),
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
    # What the scanner said by itself, before a policy looked at it; none where a list or a person spoke first.
    Column("engine_verdict", Text),
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
#: One entry a cell of ``scan_counts``, and in it the newest scans: any choice of cells is a few short walks.
Index(
    "ix_scans_cell",
    scans.c.connection_id,
    scans.c.kind,
    scans.c.verdict,
    scans.c.state,
    scans.c.verdict_by,
    scans.c.id,
)
Index("ix_scans_created_at", scans.c.created_at)
Index("ix_scans_review", scans.c.review_at, **_where("review_at IS NOT NULL"))
Index(
    "ix_scans_waiting",
    scans.c.next_at,
    **_where("finished_at IS NULL"),
)

#: How many scans there are of each kind, kept by triggers. On PostgreSQL every transaction counts in a slot of its own,
#: so that none waits for another; what lies there is added up now and then.
scan_counts = Table(
    "scan_counts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("connection_id", Integer, nullable=False),  # no owner(): the trigger counts down while the owner goes
    Column("kind", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("verdict_by", Text, nullable=False),
    Column("slot", BigInteger, nullable=False, default=0),
    Column("amount", Integer, nullable=False),
    UniqueConstraint("connection_id", "kind", "verdict", "state", "verdict_by", "slot", name="uq_scan_counts_cell"),
)

#: Exact words by which scans are found, kept by triggers; see ``app.tickets.search_index``.
scan_terms = Table(
    "scan_terms",
    metadata,
    # By bytes, so that the words of one kind lie together whatever the language of the server is.
    Column("term", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
    Column("scan_id", Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

#: One row, or none while ids and times have always run the same way.
scan_order = Table(
    "scan_order",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seconds", Float, nullable=False),
)


@event.listens_for(scans, "after_create")
def _index_for_search(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in search_index.SQLITE if connection.dialect.name == "sqlite" else search_index.POSTGRESQL:
        connection.exec_driver_sql(statement)


@event.listens_for(scans, "before_drop")
def _drop_search_index(_table: Table, connection: Connection, **_options: Any) -> None:
    dropped = search_index.SQLITE_DROP if connection.dialect.name == "sqlite" else search_index.POSTGRESQL_DROP
    for statement in dropped:
        connection.exec_driver_sql(statement)


#: A filter of the list under a name; whose it is, is the name that also stands in the audit trail.
saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("shared", Boolean, nullable=False, default=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("owner", "name", name="uq_saved_views_owner_name"),
)

#: The view with which somebody's list begins.
default_views = Table(
    "default_views",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("view_id", Integer, ForeignKey("saved_views.id", ondelete="CASCADE"), nullable=False),
)

#: One verdict of a person on many scans: ordered as a whole, worked off in small steps, safe to repeat.
bulk_verdicts = Table(
    "bulk_verdicts",
    metadata,
    Column("id", Integer, primary_key=True),
    # Of the order: who sends a form twice gets the same row.
    Column("token", Text, nullable=False, unique=True),
    Column("actor", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("total", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    Column("woken_at", Float, nullable=False, default=0.0),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
)
Index("ix_bulk_verdicts_waiting", bulk_verdicts.c.woken_at, **_where("finished_at IS NULL"))

#: Each scan of it, and what came of it: NULL while it waits, then given, stood or refused.
bulk_items = Table(
    "bulk_items",
    metadata,
    Column("bulk_id", Integer, ForeignKey("bulk_verdicts.id", ondelete="CASCADE"), primary_key=True),
    # No foreign key: what was ordered stays on record when the scan is deleted by its age.
    Column("scan_id", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Text),
    Column("detail", Text, nullable=False, default=""),
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
    # What it would have ordered, had the policy not been set to only observe.
    Column("withheld", Text),
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

Index(
    "ix_decisions_withheld",
    decisions.c.policy_version,
    decisions.c.withheld,
    **_where("withheld IS NOT NULL"),
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

#: Verdicts that need a second person: what somebody wants, until another one agrees or refuses.
approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("scan_id", Integer, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    # Who wants it: the name that is shown, and ``user:3`` or ``token:7``.
    Column("asked_by", Text, nullable=False),
    Column("asked_subject", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("state", Text, nullable=False, default="waiting"),  # waiting | agreed | refused | overtaken
    Column("decided_by", Text),
    Column("decided_reason", Text),
    Column("decided_at", Float),
)
Index("uq_approvals_waiting", approvals.c.scan_id, unique=True, **_where("state = 'waiting'"))

#: What came with a file that somebody sent through the API: its password, and where its sender wants to be told.
#: ``callback_at`` is set with every decision, in its transaction, and taken away when that was told.
uploads = Table(
    "uploads",
    metadata,
    Column("id", Integer, primary_key=True),
    owner(),
    Column("scan_id", Integer, ForeignKey("scans.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("password", LargeBinary),
    Column("callback_url", LargeBinary),
    # By whose secret the callback is signed.
    Column("token_id", Integer),
    Column("callback_at", Float),
    Column("next_at", Float, nullable=False, default=0.0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
    Column("told_at", Float),
    Column("error", Text),
)
Index("ix_uploads_untold", uploads.c.next_at, **_where("callback_at IS NOT NULL"))

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

#: What happened in each hour, counted once it is over, so that the overview of a year costs what that of a day does.
#: ``hour`` is hours since 1970 (UTC); which measures and labels there are stands in ``hours.py``.
hourly_figures = Table(
    "hourly_figures",
    metadata,
    Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
    Column("hour", Integer, primary_key=True),
    Column("measure", Text, primary_key=True),
    Column("label", Text, primary_key=True),
    Column("amount", Integer, nullable=False),
    Index("ix_hourly_figures_hour", "hour"),
)

#: When each hour was counted last. It is counted again until everything that began in it has come to its end.
counted_hours = Table(
    "counted_hours",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),
    Column("counted_at", Float, nullable=False),
)
Index("ix_decisions_decided_at", decisions.c.decided_at)
Index("ix_comments_seen_at", comments.c.seen_at)
Index("ix_actions_redacted", actions.c.finished_at, **_where("kind IN ('redact', 'redact_link') AND state = 'done'"))
