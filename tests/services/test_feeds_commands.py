"""The commands about feeds: what they print, and how they end."""

from __future__ import annotations

import argparse
import importlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from app.commands.feed_options import Progress
from app.errors import Misconfigured, Rejected
from tests.builders import Clock, a_database
from tests.services.test_feeds import Machine, Publisher
from tests.unit.feeds import samples

Command = Callable[..., tuple[int, str]]


@pytest.fixture
def publisher(httpserver: HTTPServer) -> Publisher:
    return Publisher(httpserver)


@pytest.fixture
def machine(tmp_path: Path, publisher: Publisher) -> Iterator[Machine]:
    database = a_database(tmp_path)
    machine = Machine(tmp_path / "home", f"sqlite:///{tmp_path}/test.sqlite3", publisher, Clock())
    machine.home.mkdir()
    yield machine
    machine.database.close()
    database.close()


@pytest.fixture
def command(machine: Machine) -> Command:
    def run(name: str, *arguments: str) -> tuple[int, str]:
        module = importlib.import_module(f"app.commands.feeds_{name}")
        parser = argparse.ArgumentParser()
        module.add_arguments(parser)
        out = io.StringIO()
        return module.run_with(machine.feeds, parser.parse_args(arguments), out=out), out.getvalue()

    return run


def test_an_import_tells_what_could_not_be_used_without_showing_it(command: Command, machine: Machine) -> None:
    feed = machine.home / "feed.csv"
    feed.write_text("Link,Day\nhttp://bad.example/x,2026-11-20\nsecret-content,2026-11-20\n")

    status, told = command(
        *("import", "--name", "mine", "--format", "csv", "--column", "url=Link", "--column", "added=Day"),
        *("--weight", "100", "--category", "phishing", str(feed)),
    )

    assert (status, told) == (1, "mine: updated, 1 entries, 1 not usable\n  line 3: no web address\n")
    assert machine.hits("http://bad.example/x") == [("mine", "phishing", 100)]
    feed.write_text("Link,Day\nhttp://bad.example/x,2026-11-20\n")
    status, told = command("import", "--name", "mine", "--format", "csv", "--column", "url=Link", str(feed))
    assert (status, told) == (0, "mine: updated, 1 entries, 0 not usable\n")


def test_an_update_tells_how_each_feed_went(command: Command, publisher: Publisher) -> None:
    publisher.pages["/good"] = samples.DROP_JSON.encode()
    for name in ("good", "gone"):
        command("add", "--name", name, "--url", publisher.url(f"/{name}"), "--format", "drop")

    status, told = command("update")

    assert status == 1
    assert told.splitlines() == [
        "gone: failed: There is nothing at this address (HTTP 404).",
        "good: updated, 2 entries, 0 not usable",
    ]
    assert command("update", "good") == (0, "good: unchanged, 2 entries, 0 not usable\n")
    with pytest.raises(Rejected, match="no feed named 'other'"):
        command("update", "other")


def test_without_feeds_an_update_says_so(command: Command) -> None:
    status, told = command("update")
    assert status == 0
    assert "No feed is enabled" in told


def test_the_status_shows_feeds_index_and_what_is_ready(command: Command, publisher: Publisher) -> None:
    publisher.pages["/good"] = b"one.example\nlocalhost\n"
    command("add", "--name", "good", "--url", publisher.url("/good"), "--format", "domains", "--licence", "CC0")
    command("update")

    status, told = command("status")
    lines = told.splitlines()
    assert status == 0
    assert lines[:3] == [
        "1 feed is in use, all well. Links are checked against 1 entry.",
        "ok       good                 malicious  weight 50  1 entry, 1 line not usable, taken 2026-11-21 12:00 UTC",
        "         line 2: no host of the internet",
    ]
    assert any(line.startswith("         urlhaus ") and "needs a key" in line for line in lines)

    document = json.loads(command("status", "--json")[1])
    assert document["index"] == {"entries": 1, "problem": ""}
    assert document["feeds"][0]["licence"] == "CC0"
    assert document["feeds"][0]["problems"] == [{"line": 2, "reason": "no host of the internet"}]
    assert "urlhaus" in [feed["name"] for feed in document["ready"]]


def test_the_status_is_not_well_when_a_feed_failed_or_the_index_is_missing(
    command: Command, machine: Machine, publisher: Publisher
) -> None:
    publisher.pages["/good"] = b"one.example\n"
    command("add", "--name", "good", "--url", publisher.url("/good"), "--format", "domains")
    command("update")
    (machine.home / "feeds" / "index").unlink()
    status, told = command("status")
    assert status == 1
    assert told.startswith("1 feed is in use, all well. There is no index on this machine: run")

    publisher.pages["/good"] = 500
    command("update")
    status, told = command("status")
    assert status == 1
    assert told.startswith("1 feed is in use, 1 of them failing. Links are checked against 1 entry.")
    assert "FAILING  good " in told
    assert "The server cannot answer just now (HTTP 500). What it listed before stays in use." in told


def test_the_status_says_when_nothing_of_a_feed_counts_any_more(
    command: Command, machine: Machine, publisher: Publisher
) -> None:
    publisher.pages["/good"] = b"one.example\n"
    command("add", "--name", "good", "--url", publisher.url("/good"), "--format", "domains", "--stale-after", "3")
    command("update")
    publisher.pages["/good"] = 500
    machine.clock.pass_(3 * 86_400)
    command("update")
    assert machine.hits("http://one.example/")
    assert "stays in use" in command("status")[1]

    machine.clock.pass_(86_400)
    status, told = command("status")
    assert machine.hits("http://one.example/") == []
    assert status == 1
    assert "stays in use" not in told
    assert "Nothing of it counts any more: no download went well for 3 days." in told


def test_the_status_tells_what_waits_for_its_first_download_and_what_is_off(command: Command, machine: Machine) -> None:
    assert command("status")[1].startswith("No feed is in use. Links are checked against 0 entries.\n")
    command("enable", "openphish")
    assert "waiting  openphish " in command("status")[1]
    command("disable", "openphish")
    assert "off      openphish " in command("status")[1]


def test_a_feed_is_switched_off_and_on_and_removed(command: Command, machine: Machine) -> None:
    feed = machine.home / "list"
    feed.write_text("one.example\n")
    command("import", "--name", "mine", "--format", "domains", str(feed))

    assert command("disable", "mine") == (0, "mine is disabled.\n")
    assert machine.hits("http://one.example/") == []
    assert command("enable", "mine")[0] == 0
    assert machine.hits("http://one.example/")
    assert command("remove", "mine") == (0, "mine is removed.\n")
    assert machine.hits("http://one.example/") == []


def test_the_key_of_a_provider_comes_from_the_environment(
    command: Command, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Misconfigured, match="NO_SUCH is empty"):
        command("enable", "urlhaus", "--key-env", "NO_SUCH")
    monkeypatch.setenv("DESKWARDEN_FEED_URLHAUS_KEY", "from-the-usual-place")
    monkeypatch.setenv("OWN", "from-mine")
    command("enable", "urlhaus")
    command("enable", "threatfox", "--key-env", "OWN")
    assert [machine.row(name).key is not None for name in ("urlhaus", "threatfox")] == [True, True]


@pytest.mark.parametrize("column", ["url", "colour=1", "url="])
def test_a_column_that_does_not_fit_ends_the_command(command: Command, column: str) -> None:
    with pytest.raises(SystemExit):
        command("import", "--name", "a", "--format", "csv", "--column", column, "file")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_shown_on_a_terminal_alone() -> None:
    terminal, file = Terminal(), io.StringIO()
    for log in (terminal, file):
        progress = Progress(log)
        progress.show("mine", 20_000)
        progress.clear()
    assert "mine: 20000 read" in terminal.getvalue()
    assert file.getvalue() == ""
