"""The text of the rule that matched: why a finding is there, for those who write rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from app.access.roles import Role
from app.engine.rule_text import PREFIX
from app.web.auth import needs
from app.web.problems import not_found

if TYPE_CHECKING:
    from app.bootstrap import Services


def add_pages(blueprint: Blueprint, services: Services) -> None:
    """Add the page of a scan's rule."""

    @blueprint.get("/scans/<row:scan_id>/rule")
    @needs(Role.VIEWER)
    def scan_rule(scan_id: int) -> str:
        found = services.queries.detail(scan_id)
        wanted = request.args.get("finding", "")
        finding = next((each for each in (found or {}).get("findings", ()) if each["id"] == wanted), None)
        if found is None or finding is None or not wanted.startswith(PREFIX):
            raise not_found("rule of this scan")
        return render_template(
            "scan_rule.html",
            scan=found,
            finding=finding,
            rule=services.rule_texts.find(wanted),
            # Whether the rules in use now are the very ones that decided.
            same=services.rule_texts.digest == found["rules_version"],
            now_in_use=services.rule_texts.digest,
        )
