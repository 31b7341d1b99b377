"""``deskwarden demo``: the sandbox tenant, the service and a mail catcher together, with stories playing."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import sys
import threading
import time
from pathlib import Path

import structlog

from app.access.roles import Role
from app.adapters.zendesk import ClientCredentials
from app.bootstrap import Services, build_services, prepare
from app.commands import up
from app.config import Settings
from app.connections.service import Link
from app.connections.setup import SCOPES
from app.engine.model import Verdict
from app.errors import DeskwardenError, Misconfigured
from app.logs import configure_logs
from app.sandbox import stories
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox
from app.supervisor import Supervisor
from app.tickets.filters import ScanFilters, State
from app.tickets.lists import EntryKind, Side

log = structlog.get_logger()

CONNECTION = "sandbox"
#: Seconds between two stories, so that a person can follow them.
PAUSE_SECONDS = 1.5
#: Seconds a person in the story waits for the false positive to be quarantined before giving it back.
PATIENCE_SECONDS = 90.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("--host", default="127.0.0.1", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=8080, help="port of the service (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Play until SIGTERM or Ctrl-C. Every start is a new tenant, so the data of the last demo is removed."""
    home = Settings.from_environment().home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True, mode=0o700)
    ports = free_ports(3)
    tenant = Sandbox(ports[0], kind=False, smtp_port=ports[2])
    with tenant:
        os.environ |= environment(home, arguments.port, tenant, ports[2])
        # The stories are what is to be read here; who wants to see every step sets the level.
        os.environ.setdefault("DESKWARDEN_LOG_LEVEL", "warning")
        settings = Settings.from_environment()
        configure_logs(settings.log_level)
        with up.alone(settings.home):
            up.free(arguments.host, arguments.port)
            prepare(settings)
            supervisor = Supervisor(up.parts(settings, arguments.host, arguments.port))
            player = Player(settings, tenant, f"http://{arguments.host}:{arguments.port}", supervisor)
            return player.run()


def environment(home: Path, port: int, tenant: Sandbox, smtp_port: int) -> dict[str, str]:
    """Return the settings under which the service runs beside the sandbox."""
    hosts = (tenant.url.removeprefix("http://"), tenant.content_url.removeprefix("http://"))
    return {
        "DESKWARDEN_HOME": str(home),
        "DESKWARDEN_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DESKWARDEN_TRUSTED_HOSTS": ",".join(hosts),
        "DESKWARDEN_SMTP_URL": f"smtp://127.0.0.1:{smtp_port}",
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


class Player:
    """Starts the service, connects the tenant, and plays the stories in a thread beside the supervisor."""

    def __init__(self, settings: Settings, tenant: Sandbox, address: str, supervisor: Supervisor) -> None:
        self._settings = settings
        self._tenant = tenant
        self._address = address
        self._supervisor = supervisor
        self._ready = threading.Event()

    def run(self) -> int:
        """Run until the end is asked for."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._supervisor.request_stop)
        self._supervisor.start()
        threading.Thread(target=self._play, daemon=True).start()
        announce = up.announcer(self._address, self._ready.set)
        self._supervisor.run(announce)
        self._supervisor.stop()
        return 0

    def _play(self) -> None:
        self._ready.wait()
        services = build_services(self._settings)
        try:
            services.connections.connect(
                Link(CONNECTION, self._tenant.url, ClientCredentials(CLIENT_ID, CLIENT_SECRET, " ".join(SCOPES)))
            )
            services.lists.add(
                Side.BLOCK, EntryKind.DOMAIN, "phish.example", actor="demo", reason="Known phishing site"
            )
            self._introduce(services)
            tickets = stories.play(self._tenant, pause=PAUSE_SECONDS, told=_tell)
            self._release(services, tickets["false-positive"])
        except DeskwardenError as error:
            print(f"The stories stopped: {error.message}", file=sys.stderr)

    def _introduce(self, services: Services) -> None:
        code = services.access.create_sign_in_code(Role.ADMIN, "demo")
        print(
            f"\n  help desk   {self._tenant.url}/            write a ticket, attach a file, watch it"
            f"\n  console     {self._address}/sign-in/{code}"
            f"\n  mail        {self._tenant.url}/_sandbox/mail"
            "\n\nStories (Ctrl-C ends the demo):",
            flush=True,
        )

    def _release(self, services: Services, ticket_id: int) -> None:
        """The part of a person: the training document was no malware, so it is given back."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not self._supervisor.stopping:
            page, _ = services.queries.page(ScanFilters(ticket=ticket_id, state=State.QUARANTINED), limit=10)
            for scan in page:
                services.verdicts.by_person(
                    scan["id"], Verdict.CLEAN, reason="Our own training material", actor="Rosa (demo)"
                )
                print(f"  a person gave the file of ticket {ticket_id} back", flush=True)
                return
            time.sleep(0.5)


def _tell(name: str, ticket_id: int) -> None:
    print(f"  ticket {ticket_id}: {name.replace('-', ' ')}", flush=True)
