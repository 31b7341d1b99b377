"""Credentials: OAuth grants (client credentials, code with PKCE, rotating refresh) and the legacy API token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from app.sandbox import errors
from app.sandbox.model import AccessToken, AuthorizationCode, Identity, OAuthClient
from app.sandbox.state import State

RESOURCES = (
    "tickets", "ticket_attachments", "users", "organizations", "hc", "apps", "triggers", "automations", "targets",
    "webhooks", "auditlogs", "security", "account", "custom_roles", "groups",
)  # fmt: skip
KNOWN_SCOPES = frozenset({"read", "write", "impersonate"}) | {
    f"{resource}:{kind}" for resource in RESOURCES for kind in ("read", "write")
}
_REFRESH_LIFETIME = 2_592_000


def identify(state: State, header: str | None) -> Identity | None:
    """Return who an Authorization header stands for; None without one. Raises the API's 401 for a wrong one."""
    if not header:
        return None
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return _bearer(state, value.strip())
    if scheme.lower() == "basic":
        return _api_token(state, value.strip())
    raise errors.not_authenticated()


def _bearer(state: State, token: str) -> Identity:
    held = state.data.access_tokens.get(token)
    if held is None or (held.expires_at is not None and held.expires_at <= state.now()):
        raise errors.invalid_token()
    return Identity(state.user(held.user_id), held.scopes)


def _api_token(state: State, value: str) -> Identity:
    try:
        name, _, secret = base64.b64decode(value, validate=True).decode().rpartition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.not_authenticated() from None
    email, _, kind = name.rpartition("/")
    user = state.user_by_email(email)
    if kind != "token" or user is None or secret not in state.data.api_tokens:
        raise errors.not_authenticated()
    return Identity(user)


def covers(scopes: tuple[str, ...] | None, needed: tuple[str, ...]) -> bool:
    """Return whether the scopes allow a call that any of the ``needed`` ones allows (``tickets:read``, …)."""
    if scopes is None:
        return True
    general = {item.rpartition(":")[2] for item in needed}
    return any(scope in needed or scope in general for scope in scopes)


def grant(state: State, asked: dict[str, Any]) -> dict[str, Any]:
    """Return the token answer for a grant request; raises the errors of RFC 6749."""
    with state.lock:
        client = _client(state, asked)
        kind = asked.get("grant_type")
        if kind == "client_credentials":
            return _answer(state, _issue(state, client, client.user_id, _scopes(client, asked), asked, refresh=False))
        if kind == "authorization_code":
            return _exchange(state, client, asked)
        if kind == "refresh_token":
            return _refresh(state, client, asked)
        raise errors.oauth_error(400, "unsupported_grant_type", "The authorization grant type is not supported.")


def consent(
    state: State, client: OAuthClient, user_id: int, redirect_uri: str, scope: str, challenge: str | None
) -> str:
    """Return a fresh authorization code for a person's consent, good for 120 s."""
    with state.lock:
        code = state.new_token(40)
        scopes = _scopes(client, {"scope": scope})
        ends = state.now() + 120
        state.data.codes[code] = AuthorizationCode(code, client.id, user_id, redirect_uri, scopes, ends, challenge)
        return code


def _client(state: State, asked: dict[str, Any]) -> OAuthClient:
    client = state.data.clients.get(str(asked.get("client_id", "")))
    given = str(asked.get("client_secret", ""))
    known = client is not None and hmac.compare_digest(client.secret.encode(), given.encode())
    public = client is not None and client.kind == "public" and asked.get("grant_type") != "client_credentials"
    if client is None or not (known or public):
        description = "Client authentication failed due to an unknown client or no client authentication included."
        raise errors.oauth_error(401, "invalid_client", description)
    return client


def _scopes(client: OAuthClient, asked: dict[str, Any]) -> tuple[str, ...]:
    scope = asked.get("scope")
    scopes = tuple(scope.split()) if isinstance(scope, str) and scope.split() else ("read", "write")
    if client.allowed_scopes is not None and not set(scopes) <= client.allowed_scopes:
        raise errors.oauth_error(400, "invalid_scope", "The requested scope is invalid, unknown, or malformed.")
    return scopes


def _lifetime(asked: dict[str, Any], default: int) -> int:
    value = asked.get("expires_in")
    if value is None:
        return default
    if not isinstance(value, int) or not 300 <= value <= 172_800:
        raise errors.oauth_error(400, "invalid_request", "expires_in must be between 300 and 172800.")
    return value


def _issue(
    state: State, client: OAuthClient, user_id: int, scopes: tuple[str, ...], asked: dict[str, Any], *, refresh: bool
) -> AccessToken:
    seconds = _lifetime(asked, state.switches.token_lifetime)
    ends = state.now() + seconds if seconds else None
    token = AccessToken(state.new_id(), state.new_token(64), client.id, user_id, scopes, ends)
    if refresh:
        token.refresh_token = state.new_token(64)
        token.refresh_expires_at = state.now() + int(asked.get("refresh_token_expires_in") or _REFRESH_LIFETIME)
    state.data.access_tokens[token.token] = token
    return token


def _answer(state: State, token: AccessToken) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "access_token": token.token,
        "token_type": "bearer",
        "scope": " ".join(token.scopes),
        "expires_in": None if token.expires_at is None else round(token.expires_at - state.now()),
    }
    if token.refresh_token is not None and token.refresh_expires_at is not None:
        answer["refresh_token"] = token.refresh_token
        answer["refresh_token_expires_in"] = round(token.refresh_expires_at - state.now())
    return answer


def _exchange(state: State, client: OAuthClient, asked: dict[str, Any]) -> dict[str, Any]:
    code = state.data.codes.pop(str(asked.get("code", "")), None)
    if code is None or code.client_id != client.id or code.expires_at < state.now():
        raise errors.oauth_error(400, "invalid_grant", "The authorization code is invalid, expired or revoked.")
    if code.redirect_uri != asked.get("redirect_uri") or not _proves(code, str(asked.get("code_verifier", ""))):
        raise errors.oauth_error(400, "invalid_grant", "The authorization code does not match this request.")
    return _answer(state, _issue(state, client, code.user_id, code.scopes, asked, refresh=True))


def _proves(code: AuthorizationCode, verifier: str) -> bool:
    if code.challenge is None:
        return True
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == code.challenge


def _refresh(state: State, client: OAuthClient, asked: dict[str, Any]) -> dict[str, Any]:
    given = asked.get("refresh_token")
    for held in list(state.data.access_tokens.values()):
        if given and held.refresh_token == given and held.client_id == client.id:
            # Rotation: the old pair is dead the moment the new one is made.
            del state.data.access_tokens[held.token]
            if (held.refresh_expires_at or 0) > state.now():
                return _answer(state, _issue(state, client, held.user_id, held.scopes, asked, refresh=True))
    raise errors.oauth_error(400, "invalid_grant", "The refresh token is invalid, expired or revoked.")
