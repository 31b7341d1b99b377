"""Tables of accounts, sessions and tokens.

No secret lies here in the clear. What is random and long (tokens, links, sessions) is kept as a plain SHA-256, because
it cannot be guessed back; passwords as argon2id; recovery codes signed, TOTP and client secrets sealed under the
master key.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
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
)

from app.db import metadata


def _of_user(*, nullable: bool = False) -> Column[int]:
    """Return the column that says whose a row is; it goes with its account."""
    return Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=nullable)


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
    Column("expires_at", Float),
    # The account that made it; none for the command line. The column of the name outlives the account.
    Column("made_by_id", Integer),
    Column("made_by", Text),
)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    # In small letters (full case folding), so that the constraint means what people mean by "the same".
    Column("login", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("password_changed_at", Float),
    Column("totp_sealed", LargeBinary),
    Column("totp_confirmed_at", Float),
    Column("totp_last_step", Integer),
    Column("language", Text, nullable=False, server_default="en"),
    Column("created_at", Float, nullable=False),
    Column("created_by", Text, nullable=False, server_default=""),
    Column("last_sign_in_at", Float),
    Column("disabled_at", Float),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_user(),
    Column("signature", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("used_at", Float),
    UniqueConstraint("user_id", "signature"),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    # None: the link that leads to the first account.
    _of_user(nullable=True),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("used_at", Float),
    Index("ix_sign_in_links_user_id", "user_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    _of_user(nullable=True),
    Column("token_id", Integer, ForeignKey("api_tokens.id", ondelete="CASCADE")),
    Column("how", Text, nullable=False),
    # Shortened: enough for its owner to know a session again, too little to follow anybody.
    Column("network", Text, nullable=False, server_default=""),
    Column("browser", Text, nullable=False, server_default=""),
    Column("created_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
    Column("ended_at", Float),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_token_id", "token_id"),
    Index("ix_sessions_created_at", "created_at"),
)

identities = Table(
    "sso_identities",
    metadata,
    Column("id", Integer, primary_key=True),
    _of_user(),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("issuer", "subject"),
    Index("ix_sso_identities_user_id", "user_id"),
)

single_sign_on = Table(
    "single_sign_on",
    metadata,
    # There is one row: one provider for the installation.
    Column("id", Integer, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("secret_sealed", LargeBinary),
    Column("role_claim", Text, nullable=False),
    Column("roles", JSON, nullable=False),
    Column("default_role", Text),
    Column("domains", JSON, nullable=False),
    Column("changed_at", Float, nullable=False),
    Column("changed_by", Text, nullable=False),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    # A signature of account and network: whoever reads the table learns neither.
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", Float, nullable=False),
    Index("ix_sign_in_attempts_failed_at", "failed_at"),
)
