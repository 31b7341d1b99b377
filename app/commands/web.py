"""``deskwarden web``: the HTTP side alone, under gunicorn."""

from __future__ import annotations

import argparse
import importlib
from typing import Any

from gunicorn.app.base import BaseApplication

from app import create_app
from app.bootstrap import prepare
from app.config import Settings
from app.engine.lockdown import hide_process


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on (default: %(default)s)")


class _Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn with our settings instead of a file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options as they are."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application, once in each worker process."""
        return create_app()


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM."""
    hide_process()
    prepare(Settings.from_environment())
    # Imported here once, the application is shared by the processes that gunicorn forks.
    importlib.import_module("app.web")
    host = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
    _Server(
        {
            "bind": f"{host}:{arguments.port}",
            "worker_class": "gthread",
            # Two processes for two cores, sixteen threads for clients that wait: what measured best for short calls.
            "workers": 2,
            "threads": 16,
            "keepalive": 15,
            "timeout": 60,
            "graceful_timeout": 6,
            "control_socket_disable": True,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            # Slow headers and endless lines are the server's to refuse.
            "limit_request_line": 8190,
            "limit_request_fields": 100,
        }
    ).run()
    return 0
