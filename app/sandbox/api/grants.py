"""OAuth: the token endpoint and the page on which a person consents."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from app.sandbox import errors, oauth
from app.sandbox.api.edge import allow, parts, state
from app.sandbox.model import OAuthClient
from app.sandbox.views import stamp

pages = Blueprint("grants", __name__)


@pages.post("/oauth/tokens")
def token() -> tuple[dict[str, Any], int]:
    """Give a token for a grant; the request is JSON."""
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise errors.oauth_error(400, "invalid_request", "The request is missing a required parameter or is not JSON.")
    return oauth.grant(parts().state, sent), 201


@pages.get("/oauth/authorizations/new")
def ask() -> tuple[str, int]:
    """Show what the client asks for."""
    client = _client()
    return render_template("consent.html", client=client, asked=request.args, action=request.full_path), 200


@pages.post("/oauth/authorizations/new")
def decide() -> Response:
    """Send the person back to the client with a code, or with their refusal."""
    client = _client()
    uri, given = request.args["redirect_uri"], {"state": request.args.get("state", "")}
    if request.form.get("decision") != "allow":
        return redirect(f"{uri}?{urlencode({'error': 'access_denied', **given})}")
    challenge = request.args.get("code_challenge")
    code = oauth.consent(state(), client, client.user_id, uri, request.args.get("scope", "read"), challenge)
    return redirect(f"{uri}?{urlencode({'code': code, **given})}")


def _client() -> OAuthClient:
    client = state().data.clients.get(request.args.get("client_id", ""))
    if client is None or request.args.get("redirect_uri") not in client.redirect_uris:
        raise errors.oauth_error(400, "invalid_request", "No such client, or this redirect address is not its own.")
    if client.kind == "public" and request.args.get("code_challenge_method") != "S256":
        raise errors.oauth_error(400, "invalid_request", "A public client must send a code challenge (S256).")
    return client


@pages.get("/api/v2/oauth/tokens/current")
def current() -> dict[str, Any]:
    """Show the token this call is made with."""
    allow("read", "tickets:read", roles=("admin", "agent", "end-user"))
    value = request.headers.get("Authorization", "").partition(" ")[2].strip()
    held = state().data.access_tokens.get(value)
    if held is None:
        raise errors.not_found()
    ends = None if held.expires_at is None else stamp(held.expires_at)
    shown = {"id": held.id, "token": value[:10], "user_id": held.user_id, "client_id": held.client_id}
    return {"token": {**shown, "scopes": list(held.scopes), "expires_at": ends, "used_at": None}}


@pages.delete("/api/v2/oauth/tokens/<which>")
def revoke(which: str) -> tuple[str, int]:
    """Revoke a token by its number, or ``current``."""
    user = allow("write", roles=("admin", "agent"))
    value = request.headers.get("Authorization", "").partition(" ")[2].strip()
    with state().lock:
        for held in list(state().data.access_tokens.values()):
            if (which == "current" and held.token == value) or (user.role == "admin" and str(held.id) == which):
                del state().data.access_tokens[held.token]
                return "", 204
    raise errors.not_found()
