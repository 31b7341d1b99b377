"""``deskwarden up``: the whole service on one machine."""

from __future__ import annotations

import argparse
import errno
import fcntl
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from app import broker
from app.config import PREFIX, Settings
from app.errors import Misconfigured
from app.supervisor import Part, Supervisor, own_command

#: Seconds to wait for the port of a service that is just ending.
PORT_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or Ctrl-C; print ``ready http://…`` once traffic is accepted."""
    settings = Settings.from_environment()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(settings.home):
        free(arguments.host, arguments.port)
        supervisor = Supervisor(parts(settings, arguments.host, arguments.port))
        address = f"http://{arguments.host}:{arguments.port}"
        return serve(supervisor, address, lambda: _prepare(settings, address))


def parts(settings: Settings, host: str, port: int) -> list[Part]:
    """Return the processes that make up the service, the embedded broker among them unless another is configured."""
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    found = [
        Part("web", own_command("web", "--host", host, "--port", str(port)), environment, order=2),
        # Who starts the service looks at the console first; nothing is lost while the web part alone is up.
        Part("worker", own_command("worker"), environment, order=1, can_wait=True),
        Part("beat", own_command("beat"), environment, order=1, can_wait=True),
    ]
    if settings.broker_url is None:
        settings.broker_socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        found.append(Part("broker", broker.command(settings.broker_socket), environment, order=0))
    return found


def serve(supervisor: Supervisor, address: str, meanwhile: Callable[[], Callable[[], None] | None]) -> int:
    """Run the parts until the end is asked for.

    ``meanwhile`` is called while the first parts start, and what it returns once traffic is accepted. What it raises
    ends all parts.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, supervisor.request_stop)
    supervisor.start()
    try:
        then = meanwhile()
        supervisor.run(_announcer(address, supervisor.hurry, then))
    finally:
        supervisor.stop()
    return 0


def _prepare(settings: Settings, address: str) -> Callable[[], None]:
    # What this imports takes longer than everything else here, and the web part imports the same at the same time.
    from app.bootstrap import prepare

    prepare(settings)
    # Where nobody said how people reach the service, they reach it where it listens.
    reached = settings.public_url if os.environ.get(f"{PREFIX}PUBLIC_URL") else address
    return lambda: _offer_first_account(settings, reached)


def _offer_first_account(settings: Settings, address: str) -> None:
    """Print the one-time link to the first account, as long as no administrator can sign in."""
    from app.access.service import build_people
    from app.db import Database
    from app.keys import MasterKey

    database = Database(settings.database_url)
    try:
        keys = MasterKey.load(settings.home, settings.secret_key)
        secret = build_people(database, keys, time.time).links.first_admin()
    finally:
        database.close()
    if secret is not None:
        print(f"No administrator yet. Make the first account: {address}/welcome/{secret}", flush=True)


def _announcer(address: str, *then: Callable[[], None] | None) -> Callable[[], None]:
    """Return a function that says ``ready`` once, as soon as the web part answers, and then calls the others."""
    said = False

    def announce() -> None:
        nonlocal said
        if not said and _answers(f"{address}/healthz"):
            said = True
            print(f"ready {address}", flush=True)
            for call in filter(None, then):
                call()

    return announce


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


#: Held by a running service, in its data folder.
LOCK = "up.lock"


class alone:
    """Holds the data folder for one running service."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK
        self._descriptor = -1

    def __enter__(self) -> None:
        self._descriptor = os.open(self._path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"Another Deskwarden is running with the data folder {self._path.parent}. "
                "Stop it first, or set DESKWARDEN_HOME to another folder.",
                code="running",
            ) from None

    def __exit__(self, *_exception: object) -> None:
        os.close(self._descriptor)


def free(host: str, port: int) -> None:
    """Refuse early and clearly when the port is taken, instead of restarting a web part that cannot listen.

    A web part whose supervisor was killed a moment ago may still be ending, so it is asked for a few seconds.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    deadline = time.monotonic() + PORT_SECONDS
    while True:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                return
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                    raise Misconfigured(
                        f"Port {port} on {host} cannot be used ({error.strerror}). Choose another one with --port.",
                        code="port",
                    ) from None
        time.sleep(0.2)
