"""Saved views: filters of the list of scans under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from flask import Response
from pydantic import Field

from app.access.roles import Role, allows
from app.findings.service import Audit
from app.tickets.service.saved_views import LONGEST_NAME, LONGEST_QUERY, View
from app.web.api.models import In, Out, Text
from app.web.api.operations import Api, json
from app.web.auth import identity, needs
from app.web.problems import Problem, not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


class ViewBody(In):
    """What is to be kept; an own view of that name is replaced. Sharing it needs the role analyst."""

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME)]
    query: Annotated[Text, Field(max_length=LONGEST_QUERY)] = Field(
        "", description="The filters as they stand in the address of the list, such as `verdict=malicious&within=7d`."
    )
    shared: bool = False


class SavedView(Out):
    """A view. ``own``: it belongs to whoever asks, which is the account behind a token."""

    id: int
    name: str
    query: str
    shared: bool
    own: bool


class SavedViews(Out):
    """Own and shared views, by name."""

    results: list[SavedView]


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add ``/views``."""
    views = services.saved_views

    @api.operation("GET", "/views", "Own and shared views of the list of scans", {200: SavedViews})
    @needs(Role.VIEWER)
    def list_views() -> Response:
        return json({"results": [_shown(view) for view in views.of(identity().person)]})

    @api.operation("POST", "/views", "Keep filters under a name", {201: SavedView}, body=ViewBody)
    @needs(Role.VIEWER)
    def save_view(body: ViewBody) -> Response:
        if body.shared and not allows(identity().role, Role.ANALYST):
            raise Problem(403, "forbidden", f"Sharing a view needs the role {Role.ANALYST}.")
        view_id = views.save(identity().person, body.name, body.query, shared=body.shared)
        if body.shared:
            audit.record(identity().name, "view.shared", subject=f"view:{view_id}")
        [saved] = [view for view in views.of(identity().person) if view.id == view_id]
        return json(_shown(saved), 201)

    @api.operation("DELETE", "/views/<row:view_id>", "Remove an own view, or as analyst a shared one", {204: None})
    @needs(Role.VIEWER)
    def remove_view(view_id: int) -> Response:
        gone = views.remove(identity().person, view_id, others=allows(identity().role, Role.ANALYST))
        if gone is None:
            raise not_found("view of yours with this id")
        if gone.shared:
            audit.record(identity().name, "view.removed", subject=f"view:{view_id}")
        return Response(status=204)


def _shown(view: View) -> dict[str, object]:
    return {"id": view.id, "name": view.name, "query": view.query, "shared": view.shared, "own": view.own}
