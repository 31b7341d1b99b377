"""What happens in the demo: a tenant is connected, the stories' tickets come in, and a person gives one file back."""

from __future__ import annotations

import sys
import threading
import time
from typing import Self

from app.access.roles import Role
from app.adapters.zendesk import ClientCredentials
from app.bootstrap import Services, build_services, prepare
from app.config import Settings
from app.connections.service import Link
from app.connections.setup import SCOPES
from app.engine.model import Verdict
from app.errors import DeskwardenError
from app.sandbox import stories
from app.sandbox.server import CLIENT_ID, CLIENT_SECRET, Sandbox
from app.supervisor import Supervisor
from app.tickets.filters import ScanFilters, State
from app.tickets.lists import EntryKind, Side

CONNECTION = "sandbox"
#: Seconds between two stories, so that a person can follow them.
PAUSE_SECONDS = 1.5
#: Seconds a person in the story waits for the false positive to be quarantined before giving it back.
PATIENCE_SECONDS = 90.0


class Player:
    """The sandbox tenant of the demo: connects it to the running service and plays the stories."""

    def __init__(self, settings: Settings, ports: list[int], address: str, supervisor: Supervisor) -> None:
        self._settings = settings
        self._tenant = Sandbox(ports[0], kind=False, smtp_port=ports[2])
        self._address = address
        self._supervisor = supervisor

    def __enter__(self) -> Self:
        prepare(self._settings)
        self._tenant.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._tenant.stop()

    def play(self) -> None:
        """Begin: what happens from now on happens in a thread, and is told on standard output."""
        threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
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
