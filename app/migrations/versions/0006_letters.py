"""mails of every kind, digests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OUTBOX = sa.table(
    "outbox",
    *(sa.column(name) for name in ("id", "action_id", "connection_id", "message_id", "subject", "text", "html")),
    sa.column("recipients", sa.JSON()),
    sa.column("created_at", sa.Float()),
    sa.column("sent_at", sa.Float()),
)
_ACTIONS = sa.table(
    "actions", *(sa.column(name) for name in ("id", "key", "ticket_id", "notice_id", "state", "finished_at"))
)
_NOTICES = sa.table("notices", sa.column("id"), sa.column("kind"))


def upgrade() -> None:
    """Add letters and mails, and take over what lies in the outbox."""
    _create_letters()
    _create_mails()
    op.create_table(
        "enclosures",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name="fk_enclosures_mail_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_enclosures_letter_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mail_id", "letter_id", name="pk_enclosures"),
    )
    op.create_index("ix_enclosures_letter_id", "enclosures", ["letter_id"])
    op.create_table(
        "digest_stops",
        *_owned("digest_stops"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("stopped_at", sa.Float(), nullable=False),
        sa.UniqueConstraint("connection_id", "address", name="uq_digest_stops_connection_id_address"),
    )
    _take_over()
    op.drop_table("outbox")


def downgrade() -> None:
    """Take away what ``upgrade`` added; mails of before stay, without what is new about them."""
    op.create_table(
        "outbox",
        *_owned("outbox"),
        sa.Column("action_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["action_id"], ["actions.id"], name="fk_outbox_action_id", ondelete="CASCADE"),
        sa.UniqueConstraint("action_id", name="uq_outbox_action_id"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    same = "connection_id, message_id, recipients, subject, text, html, created_at, sent_at"
    op.execute(f"INSERT INTO outbox ({same}) SELECT {same} FROM mails ORDER BY id")  # noqa: S608
    for table in ("enclosures", "digest_stops", "mails", "letters"):
        op.drop_table(table)


def _create_letters() -> None:
    op.create_table(
        "letters",
        *_owned("letters"),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("due_at", sa.Float(), nullable=False),
        sa.Column("held_at", sa.Float(), nullable=True),
        sa.Column("mailed_at", sa.Float(), nullable=True),
        sa.UniqueConstraint("key", name="uq_letters_key"),
    )
    op.create_index(
        "ix_letters_waiting",
        "letters",
        ["connection_id", "due_at"],
        sqlite_where=sa.text("mailed_at IS NULL"),
        postgresql_where=sa.text("mailed_at IS NULL"),
    )


def _create_mails() -> None:
    op.create_table(
        "mails",
        *_owned("mails"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("leave", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_since", sa.Float(), nullable=False),
        sa.Column("next_at", sa.Float(), nullable=False),
        sa.Column("leased_until", sa.Float(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.UniqueConstraint("message_id", name="uq_mails_message_id"),
        sa.UniqueConstraint("leave", name="uq_mails_leave"),
    )
    op.create_index("ix_mails_connection_id_created_at", "mails", ["connection_id", "created_at"])
    op.create_index("ix_mails_connection_id_id", "mails", ["connection_id", "id"])
    op.create_index("ix_mails_state_id", "mails", ["state", "id"])
    op.create_index("ix_mails_kind_id", "mails", ["kind", "id"])
    op.create_index(
        "ix_mails_waiting",
        "mails",
        ["next_at"],
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )


def _take_over() -> None:
    """Every mail that was written stays the mail it is: the same words, the same Message-ID, sent at most once more.

    Its letter counts as told, so that an action that was under way writes no second one.
    """
    letters = sa.table(
        "letters",
        *(sa.column(name) for name in ("connection_id", "key", "kind", "ticket_id")),
        sa.column("recipients", sa.JSON()),
        sa.column("facts", sa.JSON()),
        *(sa.column(name) for name in ("created_at", "due_at", "mailed_at")),
    )
    mails = sa.table("mails", *(sa.column(name) for name in _MAIL_COLUMNS))
    old, deed, told = _OUTBOX.c, _ACTIONS.c, _NOTICES.c
    joined = _OUTBOX.outerjoin(_ACTIONS, old.action_id == deed.id).outerjoin(_NOTICES, deed.notice_id == told.id)
    kind = sa.func.coalesce(told.kind, "quarantine")
    nothing = sa.literal([], sa.JSON()), sa.literal({}, sa.JSON())
    op.execute(
        letters.insert().from_select(
            [column.name for column in letters.c],
            sa.select(
                old.connection_id,
                deed.key,
                kind,
                deed.ticket_id,
                *nothing,
                old.created_at,
                sa.literal(0.0),
                old.created_at,
            )
            .select_from(joined)
            .where(deed.key.is_not(None)),
        )
    )
    state = sa.case(
        (old.sent_at.is_not(None), "sent"),
        (deed.state == "failed", "failed"),
        (deed.finished_at.is_not(None), "kept"),
        else_="waiting",
    )
    same = (old.message_id, old.recipients, old.subject, old.text, old.html, old.created_at, old.sent_at)
    fresh = (sa.literal("en"), sa.literal(0), sa.literal(0.0), sa.literal(0.0))
    op.execute(
        mails.insert().from_select(
            _MAIL_COLUMNS,
            sa.select(old.connection_id, kind, deed.ticket_id, *same, old.created_at, state, *fresh)
            .select_from(joined)
            .order_by(old.id),
        )
    )


_MAIL_COLUMNS = (
    *("connection_id", "kind", "ticket_id", "message_id", "recipients", "subject", "text", "html", "created_at"),
    *("sent_at", "tried_since", "state", "language", "attempts", "next_at", "leased_until"),
)


def _owned(table: str) -> tuple[sa.Column[int], sa.Column[int], sa.PrimaryKeyConstraint, sa.ForeignKeyConstraint]:
    """The columns of a table whose rows belong to a connection."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=f"fk_{table}_connection_id", ondelete="CASCADE"
        ),
    )
