from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk import Conflict, Endpoint, Forbidden, Interrupted, NotFound, ZendeskClient
from app.adapters.zendesk.rate import Call, Lane
from app.adapters.zendesk.transport import Route, Transport
from app.errors import Misconfigured, Temporary

TICKET = {"ticket": {"id": 7, "status": "open", "updated_at": "2026-11-21T10:00:00Z"}}


class RecordingLimiter:
    """Remembers what it was asked and told; has no room when ``full``."""

    def __init__(self, *, full: bool = False) -> None:
        self.full = full
        self.asked: list[Call] = []
        self.told: list[tuple[Call, int]] = []

    def acquire(self, call: Call) -> None:
        self.asked.append(call)
        if self.full:
            raise Temporary("no room", retry_after=9.0)

    def observe(self, call: Call, status: int, headers: Mapping[str, str]) -> None:
        self.told.append((call, status))

    def room(self) -> None:
        return None


def only(*accepted: str) -> Callable[[Request], Response]:
    """Answers the ticket to these authorizations, 401 to others."""

    def answer(request: Request) -> Response:
        if request.headers.get("Authorization") in accepted:
            return Response(json.dumps(TICKET), content_type="application/json")
        return Response('{"error": "Couldn\'t authenticate you"}', status=401, content_type="application/json")

    return answer


def test_a_refused_authorization_is_renewed_once(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient], fake_tokens: Any
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_handler(only("Bearer two"))
    client = client_of(fake_tokens("Bearer one", "Bearer two"))
    assert client.ticket(7).id == 7
    assert client.calls == 2


def test_an_authorization_that_stays_refused_is_misconfigured(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient], fake_tokens: Any
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_handler(only())
    client = client_of(fake_tokens("Bearer one", "Bearer two", "Bearer three"))
    with pytest.raises(Misconfigured) as refusal:
        client.ticket(7)
    assert refusal.value.code == "unauthorized"
    assert client.calls == 2


def test_a_refused_write_is_repeated_as_it_has_done_nothing(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient], fake_tokens: Any
) -> None:
    httpserver.expect_request("/api/v2/tickets/7", method="PUT").respond_with_handler(only("Bearer two"))
    client_of(fake_tokens("Bearer one", "Bearer two")).add_note(7, "<p>x</p>")
    assert len(httpserver.log) == 2


def test_a_read_is_repeated_once_when_its_connection_fails(
    raw_server: Any, client_of: Callable[..., ZendeskClient]
) -> None:
    body = json.dumps(TICKET).encode()
    raw_server.reply(None, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    client = client_of(at=raw_server.name)
    assert client.ticket(7).id == 7
    assert client.calls == 2


def test_a_read_whose_connection_fails_twice_is_interrupted(
    raw_server: Any, client_of: Callable[..., ZendeskClient]
) -> None:
    raw_server.reply(None, None)
    with pytest.raises(Interrupted):
        client_of(at=raw_server.name).ticket(7)


def test_a_write_whose_connection_fails_is_never_repeated(
    raw_server: Any, client_of: Callable[..., ZendeskClient]
) -> None:
    raw_server.reply(None, None)
    client = client_of(at=raw_server.name)
    with pytest.raises(Interrupted):
        client.redact_attachment(7, 8, 9)
    assert len(raw_server.requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<!DOCTYPE html><html>captive portal</html>"),
        (200, "[1, 2]"),
        (200, '{"half": '),
        (200, '"text"'),
        (502, "<html>bad gateway</html>"),
        (429, "Too many requests"),
    ],
)
def test_what_is_no_answer_of_zendesks_is_temporary(
    httpserver: HTTPServer, client: ZendeskClient, status: int, body: str
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_data(body, status=status)
    with pytest.raises(Temporary):
        client.ticket(7)


@pytest.mark.parametrize(("status", "body"), [(502, "<html>"), (504, ""), (500, "{}"), (200, "<html>"), (200, "[]")])
def test_a_write_without_an_answer_of_zendesks_may_have_happened(
    httpserver: HTTPServer, client: ZendeskClient, status: int, body: str
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_data(body, status=status)
    with pytest.raises(Interrupted):
        client.add_note(7, "x")
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("status", [409, 429])
def test_a_write_that_zendesk_itself_refused_has_not_happened(
    httpserver: HTTPServer, client: ZendeskClient, status: int
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json({"error": "x"}, status=status)
    with pytest.raises(Temporary) as failure:
        client.add_note(7, "x")
    assert not isinstance(failure.value, Interrupted)


@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (403, Forbidden), (409, Conflict)])
def test_an_error_answer_has_its_meaning(
    httpserver: HTTPServer, client: ZendeskClient, status: int, kind: type[Exception]
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json({"error": "Some", "x": 1}, status=status)
    with pytest.raises(kind):
        client.ticket(7)


def test_a_redirect_is_not_followed(httpserver: HTTPServer, client: ZendeskClient) -> None:
    headers = {"Location": httpserver.url_for("/elsewhere")}
    httpserver.expect_request("/api/v2/tickets/7").respond_with_data("", status=302, headers=headers)
    with pytest.raises(Misconfigured):
        client.ticket(7)
    assert len(httpserver.log) == 1


def test_json_is_read_whatever_its_label_says(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_data(
        json.dumps(TICKET), content_type="text/plain; charset=utf-8"
    )
    assert client.ticket(7).status == "open"


def test_half_an_emoji_does_not_spoil_an_answer(httpserver: HTTPServer, client: ZendeskClient) -> None:
    body = '{"ticket": {"id": 7, "subject": "cut \\ud83d and \\u0000"}}'
    httpserver.expect_request("/api/v2/tickets/7").respond_with_data(body)
    subject = client.ticket(7).subject
    assert subject.startswith("cut ")
    assert "\0" not in subject
    subject.encode()


def test_ignored_parameters_are_logged_by_their_names_alone(
    httpserver: HTTPServer, client: ZendeskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    warning = '{:allowed_parameters=>{"action"=>"update", :unpermitted_keys=>["group.id", "comment.secret words"]}}'
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json(TICKET, headers={"X-Zendesk-API-Warn": warning})
    client.ticket(7)
    logged = capsys.readouterr().out
    assert "zendesk.parameters_ignored" in logged
    assert "group.id" in logged
    assert "secret words" not in logged


def test_each_call_asks_the_limiter_in_its_lane_and_tells_it(
    httpserver: HTTPServer, client_of: Callable[..., ZendeskClient]
) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json(TICKET)
    limiter = RecordingLimiter()
    client = client_of(limiter=limiter)
    client.ticket(7)
    client.lane("quarantine").add_note(7, "x")
    read = Call(Lane.SCAN, "/api/v2/tickets/{ticket_id}")
    write = Call(Lane.QUARANTINE, "/api/v2/tickets/{ticket_id}", 7)
    assert limiter.asked == [read, write]
    assert limiter.told == [(read, 200), (write, 200)]


def test_without_room_nothing_is_sent(httpserver: HTTPServer, client_of: Callable[..., ZendeskClient]) -> None:
    with pytest.raises(Temporary) as full:
        client_of(limiter=RecordingLimiter(full=True)).ticket(7)
    assert full.value.retry_after == 9.0
    assert not httpserver.log


def test_lanes_share_their_count(httpserver: HTTPServer, client: ZendeskClient) -> None:
    httpserver.expect_request("/api/v2/tickets/7").respond_with_json(TICKET)
    client.lane(Lane.SWEEP).ticket(7)
    client.lane(Lane.PEOPLE).ticket(7)
    assert client.calls == 2


def test_each_exchange_is_told_by_its_route_and_never_by_its_address(
    raw_server: Any, client_of: Callable[..., ZendeskClient]
) -> None:
    told: list[tuple[str, str, int]] = []
    raw_server.reply(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", None)
    client = client_of(
        at=raw_server.name, on_call=lambda method, route, status, ms: told.append((method, route, status))
    )
    client.redact_text(7, 8, "words")
    with pytest.raises(Interrupted):
        client.delete_upload("t0ken")
    assert told == [
        ("PUT", "/api/v2/tickets/{ticket_id}/comments/{comment_id}/redact", 200),
        ("DELETE", "/api/v2/uploads/{token}", 0),
    ]


def test_a_call_ends_at_its_deadline_with_everything_it_does(raw_server: Any, fake_tokens: Any) -> None:
    raw_server.reply(b"", b"")
    endpoint = Endpoint("acme", f"http://{raw_server.name}")
    transport = Transport(endpoint, fake_tokens(), trusted_hosts=frozenset({raw_server.name}))
    with pytest.raises(Interrupted) as failure:
        transport.call(Route("GET", "/slow", "a slow call", seconds=0.05))
    assert failure.value.code == "timeout"
    assert len(raw_server.requests) == 1
