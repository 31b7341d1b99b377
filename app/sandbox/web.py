"""The tenant's Flask application: the API, the control door, the help-desk page, and how errors are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from app.sandbox import control, errors
from app.sandbox.api import BLUEPRINTS, edge
from app.sandbox.helpdesk import pages as helpdesk
from app.sandbox.text import visible


def build(parts: edge.Parts) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application that serves these parts."""
    application = _application()

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["sandbox.parts"] = parts
        return application(environ, start_response)

    return serve


@cache
def _application() -> Flask:
    # It holds nothing of a tenant, so that a hundred tenants of a test run share the cost of its routes.
    app = Flask("app.sandbox.helpdesk")
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.url_map.strict_slashes = False
    app.jinja_env.filters["visible"] = visible
    for blueprint in (*BLUEPRINTS, control.pages, helpdesk.pages):
        app.register_blueprint(blueprint)
    app.before_request(_before)
    app.after_request(_after)
    app.register_error_handler(errors.ApiError, _refusal)
    app.register_error_handler(HTTPException, _http_problem)
    app.wsgi_app = _WithoutSuffix(app.wsgi_app)  # type: ignore[method-assign]
    return app


class _WithoutSuffix:
    """Serves ``/x`` and ``/x.json`` alike; the path as asked stays known, because links repeat it."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        environ["sandbox.path"] = path
        if path.startswith("/api/v2/") and path.endswith(".json"):
            environ["PATH_INFO"] = path.removesuffix(".json")
        return self._app(environ, start_response)


def _before() -> None:
    if request.path.startswith("/api/v2/"):
        edge.count_call()


def _after(response: Response) -> Response:
    response.headers.update(g.get("headers", {}))
    if request.path.startswith("/api/v2/"):
        response.headers["X-Zendesk-API-Version"] = "v2"
    return response


def _refusal(problem: errors.ApiError) -> Response:
    if isinstance(problem.body, str):
        return Response(problem.body, problem.status, problem.headers, content_type="text/plain; charset=utf-8")
    body = json.dumps(problem.body)
    return Response(body, problem.status, problem.headers, content_type="application/json; charset=utf-8")


def _http_problem(problem: HTTPException) -> Response | HTTPException:
    if not request.path.startswith("/api/"):
        return problem
    if problem.code in (404, 405):
        return _refusal(errors.no_endpoint())
    return _refusal(errors.ApiError(problem.code or 500, {"error": problem.name, "description": problem.description}))
