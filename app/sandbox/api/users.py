"""People of the tenant."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.sandbox import errors
from app.sandbox.api.edge import allow, caller, paged, state, views
from app.sandbox.model import Identity

pages = Blueprint("users", __name__, url_prefix="/api/v2/users")

_EVERYONE = ("admin", "agent", "end-user")


@pages.get("/me")
def me() -> dict[str, Any]:
    """Show the caller. Wrong credentials make an anonymous user and no error, as recorded: it proves nothing."""
    try:
        identity: Identity | None = caller()
    except errors.ApiError:
        identity = None
    if identity is None:
        shown = {"id": None, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}
        return {"user": {**shown, "verified": False, "active": False, "time_zone": "UTC", "locale": "en-US"}}
    allow("users:read", "tickets:read", roles=_EVERYONE)
    return {"user": views().user(identity.user)}


@pages.get("")
def list_users() -> dict[str, Any]:
    """List people, by role when asked."""
    allow("users:read")
    roles = set(request.args.getlist("role") + request.args.getlist("role[]"))
    rows = [user for user in state().data.users.values() if not roles or user.role in roles]
    return paged("users", rows, views().user, lambda user: user.id)


@pages.get("/<int:user_id>")
def show_user(user_id: int) -> dict[str, Any]:
    """Show one person."""
    allow("users:read", "tickets:read")
    return {"user": views().user(state().user(user_id))}


@pages.get("/show_many")
def show_many() -> dict[str, Any]:
    """Show up to 100 people by number; unknown ones are left out."""
    allow("users:read", "tickets:read")
    numbers = [int(item) for item in request.args.get("ids", "").split(",") if item.strip().isdigit()]
    if len(numbers) > 100:
        raise errors.bad_request("TooManyValues", "ids only accepts up to 100 values", max_count=100)
    found = [state().data.users[number] for number in numbers if number in state().data.users]
    return {"users": [views().user(user) for user in found], "count": len(found)}
