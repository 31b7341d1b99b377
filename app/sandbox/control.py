"""The other door, ``/_sandbox/``: write as a customer would, script faults, set switches, read back the calls.

No such thing exists in a real tenant. It asks for no credentials; keep the sandbox on a private address.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, render_template, request

from app.sandbox import errors, stories
from app.sandbox.api.edge import parts
from app.sandbox.views import Views

if TYPE_CHECKING:
    from app.sandbox.server import File, Sandbox

pages = Blueprint("control", __name__, url_prefix="/_sandbox")

_DOORS = {
    "GET,DELETE /_sandbox/calls": "every API call so far; forget them",
    "GET,POST,DELETE /_sandbox/faults": "faults of the next matching calls",
    "POST /_sandbox/delivery_faults": "kind duplicate, repeat, drop or delay; times; seconds",
    "GET,PATCH /_sandbox/switches": "how kind the tenant is",
    "POST /_sandbox/tickets": "subject, text, attachments [{name, content_base64, content_type, inline}]",
    "POST /_sandbox/tickets/N/comments": "text, attachments; as the customer",
    "PUT /_sandbox/tickets/N": "status closed or archived",
    "GET /_sandbox/deliveries": "webhook deliveries with their attempts",
    "GET,POST /_sandbox/stories": "demo stories; names, or none for all",
    "GET /_sandbox/mail": "caught mail as a page; /_sandbox/mail.json as data",
}


def _tenant() -> Sandbox:
    return parts().tenant


def _body() -> dict[str, Any]:
    sent = request.get_json(silent=True)
    if not isinstance(sent, dict):
        raise errors.bad_request("BadRequest", "The request body is not a JSON object (Content-Type application/json)")
    return sent


@pages.get("/")
def index() -> dict[str, Any]:
    """Say what there is."""
    return {"doors": _DOORS}


@pages.route("/calls", methods=["GET", "DELETE"])
def calls() -> dict[str, Any]:
    """Show or forget the calls."""
    if request.method == "DELETE":
        parts().history.clear()
    return {"calls": [asdict(call) for call in parts().history.list()]}


@pages.route("/faults", methods=["GET", "POST", "DELETE"])
def faults() -> tuple[dict[str, Any], int]:
    """Show, script or forget faults."""
    if request.method == "DELETE":
        parts().faults.clear()
    if request.method == "POST":
        try:
            _tenant().fault(**_body())
        except (TypeError, ValueError) as problem:
            raise errors.bad_request("BadFault", str(problem)) from None
    return {"faults": [fault.to_dict() for fault in parts().faults.scripted]}, 201 if request.method == "POST" else 200


@pages.post("/delivery_faults")
def delivery_faults() -> tuple[dict[str, Any], int]:
    """Script what happens to the next webhook deliveries."""
    sent = _body()
    try:
        kind, times, seconds = str(sent["kind"]), int(sent.get("times", 1)), float(sent.get("seconds", 0))
        parts().deliverer.script(kind, times, seconds)
    except (KeyError, TypeError, ValueError) as problem:
        raise errors.bad_request("BadFault", str(problem)) from None
    return sent, 201


@pages.route("/switches", methods=["GET", "PATCH"])
def switches() -> dict[str, Any]:
    """Show or set switches."""
    if request.method == "PATCH":
        try:
            parts().state.switches.set(**_body())
        except ValueError as problem:
            raise errors.bad_request("BadSwitch", str(problem)) from None
    return parts().state.switches.to_dict()


@pages.post("/tickets")
def add_ticket() -> tuple[dict[str, Any], int]:
    """Write a ticket as a customer; ``requester`` is an address, new ones become people."""
    sent = _body()
    state = parts().state
    email = str(sent.get("requester") or "")
    person = (state.user_by_email(email) or state.add_user(email.partition("@")[0], email)) if email else None
    files, inline = _files(sent)
    text, channel = str(sent.get("text", "")), str(sent.get("channel", "web"))
    html = None if sent.get("html") is None else str(sent["html"])
    ticket = _tenant().add_ticket(
        str(sent.get("subject", "Hello")), text, files, inline=inline, requester=person, html=html, channel=channel
    )
    return {"ticket": Views(state, parts().base).ticket(ticket)}, 201


@pages.post("/tickets/<int:ticket_id>/comments")
def add_comment(ticket_id: int) -> tuple[dict[str, Any], int]:
    """Reply as the customer."""
    sent = _body()
    files, inline = _files(sent)
    number = _tenant().add_comment(ticket_id, str(sent.get("text", "")), files, inline=inline)
    return {"comment_id": number}, 201


@pages.put("/tickets/<int:ticket_id>")
def set_status(ticket_id: int) -> dict[str, Any]:
    """Close or archive a ticket, or set another status."""
    status = str(_body().get("status", "closed"))
    if status == "archived":
        _tenant().archive(ticket_id)
    else:
        parts().state.update_ticket(ticket_id, _tenant().agent, {"status": status}, channel="web")
    return {"ticket": Views(parts().state, parts().base).ticket(parts().state.ticket(ticket_id))}


def _files(sent: dict[str, Any]) -> tuple[list[File], list[File]]:
    files: list[File] = []
    inline: list[File] = []
    for item in sent.get("attachments") or []:
        try:
            content = base64.b64decode(item["content_base64"], validate=True)
            file: File = (str(item["name"]), content, item.get("content_type"))
        except (KeyError, TypeError, binascii.Error):
            raise errors.bad_request("BadAttachment", "An attachment needs name and content_base64") from None
        (inline if item.get("inline") else files).append(file)
    return files, inline


@pages.get("/deliveries")
def deliveries() -> dict[str, Any]:
    """Show every webhook delivery, oldest first."""
    with parts().state.lock:
        rows = [
            {**vars(item), "body": item.body.decode("utf-8", "replace"), "attempts": list(item.attempts)}
            for item in parts().state.data.invocations
        ]
    return {"deliveries": rows}


@pages.route("/stories", methods=["GET", "POST"])
def play() -> tuple[dict[str, Any], int]:
    """Show the stories, or play them."""
    if request.method == "GET":
        return {"stories": list(stories.STORIES)}, 200
    names = _body().get("names")
    try:
        return {"tickets": stories.play(_tenant(), names)}, 201
    except KeyError as problem:
        raise errors.bad_request("BadStory", f"There is no story {problem}") from None


@pages.get("/mail.json")
def mail_json() -> dict[str, Any]:
    """Show the caught mail."""
    box = parts().mail
    return {"mails": [mail.to_dict() for mail in box.list()] if box else []}


@pages.get("/mail")
def mail_page() -> str:
    """Show the caught mail as a page, newest first."""
    box = parts().mail
    mails = list(reversed(box.list())) if box else []
    number = request.args.get("number", type=int)
    chosen = next((mail for mail in mails if mail.number == number), mails[0] if mails else None)
    return render_template("mail.html", mails=mails, chosen=chosen, caught=box is not None)


@pages.get("/mail/<int:number>.html")
def mail_html(number: int) -> tuple[str, int, dict[str, str]]:
    """Show a mail's HTML part, for a frame: it may be styled, and can do nothing else."""
    box = parts().mail
    html = next((mail.html for mail in box.list() if mail.number == number), "") if box else ""
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return html, 200, {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}


@pages.after_request
def guard(response: Response) -> Response:
    """Let pages of this door load only what is theirs."""
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; frame-src 'self'"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
