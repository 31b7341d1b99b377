"""The database: short write transactions, one writer at a time on SQLite, plain reads.

Rooms declare their tables on ``metadata``; times are UTC seconds since 1970 (float), ids of Zendesk are integers.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Insert,
    Integer,
    MetaData,
    PoolProxiedConnection,
    Table,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from app.errors import Misconfigured, Temporary

#: Names for constraints, so that a migration can name them on every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def owner() -> Column[int]:
    """Return the column that says whose a row is: every row belongs to one connection, and goes with it."""
    return Column("connection_id", Integer, ForeignKey("connections.id", ondelete="CASCADE"), nullable=False)


#: Seconds a writer waits for SQLite itself; the file lock in front makes waiting there the exception.
BUSY_SECONDS = 10


class Database:
    """One engine and, on SQLite, the file lock that puts writers in a queue.

    SQLite's own busy back-off gives some writers a long tail; a kernel lock hands over at once and in turn.
    On PostgreSQL the lock is a no-op.
    """

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if not self.is_sqlite and parsed.get_backend_name() != "postgresql":
            raise Misconfigured("DESKWARDEN_DATABASE_URL must name SQLite or PostgreSQL.", code="settings")
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if self.is_sqlite:
            if not parsed.database or parsed.database == ":memory:":
                raise Misconfigured("DESKWARDEN_DATABASE_URL must name a file, not memory.", code="settings")
            self._lock_path = Path(f"{parsed.database}.lock")
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.engine = self._create(parsed.render_as_string(hide_password=False))
        self._thread_lock = threading.Lock()
        self._lock_file: tuple[int, int] | None = None
        #: What ``run_alone`` uses, by process; whoever has the turn to write has it.
        self._direct: dict[int, PoolProxiedConnection] = {}

    def _create(self, url: str) -> Engine:
        options: dict[str, Any] = {"json_serializer": _to_json, "json_deserializer": orjson.loads}
        if not self.is_sqlite:
            return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20, **options)
        engine = create_engine(url, pool_size=40, connect_args={"timeout": BUSY_SECONDS}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for queries; it sees one consistent state and never waits for writers."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is durable when the block ends. Keep it short: no network, no large work inside."""
        with _translated(), self._turn():
            options = {"write": True} if self.is_sqlite else {}
            with self.engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection

    def prepared(self, insert: Insert) -> PreparedInsert:
        """Make ready an INSERT of one row that is run often and is a transaction by itself."""
        return PreparedInsert(self, insert)

    def run_alone(self, sql: str, row: Sequence[Any]) -> int:
        """Run one statement in SQLite's words as a durable transaction by itself; return how many rows it changed."""
        with _translated(), self._turn():
            return int(self._own_connection().execute(sql, row).rowcount)

    def _own_connection(self) -> Any:
        # By process: SQLite forbids using, or even closing, a connection on the other side of a fork.
        pooled = self._direct.get(os.getpid())
        if pooled is None:
            pooled = self._direct[os.getpid()] = self.engine.raw_connection()
        return pooled.driver_connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._thread_lock:
            descriptor = self._lock_descriptor()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)

    def _lock_descriptor(self) -> int:
        # A descriptor inherited over fork shares its lock with the parent, so each process opens its own.
        if self._lock_file is None or self._lock_file[0] != os.getpid():
            self._lock_file = (os.getpid(), os.open(self._lock_path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        return self._lock_file[1]

    @contextmanager
    def exclusive(self, name: str) -> Iterator[None]:
        """Hold a named lock across processes and machines while the block runs; released when the holder dies."""
        if self.is_sqlite:
            path = self._lock_path.with_suffix(f".{zlib.crc32(name.encode()):08x}.lock")
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)
            return
        with self.engine.connect() as connection:
            key = zlib.crc32(name.encode())
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.rollback()

    def insert_once(self, table: Table) -> Any:
        """An INSERT that does nothing where a unique constraint already holds the row."""
        insert = sqlite.insert if self.is_sqlite else postgresql.insert
        return insert(table).on_conflict_do_nothing()

    def close(self) -> None:
        """Give back every connection."""
        if own := self._direct.pop(os.getpid(), None):
            own.close()
        self.engine.dispose()
        if self._lock_file is not None and self._lock_file[0] == os.getpid():
            os.close(self._lock_file[1])
            self._lock_file = None


class PreparedInsert:
    """An INSERT of one row as its own transaction, as durable as ``Database.write``, at a fraction of the work.

    On SQLite the statement is compiled once and given to the driver by itself: outside BEGIN and COMMIT it is
    committed, and synced, when it returns. On PostgreSQL the network costs more, so it goes the ordinary way.
    """

    def __init__(self, database: Database, insert: Insert) -> None:
        self._database = database
        self._insert = insert
        compiled = insert.compile(dialect=database.engine.dialect)
        self._sql = str(compiled)
        #: The parameters in the order of the statement, each with the value it has when none is given.
        self._defaults = [(name, compiled.params[name]) for name in compiled.positiontup or ()]

    def run(self, values: Mapping[str, Any]) -> bool:
        """Store the row; return whether it was new. The values are as the driver takes them. Raises Temporary."""
        if not self._database.is_sqlite:
            with self._database.write() as connection:
                return bool(connection.execute(self._insert, values).rowcount)
        row = [values.get(name, default) for name, default in self._defaults]
        return self._database.run_alone(self._sql, row) > 0


def _to_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transaction handling begins too late for BEGIN IMMEDIATE; we begin by hand below.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, sqlite3.OperationalError) as error:
        raise _away() from error


def _away() -> Temporary:
    return Temporary(
        "The database did not answer. Nothing was lost; the work is taken up again when it is back.", code="database"
    )
