from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from pytest_httpserver import HTTPServer

from app.adapters.zendesk import Endpoint, ZendeskClient
from app.adapters.zendesk.connect import account_session, guarded_session, resolve_host
from app.adapters.zendesk.deadline import Deadline
from app.adapters.zendesk.errors import NotAllowed
from app.adapters.zendesk.exchange import Interrupted, Question, exchange
from app.adapters.zendesk.hosts import HostRule, Origin
from app.errors import Misconfigured, Temporary

NAME = "acme.zendesk.test"


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    ca = trustme.CA()
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(path))
    return ca, str(path)


@pytest.fixture(scope="module")
def secure_server(authority: tuple[trustme.CA, str]) -> Iterator[HTTPServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority[0].issue_cert(NAME).configure_cert(context)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        server.expect_request("/").respond_with_json({"ok": True})
        yield server


def session_for(base: str, authority: tuple[trustme.CA, str], **options: Any) -> requests.Session:
    trusted = frozenset({base.removeprefix("https://")})
    return account_session(base, trusted, ca_file=authority[1], **{"resolve": here, **options})


def test_the_right_name_is_accepted_at_the_pinned_address(
    secure_server: HTTPServer, authority: tuple[trustme.CA, str]
) -> None:
    base = f"https://{NAME}:{secure_server.port}"
    answer = exchange(session_for(base, authority), Question("GET", f"{base}/"))
    assert answer.document("it") == {"ok": True}
    assert secure_server.log[-1][0].headers["Host"] == f"{NAME}:{secure_server.port}"


def test_a_certificate_of_another_name_is_refused(secure_server: HTTPServer, authority: tuple[trustme.CA, str]) -> None:
    base = f"https://other.zendesk.test:{secure_server.port}"
    with pytest.raises(Temporary) as refusal:
        exchange(session_for(base, authority), Question("GET", f"{base}/"))
    assert refusal.value.code == "certificate"


def test_a_certificate_of_an_unknown_authority_is_refused(
    secure_server: HTTPServer, authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    base = f"https://{NAME}:{secure_server.port}"
    # Other libraries would take their authorities from here.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority[1])
    session = account_session(base, frozenset({base.removeprefix("https://")}), resolve=here)
    with pytest.raises(Temporary) as refusal:
        exchange(session, Question("GET", f"{base}/"))
    assert refusal.value.code == "certificate"


def test_proxies_of_the_environment_are_not_used(
    secure_server: HTTPServer, authority: tuple[trustme.CA, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:1")
    base = f"https://{NAME}:{secure_server.port}"
    assert exchange(session_for(base, authority), Question("GET", f"{base}/")).ok


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["104.16.51.111", "10.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"]]
)
def test_a_name_that_resolves_into_a_private_network_is_not_connected_to(addresses: list[str]) -> None:
    session = account_session("https://acme.zendesk.com", resolve=lambda host, port: addresses)
    with pytest.raises(Misconfigured, match="private"):
        exchange(session, Question("GET", "https://acme.zendesk.com/"))


def test_a_name_is_looked_up_once_for_each_connection(
    secure_server: HTTPServer, authority: tuple[trustme.CA, str]
) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    base = f"https://{NAME}:{secure_server.port}"
    session = session_for(base, authority, resolve=resolve)
    exchange(session, Question("GET", f"{base}/"))
    assert asked == [NAME]


def test_a_socket_to_another_host_is_never_opened(name: str) -> None:
    rule = HostRule(frozenset({Origin("https", "acme.zendesk.com", 443)}))
    with pytest.raises(NotAllowed):
        guarded_session(rule).get(f"http://{name}/")


def test_a_name_without_an_address_is_temporary() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    session = account_session("https://acme.zendesk.com", resolve=resolve)
    with pytest.raises(Interrupted):
        exchange(session, Question("GET", "https://acme.zendesk.com/"))


def test_the_next_address_is_tried_when_one_does_not_answer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({})
    base = f"http://acme.test:{httpserver.port}"
    session = account_session(
        base, frozenset({f"acme.test:{httpserver.port}"}), resolve=lambda host, port: ["127.0.0.2", "127.0.0.1"]
    )
    assert exchange(session, Question("GET", f"{base}/")).ok


def test_the_systems_resolver_finds_this_machine_and_knows_no_nonsense() -> None:
    assert "127.0.0.1" in resolve_host("127.0.0.1", 80)
    with pytest.raises(OSError):
        resolve_host("a..b", 80)


def test_cookies_are_not_kept(httpserver: HTTPServer, name: str) -> None:
    httpserver.expect_request("/").respond_with_data("{}", headers={"Set-Cookie": "session=1; Path=/"})
    session = account_session(f"http://{name}", frozenset({name}))
    for _ in range(2):
        exchange(session, Question("GET", f"http://{name}/"))
    assert "Cookie" not in httpserver.log[-1][0].headers


def test_a_server_that_says_nothing_is_left_at_the_deadline(raw_server: Any) -> None:
    raw_server.reply(b"")
    session = account_session(f"http://{raw_server.name}", frozenset({raw_server.name}))
    with pytest.raises(Interrupted) as failure, Deadline(0.05):
        exchange(session, Question("GET", f"http://{raw_server.name}/"))
    assert failure.value.code == "timeout"


def test_a_call_that_has_no_time_left_is_not_made(httpserver: HTTPServer, name: str) -> None:
    session = account_session(f"http://{name}", frozenset({name}))
    with Deadline(-1.0) as deadline:
        deadline.thread.join()
        with pytest.raises(Interrupted):
            exchange(session, Question("GET", f"http://{name}/"))


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
    ],
)
def test_half_an_answer_is_interrupted(raw_server: Any, reply: bytes | None) -> None:
    raw_server.reply(reply)
    session = account_session(f"http://{raw_server.name}", frozenset({raw_server.name}))
    with pytest.raises(Interrupted):
        exchange(session, Question("GET", f"http://{raw_server.name}/"))


def test_a_client_of_an_address_that_may_not_be_used_is_not_made(fake_tokens: Any) -> None:
    with pytest.raises(Misconfigured):
        ZendeskClient(Endpoint("acme", "http://acme.zendesk.com"), fake_tokens())


def test_a_session_opens_no_file_of_the_home_folder(
    httpserver: HTTPServer, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text(f"machine {name.split(':')[0]} login someone password else")
    monkeypatch.setenv("HOME", str(tmp_path))
    httpserver.expect_request("/").respond_with_json({})
    exchange(account_session(f"http://{name}", frozenset({name})), Question("GET", f"http://{name}/"))
    assert "Authorization" not in httpserver.log[-1][0].headers


def test_a_handshake_that_breaks_off_says_nothing_of_what_was_sent(raw_server: Any) -> None:
    raw_server.reply(b"this is no TLS")
    session = account_session(f"https://{raw_server.name}", frozenset({raw_server.name}))
    with pytest.raises(Interrupted) as failure:
        exchange(session, Question("GET", f"https://{raw_server.name}/"))
    assert failure.value.code == "connection"
