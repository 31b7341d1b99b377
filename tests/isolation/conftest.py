"""An isolated engine whose children do what the name of their file says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.engine.isolation import IsolatedEngine
from tests.isolation.answers import SECRET, write_rule


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    write_rule(folder, "wicked", "wicked words")
    return folder


@pytest.fixture(scope="module")
def engine(rules: Path) -> Iterator[IsolatedEngine]:
    """An engine whose children do what the name of their file says."""
    os.environ["DESKWARDEN_SECRET_KEY"] = SECRET
    engine = IsolatedEngine([rules], memory_bytes=256 << 20, wall_seconds=1.5, job="tests.isolation.hostile:act")
    try:
        with engine:
            engine.start()
            yield engine
    finally:
        del os.environ["DESKWARDEN_SECRET_KEY"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"some wicked words")
    return path
