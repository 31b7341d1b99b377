"""A name server of our own over real sockets, and the way to a local HTTP server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.providers.http import Door
from tests.name_server import NameServer


@pytest.fixture
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def door(httpserver: HTTPServer) -> Door:
    """The way to the local server, which only the operator's trust opens."""
    return Door(httpserver.url_for(""), trusted_hosts=frozenset({f"{httpserver.host}:{httpserver.port}"}))
