"""Who may see a page or call a route. The need is declared on the view; a view that declares none is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request

from app.access.roles import Role, allows
from app.access.service import Access, Identity
from app.web.problems import Problem

View = TypeVar("View", bound=Callable[..., Any])

_NEED = "_needed_role"
_PUBLIC = "public"
_LONGEST_TOKEN = 512


def needs(role: Role) -> Callable[[View], View]:
    """Declare the least role that a view is for."""

    def declare(view: View) -> View:
        setattr(view, _NEED, role)
        return view

    return declare


def public(view: View) -> View:
    """Declare that a view is for everybody."""
    setattr(view, _NEED, _PUBLIC)
    return view


def is_declared(view: Callable[..., Any]) -> bool:
    """Return whether a view says for whom it is."""
    return hasattr(view, _NEED)


def need_of(view: Callable[..., Any]) -> Role | None:
    """Return the role that a view declares, None when it is public; the highest one when it declares nothing."""
    need = getattr(view, _NEED, Role.ADMIN)
    return None if need == _PUBLIC else Role(need)


def current_need() -> Role | None:
    """The same for the view that answers the current request."""
    return need_of(current_app.view_functions[request.endpoint or ""])


def identity() -> Identity:
    """Return who calls; only for views that need a role."""
    caller: Identity = g.identity
    return caller


def bearer_guard(access: Access) -> Callable[[], None]:
    """Return the check that runs before each view of the API: 401 without a good token, 403 with too low a role."""

    def check() -> None:
        need = current_need()
        if need is None:
            return
        caller = access.identify(_bearer_token())
        if caller is None:
            raise _unauthorized("This token is unknown or was revoked.", 'error="invalid_token"')
        if not allows(caller.role, need):
            raise Problem(
                403,
                "forbidden",
                f"This needs the role {need}; the token has the role {caller.role}.",
                headers={"WWW-Authenticate": 'Bearer realm="deskwarden", error="insufficient_scope"'},
            )
        g.identity = caller

    return check


def _bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise _unauthorized("Send an API token: Authorization: Bearer TOKEN.")
    return token


def _unauthorized(detail: str, parameters: str = "") -> Problem:
    challenge = 'Bearer realm="deskwarden"' + (f", {parameters}" if parameters else "")
    return Problem(401, "unauthorized", detail, headers={"WWW-Authenticate": challenge})
