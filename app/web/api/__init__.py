"""The API: ``/api/v1``. Bearer tokens in, JSON out, problem documents for errors; described by itself."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from app.findings.service import Audit
from app.tickets.service.figures import Figures
from app.web.api import (
    accounts,
    audit as audit_routes,
    files,
    investigations,
    lists,
    one_scan,
    overview,
    policies,
    providers,
    scans,
    statistics,
    urls,
    views,
)
from app.web.api.openapi import description
from app.web.api.operations import Api, json
from app.web.api.rates import Rates
from app.web.auth import public

if TYPE_CHECKING:
    from app.bootstrap import Services


def blueprint_for(services: Services, figures: Figures, audit: Audit, rates: Rates) -> Blueprint:
    """Return the blueprint of the whole API."""
    api = Api(services.access, services.repeats, rates)
    scans.add_routes(api, services, audit)
    one_scan.add_routes(api, services, audit)
    lists.add_routes(api, services.lists, audit)
    overview.add_routes(api, figures, services.connections, audit)
    audit_routes.add_routes(api, services, audit)
    statistics.add_routes(api, figures, services.overview, services.connections)
    urls.add_routes(api, services.url_scans, audit)
    files.add_routes(api, services, audit)
    investigations.add_routes(api, services, audit)
    views.add_routes(api, services, audit)
    policies.add_routes(api, services)
    providers.add_routes(api, services.provider_policies, services.disclosures, audit)
    accounts.add_routes(api, services.people, audit, services.settings.public_url)

    @api.operation("GET", "/openapi.json", "The description of this API", {200: "application/json"})
    @public
    def openapi() -> Response:
        return json(document())

    @cache
    def document() -> dict[str, Any]:
        return description(api.operations, services.settings.public_url)

    return api.blueprint
