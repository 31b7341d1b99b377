"""Deskwarden keeps a Zendesk account safe.

This file stays almost empty: importing any ``app.x`` runs it first, and the pure parts must load no framework.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def create_app() -> Flask:
    """Return the WSGI application, wired from the environment (``gunicorn "app:create_app()"``)."""
    from app.bootstrap import build_services
    from app.config import Settings
    from app.web import build_web

    settings = Settings.from_environment()
    return build_web(build_services(settings))
