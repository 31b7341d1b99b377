"""The numbered steps lead to the tables in the code, on every database, also when several processes start at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text

from app.config import PROJECT
from app.db import Database, metadata
from app.migrations import HEAD, upgrade
from app.tables import load_tables

#: Upgrades like every command does at its start.
_UPGRADE = "import sys; from app.db import Database; from app.migrations import upgrade; upgrade(Database(sys.argv[1]))"


@pytest.fixture
def database(empty_database):
    load_tables()
    database = Database(empty_database)
    yield database
    database.close()


def differences(database):
    with database.engine.connect() as connection:
        options = {"compare_type": True, "include_name": _is_ours}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)


def _is_ours(name, kind, _parents):
    """The index of free text is no table of ours, but what each database has for that; triggers fill it."""
    return not ((kind == "table" and name.startswith("scan_text")) or (kind == "index" and name == "ix_scans_text"))


def version(database):
    with database.read() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()


def test_the_last_step_has_the_tables_of_the_code(database):
    upgrade(database)
    assert differences(database) == []


def test_the_newest_step_is_the_one_that_the_code_expects(database):
    upgrade(database)
    assert version(database) == [HEAD]
    assert max(path.name[:4] for path in (PROJECT / "app/migrations/versions").glob("0*.py")) == HEAD


def test_a_database_of_an_earlier_step_is_brought_forward(database):
    upgrade(database)
    with database.write() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        metadata.drop_all(connection)
    upgrade(database)
    assert version(database) == [HEAD]
    assert differences(database) == []


def test_a_second_upgrade_changes_nothing(database):
    upgrade(database)
    before = version(database)
    upgrade(database)
    assert version(database) == before
    assert differences(database) == []


def test_processes_that_upgrade_at_once_all_succeed(database, empty_database):
    command = [sys.executable, "-c", _UPGRADE, empty_database]
    running = [subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert len(version(database)) == 1
    assert differences(database) == []


def test_a_step_that_fails_leaves_nothing_half_done(database):
    def refuse(_connection, _cursor, statement, *_rest):
        if statement.strip().upper().startswith("CREATE TABLE ACTIONS"):
            raise RuntimeError("The disk is full.")

    event.listen(database.engine, "before_cursor_execute", refuse)
    with pytest.raises(RuntimeError, match="full"):
        upgrade(database)
    event.remove(database.engine, "before_cursor_execute", refuse)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database)
    assert differences(database) == []
