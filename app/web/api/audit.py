"""The audit trail: a page of it, the whole of it, whether its chain holds, and where it is streamed to."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, stream_with_context

from app.access.roles import Role
from app.errors import Rejected
from app.findings.audit.filters import AuditFilters
from app.findings.audit.lines import as_csv, as_jsonl, moment, shown
from app.findings.audit.ocsf import event_of
from app.findings.audit.service.trail import Audit
from app.findings.audit.service.watching import Standing
from app.findings.audit.stream import NO_SECRET, Secret, Stream, StreamKind
from app.web.api.audit_models import (
    AuditPage,
    AuditQuery,
    AuditStream,
    AuditStreamList,
    ChainState,
    ExportQuery,
    StreamBody,
    StreamChange,
    StreamSecret,
)
from app.web.api.operations import CSV, Api, json
from app.web.auth import identity, needs

if TYPE_CHECKING:
    from app.bootstrap import Services

NDJSON = "application/x-ndjson"


def add_routes(api: Api, services: Services, audit: Audit) -> None:
    """Add the routes below ``/audit``."""

    @api.operation("GET", "/audit", "Who did what, newest first", {200: AuditPage}, query=AuditQuery)
    @needs(Role.VIEWER)
    def list_audit(query: AuditQuery) -> Response:
        rows, cursor = audit.reader.page(filters_of(query), query.cursor, query.limit)
        return json({"results": [shown(row) for row in rows], "next": None if cursor is None else str(cursor)})

    @api.operation(
        "GET",
        "/audit/export",
        "All of the audit trail that fits, oldest first, as JSON lines or CSV; recorded",
        {200: NDJSON},
        query=ExportQuery,
        gives_csv=True,
    )
    @needs(Role.VIEWER)
    def export_audit(query: ExportQuery) -> Response:
        return export(audit, query, services.settings.public_url)

    @api.operation("GET", "/audit/verify", "Whether the chain of the audit trail holds", {200: ChainState})
    @needs(Role.VIEWER)
    def get_audit_chain() -> Response:
        return json(_chain(services.audit_watch.standing()))

    @api.operation("POST", "/audit/verify", "Begin to read the whole chain anew, now", {200: ChainState})
    @needs(Role.ANALYST)
    def verify_audit_chain() -> Response:
        return json(_chain(services.audit_watch.begin()))

    _add_streams(api, services)


def _add_streams(api: Api, services: Services) -> None:
    streams = services.audit_streams

    @api.operation("GET", "/audit/streams", "Where the audit trail is streamed to", {200: AuditStreamList})
    @needs(Role.ADMIN)
    def list_audit_streams() -> Response:
        return json({"results": [_stream(each) for each in streams.all()]})

    @api.operation(
        "POST", "/audit/streams", "Stream the audit trail to a SIEM", {201: AuditStream}, body=StreamBody, errors=(409,)
    )
    @needs(Role.ADMIN)
    def add_audit_stream(body: StreamBody) -> Response:
        kind, options = _chosen(body)
        made = streams.create(
            body.name,
            kind,
            options,
            actor=identity().name,
            secret=_secret(body.secret) or NO_SECRET,
            from_start=body.from_start,
        )
        return json(_stream(made), 201)

    @api.operation(
        "PATCH",
        "/audit/streams/<row:stream_id>",
        "Change, pause or resume a stream; it tries again at once",
        {200: AuditStream},
        body=StreamChange,
    )
    @needs(Role.ADMIN)
    def change_audit_stream(stream_id: int, body: StreamChange) -> Response:
        given = body.syslog or body.webhook
        changed = streams.change(
            stream_id,
            actor=identity().name,
            options=None if given is None else given.model_dump(mode="json"),
            secret=_secret(body.secret),
            enabled=body.enabled,
        )
        return json(_stream(changed))

    @api.operation("DELETE", "/audit/streams/<row:stream_id>", "Remove a stream", {204: None})
    @needs(Role.ADMIN)
    def remove_audit_stream(stream_id: int) -> Response:
        streams.remove(stream_id, actor=identity().name)
        return Response(status=204)


def filters_of(query: AuditQuery | ExportQuery) -> AuditFilters:
    """Return the conditions of a checked query."""
    return AuditFilters(query.actor, query.event, query.subject, query.since, query.until)


def export(audit: Audit, query: ExportQuery, public_url: str) -> Response:
    """Return the answer that streams the rows, after it was recorded that somebody takes them."""
    asked = {name: value for name, value in query.model_dump(exclude={"format"}).items() if value is not None}
    audit.record(identity().name, "audit.exported", subject="audit", format=query.format, filters=asked)
    upto = audit.reader.head().id
    rows = audit.reader.every(filters_of(query), upto=upto)
    lines: Iterator[bytes] = {"jsonl": as_jsonl, "csv": as_csv}.get(query.format, as_jsonl)(rows)
    if query.format == "ocsf":
        source = audit.source(version("deskwarden"), public_url)
        lines = (orjson.dumps(event_of(row, source)) + b"\n" for row in rows)
    answer = Response(stream_with_context(_in_pieces(lines)), mimetype=CSV if query.format == "csv" else NDJSON)
    ending = "csv" if query.format == "csv" else "jsonl"
    answer.headers["Content-Disposition"] = f'attachment; filename="deskwarden-audit.{ending}"'
    return answer


def _in_pieces(lines: Iterator[bytes], size: int = 1 << 16) -> Iterator[bytes]:
    """Put lines together: each piece costs a write to the network."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= size:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _chain(standing: Standing) -> dict[str, Any]:
    signed, problem = standing.signed, standing.problem
    return {
        "state": standing.state,
        "head": standing.head.id,
        "hash": standing.head.hash,
        "signed": None
        if signed is None
        else {
            "row_id": signed.row_id,
            "hash": signed.hash,
            "at": moment(signed.at),
            "key_id": signed.key_id,
            "signature": signed.signature,
        },
        "read_to": standing.read,
        "whole_at": _time(standing.whole_at),
        "whole_rows": standing.whole_rows,
        "problem": None
        if problem is None
        else {"row_id": problem.row_id, "kind": problem.kind, "what": problem.what, "meaning": problem.meaning},
        "problem_at": _time(standing.problem_at),
    }


def _chosen(body: StreamBody) -> tuple[StreamKind, dict[str, Any]]:
    """Return the one kind that is described, with its options."""
    given = {kind: getattr(body, kind.value) for kind in StreamKind if getattr(body, kind.value) is not None}
    if len(given) != 1:
        raise Rejected("Describe exactly one of file, syslog and webhook.", code="invalid")
    [(kind, options)] = given.items()
    return kind, options.model_dump(mode="json")


def _secret(given: StreamSecret | None) -> Secret | None:
    if given is None:
        return None
    return Secret(given.token.get_secret_value(), given.signing_key.get_secret_value())


def _stream(stream: Stream) -> dict[str, Any]:
    return {
        "id": stream.id,
        "name": stream.name,
        "kind": stream.kind.value,
        "options": dict(stream.options),
        "enabled": stream.enabled,
        "has_secret": stream.has_secret,
        "sent": stream.sent,
        "sent_at": _time(stream.sent_at),
        "behind": stream.behind,
        "waiting_since": _time(stream.waiting_since),
        "failures": stream.failures,
        "next_at": _time(stream.next_at or None),
        "problem": stream.problem,
    }


def _time(at: float | None) -> str | None:
    return None if at is None else moment(at)
