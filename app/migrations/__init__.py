"""The shape of the database, in small numbered steps. A test compares the last one with the tables in the code."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from app.db import Database

#: The newest step. A database that has it needs nothing, and nothing is imported for it.
HEAD = "0009"


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape. Safe to call from several processes at once."""
    if _is_current(database):
        return
    # Half a second that only the first start needs.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.exclusive("migrations"), database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
