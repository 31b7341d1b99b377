"""The console: the pages for people. Rendered here, complete without a script, and nothing stands inline in them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g

from app.access.roles import Role, allows
from app.engine.links.defang import defang
from app.engine.printable import printable
from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web.console import link_words, mail, scan, scans, session, sign_in, words
from app.web.console.navigation import ACCOUNT, SECTIONS, groups

if TYPE_CHECKING:
    from app.bootstrap import Services


def blueprint_for(services: Services, figures: Figures, audit: Audit, now: Callable[[], float]) -> Blueprint:
    """Return the blueprint of every page."""
    blueprint = Blueprint("console", __name__)
    blueprint.before_request(session.guard(services.access, now))
    sign_in.add_pages(blueprint, services.access, audit, now)
    scans.add_pages(blueprint, services, figures)
    scan.add_pages(blueprint, services, figures, audit)
    mail.add_pages(blueprint, services)

    @blueprint.app_context_processor
    def everywhere() -> dict[str, Any]:
        caller = g.get("caller")
        return {
            "caller": caller,
            "allows": allows,
            "menu": groups(SECTIONS, caller.role) if caller else [],
            "account_menu": groups(ACCOUNT, caller.role) if caller else [],
            "may_decide": caller is not None and allows(caller.role, Role.ANALYST),
            "csrf_key": session.csrf_key,
            "words": words,
            "links": link_words,
            "version": version("deskwarden"),
        }

    blueprint.add_app_template_filter(printable, "printable")
    blueprint.add_app_template_filter(defang, "defang")
    blueprint.add_app_template_filter(words.short, "short")
    blueprint.add_app_template_filter(lambda moment: words.ago(moment, now()), "ago")
    return blueprint
