"""Triggers: make, show, change, delete."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.sandbox import errors, triggers
from app.sandbox.api.edge import allow, body, paged, state, views
from app.sandbox.model import Trigger

pages = Blueprint("triggers", __name__, url_prefix="/api/v2/triggers")

_ADMIN = ("admin",)


@pages.get("")
def list_triggers() -> dict[str, Any]:
    """List triggers in their order."""
    allow("triggers:read", roles=_ADMIN)
    rows = sorted(state().data.triggers.values(), key=lambda item: item.position)
    if request.args.get("active") in ("true", "false"):
        rows = [row for row in rows if row.active == (request.args["active"] == "true")]
    return paged("triggers", rows, views().trigger, lambda row: row.id)


@pages.get("/active")
def active() -> dict[str, Any]:
    """List the active triggers in their order."""
    allow("triggers:read", roles=_ADMIN)
    rows = sorted((row for row in state().data.triggers.values() if row.active), key=lambda item: item.position)
    return paged("triggers", rows, views().trigger, lambda row: row.id)


@pages.get("/search")
def search() -> dict[str, Any]:
    """List triggers whose title holds the words of ``query``."""
    allow("triggers:read", roles=_ADMIN)
    words = request.args.get("query", "").lower()
    rows = [row for row in state().data.triggers.values() if words in row.title.lower()]
    return paged("triggers", rows, views().trigger, lambda row: row.id)


@pages.post("")
def create() -> tuple[dict[str, Any], int]:
    """Make a trigger."""
    allow("triggers:write", roles=_ADMIN)
    sent = body("trigger")
    title = str(sent.get("title") or "")
    if not title:
        raise errors.record_invalid("title", "Title: cannot be blank", "BlankValue")
    conditions, actions = sent.get("conditions") or {}, sent.get("actions") or []
    triggers.check(conditions, actions)
    _check_webhooks(actions)
    with state().lock:
        if any(item.title == title and item.active for item in state().data.triggers.values()):
            raise errors.record_invalid("title", "Title: has already been taken", "DuplicateValue")
        now = state().now()
        place = int(sent.get("position") or 1 + max((t.position for t in state().data.triggers.values()), default=0))
        listed = {group: list(conditions.get(group) or []) for group in ("all", "any")}
        made = Trigger(state().new_id(), title, bool(sent.get("active", True)), place, listed, actions, now, now)
        made.settings = {name: sent[name] for name in ("description", "category_id") if name in sent}
        state().data.triggers[made.id] = made
    return {"trigger": views().trigger(made)}, 201


def _check_webhooks(actions: list[dict[str, Any]]) -> None:
    for action in actions:
        if action.get("field") != "notification_webhook":
            continue
        value = action.get("value")
        held = state().data.webhooks.get(str(value[0])) if isinstance(value, list) and len(value) == 2 else None
        if held is None or "conditional_ticket_events" not in held.subscriptions:
            raise errors.record_invalid("base", "Actions: notification_webhook needs a webhook for ticket conditions")


def _get(trigger_id: int) -> Trigger:
    try:
        return state().data.triggers[trigger_id]
    except KeyError:
        raise errors.not_found() from None


@pages.get("/<int:trigger_id>")
def show(trigger_id: int) -> dict[str, Any]:
    """Show a trigger."""
    allow("triggers:read", roles=_ADMIN)
    return {"trigger": views().trigger(_get(trigger_id))}


@pages.put("/<int:trigger_id>")
def update(trigger_id: int) -> dict[str, Any]:
    """Change a trigger; conditions and actions are replaced whole."""
    allow("triggers:write", roles=_ADMIN)
    sent, held = body("trigger"), _get(trigger_id)
    conditions, actions = sent.get("conditions", held.conditions), sent.get("actions", held.actions)
    triggers.check(conditions, actions)
    _check_webhooks(actions)
    with state().lock:
        held.conditions = {group: list(conditions.get(group) or []) for group in ("all", "any")}
        held.actions, held.title = actions, str(sent.get("title") or held.title)
        held.active, held.updated_at = bool(sent.get("active", held.active)), state().now()
        held.settings |= {name: sent[name] for name in ("description", "category_id") if name in sent}
    return {"trigger": views().trigger(held)}


@pages.delete("/<int:trigger_id>")
def delete(trigger_id: int) -> tuple[str, int]:
    """Delete a trigger."""
    allow("triggers:write", roles=_ADMIN)
    _get(trigger_id)
    with state().lock:
        state().data.triggers.pop(trigger_id, None)
    return "", 204
