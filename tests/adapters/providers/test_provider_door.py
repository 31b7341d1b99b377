"""What every call to a provider's API keeps to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from app.adapters.providers import http
from app.adapters.providers.http import Door
from app.adapters.providers.model import NoOpinion


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def refusal_of(door: Door, seconds: float = 2.0) -> NoOpinion:
    with pytest.raises(NoOpinion) as refusal:
        door.call("GET", "/", seconds=seconds)
    return refusal.value


def test_a_call_ends_at_its_deadline(silent_port: int) -> None:
    door = Door(f"http://127.0.0.1:{silent_port}", trusted_hosts=frozenset({f"127.0.0.1:{silent_port}"}))
    assert refusal_of(door, 0.2).code == "timeout"


def test_a_redirect_is_not_followed(httpserver: HTTPServer, door: Door) -> None:
    httpserver.expect_request("/").respond_with_response(Response(status=302, headers={"Location": "/elsewhere"}))
    assert door.call("GET", "/", seconds=2.0).status == 302
    assert len(httpserver.log) == 1


def test_a_private_address_is_not_asked(httpserver: HTTPServer) -> None:
    door = Door("https://api.example", resolve=lambda _host, _port: ["10.0.0.1"])
    refusal = refusal_of(door)
    assert (refusal.code, refusal.is_sent) == ("address", False)


def test_a_proxy_of_the_environment_is_not_used(
    httpserver: HTTPServer, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    httpserver.expect_request("/").respond_with_data("direct")
    assert door.call("GET", "/", seconds=2.0).body == b"direct"


def test_an_answer_beyond_the_cap_is_no_opinion(
    httpserver: HTTPServer, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER", 1000)
    httpserver.expect_request("/").respond_with_data(b"x" * 1001)
    assert refusal_of(door).code == "unreadable"


def test_nobody_listening_is_no_opinion() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    door = Door(f"http://127.0.0.1:{port}", trusted_hosts=frozenset({f"127.0.0.1:{port}"}))
    assert refusal_of(door).code == "connection"
