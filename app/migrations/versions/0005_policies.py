"""policies with versions

What a connection had chosen for malicious links becomes the first version of a policy of its own: from then on there is
one place where that stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.findings.policies.document import changes
from app.findings.policy import Policy

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TICKET_COLUMNS: tuple[Callable[[], sa.Column[Any]], ...] = (
    lambda: sa.Column("brand_id", sa.BigInteger(), nullable=True),
    lambda: sa.Column("group_id", sa.BigInteger(), nullable=True),
    lambda: sa.Column("requester_domain", sa.Text(), nullable=True),
    lambda: sa.Column("requester_role", sa.Text(), nullable=True),
    lambda: sa.Column("requester_verified", sa.Boolean(), nullable=True),
    lambda: sa.Column("facts_at", sa.Float(), nullable=True),
)


def upgrade() -> None:
    """Add policies, their versions, exceptions from rules, simulations, and what they need to know."""
    _create_policies()
    _create_exceptions()
    _create_simulations()
    for column in _TICKET_COLUMNS:
        op.add_column("tickets", column())
    op.add_column("scans", sa.Column("engine_verdict", sa.Text(), nullable=True))
    op.add_column("decisions", sa.Column("withheld", sa.Text(), nullable=True))
    op.create_index(
        "ix_decisions_withheld",
        "decisions",
        ["policy_version", "withheld"],
        sqlite_where=sa.text("withheld IS NOT NULL"),
        postgresql_where=sa.text("withheld IS NOT NULL"),
    )
    _take_over_links(op.get_bind(), time.time())
    op.drop_column("connections", "links")


def downgrade() -> None:
    """Take away what ``upgrade`` added; what is chosen for malicious links goes back to the connections."""
    op.add_column("connections", sa.Column("links", sa.Text(), nullable=False, server_default="note"))
    op.drop_index("ix_decisions_withheld", "decisions")
    op.drop_column("decisions", "withheld")
    op.drop_column("scans", "engine_verdict")
    for column in reversed(_TICKET_COLUMNS):
        op.drop_column("tickets", column().name)
    for table in ("policy_simulation_scans", "policy_simulations", "rule_exceptions", "policy_versions", "policies"):
        op.drop_table(table)


def _create_policies() -> None:
    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), nullable=False),
        _tenant(),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("retired_at", sa.Float(), nullable=True),
        sa.Column("retired_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        _whose("policies"),
        sa.UniqueConstraint("slot", name=op.f("uq_policies_slot")),
    )
    op.create_index("ix_policies_connection_id", "policies", ["connection_id"])
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_policy_versions_policy_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("policy_id", "number", name=op.f("uq_policy_versions_policy_id_number")),
    )
    op.create_index("ix_policy_versions_digest", "policy_versions", ["digest"])


def _create_exceptions() -> None:
    op.create_table(
        "rule_exceptions",
        sa.Column("id", sa.Integer(), nullable=False),
        _tenant(),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.Float(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_exceptions")),
        _whose("rule_exceptions"),
    )
    op.create_index(
        "ix_rule_exceptions_standing",
        "rule_exceptions",
        ["connection_id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_simulations() -> None:
    op.create_table(
        "policy_simulations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        _tenant(),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("total", "looked", "changed", "unplaced")),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("leased_until", sa.Float(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_simulations")),
        _whose("policy_simulations"),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_policy_simulations_policy_id"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "policy_simulation_scans",
        sa.Column("simulation_id", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.Integer(), autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("from_verdict", "from_effect", "to_verdict", "to_effect")
        ),
        sa.PrimaryKeyConstraint("simulation_id", "scan_id", name=op.f("pk_policy_simulation_scans")),
        sa.ForeignKeyConstraint(
            ["simulation_id"],
            ["policy_simulations.id"],
            name=op.f("fk_policy_simulation_scans_simulation_id"),
            ondelete="CASCADE",
        ),
    )


def _tenant() -> sa.Column[int]:
    return sa.Column("connection_id", sa.Integer(), nullable=True)


def _whose(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["connection_id"], ["connections.id"], name=op.f(f"fk_{table}_connection_id"), ondelete="CASCADE"
    )


def _take_over_links(bind: sa.Connection, now: float) -> None:
    """Make a policy for each connection that had chosen to have malicious links taken out."""
    tenants = sa.table("connections", *map(sa.column, ("id", "name", "links")))
    for row in bind.execute(sa.select(tenants).where(tenants.c.links == "redact")).all():
        _write(bind, row, Policy().for_links("redact"), now)


def _write(bind: sa.Connection, row: Any, policy: Policy, now: float) -> None:
    owners = sa.table("policies", *map(sa.column, ("id", "connection_id", "slot", "title", "current", "created_at")))
    names = ("policy_id", "number", "digest", "title", "author", "reason", "simulated", "created_at")
    versions = sa.table(
        "policy_versions",
        *map(sa.column, names),
        sa.column("document", sa.JSON()),
        sa.column("changes", sa.JSON()),
    )
    slot, document = f"connection:{row.id}", policy.to_dict()
    bind.execute(owners.insert().values(connection_id=row.id, slot=slot, title=row.name, current=1, created_at=now))
    policy_id = bind.execute(sa.select(owners.c.id).where(owners.c.slot == slot)).scalar_one()
    bind.execute(
        versions.insert().values(
            policy_id=policy_id,
            number=1,
            digest=policy.digest,
            title=row.name,
            document=document,
            changes=changes(None, document),
            author="Deskwarden",
            reason="Taken over from the connection's choice for malicious links.",
            simulated=False,
            created_at=now,
        )
    )
