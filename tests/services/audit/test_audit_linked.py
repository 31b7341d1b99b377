"""Rows from before the chain are linked as they stand when the database is brought forward."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from app import migrations
from app.db import Database
from app.findings.audit.service.trail import Audit
from app.findings.audit.service.watching import AuditWatch
from app.keys import MasterKey


def test_rows_from_before_the_chain_are_linked_and_said_to_be_so(empty_database):
    database = Database(empty_database)
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.commit()
    with database.write() as connection:
        for number in (1, 2, 5):
            columns = "id, at, actor, event, subject, detail"
            row = text(f"INSERT INTO audit ({columns}) VALUES (:n, :n, 'ana', 'x', '', :d)")
            connection.execute(row, {"n": number, "d": '{"a": 1.0}'})
    migrations.upgrade(database)
    watch = AuditWatch(database, MasterKey(b"k" * 32), lambda: 10.0)
    assert watch.whole().whole
    rows, _ = Audit(database, lambda: 10.0).page()
    assert [(row["id"], row["event"]) for row in rows] == [(6, "audit.chained"), (5, "x"), (2, "x"), (1, "x")]
    assert rows[0]["detail"] == {"upto": 5}
    Audit(database, lambda: 10.0).record("ana", "y")
    assert watch.whole().rows == 5
    database.close()
