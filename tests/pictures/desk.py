"""A console over a database full of believable rows, served on loopback, and a browser that is signed in to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, BrowserContext
from werkzeug.serving import WSGIRequestHandler, make_server

from app.access.roles import Role
from app.bootstrap import Services, build_services, prepare
from app.config import Settings
from app.jobs import InlineQueue
from app.web import build_web
from tests.builders import Clock
from tests.pictures.story import tell


class _Quiet(WSGIRequestHandler):
    """Writes no line a request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Desk:
    """The console: its address, its services and its clock, which stands still."""

    address: str
    app: Flask
    services: Services
    clock: Clock

    def address_of(self, path: str) -> str:
        """Return where a page is; ``{welcome}`` stands for the link of somebody who was just invited."""
        return self.address + path.format(welcome=self.welcome)

    @cached_property
    def welcome(self) -> str:
        """The secret of that link."""
        return self.services.people.links.make(2)

    def sign_in(
        self, browser: Browser, role: Role = Role.ADMIN, *, width: int = 1280, dark: bool = False
    ) -> BrowserContext:
        """Return a window of the browser in which somebody with this role is signed in."""
        context = browser.new_context(
            viewport={"width": width, "height": 800 if width > 600 else 740},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
        )
        [person] = [each for each in self.services.people.users.page(None, 10)[0] if each.role is role]
        session = {"_permanent": True, "sid": self.services.people.sessions.start(person.identity, how="password")}
        sealed = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert sealed is not None
        name = self.app.config["SESSION_COOKIE_NAME"]
        context.add_cookies([{"name": name, "value": str(sealed.dumps(session)), "url": self.address}])
        return context


@contextmanager
def a_desk(home: Path) -> Iterator[Desk]:
    """Serve a console that holds the story, until the block ends."""
    clock = Clock()
    settings = Settings.from_environment({"DESKWARDEN_HOME": str(home)})
    prepare(settings)
    services = build_services(settings, queue=InlineQueue(), now=clock)
    tell(services, clock)
    app = build_web(services, now=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Desk(f"http://127.0.0.1:{server.server_port}", app, services, clock)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        services.database.close()
