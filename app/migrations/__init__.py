"""The shape of the database, in small numbered steps. A test compares the last one with the tables in the code."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.db import Database


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape. Safe to call from several processes at once."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.exclusive("migrations"), database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
