"""A connected service and its tenant for each test; the scanning process is shared, because starting it takes a while.

Everything that touches the database runs on both of them.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.bootstrap import prepare
from app.config import PROJECT, Settings
from app.engine.pool import EnginePool
from app.sandbox.server import Sandbox
from tests.house import House
from tests.postgres import running_postgres


@pytest.fixture(scope="session")
def engine():
    pool = EnginePool((PROJECT / "rules",), 1)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def postgres():
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a database that was migrated once; copies of it cost nearly nothing."""
    home = tmp_path_factory.mktemp("migrated")
    prepare(Settings.from_environment({"DESKWARDEN_HOME": str(home)}))
    return home / "deskwarden.sqlite3"


@pytest.fixture
def tenant():
    with Sandbox(kind=True) as sandbox:
        yield sandbox


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request, tmp_path):
    """The URL of a database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite3"
        return
    with request.getfixturevalue("postgres").database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request, tmp_path, tenant, engine):
    if request.param == "sqlite":
        (tmp_path / "home").mkdir(mode=0o700)
        shutil.copyfile(request.getfixturevalue("migrated"), tmp_path / "home" / "deskwarden.sqlite3")
        yield from _house(tmp_path, tenant, engine)
        return
    with request.getfixturevalue("postgres").database(migrated=True) as url:
        yield from _house(tmp_path, tenant, engine, DESKWARDEN_DATABASE_URL=url)


def _house(tmp_path, tenant, engine, **environment):
    house = House(tmp_path / "home", tenant, engine, **environment)
    house.connect()
    yield house
    house.services.database.close()
