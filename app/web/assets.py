"""Style sheets and scripts: each has an address that changes with its content, so browsers may keep it for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, Response, send_file, url_for

from app.errors import Misconfigured
from app.web.auth import public

_STATIC = Path(__file__).parent / "static"

#: The script of htmx is not ours: it is served from the package that ships it.
HTMX = "htmx.js"

#: Endpoints whose answers browsers may keep.
ENDPOINTS = frozenset({"static", "htmx"})


def install(app: Flask) -> None:
    """Add the address of the script that is not among our own files, and ``asset`` for every template."""

    @app.get(f"/static/{HTMX}", endpoint="htmx")
    @public
    def htmx() -> Response:
        return send_file(path_of(HTMX), mimetype="text/javascript", conditional=True, etag=digest(HTMX))

    app.add_template_global(asset, "asset")


def asset(name: str) -> str:
    """Return the address of a style sheet, script or picture."""
    return url_for("htmx", v=digest(name)) if name == HTMX else url_for("static", filename=name, v=digest(name))


def path_of(name: str) -> Path:
    """Return where a file lies. Raises Misconfigured when the package that brings htmx is not installed."""
    if name != HTMX:
        return _STATIC / name
    # Found without importing it: the package wants Django, and only the file it ships is used.
    package = find_spec("django_htmx")
    if package is None or not package.submodule_search_locations:
        raise Misconfigured("The package django-htmx is not installed. 'make install' installs what is missing.")
    return Path(package.submodule_search_locations[0]) / "static" / "django_htmx" / "htmx-2.min.js"


@cache
def digest(name: str) -> str:
    """Return some hexadecimal digits that change with the content of a file."""
    return hashlib.sha256(path_of(name).read_bytes()).hexdigest()[:10]
