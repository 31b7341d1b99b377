"""``deskwarden demo``: the sandbox tenant, the service and a mail catcher together, with stories playing."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from app.commands import up
from app.config import Settings
from app.errors import Misconfigured
from app.logs import configure_logs
from app.supervisor import Supervisor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=8080, help="port of the service (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Play until SIGTERM or Ctrl-C. Every start is a new tenant, so the data of the last demo is removed."""
    home = Settings.from_environment().home / "demo"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    ports = free_ports(3)
    os.environ |= environment(home, arguments.port, ports)
    # The stories are what is to be read here; who wants to see every step sets the level.
    os.environ.setdefault("DESKWARDEN_LOG_LEVEL", "warning")
    settings = Settings.from_environment()
    configure_logs(settings.log_level)
    address = f"http://{arguments.host}:{arguments.port}"
    with up.alone(home), ExitStack() as stage:
        _empty(home)
        up.free(arguments.host, arguments.port)
        supervisor = Supervisor(up.parts(settings, arguments.host, arguments.port))

        def set_up() -> Callable[[], None]:
            # Takes as long to import as the web part takes to start, so it is done beside that.
            from app.commands.demo_player import Player

            return stage.enter_context(Player(settings, ports, address, supervisor)).play

        return up.serve(supervisor, address, set_up)


def _empty(home: Path) -> None:
    """Remove what the last demo left, but not the lock: whoever holds the folder is not to lose it."""
    for left in home.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        elif left.name != up.LOCK:
            left.unlink()


def environment(home: Path, port: int, ports: list[int]) -> dict[str, str]:
    """Return the settings under which the service runs beside the sandbox on ``ports`` (see ``free_ports``)."""
    return {
        "DESKWARDEN_HOME": str(home),
        "DESKWARDEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DESKWARDEN_TRUSTED_HOSTS": ",".join(f"127.0.0.1:{each}" for each in ports[:2]),
        "DESKWARDEN_SMTP_URL": f"smtp://127.0.0.1:{ports[2]}",
        "DESKWARDEN_MAIL_FROM": "deskwarden@company.example",
        "DESKWARDEN_NOTIFY": "security@company.example",
        "DESKWARDEN_SWEEP_SECONDS": "5",
    }


def free_ports(count: int) -> list[int]:
    """Return neighbouring free ports from 9000 on: the tenant, its files, its mail."""
    for first in range(9000, 9900, 10):
        if all(_is_free(first + offset) for offset in range(count)):
            return [first + offset for offset in range(count)]
    raise Misconfigured("No free ports between 9000 and 9900 for the sandbox tenant.", code="port")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
