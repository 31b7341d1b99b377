from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox

CREDENTIALS = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


def ask(tenant: Sandbox, **what: Any) -> requests.Response:
    return requests.post(f"{tenant.url}/oauth/tokens", json={**CREDENTIALS, **what}, timeout=10)


def status(tenant: Sandbox, token: str, path: str = "tickets", method: str = "GET") -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, f"{tenant.url}/api/v2/{path}", headers=headers, json={}, timeout=10).status_code


def test_client_credentials_give_a_token_without_a_refresh_token(tenant: Sandbox) -> None:
    answer = ask(tenant).json()
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("bearer", 1800, "read write")
    assert "refresh_token" not in answer
    assert status(tenant, answer["access_token"]) == 200


def test_a_wrong_secret_is_an_invalid_client(tenant: Sandbox) -> None:
    answer = ask(tenant, client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_form_is_refused_because_the_endpoint_takes_json(tenant: Sandbox) -> None:
    assert requests.post(f"{tenant.url}/oauth/tokens", data=CREDENTIALS, timeout=10).status_code == 400


def test_a_scope_that_is_not_allowed_is_refused(tenant: Sandbox) -> None:
    tenant.client.allowed_scopes = frozenset({"tickets:read"})
    answer = ask(tenant, scope="tickets:read tickets:write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_an_older_client_gets_a_token_for_any_words_and_then_nothing_works(tenant: Sandbox) -> None:
    tenant.client.allowed_scopes = None
    token = ask(tenant, scope="nonsense").json()["access_token"]
    answer = requests.get(f"{tenant.url}/api/v2/tickets", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    expected = {"error": "Forbidden", "description": "You are missing the following required scopes: read"}
    assert (answer.status_code, answer.json()) == (403, expected)


@pytest.mark.parametrize(
    ("scope", "path", "method", "expected"),
    [
        ("tickets:read", "tickets", "GET", 200),
        ("tickets:read", "tickets", "POST", 403),
        ("read", "webhooks", "GET", 200),
        ("tickets:read", "webhooks", "GET", 403),
        ("webhooks:read", "webhooks", "GET", 200),
        ("tickets:read", "uploads?filename=a", "POST", 403),
        ("tickets:read", "account/settings", "GET", 200),
    ],
)
def test_a_token_does_what_its_scopes_say(tenant: Sandbox, scope: str, path: str, method: str, expected: int) -> None:
    token = ask(tenant, scope=scope).json()["access_token"]
    assert status(tenant, token, path, method) == expected


def test_a_token_ends(tenant: Sandbox) -> None:
    token = ask(tenant, expires_in=300).json()["access_token"]
    start = tenant.state.now()
    tenant.state.now = lambda: start + 301
    assert status(tenant, token) == 401


@pytest.mark.parametrize("seconds", [10, 999_999])
def test_a_lifetime_outside_the_bounds_is_refused(tenant: Sandbox, seconds: int) -> None:
    assert ask(tenant, expires_in=seconds).status_code == 400


def test_a_revoked_token_is_dead(tenant: Sandbox) -> None:
    token = ask(tenant).json()["access_token"]
    assert status(tenant, token, "oauth/tokens/current", "DELETE") == 204
    assert status(tenant, token) == 401


def code_for(tenant: Sandbox, challenge: str, decision: str = "allow") -> str:
    tenant.client.redirect_uris = ("https://service.example/back",)
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": "https://service.example/back",
        "scope": "read",
        "state": "s1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = f"{tenant.url}/oauth/authorizations/new"
    assert CLIENT_ID in requests.get(address, params=asked, timeout=10).text
    sent = requests.post(address, params=asked, data={"decision": decision}, allow_redirects=False, timeout=10)
    query = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert query["state"] == ["s1"]
    return query.get("code", query.get("error", [""]))[0]


def test_a_code_is_exchanged_once_and_only_with_its_proof(tenant: Sandbox) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    exchange = {"grant_type": "authorization_code", "redirect_uri": "https://service.example/back"}
    stolen = code_for(tenant, challenge)
    assert ask(tenant, **exchange, code=stolen, code_verifier="wrong").json()["error"] == "invalid_grant"
    code = code_for(tenant, challenge)
    assert ask(tenant, **exchange, code=code, code_verifier=verifier).status_code == 201
    assert ask(tenant, **exchange, code=code, code_verifier=verifier).json()["error"] == "invalid_grant"


def test_a_refresh_kills_the_old_pair_at_once(tenant: Sandbox) -> None:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"v").digest()).rstrip(b"=").decode()
    exchange = {"grant_type": "authorization_code", "redirect_uri": "https://service.example/back"}
    first = ask(tenant, **exchange, code=code_for(tenant, challenge), code_verifier="v").json()
    second = ask(tenant, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert [status(tenant, pair["access_token"]) for pair in (first, second)] == [401, 200]
    again = ask(tenant, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_a_person_may_say_no(tenant: Sandbox) -> None:
    assert code_for(tenant, "c", "deny") == "access_denied"
