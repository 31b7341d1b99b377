"""what makes a million scans fast to look through"""

# The statements of the triggers are copied here as they were when this step was written.
# ruff: noqa: E501

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SQLITE = (
    """DROP TABLE IF EXISTS scan_text""",
    """CREATE VIRTUAL TABLE scan_text USING fts5(body, content='', columnsize=0, detail=none, tokenize='trigram')""",
    """CREATE TRIGGER scans_added AFTER INSERT ON scans BEGIN INSERT INTO scan_counts (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (new.connection_id, new.kind, new.verdict, new.state, new.verdict_by, 0, 1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = amount + (1); INSERT INTO scan_terms (term, scan_id) SELECT *, new.id FROM (SELECT DISTINCT substr(term, 1, 300) FROM (SELECT 'from:' || new.sender AS term UNION ALL SELECT 'to:' || new.receiver UNION ALL SELECT 'by:' || new.channel UNION ALL SELECT 'host:' || CASE WHEN instr(new.url, '://') > 0 THEN nullif(CASE WHEN substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END UNION ALL SELECT 'rule:' || json_extract(value, '$.id') FROM json_each(new.findings) WHERE type = 'object' UNION ALL SELECT 'host:' || CASE WHEN instr(url, '://') > 0 THEN nullif(CASE WHEN substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM (SELECT json_extract(value, '$.url') AS url FROM json_each(new.urls) WHERE type = 'object')) WHERE term IS NOT NULL) WHERE true; INSERT INTO scan_text (rowid, body) VALUES (new.id, substr(new.name, 1, 2000) || char(1, 2) || substr(coalesce(new.url, ''), 1, 2000)); INSERT INTO scan_order (id, seconds) SELECT 1, (SELECT max(created_at) FROM scans) - new.created_at WHERE (SELECT max(created_at) FROM scans) > new.created_at ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds WHERE excluded.seconds > scan_order.seconds; END""",
    """CREATE TRIGGER scans_removed AFTER DELETE ON scans BEGIN INSERT INTO scan_counts (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (old.connection_id, old.kind, old.verdict, old.state, old.verdict_by, 0, -1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = amount + (-1); DELETE FROM scan_terms WHERE scan_id = old.id AND term IN (SELECT DISTINCT substr(term, 1, 300) FROM (SELECT 'from:' || old.sender AS term UNION ALL SELECT 'to:' || old.receiver UNION ALL SELECT 'by:' || old.channel UNION ALL SELECT 'host:' || CASE WHEN instr(old.url, '://') > 0 THEN nullif(CASE WHEN substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END UNION ALL SELECT 'rule:' || json_extract(value, '$.id') FROM json_each(old.findings) WHERE type = 'object' UNION ALL SELECT 'host:' || CASE WHEN instr(url, '://') > 0 THEN nullif(CASE WHEN substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM (SELECT json_extract(value, '$.url') AS url FROM json_each(old.urls) WHERE type = 'object')) WHERE term IS NOT NULL); INSERT INTO scan_text (scan_text, rowid, body) VALUES ('delete', old.id, substr(old.name, 1, 2000) || char(1, 2) || substr(coalesce(old.url, ''), 1, 2000)); END""",
    """CREATE TRIGGER scans_moved AFTER UPDATE OF connection_id, kind, verdict, state, verdict_by ON scans WHEN old.connection_id <> new.connection_id OR old.kind <> new.kind OR old.verdict <> new.verdict OR old.state <> new.state OR old.verdict_by <> new.verdict_by BEGIN INSERT INTO scan_counts (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (old.connection_id, old.kind, old.verdict, old.state, old.verdict_by, 0, -1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = amount + (-1); INSERT INTO scan_counts (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (new.connection_id, new.kind, new.verdict, new.state, new.verdict_by, 0, 1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = amount + (1); END""",
    """CREATE TRIGGER scans_described AFTER UPDATE OF sender, receiver, channel, url, findings, urls ON scans WHEN old.sender IS NOT new.sender OR old.receiver IS NOT new.receiver OR old.channel IS NOT new.channel OR old.url IS NOT new.url OR old.findings IS NOT new.findings OR old.urls IS NOT new.urls BEGIN DELETE FROM scan_terms WHERE scan_id = old.id AND term IN (SELECT DISTINCT substr(term, 1, 300) FROM (SELECT 'from:' || old.sender AS term UNION ALL SELECT 'to:' || old.receiver UNION ALL SELECT 'by:' || old.channel UNION ALL SELECT 'host:' || CASE WHEN instr(old.url, '://') > 0 THEN nullif(CASE WHEN substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(old.url, instr(old.url, '://') + 3), 1, instr(substr(old.url, instr(old.url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END UNION ALL SELECT 'rule:' || json_extract(value, '$.id') FROM json_each(old.findings) WHERE type = 'object' UNION ALL SELECT 'host:' || CASE WHEN instr(url, '://') > 0 THEN nullif(CASE WHEN substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM (SELECT json_extract(value, '$.url') AS url FROM json_each(old.urls) WHERE type = 'object')) WHERE term IS NOT NULL); INSERT INTO scan_terms (term, scan_id) SELECT *, new.id FROM (SELECT DISTINCT substr(term, 1, 300) FROM (SELECT 'from:' || new.sender AS term UNION ALL SELECT 'to:' || new.receiver UNION ALL SELECT 'by:' || new.channel UNION ALL SELECT 'host:' || CASE WHEN instr(new.url, '://') > 0 THEN nullif(CASE WHEN substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(new.url, instr(new.url, '://') + 3), 1, instr(substr(new.url, instr(new.url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END UNION ALL SELECT 'rule:' || json_extract(value, '$.id') FROM json_each(new.findings) WHERE type = 'object' UNION ALL SELECT 'host:' || CASE WHEN instr(url, '://') > 0 THEN nullif(CASE WHEN substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM (SELECT json_extract(value, '$.url') AS url FROM json_each(new.urls) WHERE type = 'object')) WHERE term IS NOT NULL) WHERE true; END""",
    """CREATE TRIGGER scans_renamed AFTER UPDATE OF name, url ON scans WHEN old.name IS NOT new.name OR old.url IS NOT new.url BEGIN INSERT INTO scan_text (scan_text, rowid, body) VALUES ('delete', old.id, substr(old.name, 1, 2000) || char(1, 2) || substr(coalesce(old.url, ''), 1, 2000)); INSERT INTO scan_text (rowid, body) VALUES (new.id, substr(new.name, 1, 2000) || char(1, 2) || substr(coalesce(new.url, ''), 1, 2000)); END""",
)
_SQLITE_DROP = (
    """DROP TRIGGER IF EXISTS scans_added""",
    """DROP TRIGGER IF EXISTS scans_removed""",
    """DROP TRIGGER IF EXISTS scans_moved""",
    """DROP TRIGGER IF EXISTS scans_described""",
    """DROP TRIGGER IF EXISTS scans_renamed""",
    """DROP TABLE IF EXISTS scan_text""",
)
_POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION scan_terms_of(scans) RETURNS SETOF text LANGUAGE sql STABLE AS $$
SELECT DISTINCT left(term, 300) FROM (
SELECT 'from:' || $1.sender AS term UNION ALL SELECT 'to:' || $1.receiver UNION ALL SELECT 'by:' || $1.channel
UNION ALL SELECT 'host:' || nullif(regexp_replace(substring($1.url from '://([^/?#]*)'), ':[0-9]*$', ''), '')
UNION ALL SELECT 'rule:' || (value ->> 'id') FROM json_array_elements($1.findings)
UNION ALL SELECT 'host:' || nullif(regexp_replace(substring((value ->> 'url') from '://([^/?#]*)'), ':[0-9]*$', ''), '') FROM json_array_elements($1.urls)
) AS found WHERE term IS NOT NULL $$""",
    """CREATE OR REPLACE FUNCTION scans_added() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO scan_counts AS c (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (new.connection_id, new.kind, new.verdict, new.state, new.verdict_by, (pg_current_xact_id()::text)::bigint, 1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = c.amount + excluded.amount; INSERT INTO scan_terms (term, scan_id) SELECT scan_terms_of(new), new.id; INSERT INTO scan_order AS o (id, seconds) SELECT 1, newest - new.created_at FROM (SELECT max(created_at) AS newest FROM scans) AS found WHERE newest > new.created_at + coalesce((SELECT seconds FROM scan_order), 0) ON CONFLICT (id) DO UPDATE SET seconds = greatest(o.seconds, excluded.seconds); RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION scans_removed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO scan_counts AS c (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (old.connection_id, old.kind, old.verdict, old.state, old.verdict_by, (pg_current_xact_id()::text)::bigint, -1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = c.amount + excluded.amount; DELETE FROM scan_terms WHERE scan_id = old.id AND term IN (SELECT scan_terms_of(old)); RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION scans_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO scan_counts AS c (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (old.connection_id, old.kind, old.verdict, old.state, old.verdict_by, (pg_current_xact_id()::text)::bigint, -1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = c.amount + excluded.amount; INSERT INTO scan_counts AS c (connection_id, kind, verdict, state, verdict_by, slot, amount) VALUES (new.connection_id, new.kind, new.verdict, new.state, new.verdict_by, (pg_current_xact_id()::text)::bigint, 1) ON CONFLICT (connection_id, kind, verdict, state, verdict_by, slot) DO UPDATE SET amount = c.amount + excluded.amount; RETURN NULL; END $$""",
    """CREATE OR REPLACE FUNCTION scans_described() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM scan_terms WHERE scan_id = old.id AND term IN (SELECT scan_terms_of(old)); INSERT INTO scan_terms (term, scan_id) SELECT scan_terms_of(new), new.id; RETURN NULL; END $$""",
    """CREATE TRIGGER scans_added AFTER INSERT ON scans FOR EACH ROW EXECUTE FUNCTION scans_added()""",
    """CREATE TRIGGER scans_removed AFTER DELETE ON scans FOR EACH ROW EXECUTE FUNCTION scans_removed()""",
    """CREATE TRIGGER scans_moved AFTER UPDATE OF connection_id, kind, verdict, state, verdict_by ON scans FOR EACH ROW WHEN (old.connection_id <> new.connection_id OR old.kind <> new.kind OR old.verdict <> new.verdict OR old.state <> new.state OR old.verdict_by <> new.verdict_by) EXECUTE FUNCTION scans_moved()""",
    """CREATE TRIGGER scans_described AFTER UPDATE OF sender, receiver, channel, url, findings, urls ON scans FOR EACH ROW WHEN (old.sender IS DISTINCT FROM new.sender OR old.receiver IS DISTINCT FROM new.receiver OR old.channel IS DISTINCT FROM new.channel OR old.url IS DISTINCT FROM new.url OR old.findings::text IS DISTINCT FROM new.findings::text OR old.urls::text IS DISTINCT FROM new.urls::text) EXECUTE FUNCTION scans_described()""",
    """DO $$ BEGIN
IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS ix_scans_text ON scans USING gin (name gin_trgm_ops, url gin_trgm_ops);
END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$""",
)
_POSTGRESQL_DROP = (
    """DROP TRIGGER IF EXISTS scans_added ON scans""",
    """DROP TRIGGER IF EXISTS scans_removed ON scans""",
    """DROP TRIGGER IF EXISTS scans_moved ON scans""",
    """DROP TRIGGER IF EXISTS scans_described ON scans""",
    """DROP FUNCTION IF EXISTS scans_added()""",
    """DROP FUNCTION IF EXISTS scans_removed()""",
    """DROP FUNCTION IF EXISTS scans_moved()""",
    """DROP FUNCTION IF EXISTS scans_described()""",
    """DROP FUNCTION IF EXISTS scan_terms_of(scans)""",
    """DROP INDEX IF EXISTS ix_scans_text""",
)
_FILL_SQLITE = (
    """INSERT INTO scan_terms (term, scan_id) SELECT DISTINCT substr(term, 1, 300), id FROM (SELECT id, 'from:' || sender AS term FROM scans UNION ALL SELECT id, 'to:' || receiver FROM scans UNION ALL SELECT id, 'by:' || channel FROM scans UNION ALL SELECT id, 'host:' || CASE WHEN instr(url, '://') > 0 THEN nullif(CASE WHEN substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(url, instr(url, '://') + 3), 1, instr(substr(url, instr(url, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM scans UNION ALL SELECT scans.id, 'rule:' || json_extract(value, '$.id') FROM scans, json_each(scans.findings) AS f WHERE f.type = 'object' UNION ALL SELECT id, 'host:' || CASE WHEN instr(link, '://') > 0 THEN nullif(CASE WHEN substr(substr(link, instr(link, '://') + 3), 1, instr(substr(link, instr(link, '://') + 3) || '/', '/') - 1) LIKE '[%' THEN substr(substr(substr(link, instr(link, '://') + 3), 1, instr(substr(link, instr(link, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(link, instr(link, '://') + 3), 1, instr(substr(link, instr(link, '://') + 3) || '/', '/') - 1), ']')) ELSE substr(substr(substr(link, instr(link, '://') + 3), 1, instr(substr(link, instr(link, '://') + 3) || '/', '/') - 1), 1, instr(substr(substr(link, instr(link, '://') + 3), 1, instr(substr(link, instr(link, '://') + 3) || '/', '/') - 1) || ':', ':') - 1) END, '') END FROM (SELECT scans.id, json_extract(value, '$.url') AS link FROM scans, json_each(scans.urls) AS u WHERE u.type = 'object')) WHERE term IS NOT NULL""",
    """INSERT INTO scan_text (rowid, body) SELECT id, substr(scans.name, 1, 2000) || char(1, 2) || substr(coalesce(scans.url, ''), 1, 2000) FROM scans ORDER BY id""",
)
_FILL_POSTGRESQL = ("""INSERT INTO scan_terms (term, scan_id) SELECT scan_terms_of(scans), scans.id FROM scans""",)

#: What the triggers would have kept, for the scans that are there already.
_FILL_COUNTS = """INSERT INTO scan_counts (connection_id, kind, verdict, state, verdict_by, slot, amount)
SELECT connection_id, kind, verdict, state, verdict_by, 0, count(*) FROM scans
GROUP BY connection_id, kind, verdict, state, verdict_by"""
_FILL_ORDER = """INSERT INTO scan_order (id, seconds) SELECT 1, most FROM (
SELECT max(newest - created_at) AS most FROM (
SELECT created_at, max(created_at) OVER (ORDER BY id) AS newest FROM scans) AS walked) AS found WHERE most > 0"""


def upgrade() -> None:
    """Count and index scans by triggers; add saved views and verdicts in bulk."""
    _make_search_tables()
    _make_views()
    _make_bulk()
    _make_hours()
    with op.batch_alter_table("scans") as batch_op:
        batch_op.drop_index("ix_scans_verdict")
        batch_op.create_index(
            "ix_scans_cell", ["connection_id", "kind", "verdict", "state", "verdict_by", "id"], unique=False
        )
        batch_op.create_index("ix_scans_created_at", ["created_at"], unique=False)
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    for statement in _SQLITE if is_sqlite else _POSTGRESQL:
        connection.exec_driver_sql(statement)
    for statement in (_FILL_COUNTS, _FILL_ORDER, *(_FILL_SQLITE if is_sqlite else _FILL_POSTGRESQL)):
        connection.exec_driver_sql(statement)


def downgrade() -> None:
    """Take away what ``upgrade`` added."""
    connection = op.get_bind()
    for statement in _SQLITE_DROP if connection.dialect.name == "sqlite" else _POSTGRESQL_DROP:
        connection.exec_driver_sql(statement)
    with op.batch_alter_table("scans") as batch_op:
        batch_op.drop_index("ix_scans_created_at")
        batch_op.drop_index("ix_scans_cell")
        batch_op.create_index("ix_scans_verdict", ["verdict", "id"], unique=False)
    op.drop_index("ix_actions_redacted", "actions")
    op.drop_index("ix_comments_seen_at", "comments")
    op.drop_index("ix_decisions_decided_at", "decisions")
    for table in (
        "counted_hours",
        "hourly_figures",
        "bulk_items",
        "bulk_verdicts",
        "default_views",
        "saved_views",
        "scan_order",
        "scan_terms",
        "scan_counts",
    ):
        op.drop_table(table)


def _make_hours() -> None:
    op.create_table(
        "hourly_figures",
        sa.Column("connection_id", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connections.id"],
            name=op.f("fk_hourly_figures_connection_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("connection_id", "hour", "measure", "label", name=op.f("pk_hourly_figures")),
    )
    op.create_index("ix_hourly_figures_hour", "hourly_figures", ["hour"])
    op.create_table(
        "counted_hours",
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name=op.f("pk_counted_hours")),
    )
    op.create_index("ix_decisions_decided_at", "decisions", ["decided_at"])
    op.create_index("ix_comments_seen_at", "comments", ["seen_at"])
    redacted = sa.text("kind IN ('redact', 'redact_link') AND state = 'done'")
    op.create_index("ix_actions_redacted", "actions", ["finished_at"], sqlite_where=redacted, postgresql_where=redacted)


def _make_search_tables() -> None:
    cell = ("connection_id", "kind", "verdict", "state", "verdict_by")
    op.create_table(
        "scan_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("connection_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in cell[1:]),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_counts"),
        sa.UniqueConstraint(*cell, "slot", name="uq_scan_counts_cell"),
    )
    op.create_table(
        "scan_terms",
        sa.Column("term", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("scan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("term", "scan_id", name="pk_scan_terms"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_order",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_scan_order"),
    )


def _make_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_views_owner_name"),
    )
    op.create_table(
        "default_views",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("view_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["view_id"], ["saved_views.id"], name="fk_default_views_view_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner", name="pk_default_views"),
    )


def _make_bulk() -> None:
    op.create_table(
        "bulk_verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("token", "actor", "verdict", "reason")),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Float(), nullable=False),
        sa.Column("finished_at", sa.Float(), nullable=True),
        sa.Column("woken_at", sa.Float(), nullable=False),
        sa.Column("leased_until", sa.Float(), nullable=False),
        sa.Column("leased_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bulk_verdicts"),
        sa.UniqueConstraint("token", name="uq_bulk_verdicts_token"),
    )
    waiting = sa.text("finished_at IS NULL")
    op.create_index(
        "ix_bulk_verdicts_waiting",
        "bulk_verdicts",
        ["woken_at"],
        unique=False,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "bulk_items",
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("scan_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk_verdicts.id"], name="fk_bulk_items_bulk_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bulk_id", "scan_id", name="pk_bulk_items"),
    )
