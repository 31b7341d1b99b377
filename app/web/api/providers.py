"""Who outside the house is asked about links, and the record of what was disclosed."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.access.roles import Role
from app.findings.service import Audit
from app.providers.catalogue import CATALOGUE
from app.providers.service.disclosures import Disclosures
from app.providers.service.policies import Change, ProviderPolicies, Setting
from app.tickets.filters import iso
from app.web.api.operations import Api, json
from app.web.api.provider_models import DisclosurePage, DisclosureQuery, Providers, ProvidersBody
from app.web.auth import identity, needs

_PATH = "/connections/<name>/providers"


def add_routes(api: Api, policies: ProviderPolicies, disclosures: Disclosures, audit: Audit) -> None:
    """Add ``/connections/{name}/providers`` and ``/disclosures``."""

    @api.operation("GET", _PATH, "Who outside the house may be asked about the links of a tenant", {200: Providers})
    @needs(Role.ADMIN)
    def get_providers(name: str) -> Response:
        return _answer(policies.of_connection(name))

    @api.operation(
        "PUT", _PATH, "Switch providers on or off, set keys and limits", {200: Providers}, body=ProvidersBody
    )
    @needs(Role.ADMIN)
    def set_providers(name: str, body: ProvidersBody) -> Response:
        changes = {provider: Change(**each.model_dump()) for provider, each in body.changes().items()}
        settings = policies.change(name, changes, actor=identity().name)
        return _answer(settings)

    @api.operation(
        "GET", "/disclosures", "What left the house, newest first", {200: DisclosurePage}, query=DisclosureQuery
    )
    @needs(Role.VIEWER)
    def list_disclosures(query: DisclosureQuery) -> Response:
        provider = None if query.provider is None else query.provider.value
        rows, cursor = disclosures.page(query.cursor, query.limit, connection=query.connection, provider=provider)
        results = [{**row, "at": iso(row["at"]), "finished_at": iso(row["finished_at"])} for row in rows]
        return json({"results": results, "next": None if cursor is None else str(cursor)})


def _answer(settings: list[Setting]) -> Response:
    return json({"results": [_shown(setting) for setting in settings]})


def _shown(setting: Setting) -> dict[str, Any]:
    entry = CATALOGUE[setting.provider]
    return {
        "provider": setting.provider.value,
        "title": entry.title,
        "sends": entry.sends,
        "enabled": setting.enabled,
        "needs_key": entry.needs_key,
        "has_key": setting.has_key,
        "per_minute": setting.per_minute,
        "per_day": setting.per_day,
        "seconds": setting.seconds,
        "options": dict(setting.options),
        "used_today": setting.used_today,
        "paused_until": iso(setting.paused_until) if setting.paused_until else None,
        "problem": setting.problem,
        "changed_at": iso(setting.changed_at),
        "changed_by": setting.changed_by,
    }
