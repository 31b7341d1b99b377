"""Where files may be fetched from, and who is shown the authorization on the way there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from app.adapters.zendesk.downloads import Downloader
from app.adapters.zendesk.errors import NotAllowed, SignInRequired
from app.errors import Misconfigured, Temporary
from tests.adapters.zendesk.files import CONTENT, forward


def test_the_authorization_never_leaves_the_tenants_host(
    httpserver: HTTPServer, content: HTTPServer, fetch: Any
) -> None:
    forward(httpserver, "/attachments/1", content.url_for("/hop"))
    forward(content, "/hop", httpserver.url_for("/back"))
    httpserver.expect_request("/back").respond_with_data(CONTENT)
    fetch(authorization="Bearer secret")
    sent = [(request.path, request.headers.get("Authorization")) for request, _ in httpserver.log]
    assert sent == [("/attachments/1", "Bearer secret"), ("/back", None)]
    assert [request.headers.get("Authorization") for request, _ in content.log] == [None]


def test_the_authorization_stays_on_a_redirect_within_the_tenant(httpserver: HTTPServer, fetch: Any) -> None:
    forward(httpserver, "/attachments/1", "/attachments/token/1")
    httpserver.expect_request("/attachments/token/1").respond_with_data(CONTENT)
    fetch(authorization="Bearer secret")
    assert httpserver.log[-1][0].headers["Authorization"] == "Bearer secret"


def test_the_authorization_is_not_sent_to_a_trusted_host_that_is_not_the_tenant(
    content: HTTPServer, fetch: Any
) -> None:
    fetch(content.url_for("/file"), authorization="Bearer secret")
    assert "Authorization" not in content.log[-1][0].headers


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("http://169.254.169.254/latest/meta-data/", "address_scheme"),
        ("https://169.254.169.254/latest/meta-data/", "address_foreign"),
        ("http://127.0.0.1:1/", "address_scheme"),
        ("https://127.0.0.1/", "address_foreign"),
        ("https://[::1]/", "address_foreign"),
        ("https://2130706433/", "address_form"),
        ("https://other.zendesk.com/attachments/1", "address_foreign"),
        ("http://p1.zdusercontent.com/attachment/1", "address_scheme"),
        ("https://p1.zdusercontent.com:8443/attachment/1", "address_port"),
        ("https://user:pass@p1.zdusercontent.com/attachment/1", "address_userinfo"),
        ("file:///etc/passwd", "address_scheme"),
        ("gopher://127.0.0.1/", "address_scheme"),
        ("//evil.example/", "address_scheme"),
    ],
)
def test_a_redirect_to_where_nothing_may_be_fetched_is_refused(
    httpserver: HTTPServer, fetch: Any, spool: Path, location: str, code: str
) -> None:
    forward(httpserver, "/attachments/1", location)
    with pytest.raises(NotAllowed) as refusal:
        fetch(authorization="Bearer secret")
    assert refusal.value.code == code
    assert not spool.exists()


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_a_content_host_that_resolves_into_a_private_network_is_refused(
    httpserver: HTTPServer, downloader_of: Callable[..., Downloader], fetch: Any, name: str, address: str
) -> None:
    forward(httpserver, "/attachments/1", "https://p1.zdusercontent.com/attachment/1")

    def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if host in name else [address]

    with pytest.raises(NotAllowed) as refusal:
        fetch(downloader=downloader_of(resolve=resolve))
    assert refusal.value.code == "address_private"


def test_a_tenant_in_https_is_never_asked_in_http(spool: Path) -> None:
    downloader = Downloader("https://acme.zendesk.com", resolve=lambda host, port: pytest.fail("it was looked up"))
    with pytest.raises(NotAllowed) as refusal:
        downloader.download("http://acme.zendesk.com/a", spool, cap_bytes=1, authorization="Bearer secret")
    assert refusal.value.code == "address_scheme"


def test_the_brands_of_a_tenant_belong_to_it_when_they_are_named(spool: Path) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise OSError(host)

    downloader = Downloader("https://acme.zendesk.com", mapped_hosts=["Help.Acme.example"], resolve=resolve)
    with pytest.raises(Temporary):
        downloader.download("https://help.acme.example/attachments/1", spool, cap_bytes=1)
    with pytest.raises(NotAllowed):
        downloader.download("https://www.acme.example/attachments/1", spool, cap_bytes=1)


def test_a_downloader_of_an_unfit_address_is_not_made() -> None:
    with pytest.raises(Misconfigured):
        Downloader("http://acme.zendesk.com")


def test_redirects_that_do_not_end_are_refused(httpserver: HTTPServer, fetch: Any) -> None:
    forward(httpserver, "/attachments/1", "/attachments/1")
    with pytest.raises(NotAllowed) as refusal:
        fetch()
    assert refusal.value.code == "address_hops"
    assert len(httpserver.log) == 6


@pytest.mark.parametrize("path", ["/access/unauthenticated?return_to=x", "/auth/v2/login", "/hc/en-us/signin"])
def test_the_sign_in_page_asks_for_another_authorization(httpserver: HTTPServer, fetch: Any, path: str) -> None:
    forward(httpserver, "/attachments/1", path)
    with pytest.raises(SignInRequired):
        fetch(authorization="Bearer old")


def test_a_location_of_utf8_bytes_is_followed(raw_server: Any, content: HTTPServer, spool: Path) -> None:
    raw_server.reply(
        "HTTP/1.1 302 Found\r\nLocation: /ü/datei\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode(),
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
    )
    downloader = Downloader(f"http://{raw_server.name}", trusted_hosts=frozenset({raw_server.name}))
    assert downloader.download(f"http://{raw_server.name}/", spool, cap_bytes=10).size == 2
    assert raw_server.requests[1].startswith(b"GET /%C3%BC/datei HTTP/1.1")
