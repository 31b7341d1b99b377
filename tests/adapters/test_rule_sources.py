"""Archives of rules: fetched only from where they may come, unpacked in memory, and nothing odd gets through."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.adapters import rule_archive
from app.adapters.open_internet import Stamp
from app.adapters.rule_archive import plain_path, unpack
from app.adapters.rule_sources import RuleFetcher, fetched_rules, local_rules
from app.errors import DeskwardenError, Rejected, Temporary
from tests.fuzz import fuzzed

RULE = b"rule a { condition: true }"


def zip_of(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tar_of(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return buffer.getvalue()


def paths(content: bytes, folder: str = "") -> list[str]:
    return [str(text.path) for text in unpack(content, name="a.yar", folder=folder)]


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_the_rules_of_an_archive_lose_the_folder_that_forges_add(pack: Callable[..., bytes]) -> None:
    content = pack({"set-4f2c/a.yar": RULE, "set-4f2c/more/b.yara": RULE, "set-4f2c/README.md": b"hello"})

    assert paths(content) == ["a.yar", "more/b.yara"]
    assert paths(content, "more") == ["b.yara"]


@pytest.mark.parametrize("pack", [zip_of, tar_of])
@pytest.mark.parametrize(
    "name", ["../a.yar", "/etc/a.yar", "x/../../a.yar", "x\\..\\a.yar", ".git/a.yar", "x/.a.yar", "a.txt", "x//a.yar"]
)
def test_names_that_lead_out_or_hide_are_left_behind(pack: Callable[..., bytes], name: str) -> None:
    assert paths(pack({name: RULE, "x/good.yar": RULE, "good.yar": RULE})) == ["x/good.yar", "good.yar"]


def test_odd_letters_of_names_become_plain() -> None:
    assert plain_path("my set/ru\u202ele\x00s.yar") == PurePosixPath("my_set/ru_le_s.yar")


def test_links_in_an_archive_are_no_files() -> None:
    assert paths(tar_of({"x/a.yar": RULE, "a.yar": RULE}, links={"b.yar": "/etc/passwd"})) == ["x/a.yar", "a.yar"]


def test_a_single_file_is_taken_under_its_name() -> None:
    (text,) = fetched_rules(RULE, "https://rules.example/sets/best%20of.yara?raw=1")

    assert (str(text.path), text.content) == ("best_20of.yar", RULE)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<!doctype html><html>Sign in", "page"),
        (zip_of({"README.md": b"x"}), "no_rules"),
        (zip_of({"a.yar": RULE})[:-30], "archive"),
        (tar_of({"a.yar": RULE * 50})[:60], "archive"),
        (gzip.compress(b"no tar at all"), "archive"),
    ],
)
def test_what_is_no_set_of_rules_is_refused_with_the_reason(content: bytes, code: str) -> None:
    with pytest.raises(Rejected) as refusal:
        unpack(content, name="a.yar")
    assert refusal.value.code == code


def test_archives_that_unpack_to_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_archive, "FILE_BYTES", 1000)
    monkeypatch.setattr(rule_archive, "TAR_BYTES", 30_000)

    for content in (
        zip_of({"a.yar": bytes(2000)}),
        tar_of({"a.yar": bytes(2000)}),
        tar_of({"other.bin": bytes(100_000), "a.yar": RULE}),
    ):
        with pytest.raises(Rejected) as refusal:
            unpack(content, name="a")
        assert refusal.value.code == "too_large"


@fuzzed()
@given(st.data())
def test_a_damaged_archive_is_refused_and_nothing_else(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([zip_of({"x/a.yar": RULE}), tar_of({"x/a.yar": RULE})]))
    place = data.draw(st.integers(0, len(good) - 1))
    damaged = good[:place] + data.draw(st.binary(max_size=8)) + good[place + data.draw(st.integers(0, 8)) :]
    try:
        found = unpack(damaged, name="a.yar")
    except Rejected:
        return
    assert all(".." not in text.path.parts and not text.path.is_absolute() for text in found)


def test_local_archives_files_and_folders_are_read(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.yar").write_bytes(RULE)
    (tmp_path / "set.zip").write_bytes(zip_of({"set/a.yar": RULE, "set/b.yar": RULE}))

    assert [str(text.path) for text in local_rules(tmp_path / "set")] == ["a.yar"]
    assert [str(text.path) for text in local_rules(tmp_path, "set")] == ["a.yar"]
    assert len(local_rules(tmp_path / "set.zip")) == 2
    for missing in (tmp_path / "nowhere", tmp_path / "set" / "none"):
        with pytest.raises(Rejected):
            local_rules(missing)


@pytest.fixture
def fetcher(httpserver: HTTPServer) -> RuleFetcher:
    return RuleFetcher(frozenset({f"{httpserver.host}:{httpserver.port}"}), largest=10_000)


def test_the_stamp_of_a_version_is_told_the_next_time(httpserver: HTTPServer, fetcher: RuleFetcher) -> None:
    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"one"' and request.headers.get("If-Modified-Since") == "yesterday":
            return Response(status=304)
        return Response(RULE, headers={"ETag": '"one"', "Last-Modified": "yesterday"})

    httpserver.expect_request("/a.yar").respond_with_handler(answer)
    first = fetcher.fetch(httpserver.url_for("/a.yar"))

    assert first is not None
    assert (first.content, first.stamp) == (RULE, Stamp('"one"', "yesterday"))
    assert fetcher.fetch(httpserver.url_for("/a.yar"), stamp=first.stamp) is None


def test_the_token_stays_with_the_host_it_is_for(httpserver: HTTPServer) -> None:
    with HTTPServer(host="127.0.0.1") as other:
        trusted = frozenset({f"{server.host}:{server.port}" for server in (httpserver, other)})
        seen: list[str | None] = []

        def answer(request: Request) -> Response:
            seen.append(request.headers.get("Authorization"))
            return Response(RULE)

        other.expect_request("/b.yar").respond_with_handler(answer)
        httpserver.expect_request("/a.yar", headers={"Authorization": "Bearer secret"}).respond_with_data(
            status=302, headers={"Location": other.url_for("/b.yar")}
        )

        assert RuleFetcher(trusted).fetch(httpserver.url_for("/a.yar"), token="secret") is not None
        assert seen == [None]


def test_only_encrypted_public_addresses_are_asked(httpserver: HTTPServer, fetcher: RuleFetcher) -> None:
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": "http://rules.example/a.yar"})
    httpserver.expect_request("/b").respond_with_data(status=302, headers={"Location": "https://10.0.0.1/a.yar"})
    private = RuleFetcher(resolve=lambda host, port: ["10.0.0.1"])

    for ask in (
        lambda: fetcher.fetch(httpserver.url_for("/a")),
        lambda: fetcher.fetch(httpserver.url_for("/b")),
        lambda: private.fetch("https://rules.example/a.yar"),
        lambda: RuleFetcher().fetch(httpserver.url_for("/a")),
        lambda: fetcher.fetch("file:///etc/passwd"),
    ):
        with pytest.raises(Rejected):
            ask()


@pytest.mark.parametrize(
    ("status", "family"), [(404, Rejected), (401, Rejected), (418, Rejected), (503, Temporary), (429, Temporary)]
)
def test_an_answer_that_is_no_success_says_what_it_means(
    httpserver: HTTPServer, fetcher: RuleFetcher, status: int, family: type[DeskwardenError]
) -> None:
    httpserver.expect_request("/a.yar").respond_with_data(status=status)

    with pytest.raises(family):
        fetcher.fetch(httpserver.url_for("/a.yar"))


def test_what_is_too_large_or_goes_round_in_circles_is_refused(httpserver: HTTPServer, fetcher: RuleFetcher) -> None:
    httpserver.expect_request("/big").respond_with_data(bytes(20_000))
    httpserver.expect_request("/round").respond_with_data(status=302, headers={"Location": "/round"})

    for path, code in (("/big", "too_large"), ("/round", "hops")):
        with pytest.raises(Rejected) as refusal:
            fetcher.fetch(httpserver.url_for(path))
        assert refusal.value.code == code


def test_a_server_that_is_not_there_can_be_asked_again() -> None:
    with pytest.raises(Temporary):
        RuleFetcher(frozenset({"127.0.0.1:1"})).fetch("http://127.0.0.1:1/a.yar")
