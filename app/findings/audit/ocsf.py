"""A row of the audit trail in the shape of the Open Cybersecurity Schema Framework, for a SIEM. Pure.

Version 1.8.0 (March 2026): the newest in which each class used here is the recommended one. 1.9.0 renames Account
Change to User Management, which few receivers know yet; what is written here is valid there too. The identifier of an
event (``metadata.uid``) is made from its row, so that an event that is sent twice is seen to be the same.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from app.findings.audit.chain import Row
from app.findings.audit.lines import moment
from app.findings.audit.ocsf_events import (
    BY_EVENT,
    BY_VERDICT,
    CATEGORIES,
    CLASSES,
    FAILURE_SEVERITY,
    OTHER,
    SEVERITIES,
    Class,
    Kind,
    kind_of,
)

VERSION = "1.8.0"

_SUCCESS, _FAILURE = (1, "Success"), (2, "Failure")
_USER, _SYSTEM = (1, "User"), (3, "System")

#: Who does what nobody in particular does.
SERVICE = "Deskwarden"


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends: version of the program, a stable name of the installation (its chain), and where people reach it."""

    version: str
    installation: str
    public_url: str = ""


def event_of(row: Row, source: Source) -> dict[str, Any]:
    """Return the event; every class gets what it requires, whatever the row says."""
    kind = kind_of(row.event)
    severity = _severity(row, kind)
    event: dict[str, Any] = {
        "activity_id": kind.activity,
        "activity_name": kind.name,
        "category_uid": kind.of // 1000,
        "category_name": CATEGORIES[kind.of // 1000],
        "class_uid": int(kind.of),
        "class_name": CLASSES[kind.of],
        "type_uid": kind.type_uid,
        "type_name": f"{CLASSES[kind.of]}: {kind.name if kind.activity != OTHER else 'Other'}",
        "time": round(row.at * 1_000_000) // 1000,
        "severity_id": severity,
        "severity": SEVERITIES[severity],
        "message": _message(row),
        "metadata": _metadata(row, source),
        "unmapped": {
            "subject": row.subject,
            "connection_id": row.connection_id,
            "detail": row.detail,
            "origin": row.origin,
            "previous": row.previous,
            "hash": row.hash,
        },
    }
    return event | _SHAPES[kind.of](row, kind, source)


def _metadata(row: Row, source: Source) -> dict[str, Any]:
    return {
        "version": VERSION,
        "uid": f"{source.installation}-{row.id}",
        "sequence": row.id,
        "event_code": row.event,
        "log_name": "audit",
        "log_provider": SERVICE,
        "original_time": moment(row.at),
        "product": {"name": SERVICE, "vendor_name": SERVICE, "version": source.version},
    }


def _severity(row: Row, kind: Kind) -> int:
    if kind.of is Class.DETECTION_FINDING:
        return BY_VERDICT.get(str(row.detail.get("verdict")), 1)
    return BY_EVENT.get(row.event, FAILURE_SEVERITY if kind.failed else 1)


def _message(row: Row) -> str:
    return f"{row.actor}: {row.event}" + (f" {row.subject}" if row.subject else "")


def _user(row: Row) -> dict[str, Any]:
    number, name = _SYSTEM if row.actor == SERVICE else _USER
    return {"name": row.actor, "type_id": number, "type": name}


def _endpoint(row: Row) -> dict[str, Any]:
    """Where it came from: an address, a machine on which a command ran, or the service itself."""
    if address := row.origin.get("address"):
        claimed = [
            each.strip() for each in str(row.origin.get("forwarded", "")).split(",") if _is_address(each.strip())
        ]
        return {"ip": address, **({"intermediate_ips": claimed} if claimed else {})}
    if host := row.origin.get("host"):
        return {"hostname": host}
    return {"name": SERVICE}


def _is_address(text: str) -> bool:
    try:
        return bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _common(row: Row, kind: Kind, _source: Source) -> dict[str, Any]:
    number, name = _FAILURE if kind.failed else _SUCCESS
    agent = row.origin.get("agent")
    return {
        "actor": {"user": _user(row)},
        "src_endpoint": _endpoint(row),
        "status_id": number,
        "status": name,
        **({"http_request": {"user_agent": agent}} if agent else {}),
    }


def _api_activity(row: Row, kind: Kind, source: Source) -> dict[str, Any]:
    resources = {"resources": [_resource(row)]} if row.subject else {}
    return _common(row, kind, source) | {"api": {"operation": row.event, "service": {"name": SERVICE}}} | resources


def _entity_management(row: Row, kind: Kind, source: Source) -> dict[str, Any]:
    thing = row.event.partition(".")[0]
    reason = row.detail.get("reason")
    entity = {"name": row.subject or thing, "uid": row.subject or thing, "type": thing, "data": dict(row.detail)}
    return _common(row, kind, source) | {"entity": entity} | ({"comment": str(reason)} if reason else {})


def _authentication(row: Row, kind: Kind, source: Source) -> dict[str, Any]:
    # Behind a failed attempt nobody is known to stand; what was typed as a name is the row's actor.
    common = _common(row, kind, source) | {"user": _user(row), "service": {"name": SERVICE}, "is_remote": True}
    reason = row.detail.get("reason")
    return common | ({"status_detail": str(reason)} if reason else {})


def _account_change(row: Row, kind: Kind, source: Source) -> dict[str, Any]:
    name = str(row.detail.get("name") or row.detail.get("login") or row.subject or row.actor)
    return _common(row, kind, source) | {
        "user": {"name": name, "uid": row.subject or name, "type_id": 1, "type": "User"}
    }


def _detection_finding(row: Row, kind: Kind, source: Source) -> dict[str, Any]:
    verdict = str(row.detail.get("verdict") or "unknown")
    number, page = row.subject.partition(":")[2], source.public_url
    info = {
        "uid": f"{source.installation}-{row.subject or row.id}",
        "title": f"{verdict.capitalize()} {'link' if row.detail.get('kind') == 'url' else 'file'} in a ticket",
        "created_time": round(row.at * 1_000_000) // 1000,
        "product": {"name": SERVICE, "vendor_name": SERVICE, "version": source.version},
        **({"src_url": f"{page}/scans/{number}"} if page and row.subject.startswith("scan:") else {}),
    }
    resolved = kind.activity == 2 and verdict == "clean"
    return {
        "finding_info": info,
        "status_id": 4 if resolved else 1,
        "status": "Resolved" if resolved else "New",
        "is_alert": verdict in ("malicious", "restricted"),
        "resources": [_resource(row)],
    }


def _resource(row: Row) -> dict[str, Any]:
    return {
        "uid": row.subject or str(row.id),
        "name": row.subject or row.event,
        "type": row.subject.partition(":")[0] or "row",
    }


_SHAPES = {
    Class.API_ACTIVITY: _api_activity,
    Class.ENTITY_MANAGEMENT: _entity_management,
    Class.AUTHENTICATION: _authentication,
    Class.ACCOUNT_CHANGE: _account_change,
    Class.DETECTION_FINDING: _detection_finding,
}
