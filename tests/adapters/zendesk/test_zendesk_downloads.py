"""Fetching a file: whole, within its cap and in time, or not at all."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters.zendesk.downloads import Downloader
from app.adapters.zendesk.errors import NotFound, SignInRequired, TooLarge, Withheld
from app.adapters.zendesk.records import Attachment
from app.errors import DeskwardenError, Rejected, Temporary
from tests.adapters.zendesk.files import CONTENT, FILE, PAGE, forward


def test_a_file_is_fetched_over_the_content_host(
    httpserver: HTTPServer, content: HTTPServer, fetch: Any, spool: Path
) -> None:
    forward(httpserver, "/attachments/1", content.url_for("/file"))
    found = fetch()
    assert spool.read_bytes() == CONTENT
    assert (found.sha256, found.size) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    assert (found.content_type, found.final_host) == ("application/pdf", "127.0.0.1")


def test_the_spool_file_is_for_us_alone(httpserver: HTTPServer, fetch: Any, spool: Path) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    fetch()
    assert stat.S_IMODE(spool.stat().st_mode) == 0o600


def test_a_file_that_is_there_already_is_not_written_through(
    httpserver: HTTPServer, fetch: Any, spool: Path, tmp_path: Path
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    target = tmp_path / "target"
    spool.symlink_to(target)
    with pytest.raises(FileExistsError):
        fetch()
    assert not target.exists()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound), (410, NotFound), (403, Temporary), (408, Temporary), (429, Temporary), (500, Temporary),
        (503, Temporary), (401, SignInRequired), (400, Rejected), (206, Rejected), (204, Rejected),
    ],
)  # fmt: skip
def test_what_is_not_served_has_its_meaning(
    httpserver: HTTPServer, fetch: Any, spool: Path, status: int, kind: type[DeskwardenError]
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(b"", status=status, headers={"Retry-After": "7"})
    with pytest.raises(kind) as failure:
        fetch()
    assert type(failure.value) is kind
    assert not spool.exists()
    if isinstance(failure.value, Temporary) and status != 401:
        assert failure.value.retry_after == 7.0


def test_a_stated_length_over_the_cap_is_refused_before_anything_is_read(
    httpserver: HTTPServer, fetch: Any, spool: Path
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    with pytest.raises(TooLarge):
        fetch(cap_bytes=len(CONTENT) - 1)
    assert not spool.exists()


def test_a_body_that_grows_over_the_cap_is_cut_and_removed(
    raw_server: Any, downloader_of: Callable[..., Downloader], spool: Path
) -> None:
    raw_server.reply(b"HTTP/1.1 200 OK\r\n\r\n" + CONTENT)
    downloader = Downloader(f"http://{raw_server.name}", trusted_hosts=frozenset({raw_server.name}))
    with pytest.raises(TooLarge):
        downloader.download(f"http://{raw_server.name}/", spool, cap_bytes=1_000)
    assert not spool.exists()


def test_a_file_of_exactly_the_cap_is_fetched(httpserver: HTTPServer, fetch: Any) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    assert fetch(cap_bytes=len(CONTENT)).size == len(CONTENT)


def test_an_empty_file_is_fetched(httpserver: HTTPServer, fetch: Any, spool: Path) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(b"")
    assert fetch().sha256 == hashlib.sha256(b"").hexdigest()
    assert spool.read_bytes() == b""


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\n",
        None,
    ],
)
def test_a_truncated_file_is_temporary_and_leaves_nothing(raw_server: Any, spool: Path, reply: bytes | None) -> None:
    raw_server.reply(reply)
    downloader = Downloader(f"http://{raw_server.name}", trusted_hosts=frozenset({raw_server.name}))
    with pytest.raises(Temporary):
        downloader.download(f"http://{raw_server.name}/", spool, cap_bytes=1_000)
    assert not spool.exists()


def test_a_file_that_only_the_end_of_the_connection_ends_must_have_its_length(raw_server: Any, spool: Path) -> None:
    downloader = Downloader(f"http://{raw_server.name}", trusted_hosts=frozenset({raw_server.name}))
    raw_server.reply(*[b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\nonly this"] * 2)
    with pytest.raises(Temporary):
        downloader.download(f"http://{raw_server.name}/", spool, cap_bytes=1_000, attachment=FILE)
    assert not spool.exists()
    found = downloader.download(f"http://{raw_server.name}/", spool, cap_bytes=1_000, attachment=replace(FILE, size=9))
    assert found.size == 9


class SteppingClock:
    """Each look at it finds ``step`` seconds gone."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def drip(httpserver: HTTPServer, pieces: int, size: int = 10) -> None:
    def answer(request: Request) -> Response:
        return Response((b"x" * size for _ in range(pieces)), content_type="application/pdf")

    httpserver.expect_request("/attachments/1").respond_with_handler(answer)


def test_a_slow_drip_is_given_up(
    httpserver: HTTPServer, downloader_of: Callable[..., Downloader], fetch: Any, spool: Path
) -> None:
    drip(httpserver, 1000)
    with pytest.raises(Temporary) as failure:
        fetch(downloader=downloader_of(clock=SteppingClock(20.0)))
    assert failure.value.code == "too_slow"
    assert not spool.exists()


def test_a_file_that_takes_too_long_altogether_is_given_up(
    httpserver: HTTPServer, downloader_of: Callable[..., Downloader], fetch: Any
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    with pytest.raises(Temporary) as failure:
        fetch(downloader=downloader_of(clock=SteppingClock(20.0), seconds=10.0))
    assert failure.value.code == "too_slow"


def test_the_progress_is_told_on_the_way_and_at_the_end(
    httpserver: HTTPServer, downloader_of: Callable[..., Downloader], fetch: Any
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    told: list[int] = []
    fetch(downloader=downloader_of(clock=SteppingClock(3.0)), progress=told.append)
    assert told[-1] == len(CONTENT)
    assert told == sorted(told)
    assert len(told) >= 2


def test_what_the_progress_raises_ends_the_download(httpserver: HTTPServer, fetch: Any, spool: Path) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)

    def lost(size: int) -> None:
        raise LookupError("the lease is lost")

    with pytest.raises(LookupError):
        fetch(progress=lost)
    assert not spool.exists()


def test_a_page_in_place_of_the_file_is_temporary(
    httpserver: HTTPServer, content: HTTPServer, fetch: Any, spool: Path
) -> None:
    content.expect_request("/page").respond_with_data(PAGE, content_type="text/html; charset=utf-8")
    forward(httpserver, "/attachments/1", content.url_for("/page"))
    with pytest.raises(Temporary) as failure:
        fetch(attachment=FILE)
    assert failure.value.code == "page_instead"
    assert not spool.exists()


@pytest.mark.parametrize("file", [FILE, replace(FILE, file_name="page.html", content_type="text/html")])
def test_the_warning_page_of_zendesks_scanner_means_withheld(
    httpserver: HTTPServer, fetch: Any, file: Attachment
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(PAGE, content_type="text/html")
    with pytest.raises(Withheld):
        fetch(attachment=replace(file, malware_scan_result="malware_found"))


def test_a_page_of_the_size_of_the_file_is_the_file_whatever_it_is_called(
    httpserver: HTTPServer, fetch: Any, spool: Path
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(PAGE, content_type="text/html")
    fetch(attachment=replace(FILE, size=len(PAGE)))
    assert spool.read_bytes() == PAGE


def test_a_page_of_unknown_size_is_the_file_when_it_is_called_one(
    httpserver: HTTPServer, fetch: Any, spool: Path
) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(PAGE, content_type="text/html")
    fetch(attachment=replace(FILE, size=None, file_name="PAGE.HTM"))
    assert spool.exists()


def test_a_compressed_transfer_counts_by_what_comes_out(httpserver: HTTPServer, fetch: Any, spool: Path) -> None:
    import gzip

    packed = gzip.compress(b"\0" * 5_000_000)
    httpserver.expect_request("/attachments/1").respond_with_data(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(TooLarge):
        fetch()
    assert not spool.exists()


def test_the_file_is_asked_for_as_it_is(httpserver: HTTPServer, fetch: Any) -> None:
    httpserver.expect_request("/attachments/1").respond_with_data(CONTENT)
    fetch()
    assert httpserver.log[-1][0].headers["Accept-Encoding"] == "identity"
