"""Puts the tenant together and serves it: the tenant on one port, its content host on another.

In a test::

    with Sandbox() as tenant:
        ticket = tenant.add_ticket("Invoice", "See attached", [("a.txt", b"hello", "text/plain")])
        requests.get(f"{tenant.url}/api/v2/tickets/{ticket.id}/comments", headers=tenant.bearer())
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app.sandbox import oauth, web
from app.sandbox.api.edge import Parts
from app.sandbox.content_host import ContentHost
from app.sandbox.delivery import Deliverer
from app.sandbox.door import Call, Door, History
from app.sandbox.faults import Fault, Faults
from app.sandbox.limits import Limits
from app.sandbox.mail_catcher import MailCatcher
from app.sandbox.model import Attachment, OAuthClient, Ticket, User
from app.sandbox.oauth import KNOWN_SCOPES
from app.sandbox.state import NewComment, State
from app.sandbox.switches import Switches
from app.sandbox.text import html_of_text
from app.sandbox.views import Views

CLIENT_ID = "deskwarden"
CLIENT_SECRET = "sandbox-client-secret"  # noqa: S105 -- of a pretend tenant that keeps nothing
API_TOKEN = "sandbox-api-token"  # noqa: S105 -- the same
BOT_EMAIL = "deskwarden-bot@company.example"
CUSTOMERS = (("Ada Moreau", "ada@customer.example"), ("Kofi Mensah", "kofi@customer.example"))

#: A file as tests give it: name, bytes and, optionally, the type it claims to have.
File = tuple[str, bytes] | tuple[str, bytes, str | None]


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep quiet: the history has every call."""

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Read no further request from a connection that a fault broke."""
        self.close_connection = True


class Sandbox:
    """A running tenant. ``port`` 0 takes any free one; else the content host gets ``port + 1``.

    ``kind`` switches off what makes tests of something else slow or noisy. ``seed`` fixes the made-up tokens, and with
    ``random_faults`` also the random trouble.
    """

    def __init__(
        self,
        port: int = 0,
        seed: int = 1,
        kind: bool = True,
        *,
        host: str = "127.0.0.1",
        url: str | None = None,
        content_url: str | None = None,
        smtp_port: int | None = None,
        random_faults: bool = False,
        report: Callable[[str], None] | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        # How soon the servers notice that they shall stop; tests stop hundreds of them.
        self._poll = 0.005 if kind else 0.1
        self.switches = Switches.kind() if kind else Switches()
        self.state = State(self.switches, seed=seed, now=now)
        self.history = History()
        self.faults = Faults(seed if random_faults else None)
        self.mail = MailCatcher(host, smtp_port) if smtp_port is not None else None
        self._stopping = threading.Event()
        self._content = ContentHost(self.state)
        self.deliverer = Deliverer(self.state, lambda: self.url)
        self._seed_people()
        self._parts = Parts(
            self.state, Limits(), self.faults, self.history, self.deliverer, "", self._content, self.mail, self
        )
        app = web.build(self._parts)
        self._tenant = self._server(host, port, app, "tenant", report)
        self._files = self._server(host, port + 1 if port else 0, self._content, "content", report)
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- compared, not bound
        self.url = url or f"http://{shown}:{self._tenant.port}"
        self.content_url = content_url or f"http://{shown}:{self._files.port}"
        self._parts.base, self._content.base = self.url, self.content_url
        self._threads: list[threading.Thread] = []

    def _server(
        self, host: str, port: int, app: Any, name: str, report: Callable[[str], None] | None
    ) -> BaseWSGIServer:
        door = Door(app, name, self.history, self.faults, self._stopping, report)
        return make_server(host, port, door, threaded=True, request_handler=_QuietHandler)

    def _seed_people(self) -> None:
        state = self.state
        self.bot: User = state.add_user("Deskwarden bot", BOT_EMAIL, "admin")
        self.agent: User = state.add_user("Rosa Lindqvist", "rosa@company.example", "agent")
        self.customers: list[User] = [state.add_user(name, email) for name, email in CUSTOMERS]
        self.client = OAuthClient(state.new_id(), CLIENT_ID, CLIENT_SECRET, self.bot.id, KNOWN_SCOPES)
        state.data.clients[CLIENT_ID] = self.client
        state.data.api_tokens.add(API_TOKEN)

    # Running

    def start(self) -> Sandbox:
        """Serve in threads of this process, and return the tenant itself."""
        self.deliverer.start()
        if self.mail is not None:
            self.mail.start()
        for server in (self._tenant, self._files):
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": self._poll}, daemon=True)
            thread.start()
            self._threads.append(thread)
        return self

    def stop(self) -> None:
        """Stop serving and delivering, and free the ports."""
        self._stopping.set()
        self.deliverer.stop()
        for server in (self._tenant, self._files):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join(5)
        if self.mail is not None:
            self.mail.stop()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What people do

    def add_ticket(
        self,
        subject: str,
        text: str,
        attachments: Sequence[File] = (),
        *,
        inline: Sequence[File] = (),
        requester: User | None = None,
        html: str | None = None,
        channel: str = "web",
        custom: dict[int, Any] | None = None,
    ) -> Ticket:
        """Write a ticket as a customer, with files, inline images and the account's own fields, and return it."""
        person = requester or self.customers[0]
        comment = self._comment(text, attachments, inline, html)
        return self.state.create_ticket(person, subject, comment, requester=person, channel=channel, custom=custom)

    def add_comment(
        self,
        ticket_id: int,
        text: str,
        attachments: Sequence[File] = (),
        *,
        inline: Sequence[File] = (),
        author: User | None = None,
        html: str | None = None,
        public: bool = True,
        channel: str = "web",
    ) -> int:
        """Reply as the customer, or as ``author``, and return the number of the comment."""
        ticket = self.state.ticket(ticket_id)
        person = author or self.state.user(ticket.requester_id)
        comment = self._comment(text, attachments, inline, html)
        comment.public = public
        with self.state.lock:
            self.state.update_ticket(ticket_id, person, {}, comment, channel=channel)
            return ticket.comments[-1].id

    def close(self, ticket_id: int) -> None:
        """Close a ticket: nothing can be changed in it any more."""
        self.state.update_ticket(ticket_id, self.agent, {"status": "closed"}, channel="web")

    def archive(self, ticket_id: int) -> None:
        """Close a ticket and move it to cold storage."""
        self.state.archive(ticket_id)

    def _comment(self, text: str, files: Sequence[File], inline: Sequence[File], html: str | None) -> NewComment:
        attachments = [self._attachment(file, inline=False) for file in files]
        images = [self._attachment(file, inline=True) for file in inline]
        if images:
            shown = "".join(f'<img src="{Views(self.state, self.url).content_url(image)}" alt="">' for image in images)
            html = (html if html is not None else html_of_text(text)) + shown
        return NewComment(text, html, True, attachments=attachments + images)

    def _attachment(self, file: File, *, inline: bool) -> Attachment:
        name, content, *kind = file
        return self.state.new_attachment(name, content, kind[0] if kind else None, inline=inline)

    # What tests look at

    def comments(self, ticket_id: int) -> list[dict[str, Any]]:
        """Return a ticket's comments as the API shows them now, inline images included."""
        with self.state.lock:
            views = Views(self.state, self.url)
            return [views.comment(comment, inline=True) for comment in self.state.ticket(ticket_id).comments]

    def calls(self) -> list[Call]:
        """Return every call of the API, of the token endpoint and of the downloads, oldest first."""
        return self.history.list()

    def fault(self, kind: str = "answer", **what: Any) -> Fault:
        """Script a fault for the next matching calls (see ``Fault``) and return it."""
        fault = Fault(kind, **what)
        if kind == "stale":
            fault.memory = self.state.snapshot()
        return self.faults.add(fault)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until no webhook delivery is queued or under way; return whether that came in time."""
        return self.deliverer.settle(timeout)

    def bearer(self) -> dict[str, str]:
        """Return an Authorization header of the bot, for tests that only want to look."""
        asked = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
        return {"Authorization": "Bearer " + str(oauth.grant(self.state, asked)["access_token"])}


def run(
    port: int = 9000,
    seed: int | None = None,
    smtp_port: int | None = None,
    *,
    host: str = "127.0.0.1",
    url: str | None = None,
    content_url: str | None = None,
) -> int:
    """Serve a tenant until SIGTERM or SIGINT, with its addresses and credentials printed one a line; return 0.

    With a seed it also makes random trouble on the API, the same for the same seed, each printed.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    tenant = Sandbox(
        port,
        seed if seed is not None else 1,
        kind=False,
        host=host,
        url=url,
        content_url=content_url,
        smtp_port=smtp_port,
        random_faults=seed is not None,
        report=_say,
    )
    with tenant:
        for line in introduction(tenant, seed):
            _say(line)
        ended.wait()
    return 0


def introduction(tenant: Sandbox, seed: int | None = None) -> list[str]:
    """Return what a person needs to use the tenant, one ``name value`` a line."""
    lines = [
        f"help-desk      {tenant.url}/",
        f"api            {tenant.url}/api/v2",
        f"content-host   {tenant.content_url}",
        f"control        {tenant.url}/_sandbox/",
        f"client-id      {CLIENT_ID}",
        f"client-secret  {CLIENT_SECRET}",
        f"api-token      {BOT_EMAIL}/token:{API_TOKEN}",
    ]
    if tenant.mail is not None:
        lines += [f"smtp           127.0.0.1:{tenant.mail.port}", f"mail           {tenant.url}/_sandbox/mail"]
    return lines + ([f"seed           {seed} (random trouble is on)"] if seed is not None else [])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
