"""The views of the help-desk page. Plain forms and server-made HTML; the script only refreshes what changed."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from app.sandbox import errors, text
from app.sandbox.api.edge import parts
from app.sandbox.model import Attachment, Comment, Ticket
from app.sandbox.state import NewComment
from app.sandbox.views import Views, stamp

pages = Blueprint(
    "helpdesk", __name__, template_folder="templates", static_folder="static", static_url_path="/helpdesk/static"
)


@pages.after_request
def guard(response: Response) -> Response:
    """Let nothing that a customer wrote run or load from elsewhere."""
    held = parts()
    images = f"'self' {held.content.base} data:"
    policy = f"default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src {images}; "
    response.headers.setdefault("Content-Security-Policy", policy + "form-action 'self'; base-uri 'none'")
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Not "no-referrer": with it a browser names the origin of our own forms as "null", and they would be refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@pages.get("/")
def desk() -> str:
    """Show the tickets and the form for a new one."""
    return render_template("desk.html", tickets=_rows(), people=parts().tenant.customers, stamp=stamp)


@pages.get("/helpdesk/tickets")
def ticket_rows() -> Response:
    """Return the list of tickets as the page refreshes it."""
    return _fragment(render_template("_rows.html", tickets=_rows(), stamp=stamp))


@pages.get("/agent/tickets/<int:ticket_id>")
def ticket(ticket_id: int) -> str:
    """Show one ticket with its conversation and a form to reply."""
    held = _ticket(ticket_id)
    names = {"ticket": held, "people": parts().state.data.users, "tenant": parts().tenant}
    return render_template("ticket.html", comments=_conversation(held), stamp=stamp, **names)


@pages.get("/agent/tickets/<int:ticket_id>/conversation")
def conversation(ticket_id: int) -> Response:
    """Return the conversation as the page refreshes it."""
    held = _ticket(ticket_id)
    names = {"ticket": held, "people": parts().state.data.users}
    return _fragment(render_template("_conversation.html", comments=_conversation(held), stamp=stamp, **names))


@pages.post("/helpdesk/tickets")
def write_ticket() -> Answer:
    """Take a new ticket from the form."""
    _check_origin()
    state, tenant = parts().state, parts().tenant
    person = state.data.users.get(request.form.get("person", 0, type=int), tenant.customers[0])
    subject = request.form.get("subject", "").strip()[:150] or "No subject"
    made = state.create_ticket(person, subject, _written(True), requester=person, channel="web")
    return redirect(url_for("helpdesk.ticket", ticket_id=made.id), 303)


@pages.post("/agent/tickets/<int:ticket_id>/comments")
def reply(ticket_id: int) -> Answer:
    """Take a reply from the form, as the customer or as the agent."""
    _check_origin()
    state, held = parts().state, _ticket(ticket_id)
    voice = request.form.get("voice", "customer")
    actor = state.user(held.requester_id) if voice == "customer" else parts().tenant.agent
    if held.status != "closed":
        state.update_ticket(ticket_id, actor, {}, _written(voice != "note"), channel="web")
    return redirect(url_for("helpdesk.ticket", ticket_id=ticket_id) + "#reply", 303)


@pages.post("/agent/tickets/<int:ticket_id>/status")
def set_status(ticket_id: int) -> Answer:
    """Take a new status from the form."""
    _check_origin()
    if _ticket(ticket_id).status != "closed":
        changes = {"status": request.form.get("status", "open")}
        parts().state.update_ticket(ticket_id, parts().tenant.agent, changes, channel="web")
    return redirect(url_for("helpdesk.ticket", ticket_id=ticket_id), 303)


def _check_origin() -> None:
    # There is no sign-in here, so any web page could post this form; browsers say where a form comes from.
    origin = request.headers.get("Origin")
    if origin not in (None, request.host_url.rstrip("/"), parts().base):
        raise errors.forbidden()


def _ticket(ticket_id: int) -> Ticket:
    return parts().state.ticket(ticket_id)


def _written(public: bool) -> NewComment:
    state = parts().state
    files = [item for item in request.files.getlist("files") if item.filename]
    attachments = [state.new_attachment(str(item.filename), item.read(), item.mimetype or None) for item in files]
    words = request.form.get("text", "").strip() or ("See attached." if attachments else "…")
    return NewComment(words, public=public, attachments=attachments)


def _rows() -> list[dict[str, Any]]:
    with parts().state.lock:
        people = parts().state.data.users
        return [
            {
                "ticket": item,
                "from": people[item.requester_id].name,
                "files": sum(len(comment.attachments) for comment in item.comments),
                "gone": sum(file.redacted for comment in item.comments for file in comment.attachments),
                "notes": sum(not comment.public for comment in item.comments),
            }
            for item in sorted(parts().state.data.tickets.values(), key=lambda item: -item.id)
        ]


def _conversation(held: Ticket) -> list[dict[str, Any]]:
    state = parts().state
    with state.lock:
        return [_shown(comment) for comment in held.comments]


def _shown(comment: Comment) -> dict[str, Any]:
    state = parts().state
    author = state.data.users[comment.author_id]
    html = text.safe_html(comment.html)
    files = [_file(item) for item in comment.attachments]
    changing = html + "".join(f"{file['name']}{file['gone']}" for file in files)
    return {
        "comment": comment,
        "author": author,
        # Cleaned when it was written and once more here; the page's policy lets nothing in it run either way.
        "html": Markup(html),  # noqa: S704 -- cleaned in the line above
        "files": files,
        "version": hashlib.sha256(changing.encode("utf-8", "replace")).hexdigest()[:12],
    }


def _file(stored: Attachment) -> dict[str, Any]:
    shown = parts().state.shown(stored)
    return {
        "name": stored.original_name or stored.file_name,
        "now": shown.file_name,
        "gone": shown.redacted,
        "inline": stored.inline,
        "size": _size(len(shown.content)),
        "url": Views(parts().state, parts().base).content_url(shown),
    }


def _size(count: int) -> str:
    return (
        f"{count} B" if count < 1024 else f"{count / 1024:.1f} KB" if count < 1 << 20 else f"{count / (1 << 20):.1f} MB"
    )


def _fragment(html: str) -> Response:
    return Response(html, headers={"Cache-Control": "no-store"}, content_type="text/html; charset=utf-8")
