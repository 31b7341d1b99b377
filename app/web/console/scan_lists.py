"""The allow and block lists from the page of a scan: one choice and a reason; the value comes from the scan itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from app.access.roles import Role
from app.engine.links.defang import defang
from app.engine.links.domains import registrable
from app.errors import Rejected
from app.findings.service import Audit
from app.tickets.lists import LONGEST_REASON, EntryKind, Side
from app.web.auth import identity, needs
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


@dataclass(frozen=True, slots=True)
class Option:
    """One entry that can be made about a scan, and what it would do. ``key`` is its name in the form."""

    side: Side
    kind: EntryKind
    value: str
    name: str
    effect: str

    @property
    def key(self) -> str:
        """``block-sha256`` and the like."""
        return f"{self.side}-{self.kind}"

    @property
    def shown(self) -> str:
        """The value, so that nothing can be made of it."""
        return defang(self.value) if self.kind is not EntryKind.SHA256 else self.value


def add_pages(blueprint: Blueprint, services: Services, audit: Audit) -> None:
    """Add the form's address."""

    @blueprint.post("/scans/<row:scan_id>/list")
    @needs(Role.ANALYST)
    def list_from_scan(scan_id: int) -> Response:
        found = services.queries.detail(scan_id)
        if found is None:
            raise not_found("scan with this number")
        option = next((each for each in options(found) if each.key == request.form.get("entry")), None)
        reason = request.form.get("reason", "").strip()
        if option is None or not reason or len(reason) > LONGEST_REASON or "\0" in reason:
            flash(
                f"Nothing was listed: choose an entry and give a reason of at most {LONGEST_REASON:,} characters.",
                "problem",
            )
        else:
            _add(services, audit, found, option, reason)
        return redirect(url_for("console.scan", scan_id=scan_id), 303)


def options(scan: dict[str, Any]) -> list[Option]:
    """Return what can be listed about a scan, the most wanted first."""
    if scan["kind"] == "url":
        return _of_link(scan.get("url") or "")
    if not scan["sha256"]:
        return []
    return [
        Option(
            Side.BLOCK,
            EntryKind.SHA256,
            scan["sha256"],
            "Block this content",
            "Every file with exactly these bytes is malicious from now on, whatever its name.",
        ),
        Option(
            Side.ALLOW,
            EntryKind.SHA256,
            scan["sha256"],
            "Allow this content",
            "Every file with exactly these bytes is clean from now on, whatever the scanner finds.",
        ),
    ]


def _of_link(url: str) -> list[Option]:
    host = _host(url)
    if not host:
        return []
    domain = registrable(host)
    found = [
        Option(
            Side.BLOCK,
            EntryKind.URL,
            url,
            "Block this address",
            "Links to exactly this address are malicious from now on.",
        )
    ]
    if domain:
        found.append(
            Option(
                Side.BLOCK,
                EntryKind.DOMAIN,
                domain,
                "Block this domain",
                f"Every link to {defang(domain)} and to what lies below it is malicious from now on.",
            )
        )
    if host != domain:
        text = f"Every link to the host {defang(host)} is malicious from now on, not those below or beside it."
        found.append(Option(Side.BLOCK, EntryKind.HOST, host, "Block this host", text))
    text = "Links to exactly this address are clean from now on, whatever feeds and signs say."
    return [*found, Option(Side.ALLOW, EntryKind.URL, url, "Allow this address", text)]


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _add(services: Services, audit: Audit, scan: dict[str, Any], option: Option, reason: str) -> None:
    everywhere = request.form.get("everywhere") == "on"
    actor = identity().name
    try:
        _, fresh = services.lists.add(
            option.side,
            option.kind,
            option.value,
            actor=actor,
            reason=reason,
            expires_at=None,
            connection=None if everywhere else scan["connection"],
        )
    except Rejected as refusal:
        flash(f"Nothing was listed: {refusal.message}", "problem")
        return
    where = "for every connection" if everywhere else f"for {scan['connection']}"
    stands = "stands" if fresh else "stood already"
    flash(f"{option.shown[:100]} {stands} on the {option.side} list {where}. It counts for what comes from now on.")
