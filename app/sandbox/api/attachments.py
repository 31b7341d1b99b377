"""Attachment records, uploads, and the first hop of a download."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Answer

from app.sandbox.api.edge import allow, body, caller, parts, state, views

pages = Blueprint("attachments", __name__)

_EVERYONE = ("admin", "agent", "end-user")


@pages.get("/api/v2/attachments/<int:attachment_id>")
def show_attachment(attachment_id: int) -> dict[str, Any]:
    """Show one attachment."""
    allow("tickets:read", "ticket_attachments:read")
    return {"attachment": views().attachment(state().attachment(attachment_id))}


@pages.put("/api/v2/attachments/<int:attachment_id>")
def override_malware(attachment_id: int) -> dict[str, Any]:
    """Let agents download a file that the tenant's scanner holds; admins only."""
    allow("tickets:write", roles=("admin",))
    value = body("attachment").get("malware_access_override")
    attachment = state().attachment(attachment_id)
    if isinstance(value, bool):
        attachment.malware_access_override = value
    return {"attachment": views().attachment(attachment)}


@pages.post("/api/v2/uploads")
def upload() -> Response:
    """Take a file; the answer is JSON that calls itself plain text, as recorded."""
    user = allow("tickets:write", roles=_EVERYONE)
    name = request.args.get("filename", "")
    kind = (request.content_type or "").partition(";")[0].strip()
    # The client's default for a raw body says nothing about the file, so the name decides.
    told = kind if kind not in ("", "application/binary", "application/x-www-form-urlencoded") else None
    made = state().upload(user, name, request.get_data(), told, request.args.get("token"))
    shown = views().upload(made)
    headers = {"Location": shown["attachment"]["url"], "Content-Type": "text/plain; charset=utf-8"}
    return Response(json.dumps({"upload": shown}), 201, headers)


@pages.delete("/api/v2/uploads/<token>")
def delete_upload(token: str) -> tuple[str, int]:
    """Forget an upload."""
    allow("tickets:write", roles=_EVERYONE)
    state().delete_upload(token)
    return "", 204


@pages.get("/attachments/token/<token>/")
def content(token: str) -> Answer:
    """Redirect to the content host, or to a page where the file may not be had."""
    switches = parts().state.switches
    attachment = state().file(token)
    if switches.private_attachments and caller() is None:
        return redirect(f"{parts().base}/access/unauthenticated")
    held = attachment.malware_scan_result == "malware_found" and not attachment.malware_access_override
    if held and switches.warn_about_malware:
        return redirect(f"{parts().base}/attachments/malware")
    return redirect(parts().content.address(attachment))


@pages.get("/attachments/malware")
def malware_page() -> tuple[str, int, dict[str, str]]:
    """Say that the tenant's own scanner holds this file."""
    return _page("This attachment may be harmful", "Zendesk found malware in this file, so it cannot be downloaded.")


@pages.get("/access/unauthenticated")
def sign_in_page() -> tuple[str, int, dict[str, str]]:
    """Ask for a sign-in, as a page: this is what a download without credentials ends at."""
    return _page("Sign in", "You need to sign in to see this attachment.")


def _page(title: str, words: str) -> tuple[str, int, dict[str, str]]:
    html = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1><p>{words}</p></body></html>"
    return html, 200, {"Content-Type": "text/html; charset=utf-8"}
