"""Downloads of feeds over real sockets: whole or not at all, and going on where an attempt broke off."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.feeds import FeedFetcher
from app.adapters.open_internet import NO_STAMP, Stamp
from app.errors import DeskwardenError, Rejected, Temporary

CONTENT = random.Random(4).randbytes(400_000)


class Feed:
    """A server that knows ranges and versions, and breaks off when told to."""

    def __init__(self, server: HTTPServer, content: bytes = CONTENT) -> None:
        self.content = content
        self.etag = '"one"'
        self.breaks: list[int] = []
        self.asked: list[dict[str, str]] = []
        server.expect_request("/feed").respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        headers = {
            name: request.headers[name]
            for name in ("Range", "If-Range", "If-None-Match", "Auth-Key")
            if name in request.headers
        }
        self.asked.append(headers)
        if headers.get("If-None-Match") == self.etag:
            return Response(status=304)
        start, status, answer = 0, 200, {"ETag": self.etag}
        if "Range" in headers and headers.get("If-Range") == self.etag:
            start = int(headers["Range"].removeprefix("bytes=").removesuffix("-"))
            if start >= len(self.content):
                return Response(status=416)
            status, answer["Content-Range"] = 206, f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        body = self.content[start:]
        if self.breaks:
            body = body[: self.breaks.pop(0)]
        # As an iterator: of bytes the library itself would say how many there are.
        return Response(iter([body]), status, {**answer, "Content-Length": str(len(self.content) - start)})


@pytest.fixture
def feed(httpserver: HTTPServer) -> Feed:
    return Feed(httpserver)


@pytest.fixture
def fetcher(httpserver: HTTPServer) -> FeedFetcher:
    return FeedFetcher(frozenset({f"{httpserver.host}:{httpserver.port}"}), largest=1_000_000)


@pytest.fixture
def url(httpserver: HTTPServer) -> str:
    return httpserver.url_for("/feed")


def test_a_feed_is_brought_once_and_then_only_when_it_changed(
    feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path
) -> None:
    place = tmp_path / "feed"
    stamp = fetcher.fetch(url, place, stamp=NO_STAMP, secret={"Auth-Key": "k"})

    assert stamp == Stamp('"one"', "")
    assert place.read_bytes() == CONTENT
    assert fetcher.fetch(url, place, stamp=stamp, secret={}) is None
    assert feed.asked == [{"Auth-Key": "k"}, {"If-None-Match": '"one"'}]
    assert list(tmp_path.iterdir()) == [place]


def test_what_broke_off_goes_on_where_it_was(feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path) -> None:
    feed.breaks = [200_000, 100_000]

    fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})

    assert (tmp_path / "feed").read_bytes() == CONTENT
    assert ["Range" in asked for asked in feed.asked] == [False, True, True]


def test_what_a_later_call_finds_of_an_earlier_one_is_kept(
    feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path
) -> None:
    feed.breaks = [200_000, 0]
    with pytest.raises(Temporary):
        fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert not (tmp_path / "feed").exists()

    fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})

    assert (tmp_path / "feed").read_bytes() == CONTENT
    assert feed.asked[-1]["If-Range"] == '"one"'


def test_another_version_is_never_put_behind_a_part_of_the_old_one(
    feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path
) -> None:
    feed.breaks = [200_000, 0]
    with pytest.raises(Temporary):
        fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    feed.content, feed.etag = CONTENT[::-1], '"two"'

    assert fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={}) == Stamp('"two"', "")
    assert (tmp_path / "feed").read_bytes() == CONTENT[::-1]


def test_a_part_that_the_server_has_no_rest_of_is_begun_anew(
    feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path
) -> None:
    feed.breaks = [200_000, 0]
    with pytest.raises(Temporary):
        fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    feed.content = CONTENT[:1_000]

    fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert (tmp_path / "feed").read_bytes() == CONTENT[:1_000]


def test_a_part_of_another_address_is_not_gone_on_with(
    feed: Feed, fetcher: FeedFetcher, httpserver: HTTPServer, tmp_path: Path
) -> None:
    feed.breaks = [200_000, 0]
    httpserver.expect_request("/other").respond_with_data(b"other")
    with pytest.raises(Temporary):
        fetcher.fetch(httpserver.url_for("/feed"), tmp_path / "feed", stamp=NO_STAMP, secret={})
    fetcher.fetch(httpserver.url_for("/other"), tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert (tmp_path / "feed").read_bytes() == b"other"


def test_a_server_that_sends_another_piece_than_asked_for_is_not_believed(
    httpserver: HTTPServer, fetcher: FeedFetcher, tmp_path: Path
) -> None:
    answers = [
        Response(iter([CONTENT[:200_000]]), 200, {"ETag": '"one"', "Content-Length": "400000"}),
        Response(CONTENT[5:], 206, {"ETag": '"one"', "Content-Range": "bytes 5-399999/400000"}),
        Response(CONTENT, 200, {"ETag": '"one"'}),
    ]
    httpserver.expect_request("/odd").respond_with_handler(lambda _request: answers.pop(0))

    fetcher.fetch(httpserver.url_for("/odd"), tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert (tmp_path / "feed").read_bytes() == CONTENT


def test_what_is_too_large_is_given_up(httpserver: HTTPServer, tmp_path: Path) -> None:
    feed = Feed(httpserver)
    fetcher = FeedFetcher(frozenset({f"{httpserver.host}:{httpserver.port}"}), largest=100_000)
    with pytest.raises(Rejected) as refusal:
        fetcher.fetch(httpserver.url_for("/feed"), tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert refusal.value.code == "too_large"
    assert feed.asked
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("status", "family"), [(404, Rejected), (403, Rejected), (503, Temporary), (429, Temporary)])
def test_a_refusal_says_what_it_means(
    httpserver: HTTPServer, fetcher: FeedFetcher, tmp_path: Path, status: int, family: type[DeskwardenError]
) -> None:
    httpserver.expect_request("/no").respond_with_data(status=status)
    with pytest.raises(family):
        fetcher.fetch(httpserver.url_for("/no"), tmp_path / "feed", stamp=NO_STAMP, secret={})


def test_private_addresses_are_not_asked(tmp_path: Path) -> None:
    inside = FeedFetcher(resolve=lambda _host, _port: ["10.0.0.1"])
    for url in ("https://feeds.example/x", "https://169.254.169.254/x", "http://feeds.example/x", "file:///etc/passwd"):
        with pytest.raises(Rejected):
            inside.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})


@pytest.mark.parametrize(
    "inside",
    ["https://10.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/latest/", "http://localhost/", "file:///x"],
)
def test_a_feed_that_is_forwarded_to_a_private_address_is_not_followed(
    httpserver: HTTPServer, fetcher: FeedFetcher, tmp_path: Path, inside: str
) -> None:
    httpserver.expect_request("/moved").respond_with_data(status=302, headers={"Location": inside})
    with pytest.raises(Rejected):
        fetcher.fetch(httpserver.url_for("/moved"), tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("cut", [0, 1, 2, 1_000, 65_535, 65_536, 65_537, 399_999])
def test_a_download_cut_at_any_byte_is_never_taken_for_whole(
    feed: Feed, fetcher: FeedFetcher, url: str, tmp_path: Path, cut: int
) -> None:
    feed.breaks = [cut, 0, 0]
    with pytest.raises(Temporary):
        fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert not (tmp_path / "feed").exists()
    feed.breaks = []
    fetcher.fetch(url, tmp_path / "feed", stamp=NO_STAMP, secret={})
    assert (tmp_path / "feed").read_bytes() == CONTENT


def test_the_key_stays_with_the_host_it_is_for(httpserver: HTTPServer, tmp_path: Path) -> None:
    with HTTPServer(host="127.0.0.1") as other:
        feed = Feed(other)
        httpserver.expect_request("/moved").respond_with_data(status=302, headers={"Location": other.url_for("/feed")})
        trusted = frozenset({f"{server.host}:{server.port}" for server in (httpserver, other)})
        FeedFetcher(trusted).fetch(
            httpserver.url_for("/moved"), tmp_path / "feed", stamp=NO_STAMP, secret={"Auth-Key": "k"}
        )
        assert feed.asked == [{}]
