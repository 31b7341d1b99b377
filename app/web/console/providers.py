"""Who outside the house is asked about links, and the record of what was disclosed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from pydantic import ValidationError
from werkzeug.wrappers import Response

from app.access.roles import Role, allows
from app.errors import Rejected
from app.findings.service import Audit
from app.providers.catalogue import CATALOGUE, ProviderName
from app.providers.service.policies import Change
from app.tickets.filters import iso
from app.tickets.service.figures import Figures
from app.web.api.operations import parsed_query
from app.web.api.provider_models import DisclosureQuery, ProviderBody
from app.web.auth import identity, needs

if TYPE_CHECKING:
    from app.bootstrap import Services

Page = str | Response | tuple[str, int]

_PER_PAGE = 50


def add_pages(blueprint: Blueprint, services: Services, figures: Figures, audit: Audit) -> None:
    """Add ``/providers``: the settings for administrators, the record for everybody."""

    @blueprint.get("/providers")
    @needs(Role.VIEWER)
    def providers() -> Page:
        query = parsed_query(DisclosureQuery, request.args)
        names = [each["name"] for each in figures.connections()]
        shown = query.connection if query.connection in names else (names[0] if names else None)
        is_admin = allows(identity().role, Role.ADMIN)
        provider = None if query.provider is None else query.provider.value
        rows, cursor = services.disclosures.page(
            query.cursor, _PER_PAGE, connection=query.connection, provider=provider
        )
        return render_template(
            "providers.html",
            settings=services.provider_policies.of_connection(shown) if shown and is_admin else [],
            catalogue=CATALOGUE,
            connection=shown,
            connections=names,
            rows=rows,
            query=query,
            iso=iso,
            older=_address(query, cursor=cursor) if cursor else None,
            newest=_address(query) if query.cursor else None,
        )

    @blueprint.post("/providers/<connection>/<provider>")
    @needs(Role.ADMIN)
    def change_provider(connection: str, provider: str) -> Page:
        try:
            name = ProviderName(provider)
            body = ProviderBody.model_validate(_sent())
            change = Change(**body.model_dump())
            services.provider_policies.change(connection, {name: change}, actor=identity().name)
        except Rejected as refusal:
            flash(refusal.message, "problem")
        except ValueError as error:  # a name or a number that does not fit
            places = error.errors() if isinstance(error, ValidationError) else []
            what = ", ".join(str(place["loc"][0]).replace("_", " ") for place in places) or "provider"
            flash(f"Nothing was changed, because this does not fit: {what}.", "problem")
        else:
            flash(f"{CATALOGUE[name].title} is {'on' if body.enabled else 'off'} for {connection}.")
        return redirect(url_for("console.providers", connection=connection), 303)


def _sent() -> dict[str, Any]:
    """Return the form as the API would get it; a key that was left empty stays as it is."""
    given: dict[str, Any] = {"enabled": "enabled" in request.form}
    for name in ("per_minute", "per_day"):
        if request.form.get(name, "").strip():
            given[name] = request.form[name].strip()
    if "forget_key" in request.form:
        given["key"] = ""
    elif request.form.get("key", "").strip():
        given["key"] = request.form["key"].strip()
    return given


def _address(query: DisclosureQuery, cursor: int | None = None) -> str:
    provider = None if query.provider is None else query.provider.value
    return url_for("console.providers", connection=query.connection, provider=provider, cursor=cursor)
