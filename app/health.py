"""Whether the service is alive, and whether each of its parts can work."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import redis
from sqlalchemy import text

from app.config import Settings
from app.db import Database
from app.engine.pool import EnginePool
from app.errors import DeskwardenError

#: Bytes that must be free in the data folder: room for the largest file, its quarantined copy, and the database.
LEAST_FREE = 256 * 1024 * 1024


class Health:
    """Answers for ``/healthz`` and ``/readyz``."""

    def __init__(self, settings: Settings, database: Database, engine: EnginePool) -> None:
        self._settings = settings
        self._database = database
        self._engine = engine

    def live(self) -> dict[str, Any]:
        """Return that this process answers."""
        return {"alive": True}

    def ready(self) -> dict[str, dict[str, Any]]:
        """Return for each part whether it can work, and what was seen."""
        parts = {
            "database": self._ask_database,
            "broker": self._ask_broker,
            "rules": self._ask_rules,
            "isolation": self._ask_isolation,
            "disk": self._ask_disk,
        }
        return {name: _asked(ask) for name, ask in parts.items()}

    def _ask_database(self) -> tuple[bool, str]:
        with self._database.read() as connection:
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        return True, f"at step {version}"

    def _ask_broker(self) -> tuple[bool, str]:
        with redis.Redis.from_url(self._settings.redis, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
        return True, "answers"

    def _ask_rules(self) -> tuple[bool, str]:
        problems = self._engine.problems()
        if problems:
            return True, f"{len(problems)} rule file(s) set aside; see 'deskwarden rules check'"
        return True, f"set {self._engine.rules_digest[:12]}"

    def _ask_isolation(self) -> tuple[bool, str]:
        level = self._engine.level()
        missing = [name for name, reached in level.items() if not reached]
        reached = ", ".join(name for name, reached in level.items() if reached)
        return True, reached + (f"; not on this machine: {', '.join(missing)}" if missing else "")

    def _ask_disk(self) -> tuple[bool, str]:
        free = shutil.disk_usage(self._settings.home).free
        if free < LEAST_FREE:
            return False, f"only {free // 2**20} MiB free in the data folder"
        return os.access(self._settings.home, os.W_OK), f"{free // 2**20} MiB free"


def _asked(ask: Callable[[], tuple[bool, str]]) -> dict[str, Any]:
    try:
        ok, detail = ask()
    except DeskwardenError as error:
        return {"ok": False, "detail": error.message}
    except Exception as error:
        return {"ok": False, "detail": type(error).__name__}
    return {"ok": ok, "detail": detail}
