"""How Alembic reaches the database: through the connection it is given, or by the settings on the command line."""

from __future__ import annotations

from alembic import context

from app.config import Settings
from app.db import Database, metadata
from app.tables import load_tables

load_tables()
_given = context.config.attributes.get("connection")


def _run(connection: object) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()


if _given is not None:
    _run(_given)
else:
    with Database(Settings.from_environment().database_url).engine.connect() as fresh:
        _run(fresh)
