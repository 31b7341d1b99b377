"""Where the audit trail is streamed to: how each stream stands, adding, pausing, removing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.errors import Rejected
from app.findings.audit.lines import moment
from app.findings.audit.stream import BodyFormat, Framing, Secret, StreamKind, Transport
from app.web.auth import identity, needs

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

#: The fields of the form by kind, as the options are named.
_FIELDS = {
    StreamKind.FILE: (),
    StreamKind.SYSLOG: ("host", "port", "transport", "framing"),
    StreamKind.WEBHOOK: ("url", "format"),
}
_WORDS = {
    "transports": [(Transport.TLS, "TLS"), (Transport.TCP, "TCP"), (Transport.UDP, "UDP")],
    "framings": [(Framing.COUNTED, "Length in front"), (Framing.NEWLINE, "Line feed behind")],
    "formats": [
        (BodyFormat.NDJSON, "A line an event"),
        (BodyFormat.JSON, "One array"),
        (BodyFormat.HEC, "Splunk HTTP Event Collector"),
    ],
}


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add the pages below ``/audit/streams``."""
    streams = services.audit_streams

    @blueprint.get("/audit/streams")
    @needs(Role.ADMIN)
    def audit_streams() -> Page:
        return _page(services)

    @blueprint.post("/audit/streams")
    @needs(Role.ADMIN)
    def add_audit_stream() -> Page:
        given = {name: value.strip() for name, value in request.form.items()}
        try:
            kind = _kind(given.get("kind", ""))
            options = {name: given.get(name, "") for name in _FIELDS[kind]}
            secret = Secret(given.get("token", ""), given.get("signing_key", ""))
            name, all_there_is = given.get("name", ""), "from_start" in given
            streams.create(name, kind, options, actor=identity().name, secret=secret, from_start=all_there_is)
        except Rejected as refusal:
            return _page(services, given=given, problem=refusal.message), 422
        flash(f"{given['name']} is on; the first events go out within a minute.")
        return _back()

    @blueprint.post("/audit/streams/<row:stream_id>/<any(pause,resume,retry):deed>")
    @needs(Role.ADMIN)
    def change_audit_stream(stream_id: int, deed: str) -> Page:
        # Whatever is changed, the next attempt is due at once.
        stream = streams.change(stream_id, actor=identity().name, enabled=deed != "pause")
        flash(f"{stream.name} is {'paused; nothing is lost meanwhile' if deed == 'pause' else 'tried again now'}.")
        return _back()

    @blueprint.post("/audit/streams/<row:stream_id>/remove")
    @needs(Role.ADMIN)
    def remove_audit_stream(stream_id: int) -> Page:
        streams.remove(stream_id, actor=identity().name)
        flash("The stream is removed. What it has sent stays where it is.")
        return _back()


def _page(services: Services, *, given: dict[str, str] | None = None, problem: str = "") -> str:
    settings: dict[str, Any] = dict(_WORDS)
    return render_template(
        "audit_streams.html",
        streams=services.audit_streams.all(),
        given=given or {},
        problem=problem,
        moment=moment,
        folder=str(services.settings.home / "audit"),
        **settings,
    )


def _kind(word: str) -> StreamKind:
    try:
        return StreamKind(word)
    except ValueError:
        raise Rejected("Choose how the events travel: webhook, syslog or file.", code="option") from None


def _back() -> Response:
    return redirect(url_for("console.audit_streams"), 303)
