"""Fixtures for the Zendesk adapter: a client of a local server, and a server that answers raw bytes."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.zendesk import Endpoint, ZendeskClient
from app.adapters.zendesk.downloads import Downloaded, Downloader
from app.errors import Misconfigured
from tests.adapters.zendesk.files import CONTENT


class FakeTokens:
    """Hands out its values one after the other, each refresh the next; refuses when they are used up."""

    def __init__(self, *values: str) -> None:
        self.values = list(values) or ["Bearer one"]

    def authorization(self) -> str:
        return self.values[0]

    def refresh(self, rejected: str) -> str:
        assert rejected == self.values[0]
        if len(self.values) == 1:
            raise Misconfigured("no more", code="unauthorized")
        self.values.pop(0)
        return self.values[0]


class RawServer:
    """Answers each connection with the next of its replies and closes it; None closes without a word."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._replies: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.requests: list[bytes] = []
        self.is_held = threading.Event()
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def reply(self, *replies: bytes | None) -> None:
        for one in replies:
            self._replies.put(one)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    self.requests.append(connection.recv(65536))
                    answer = self._replies.get()
                    if answer is not None:
                        connection.sendall(answer)
                    if answer == b"":
                        self.is_held.wait(5)

    def close(self) -> None:
        self.is_held.set()
        self._socket.close()


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture
def fake_tokens() -> type[FakeTokens]:
    return FakeTokens


@pytest.fixture
def name(httpserver: HTTPServer) -> str:
    """``host:port`` of the local server."""
    return f"{httpserver.host}:{httpserver.port}"


@pytest.fixture
def client_of(httpserver: HTTPServer, name: str) -> Callable[..., ZendeskClient]:
    """Makes a client of the local server, or of another ``host:port``."""

    def make(tokens: Any = None, *, at: str = name, **options: Any) -> ZendeskClient:
        endpoint = Endpoint("acme", f"http://{at}")
        return ZendeskClient(endpoint, tokens or FakeTokens(), trusted_hosts=frozenset({at}), **options)

    return make


@pytest.fixture
def client(client_of: Callable[..., ZendeskClient]) -> ZendeskClient:
    return client_of()


@pytest.fixture(scope="module")
def content_server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.fixture
def content(content_server: HTTPServer) -> HTTPServer:
    content_server.clear()
    content_server.expect_request("/file").respond_with_data(CONTENT, content_type="application/pdf")
    return content_server


@pytest.fixture
def downloader_of(name: str, content: HTTPServer) -> Callable[..., Downloader]:
    def make(**options: Any) -> Downloader:
        trusted = frozenset({name, f"127.0.0.1:{content.port}"})
        return Downloader(f"http://{name}", **{"trusted_hosts": trusted, **options})

    return make


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spooled"


@pytest.fixture
def fetch(downloader_of: Callable[..., Downloader], name: str, spool: Path) -> Callable[..., Downloaded]:
    """Downloads a path of the tenant, or an address, under a cap of 1 MB."""

    def run(where: str = "/attachments/1", downloader: Downloader | None = None, **options: Any) -> Downloaded:
        url = where if "//" in where else f"http://{name}{where}"
        return (downloader or downloader_of()).download(url, spool, **{"cap_bytes": 1_000_000, **options})

    return run
