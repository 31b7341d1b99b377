"""Every table there is, for what needs them all at once: migrations, and tests that make an empty database."""

from __future__ import annotations

import importlib

ROOMS = (
    "access",
    "connections",
    "feeds",
    "findings",
    "findings.policies",
    "findings.post",
    "idempotency",
    "investigations",
    "providers",
    "tickets",
)


def load_tables() -> None:
    """Register the tables of all rooms on ``app.db.metadata``."""
    for room in ROOMS:
        importlib.import_module(f"app.{room}.tables")
