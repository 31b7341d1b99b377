from __future__ import annotations

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from app.adapters.providers.model import Access, NoOpinion
from app.adapters.providers.shorteners import MOST_HOPS, Shorteners


@pytest.fixture
def shorteners(httpserver: HTTPServer) -> Shorteners:
    return Shorteners(trusted_hosts=frozenset({f"127.0.0.1:{httpserver.port}"}))


ACCESS = Access("", 2.0, {"hosts": ["127.0.0.1"]})


def forward(httpserver: HTTPServer, path: str, to: str, status: int = 301) -> None:
    httpserver.expect_request(path).respond_with_response(Response("page", status, headers={"Location": to}))


def short(httpserver: HTTPServer, path: str = "/abc") -> str:
    return f"http://127.0.0.1:{httpserver.port}{path}"


def target(shorteners: Shorteners, httpserver: HTTPServer, path: str = "/abc") -> str:
    [answer] = shorteners.ask(shorteners.questions(short(httpserver, path), ACCESS), ACCESS)
    return "".join(listing.target for listing in answer.listings)


def test_the_target_is_told_and_never_visited(shorteners: Shorteners, httpserver: HTTPServer) -> None:
    forward(httpserver, "/abc", "https://Target.Example/%7Ea/../login#x")
    assert target(shorteners, httpserver) == "https://target.example/login"
    assert [request.path for request, _ in httpserver.log] == ["/abc"]


def test_a_shortener_behind_a_shortener_is_followed(shorteners: Shorteners, httpserver: HTTPServer) -> None:
    forward(httpserver, "/abc", "/def", 302)
    forward(httpserver, "/def", "https://target.example/", 307)
    assert target(shorteners, httpserver) == "https://target.example/"


def test_hops_have_an_end(shorteners: Shorteners, httpserver: HTTPServer) -> None:
    for number in range(20):
        forward(httpserver, f"/{number}", f"/{number + 1}")
    assert target(shorteners, httpserver, "/0") == short(httpserver, f"/{MOST_HOPS}")
    assert len(httpserver.log) == MOST_HOPS


def test_no_cookie_and_no_body_is_taken_along(shorteners: Shorteners, httpserver: HTTPServer) -> None:
    headers = {"Location": "/def", "Set-Cookie": "who=you; Path=/"}
    httpserver.expect_request("/abc").respond_with_response(Response("x", 302, headers=headers))
    forward(httpserver, "/def", "https://target.example/")
    target(shorteners, httpserver)
    assert all("Cookie" not in request.headers for request, _ in httpserver.log)


def test_an_address_that_forwards_nowhere_has_no_target(shorteners: Shorteners, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/abc").respond_with_data("gone", status=404)
    assert target(shorteners, httpserver) == ""


@pytest.mark.parametrize("location", ["javascript:alert(1)", "ftp://files.example/a", "data:text/html,x"])
def test_what_is_no_web_address_is_no_target(shorteners: Shorteners, httpserver: HTTPServer, location: str) -> None:
    forward(httpserver, "/abc", location)
    with pytest.raises(NoOpinion):
        target(shorteners, httpserver)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_refusal_is_no_opinion(shorteners: Shorteners, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/abc").respond_with_data("", status=status)
    with pytest.raises(NoOpinion):
        target(shorteners, httpserver)


def test_only_shorteners_are_asked(shorteners: Shorteners) -> None:
    assert shorteners.questions("https://target.example/login", Access()) == ()


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_that_leads_into_the_house_is_not_asked(address: str) -> None:
    shorteners = Shorteners(resolve=lambda _host, _port: ["93.184.216.34", address])
    given = Access("", 2.0, {"hosts": ["short.example"]})
    with pytest.raises(NoOpinion) as refusal:
        shorteners.ask(shorteners.questions("https://short.example/abc", given), given)
    assert (refusal.value.code, refusal.value.is_sent) == ("address", False)


@pytest.mark.parametrize("url", ["http://short.example:22/a", "https://short.example:6379/a"])
def test_an_unusual_port_is_not_asked(url: str) -> None:
    given = Access("", 2.0, {"hosts": ["short.example"]})
    with pytest.raises(NoOpinion):
        Shorteners(resolve=lambda _host, _port: ["93.184.216.34"]).ask(Shorteners().questions(url, given), given)
