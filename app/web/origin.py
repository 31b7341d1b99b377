"""From where a request comes, for whatever records what it does; the service below reads it without the framework."""

from __future__ import annotations

from flask import Flask, request

from app.findings.audit.origin import SERVICE, Origin, enter

#: Which door it is, by the blueprint that answers.
_DOORS = {"api": "api", "console": "console", "scim": "api"}


def install(app: Flask) -> None:
    """Set it before each request of this application, and take it away after."""

    def arrive() -> None:
        # What Zendesk tells us is stored by itself, in a hurry, and records nothing.
        if request.blueprint != "webhooks":
            enter(origin_of_request())

    def depart(_error: BaseException | None) -> None:
        enter(SERVICE)

    app.before_request(arrive)
    app.teardown_request(depart)


def origin_of_request() -> Origin:
    """Return from where the current request comes. What a proxy claims stands beside the peer, not in its place."""
    return Origin(
        via=_DOORS.get(request.blueprint or "", "web"),
        address=request.remote_addr or "",
        agent=request.headers.get("User-Agent", "")[:400],
        forwarded=request.headers.get("X-Forwarded-For", "")[:400],
    )
