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
from app.web.console import (
    account,
    audit as audit_pages,
    audit_streams,
    bulk,
    connections,
    feeds,
    investigations,
    link_words,
    lists,
    mail,
    overview,
    policies,
    providers,
    rule_exceptions,
    scan,
    scans,
    session,
    sign_in,
    single_sign_on,
    tokens,
    users,
    welcome,
    words,
)
from app.web.console.navigation import ACCOUNT, SECTIONS, groups

if TYPE_CHECKING:
    from app.bootstrap import Services


def blueprint_for(services: Services, figures: Figures, audit: Audit, now: Callable[[], float]) -> Blueprint:
    """Return the blueprint of every page."""
    blueprint = Blueprint("console", __name__)
    blueprint.before_request(session.guard(services.people.sessions))
    sign_in.add_pages(blueprint, services.people, audit, now)
    welcome.add_pages(blueprint, services.people, audit, now)
    single_sign_on.add_pages(blueprint, services.people, audit, services.settings.public_url, now)
    account.add_pages(blueprint, services.people, audit)
    users.add_pages(blueprint, services.people, audit, services.settings.public_url)
    tokens.add_pages(blueprint, services.people, audit, now)
    overview.add_pages(blueprint, services, figures)
    scans.add_pages(blueprint, services, figures, audit)
    bulk.add_pages(blueprint, services, audit)
    scan.add_pages(blueprint, services, figures, audit)
    investigations.add_pages(blueprint, services)
    mail.add_pages(blueprint, services, audit)
    lists.add_pages(blueprint, services, audit)
    connections.add_pages(blueprint, services)
    feeds.add_pages(blueprint, services)
    policies.add_pages(blueprint, services, figures, now)
    rule_exceptions.add_pages(blueprint, services, figures, now)
    providers.add_pages(blueprint, services, figures, audit)
    audit_pages.add_pages(blueprint, services, audit)
    audit_streams.add_pages(blueprint, services)

    @blueprint.app_context_processor
    def everywhere() -> dict[str, Any]:
        caller = g.get("caller")
        return {
            "caller": caller,
            # The same under a name that is still theirs inside a call block, where ``caller`` means something else.
            "me": caller,
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
