"""What every view needs: the tenant's parts, who calls and whether they may, limits, pages, JSON in and out."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from flask import g, request

from app.sandbox import errors, limits, oauth
from app.sandbox.content_host import ContentHost
from app.sandbox.delivery import Deliverer
from app.sandbox.door import History
from app.sandbox.faults import Faults
from app.sandbox.limits import Limits
from app.sandbox.mail_catcher import MailCatcher
from app.sandbox.model import Identity, User
from app.sandbox.state import State
from app.sandbox.views import Views

if TYPE_CHECKING:
    from app.sandbox.server import Sandbox

Row = TypeVar("Row")
STAFF = ("admin", "agent")


@dataclass
class Parts:
    """The tenant's working parts, as a request carries them."""

    state: State
    limits: Limits
    faults: Faults
    history: History
    deliverer: Deliverer
    base: str
    content: ContentHost
    mail: MailCatcher | None
    tenant: Sandbox


def parts() -> Parts:
    """Return the parts of the tenant that serves this request."""
    held: Parts = request.environ["sandbox.parts"]
    return held


def state() -> State:
    """Return the memory this request sees: the living one, or an older picture when a stale read was scripted."""
    memory: State | None = request.environ.get("sandbox.memory")
    return memory or parts().state


def views() -> Views:
    """Return the views on that memory."""
    return Views(state(), parts().base)


def caller() -> Identity | None:
    """Return who calls, None without credentials; raises the API's 401 for wrong ones."""
    if "identity" not in g:
        g.identity = oauth.identify(parts().state, request.headers.get("Authorization"))
    held: Identity | None = g.identity
    return held


def allow(*scopes: str, roles: Sequence[str] = STAFF) -> User:
    """Return the calling person; raises 401 without one, 403 for missing scopes (any of them serves) or role."""
    identity = caller()
    if identity is None:
        raise errors.not_authenticated()
    if not oauth.covers(identity.scopes, scopes):
        raise errors.missing_scopes(scopes[0].rpartition(":")[2])
    if identity.user.role not in roles:
        raise errors.forbidden()
    return identity.user


def count_call() -> None:
    """Count this call for the account's limit; raises the 429."""
    settings = parts().state.switches
    _count("account", "account", settings.calls_per_minute, 60, limits.account_headers, errors.too_many_requests)


def count_ticket_update(ticket_id: int, user: User) -> None:
    """Count an update of this ticket; raises the 429 when the ticket or the account has had too many."""
    settings = parts().state.switches
    make, refuse = limits.endpoint_headers, errors.too_many_requests
    _count("updates", "tickets-update", settings.account_updates_per_minute, 60, make, refuse)
    key = f"ticket {ticket_id} {user.id}"
    _count(key, "per-ticket-updates", settings.ticket_updates, 600, make, refuse)


def count_export() -> None:
    """Count an incremental export; raises its own 429."""
    total = parts().state.switches.exports_per_minute
    _count("exports", "incremental-exports", total, 60, limits.endpoint_headers, errors.too_many_exports)


def count_webhook_call(*, test: bool = False) -> None:
    """Count a call of the webhooks API; tests have a smaller limit of their own."""
    settings = parts().state.switches
    key, total = ("tests", settings.webhook_tests_per_minute) if test else ("hooks", settings.webhook_calls_per_minute)
    _count(key, "webhooks", total, 60, limits.account_headers, errors.too_many_requests)


def _count(
    key: str,
    name: str,
    total: int,
    seconds: float,
    headers: Callable[[limits.Standing], dict[str, str]],
    refuse: Callable[[int], errors.ApiError],
) -> None:
    standing = parts().limits.take(key, name, total, seconds, parts().state.now())
    if standing is None:
        return
    g.setdefault("headers", {}).update(headers(standing))
    if not standing.allowed:
        raise refuse(standing.resets)


def body(key: str | None = None) -> dict[str, Any]:
    """Return the JSON object of the request, or the object under ``key`` in it; raises the API's 400 or 422."""
    sent = request.get_json(force=True, silent=True)
    if not isinstance(sent, dict):
        raise errors.bad_request("Unprocessable", "The request body is not a JSON object")
    if key is None:
        return sent
    inner = sent.get(key)
    if not isinstance(inner, dict):
        raise errors.bad_request("RecordInvalid", f"{key} is missing")
    return inner


def warn_about(action: str, unknown: Sequence[str]) -> None:
    """Say in a header, and only there, which properties were ignored."""
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        controller = request.path.split("/")[3]
        warning = (
            f'{{:allowed_parameters=>{{:controller=>"api/v2/{controller}", :action=>"{action}", '
            f":unpermitted_keys=>[{listed}]}}}}"
        )
        g.setdefault("headers", {})["X-Zendesk-API-Warn"] = warning


def paged(
    key: str,
    rows: Sequence[Row],
    show: Callable[[Row], dict[str, Any]],
    number: Callable[[Row], object],
    *,
    cursor: bool = False,
) -> dict[str, Any]:
    """Return one page of the rows: by cursor when ``page[size]`` is asked for or always, else by offset.

    ``number`` gives what a cursor remembers of a row. Raises the 400 of a wrong cursor or of too deep an offset.
    """
    if cursor or {"page[size]", "page[after]", "page[before]"} & set(request.args):
        return _by_cursor(key, rows, show, number)
    return _by_offset(key, rows, show)


def _by_cursor(
    key: str, rows: Sequence[Row], show: Callable[[Row], dict[str, Any]], number: Callable[[Row], object]
) -> dict[str, Any]:
    size = _whole("page[size]", 100)
    if not 1 <= size <= 100:
        raise errors.bad_request("InvalidPaginationParameter", "page[size] must be between 1 and 100")
    start = _start(rows, number, size)
    page = rows[start : start + size]
    after = _cursor(number(page[-1])) if page else None
    before = _cursor(number(page[0])) if page else None
    return {
        key: [show(row) for row in page],
        "meta": {"has_more": start + size < len(rows), "after_cursor": after, "before_cursor": before},
        # As recorded, "next" is there even when nothing follows: only has_more tells the end.
        "links": {"prev": _link({"page[before]": before}), "next": _link({"page[after]": after})},
    }


def _start(rows: Sequence[Row], number: Callable[[Row], object], size: int) -> int:
    numbers = [str(number(row)) for row in rows]
    after, before = request.args.get("page[after]"), request.args.get("page[before]")
    try:
        if after:
            return numbers.index(_uncursor(after)) + 1
        return max(0, numbers.index(_uncursor(before)) - size) if before else 0
    except ValueError:
        raise errors.bad_request("InvalidPaginationParameter", "page[after] or page[before] is not valid") from None


def _cursor(value: object) -> str:
    return base64.urlsafe_b64encode(f"v1:{value}".encode()).decode()


def _uncursor(value: str) -> str:
    return base64.urlsafe_b64decode(value.encode()).decode().removeprefix("v1:")


def _link(changes: dict[str, str | None]) -> str | None:
    if None in changes.values():
        return None
    kept = {name: value for name, value in request.args.items() if name not in ("page[after]", "page[before]")}
    asked = request.environ.get("sandbox.path", request.path)
    return f"{parts().base}{asked}?{urlencode({**kept, **changes})}"


def _by_offset(key: str, rows: Sequence[Row], show: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    page, size = max(1, _whole("page", 1)), _whole("per_page", state().switches.page_size)
    size = min(max(1, size), 100)
    if page > 100 or page * size > 10_000:
        raise errors.bad_request("InvalidPaginationDepth", "Requested response size was greater than the limit")
    end = page * size
    return {
        key: [show(row) for row in rows[end - size : end]],
        "next_page": _link({"page": str(page + 1)}) if end < len(rows) else None,
        "previous_page": _link({"page": str(page - 1)}) if page > 1 else None,
        "count": len(rows),
    }


def _whole(name: str, default: int) -> int:
    value = request.args.get(name)
    if value is None:
        return default
    if not value.isdigit():
        raise errors.bad_request("InvalidPaginationParameter", f"{name} must be an integer")
    return int(value)


def truth(name: str) -> bool:
    """Return whether a query parameter says yes."""
    return request.args.get(name, "").lower() in ("true", "1")
