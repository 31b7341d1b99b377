from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk.auth import (
    ApiToken,
    BasicTokens,
    ClientCredentials,
    MemoryTokenStore,
    OAuthTokens,
    StoredToken,
    token_source,
)
from app.adapters.zendesk.connect import account_session
from app.errors import Misconfigured, Temporary

CREDENTIALS = ClientCredentials("deskwarden", "s3cret", "tickets:read tickets:write", expires_in=1800)


class TokenEndpoint:
    """Counts the tokens it gives; each is another one."""

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        self.given = 0
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> Response:
        with self._lock:
            self.given += 1
            body = {"access_token": f"token-{self.given}", "token_type": "bearer", **self.fields}
        return Response(json.dumps(body), status=201, content_type="application/json")


class Clock:
    def __init__(self, now: float = 1_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens_of(httpserver: HTTPServer, name: str, clock: Clock) -> Callable[..., OAuthTokens]:
    def make(store: MemoryTokenStore | None = None) -> OAuthTokens:
        base = f"http://{name}"
        session = account_session(base, frozenset({name}))
        return OAuthTokens(base, CREDENTIALS, store or MemoryTokenStore(), session, now=clock)

    return make


def test_a_token_is_asked_for_with_the_client_and_its_scope(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens]
) -> None:
    httpserver.expect_request(
        "/oauth/tokens",
        method="POST",
        json={
            "grant_type": "client_credentials",
            "client_id": "deskwarden",
            "client_secret": "s3cret",
            "scope": "tickets:read tickets:write",
            "expires_in": 1800,
        },
    ).respond_with_json({"access_token": "abc", "expires_in": 1800}, status=201)
    store = MemoryTokenStore()
    assert tokens_of(store).authorization() == "Bearer abc"
    assert store.load() == StoredToken("abc", 1_000.0, 2_800.0)


def test_a_token_serves_until_four_fifths_of_its_life_are_over(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], clock: Clock
) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_handler(endpoint := TokenEndpoint(expires_in=1800))
    tokens = tokens_of()
    assert tokens.authorization() == "Bearer token-1"
    clock.now += 1_439
    assert tokens.authorization() == "Bearer token-1"
    clock.now += 1
    assert tokens.authorization() == "Bearer token-2"
    assert endpoint.given == 2


@pytest.mark.parametrize("fields", [{}, {"expires_in": None}, {"expires_in": "soon"}, {"expires_in": True}])
def test_a_token_without_a_stated_life_serves_until_it_is_refused(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], clock: Clock, fields: dict[str, object]
) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_handler(TokenEndpoint(**fields))
    tokens = tokens_of()
    tokens.authorization()
    clock.now += 1e9
    assert tokens.authorization() == "Bearer token-1"
    assert tokens.refresh("Bearer token-1") == "Bearer token-2"


def test_an_early_renewal_that_fails_leaves_the_token_in_use(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], clock: Clock
) -> None:
    store = MemoryTokenStore()
    store.save(StoredToken("old", 0.0, 1_100.0))
    httpserver.expect_request("/oauth/tokens").respond_with_data("<html>", status=502)
    tokens = tokens_of(store)
    assert tokens.authorization() == "Bearer old"
    clock.now = 1_100.0
    with pytest.raises(Temporary):
        tokens.authorization()


def test_a_refused_token_that_somebody_replaced_is_reloaded(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens]
) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_handler(endpoint := TokenEndpoint())
    store = MemoryTokenStore()
    store.save(StoredToken("old", 0.0))
    tokens = tokens_of(store)
    assert tokens.authorization() == "Bearer old"
    store.save(StoredToken("new", 0.0))
    assert tokens.refresh("Bearer old") == "Bearer new"
    assert tokens.authorization() == "Bearer new"
    assert endpoint.given == 0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, {"error": "invalid_client", "error_description": "Client authentication failed"}, "invalid_client"),
        (400, {"error": "invalid_scope"}, "invalid_scope"),
        (400, {"error": "unauthorized_client"}, "unauthorized_client"),
        (400, {"error": "something_new"}, "unauthorized"),
        (401, {"error": "Couldn't authenticate you"}, "unauthorized"),
        (404, None, "unknown_account"),
    ],
)
def test_a_refused_client_is_misconfigured_with_its_mend(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], status: int, body: object, code: str
) -> None:
    text = "<html>no such account</html>" if body is None else json.dumps(body)
    httpserver.expect_request("/oauth/tokens").respond_with_data(text, status=status)
    with pytest.raises(Misconfigured) as refusal:
        tokens_of().authorization()
    assert refusal.value.code == code
    assert "s3cret" not in refusal.value.message


def test_a_refused_client_is_not_tried_again_at_once(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], clock: Clock
) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_json({"error": "invalid_client"}, status=401)
    tokens = tokens_of()
    for _ in range(3):
        with pytest.raises(Misconfigured):
            tokens.authorization()
    assert len(httpserver.log) == 1
    clock.now += 31
    with pytest.raises(Misconfigured):
        tokens.authorization()
    assert len(httpserver.log) == 2


@pytest.mark.parametrize(
    ("status", "body"), [(201, "{}"), (200, '{"access_token": 7}'), (200, "<html>"), (429, ""), (500, "x"), (201, "[]")]
)
def test_no_token_just_now_is_temporary(
    httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens], status: int, body: str
) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_data(body, status=status)
    with pytest.raises(Temporary):
        tokens_of().authorization()


def test_eight_threads_ask_for_one_token(httpserver: HTTPServer, tokens_of: Callable[..., OAuthTokens]) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_handler(endpoint := TokenEndpoint(expires_in=1800))
    tokens = tokens_of()
    start, found = threading.Barrier(8), []

    def ask() -> None:
        start.wait()
        found.append(tokens.authorization())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["Bearer token-1"] * 8
    assert endpoint.given == 1


def test_two_processes_ask_for_one_token_and_renew_it_once(httpserver: HTTPServer, name: str, tmp_path: Path) -> None:
    httpserver.expect_request("/oauth/tokens").respond_with_handler(endpoint := TokenEndpoint(expires_in=1800))
    command = [sys.executable, str(Path(__file__).with_name("token_process.py")), str(tmp_path), name]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as one, subprocess.Popen(command, **pipes) as two:
        for expected in ("ready", "Bearer token-1", "Bearer token-2"):
            assert [process.stdout.readline().strip() for process in (one, two) if process.stdout] == [expected] * 2
            for process in (one, two):
                if process.stdin:
                    process.stdin.write("go\n")
                    process.stdin.flush()
    assert endpoint.given == 2


def test_an_api_token_is_sent_as_basic_authorization_and_cannot_be_renewed() -> None:
    tokens = BasicTokens(ApiToken("agent@acme.example", "t0ken"))
    assert base64.b64decode(tokens.authorization().removeprefix("Basic ")) == b"agent@acme.example/token:t0ken"
    with pytest.raises(Misconfigured, match="OAuth"):
        tokens.refresh(tokens.authorization())


def test_no_representation_shows_a_secret() -> None:
    for value in (CREDENTIALS, ApiToken("agent@acme.example", "t0ken"), StoredToken("abc-token", 0.0)):
        assert not any(secret in repr(value) for secret in ("s3cret", "t0ken", "agent@", "abc-token"))


def test_the_kind_of_credentials_chooses_the_source(name: str) -> None:
    session, store = account_session(f"http://{name}", frozenset({name})), MemoryTokenStore()
    assert isinstance(token_source(f"http://{name}", CREDENTIALS, store, session), OAuthTokens)
    assert isinstance(token_source(f"http://{name}", ApiToken("a", "b"), store, session), BasicTokens)
