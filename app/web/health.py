"""``/healthz``, ``/readyz`` and ``/metrics``: for load balancers, supervisors and Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from app.metrics import FeedsCollector, StateCollector
from app.tickets.service.figures import Figures
from app.web.auth import public

if TYPE_CHECKING:
    from app.bootstrap import Services


def blueprint_for(services: Services, figures: Figures) -> Blueprint:
    """Return the blueprint of the three routes; they need no token and name nobody."""
    blueprint = Blueprint("health", __name__)
    stored = CollectorRegistry()
    stored.register(StateCollector(figures))
    stored.register(FeedsCollector(services.feeds))

    @blueprint.get("/healthz")
    @public
    def live() -> Response:
        return _json(services.health.live(), 200)

    @blueprint.get("/readyz")
    @public
    def ready() -> Response:
        parts = services.health.ready()
        well = all(part["ok"] for part in parts.values())
        return _json({"ready": well, "parts": parts}, 200 if well else 503)

    @blueprint.get("/metrics")
    @public
    def metrics() -> Response:
        # What this process counted, then what the database knows whichever process did the work.
        return Response(generate_latest(REGISTRY) + generate_latest(stored), content_type=CONTENT_TYPE_LATEST)

    return blueprint


def _json(value: Any, status: int) -> Response:
    return Response(orjson.dumps(value), status, mimetype="application/json")
