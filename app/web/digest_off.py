"""Turning digests off, from a digest: no signing in, one click (RFC 8058), and only for the one who got it.

Opening the address changes nothing, because mail programs open addresses by themselves; only a POST does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from app.findings.languages import catalogue
from app.findings.mail_rules import Language
from app.findings.post.service.leaving import Leaving, Offer
from app.web.auth import public

if TYPE_CHECKING:
    from app.bootstrap import Services


def blueprint_for(services: Services) -> Blueprint:
    """Return the blueprint of the page; the signature in its address is what lets somebody in."""
    blueprint = Blueprint("digest_off", __name__)
    leaving: Leaving = services.leaving

    @blueprint.get("/digests/off/<signed>")
    @public
    def ask(signed: str) -> tuple[str, int]:
        return _page(leaving.offer(signed), done=False)

    @blueprint.post("/digests/off/<signed>")
    @public
    def turn_off(signed: str) -> tuple[str, int]:
        return _page(leaving.stop(signed), done=True)

    return blueprint


def _page(offer: Offer | None, *, done: bool) -> tuple[str, int]:
    said = catalogue(offer.language if offer else Language.ENGLISH)
    words = said.digest
    if offer is None:
        text = words.page_refused
    else:
        text = (words.page_done if done else words.page_question).format(tenant=offer.tenant)
    page = render_template(
        "digest_off.html", tag=said.tag, text=text, button=words.page_button if offer and not done else ""
    )
    return page, 200 if offer else 404
