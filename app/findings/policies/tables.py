"""Tables of the policies, their versions, the exceptions from rules, and the simulations before a save."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
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

from app.db import metadata


def _tenant() -> Column[int]:
    """Whose it is; without a connection it holds for all of them."""
    return Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"))


#: One row a policy. ``slot`` names for whom it is, so that there is one default, and one policy for a whole connection.
policies = Table(
    "policies",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("slot", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    # The number of the version in force.
    Column("current", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("retired_at", Float),
    Column("retired_by", Text),
    Index("ix_policies_connection_id", "connection_id"),
)

#: What a policy said, for ever: a version is never changed.
policy_versions = Table(
    "policy_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("policy_id", Integer, ForeignKey("policies.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    # What ``decisions.policy_version`` begins with.
    Column("digest", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("document", JSON, nullable=False),
    # What it changed in the version before: at, before, after.
    Column("changes", JSON, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    # Whether its author had looked at the simulation of just this document.
    Column("simulated", Boolean, nullable=False, default=False),
    Column("created_at", Float, nullable=False),
    UniqueConstraint("policy_id", "number"),
    Index("ix_policy_versions_digest", "digest"),
)

#: Rules that do not count within a scope. A row is ended, never deleted: it explains verdicts of its time.
rule_exceptions = Table(
    "rule_exceptions",
    metadata,
    Column("id", Integer, primary_key=True),
    _tenant(),
    Column("rule", Text, nullable=False),
    Column("scope", JSON, nullable=False, default=dict),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("ended_at", Float),
    Column("ended_by", Text),
)
Index(
    "ix_rule_exceptions_standing",
    rule_exceptions.c.connection_id,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

#: One look at what a draft would have changed. Work for a job: it goes on from ``cursor`` until ``state`` is done.
policy_simulations = Table(
    "policy_simulations",
    metadata,
    Column("id", Integer, primary_key=True),
    # The policy that the draft is of; without one it is the default, or a new policy of the connection.
    Column("policy_id", Integer, ForeignKey("policies.id", ondelete="CASCADE")),
    _tenant(),
    Column("document", JSON, nullable=False),
    Column("digest", Text, nullable=False),
    # For saving just this draft: the policy's name, and the number of the version that its author had read.
    Column("title", Text, nullable=False, default=""),
    Column("expected", Integer),
    Column("author", Text, nullable=False),
    Column("state", Text, nullable=False),  # running | done | failed
    Column("since", Float, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("finished_at", Float),
    # The scan that was looked at last, newest first; without one it begins.
    Column("cursor", Integer),
    Column("total", Integer, nullable=False, default=0),
    Column("looked", Integer, nullable=False, default=0),
    Column("changed", Integer, nullable=False, default=0),
    # Scans whose ticket is not known well enough to say which policy is for it.
    Column("unplaced", Integer, nullable=False, default=0),
    # How many by "verdict effect > verdict effect".
    Column("counts", JSON, nullable=False, default=dict),
    Column("leased_until", Float, nullable=False, default=0.0),
    Column("leased_by", Text),
)

#: The scans that would have come out differently, as far as they are kept.
policy_simulation_scans = Table(
    "policy_simulation_scans",
    metadata,
    Column("simulation_id", Integer, ForeignKey("policy_simulations.id", ondelete="CASCADE"), primary_key=True),
    Column("scan_id", Integer, primary_key=True, autoincrement=False),
    Column("from_verdict", Text, nullable=False),
    Column("from_effect", Text, nullable=False),
    Column("to_verdict", Text, nullable=False),
    Column("to_effect", Text, nullable=False),
)
