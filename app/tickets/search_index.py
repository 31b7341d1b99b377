"""What the database keeps by itself so that scans are found fast: triggers, written for SQLite and for PostgreSQL.

Triggers and no service, because whatever writes, moves or deletes a scan (a cascade included) must keep these right in
the same transaction:

scan_counts   how many scans there are of each (connection, kind, verdict, state, who judged)
scan_terms    exact words of a scan: ``from:``, ``to:``, ``by:`` (channel), ``rule:`` (finding), ``host:`` (of a link)
scan_text     trigrams of name and address, on SQLite (FTS5, contentless: it holds no text, only where trigrams occur)
scan_order    by how many seconds at most a scan is older than one with a smaller id: ids follow the clock but for that
"""

# Nothing here comes from outside: the statements are put together from the names above and below.
# ruff: noqa: S608

from __future__ import annotations

#: Characters of a term that are kept; whoever looks one up compares the whole value with the scan. The index of
#: PostgreSQL takes no more than 2,704 bytes.
LONGEST_TERM = 300

#: Characters of a name, and of an address, that free text looks into.
LONGEST_TEXT = 2_000

_CELL = ("connection_id", "kind", "verdict", "state", "verdict_by")
_CELLS = ", ".join(_CELL)


def _of(row: str, names: tuple[str, ...] = _CELL) -> str:
    return ", ".join(f"{row}.{name}" for name in names)


def _count_lite(row: str, amount: int) -> str:
    return (
        f"INSERT INTO scan_counts ({_CELLS}, slot, amount) VALUES ({_of(row)}, 0, {amount}) "
        f"ON CONFLICT ({_CELLS}, slot) DO UPDATE SET amount = amount + ({amount});"
    )


def _host_lite(address: str) -> str:
    """SQL for the host of a canonical address, without its port; NULL when it has none."""
    rest = f"substr({address}, instr({address}, '://') + 3)"
    place = f"substr({rest}, 1, instr({rest} || '/', '/') - 1)"
    name = f"CASE WHEN {place} LIKE '[%' THEN substr({place}, 1, instr({place}, ']')) "
    name += f"ELSE substr({place}, 1, instr({place} || ':', ':') - 1) END"
    return f"CASE WHEN instr({address}, '://') > 0 THEN nullif({name}, '') END"


def _terms_lite(row: str) -> str:
    found = (
        f"SELECT 'from:' || {row}.sender AS term",
        f"SELECT 'to:' || {row}.receiver",
        f"SELECT 'by:' || {row}.channel",
        f"SELECT 'host:' || {_host_lite(f'{row}.url')}",
        f"SELECT 'rule:' || json_extract(value, '$.id') FROM json_each({row}.findings) WHERE type = 'object'",
        f"SELECT 'host:' || {_host_lite('url')} FROM (SELECT json_extract(value, '$.url') AS url "
        f"FROM json_each({row}.urls) WHERE type = 'object')",
    )
    return f"SELECT DISTINCT substr(term, 1, {LONGEST_TERM}) FROM ({' UNION ALL '.join(found)}) WHERE term IS NOT NULL"


def _add_terms_lite() -> str:
    return f"INSERT INTO scan_terms (term, scan_id) SELECT *, new.id FROM ({_terms_lite('new')}) WHERE true;"


def _drop_terms_lite() -> str:
    return f"DELETE FROM scan_terms WHERE scan_id = old.id AND term IN ({_terms_lite('old')});"


def _text_lite(row: str) -> str:
    # Control characters between the two and at the end, so that nothing is found that stands half in each.
    return f"substr({row}.name, 1, {LONGEST_TEXT}) || char(1, 2) || substr(coalesce({row}.url, ''), 1, {LONGEST_TEXT})"


_ADD_TEXT_LITE = f"INSERT INTO scan_text (rowid, body) VALUES (new.id, {_text_lite('new')});"
_DROP_TEXT_LITE = f"INSERT INTO scan_text (scan_text, rowid, body) VALUES ('delete', old.id, {_text_lite('old')});"
_ORDER_LITE = (
    # Two scalar subqueries: as a derived table SQLite would walk the whole index.
    "INSERT INTO scan_order (id, seconds) SELECT 1, (SELECT max(created_at) FROM scans) - new.created_at "
    "WHERE (SELECT max(created_at) FROM scans) > new.created_at "
    "ON CONFLICT (id) DO UPDATE SET seconds = excluded.seconds WHERE excluded.seconds > scan_order.seconds;"
)


def _changed(names: tuple[str, ...], unlike: str) -> str:
    return " OR ".join(f"old.{name} {unlike} new.{name}" for name in names)


_TERM_SOURCES = ("sender", "receiver", "channel", "url", "findings", "urls")


def _trigger_lite(name: str, event: str, steps: tuple[str, ...], when: str = "") -> str:
    condition = f" WHEN {when}" if when else ""
    return f"CREATE TRIGGER {name} AFTER {event} ON scans{condition} BEGIN {' '.join(steps)} END"


#: In this order, after the tables. ``detail=none``: only which scan holds a trigram; the scan itself tells the rest.
SQLITE = (
    "DROP TABLE IF EXISTS scan_text",
    "CREATE VIRTUAL TABLE scan_text USING fts5(body, content='', columnsize=0, detail=none, tokenize='trigram')",
    _trigger_lite(
        "scans_added",
        "INSERT",
        (_count_lite("new", 1), _add_terms_lite(), _ADD_TEXT_LITE, _ORDER_LITE),
    ),
    _trigger_lite(
        "scans_removed",
        "DELETE",
        (_count_lite("old", -1), _drop_terms_lite(), _DROP_TEXT_LITE),
    ),
    _trigger_lite(
        "scans_moved",
        f"UPDATE OF {_CELLS}",
        (_count_lite("old", -1), _count_lite("new", 1)),
        _changed(_CELL, "<>"),
    ),
    _trigger_lite(
        "scans_described",
        f"UPDATE OF {', '.join(_TERM_SOURCES)}",
        (_drop_terms_lite(), _add_terms_lite()),
        _changed(_TERM_SOURCES, "IS NOT"),
    ),
    _trigger_lite(
        "scans_renamed",
        "UPDATE OF name, url",
        (_DROP_TEXT_LITE, _ADD_TEXT_LITE),
        _changed(("name", "url"), "IS NOT"),
    ),
)

SQLITE_DROP = (
    *(f"DROP TRIGGER IF EXISTS scans_{name}" for name in ("added", "removed", "moved", "described", "renamed")),
    "DROP TABLE IF EXISTS scan_text",
)

_HOST_PG = "nullif(regexp_replace(substring({address} from '://([^/?#]*)'), ':[0-9]*$', ''), '')"

#: ``slot`` is the transaction: each writes rows of its own, so that none waits for another; they are added up later.
_COUNT_PG = (
    f"INSERT INTO scan_counts AS c ({_CELLS}, slot, amount) "
    "VALUES ({cell}, (pg_current_xact_id()::text)::bigint, {amount}) "
    f"ON CONFLICT ({_CELLS}, slot) DO UPDATE SET amount = c.amount + excluded.amount;"
)


def _count_pg(row: str, amount: int) -> str:
    return _COUNT_PG.format(cell=_of(row), amount=amount)


def _function_pg(name: str, body: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
    )


def _trigger_pg(name: str, event: str, when: str = "") -> str:
    condition = f" WHEN ({when})" if when else ""
    return f"CREATE TRIGGER {name} AFTER {event} ON scans FOR EACH ROW{condition} EXECUTE FUNCTION {name}()"


def _changed_pg(names: tuple[str, ...]) -> str:
    # JSON has no equality of its own.
    return " OR ".join(
        f"old.{name}{cast} IS DISTINCT FROM new.{name}{cast}"
        for name in names
        for cast in ("::text" if name in ("findings", "urls") else "",)
    )


_TERMS_PG = f"""CREATE OR REPLACE FUNCTION scan_terms_of(scans) RETURNS SETOF text LANGUAGE sql STABLE AS $$
SELECT DISTINCT left(term, {LONGEST_TERM}) FROM (
SELECT 'from:' || $1.sender AS term UNION ALL SELECT 'to:' || $1.receiver UNION ALL SELECT 'by:' || $1.channel
UNION ALL SELECT 'host:' || {_HOST_PG.format(address="$1.url")}
UNION ALL SELECT 'rule:' || (value ->> 'id') FROM json_array_elements($1.findings)
UNION ALL SELECT 'host:' || {_HOST_PG.format(address="(value ->> 'url')")} FROM json_array_elements($1.urls)
) AS found WHERE term IS NOT NULL $$"""

_ADD_TERMS_PG = "INSERT INTO scan_terms (term, scan_id) SELECT scan_terms_of(new), new.id;"
_DROP_TERMS_PG = "DELETE FROM scan_terms WHERE scan_id = old.id AND term IN (SELECT scan_terms_of(old));"
_ORDER_PG = (
    "INSERT INTO scan_order AS o (id, seconds) SELECT 1, newest - new.created_at "
    "FROM (SELECT max(created_at) AS newest FROM scans) AS found WHERE newest > new.created_at + coalesce("
    "(SELECT seconds FROM scan_order), 0) "
    "ON CONFLICT (id) DO UPDATE SET seconds = greatest(o.seconds, excluded.seconds);"
)

POSTGRESQL = (
    _TERMS_PG,
    _function_pg("scans_added", f"{_count_pg('new', 1)} {_ADD_TERMS_PG} {_ORDER_PG}"),
    _function_pg("scans_removed", f"{_count_pg('old', -1)} {_DROP_TERMS_PG}"),
    _function_pg("scans_moved", f"{_count_pg('old', -1)} {_count_pg('new', 1)}"),
    _function_pg("scans_described", f"{_DROP_TERMS_PG} {_ADD_TERMS_PG}"),
    _trigger_pg("scans_added", "INSERT"),
    _trigger_pg("scans_removed", "DELETE"),
    _trigger_pg("scans_moved", f"UPDATE OF {_CELLS}", _changed(_CELL, "<>")),
    _trigger_pg("scans_described", f"UPDATE OF {', '.join(_TERM_SOURCES)}", _changed_pg(_TERM_SOURCES)),
    # Trigrams come with an extension that not every server has; without it free text looks at the newest scans first.
    """DO $$ BEGIN
IF EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm') THEN
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX IF NOT EXISTS ix_scans_text ON scans USING gin (name gin_trgm_ops, url gin_trgm_ops);
END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$""",
)

POSTGRESQL_DROP = (
    *(f"DROP TRIGGER IF EXISTS scans_{name} ON scans" for name in ("added", "removed", "moved", "described")),
    *(f"DROP FUNCTION IF EXISTS scans_{name}()" for name in ("added", "removed", "moved", "described")),
    "DROP FUNCTION IF EXISTS scan_terms_of(scans)",
    "DROP INDEX IF EXISTS ix_scans_text",
)
