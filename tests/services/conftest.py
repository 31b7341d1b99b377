"""A connected service and its tenant for each test; the scanning process is shared, because starting it takes a while."""

from __future__ import annotations

import pytest

from app.config import PROJECT
from app.engine.pool import EnginePool
from app.sandbox.server import Sandbox
from tests.house import House


@pytest.fixture(scope="session")
def engine():
    pool = EnginePool((PROJECT / "rules",), 1)
    yield pool
    pool.close()


@pytest.fixture
def tenant():
    with Sandbox(kind=True) as sandbox:
        yield sandbox


@pytest.fixture
def house(tmp_path, tenant, engine):
    house = House(tmp_path / "home", tenant, engine)
    house.connect()
    yield house
    house.services.database.close()
