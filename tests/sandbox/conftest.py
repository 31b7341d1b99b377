"""A tenant on free ports, a client that is signed in to it, and a receiver for its webhooks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from app.sandbox.server import Sandbox


@pytest.fixture
def tenant() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


class Client:
    """Calls the tenant's API as the bot."""

    def __init__(self, tenant: Sandbox) -> None:
        self.base = tenant.url
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update(tenant.bearer())

    def __call__(self, method: str, path: str, **how: Any) -> requests.Response:
        return self.session.request(method, f"{self.base}/api/v2/{path}", timeout=10, **how)

    def get(self, path: str, **how: Any) -> Any:
        answer = self("GET", path, **how)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def api(tenant: Sandbox) -> Iterator[Client]:
    client = Client(tenant)
    yield client
    client.session.close()


class Receiver:
    """Takes webhook calls and answers what ``answers`` says in turn, then 200."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name http.server asks for
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.calls.append(({key.lower(): value for key, value in self.headers.items()}, body))
                status, headers = outer.answers.pop(0) if outer.answers else (200, {})
                self.send_response(status)
                for name, value in {**headers, "Content-Length": "2"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def connect(api: Client, tenant: Sandbox, receiver: Receiver) -> Callable[..., str]:
    """Return a function that makes a webhook and, for ticket conditions, a trigger like ours; it returns the id."""

    def make(*subscriptions: str, conditions: list[dict[str, str]] | None = None, body: str | None = None) -> str:
        wanted = {
            "name": "Hook",
            "endpoint": receiver.url,
            "http_method": "POST",
            "request_format": "json",
            "status": "active",
            "subscriptions": list(subscriptions) or ["conditional_ticket_events"],
        }
        webhook_id = str(api("POST", "webhooks", json={"webhook": wanted}).json()["webhook"]["id"])
        if not subscriptions:
            template = body or '{"ticket_id": "{{ticket.id}}", "comment_id": "{{ticket.latest_comment.id}}"}'
            every = conditions or [
                {"field": "comment_is_public", "operator": "is", "value": "not_relevant"},
                {"field": "role", "operator": "is_not", "value": str(tenant.bot.id)},
            ]
            action = {"field": "notification_webhook", "value": [webhook_id, template]}
            rule = {"title": f"Tell {webhook_id}", "conditions": {"all": every, "any": []}, "actions": [action]}
            answer = api("POST", "triggers", json={"trigger": rule})
            assert answer.status_code == 201, answer.text
        return webhook_id

    return make
