"""Feeds from download to lookup, with real files, sockets and databases."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from werkzeug import Request, Response

from app.adapters.feeds import FeedFetcher
from app.db import Database
from app.engine.links.canonical import canonical
from app.engine.links.expressions import expressions
from app.engine.links.index import Index
from app.errors import Rejected
from app.feeds.service.building import keep_current
from app.feeds.service.feeds import Feeds, NewFeed, Outcome
from app.feeds.service.following import index_path
from app.feeds.tables import feed_blocks, feeds
from app.keys import MasterKey
from app.metrics import FeedsCollector
from app.migrations import upgrade
from app.tables import load_tables
from tests.builders import NOON, Clock
from tests.unit.feeds import samples

DAY = 86_400.0
BAD = "http://bad.example/a/login.php?x=1"


class Publisher:
    """A server of feeds: what lies at each path, and who asked with what."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.pages: dict[str, bytes | int] = {}
        self.asked: list[Request] = []
        server.expect_request(re.compile("/.*")).respond_with_handler(self.answer)

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        page = self.pages.get(request.path, 404)
        if isinstance(page, int):
            return Response(status=page)
        etag = f'"{hash(page)}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304)
        return Response(page, headers={"ETag": etag})

    def url(self, path: str) -> str:
        return self.server.url_for(path)


class Machine:
    """One machine of an installation: its own data folder, the shared database and keys."""

    def __init__(self, home: Path, url: str, publisher: Publisher, clock: Clock) -> None:
        server = publisher.server
        self.home, self.clock = home, clock
        self.database = Database(url)
        fetcher = FeedFetcher(frozenset({f"{server.host}:{server.port}"}))
        self.feeds = Feeds(self.database, MasterKey(b"k" * 32), fetcher, home, clock)
        self.feeds.reputation._look_seconds = 0.0

    def hits(self, url: str) -> list[tuple[str, str, int]]:
        return [
            (hit.feed, hit.category, hit.weight) for hit in self.feeds.reputation.lookup(expressions(canonical(url)))
        ]

    def import_(self, name: str, form: str, *texts: str | bytes, force: bool = False, **more: Any) -> Outcome:
        paths = []
        for number, text in enumerate(texts):
            paths.append(self.home / f"{name}-{number}")
            paths[-1].write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.feeds.import_files(NewFeed(name, form, **more), paths, force=force)

    def row(self, name: str) -> Any:
        return next(row for row in self.feeds.rows() if row.name == name)


@pytest.fixture
def publisher(httpserver: HTTPServer) -> Publisher:
    return Publisher(httpserver)


@pytest.fixture
def machine(tmp_path: Path, empty_database: str, publisher: Publisher) -> Iterator[Machine]:
    load_tables()
    machine = Machine(tmp_path / "home", empty_database, publisher, Clock())
    machine.home.mkdir()
    upgrade(machine.database)
    yield machine
    machine.database.close()


def test_an_imported_feed_is_looked_up_at_once(machine: Machine) -> None:
    outcome = machine.import_("mine", "list", f"{BAD}\nworse.example\nlocalhost\n", category="phishing", weight=70)

    assert outcome == Outcome("mine", "updated", 2, 1, 0, ((3, "no host of the internet"),))
    assert machine.hits(BAD) == [("mine", "phishing", 70)]
    assert machine.hits("https://a.worse.example/x") == [("mine", "phishing", 70)]
    assert machine.hits("http://bad.example/a/") == machine.hits("http://good.example/") == []


def test_an_import_takes_the_place_of_the_one_before_and_all_its_files_count(machine: Machine) -> None:
    machine.import_("mine", "domains", "one.example\n")
    machine.import_("mine", "domains", gzip.compress(b"two.example\n"), "three.example\n")

    assert [bool(machine.hits(f"http://{name}.example/")) for name in ("one", "two", "three")] == [False, True, True]
    with machine.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(feed_blocks)).scalar_one() == 1


def test_what_cannot_be_read_leaves_the_list_that_was_there(machine: Machine) -> None:
    machine.import_("mine", "domains", "one.example\n")

    for text, form in (("<!doctype html><html>", "domains"), ("{", "stix"), ("\n\n", "domains"), ("com\n", "domains")):
        with pytest.raises(Rejected):
            machine.import_("mine", form, text)
    with pytest.raises(Rejected):
        machine.feeds.import_files(NewFeed("mine", "domains"), [machine.home / "none"])
    assert machine.hits("http://one.example/")
    assert machine.row("mine").last_error


def test_a_new_feed_that_cannot_be_read_leaves_no_trace(machine: Machine) -> None:
    with pytest.raises(Rejected):
        machine.import_("mine", "domains", "com\n")
    assert machine.feeds.rows() == []


def test_a_feed_that_has_shrunken_is_taken_for_broken(machine: Machine) -> None:
    many = "".join(f"host{number}.example\n" for number in range(200))
    machine.import_("mine", "domains", many)

    with pytest.raises(Rejected, match="19 entries, and had 200"):
        machine.import_("mine", "domains", many[: len("host0.example\n") * 10 + len("host10.example\n") * 9])
    assert machine.hits("http://host150.example/")
    assert machine.import_("mine", "domains", "one.example\n", force=True).entries == 1


def test_a_feed_is_downloaded_when_it_is_due_and_only_then(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/feed"] = samples.urlhaus((BAD, "2026-11-20")).encode()
    machine.feeds.add(NewFeed("haus", "urlhaus", publisher.url("/feed"), weight=90, every=3600))

    assert [outcome.state for outcome in machine.feeds.update_due()] == ["updated"]
    assert machine.feeds.update_due() == []
    machine.clock.pass_(3601)
    assert [outcome.state for outcome in machine.feeds.update_due()] == ["unchanged"]
    assert machine.hits(BAD) == [("haus", "malware", 90)]
    assert len(publisher.asked) == 2
    assert machine.row("haus").last_ok_at == NOON + 3601


@pytest.mark.parametrize("page", [404, 503, b"", b"<html>Sign in</html>", b"{", b"\x1f\x8b\x08broken"])
def test_a_broken_download_never_replaces_a_good_list(
    machine: Machine, publisher: Publisher, page: bytes | int
) -> None:
    publisher.pages["/feed"] = b"one.example\n"
    publisher.pages["/other"] = b"two.example\n"
    for name in ("feed", "other"):
        machine.feeds.add(NewFeed(name, "domains", publisher.url(f"/{name}")))
    machine.feeds.update()
    publisher.pages["/feed"], publisher.pages["/other"] = page, b"two.example\nthree.example\n"

    outcomes = machine.feeds.update()

    assert [outcome.state for outcome in outcomes] == ["failed", "updated"]
    assert outcomes[0].reason == machine.row("feed").last_error != ""
    assert machine.hits("http://one.example/")
    assert machine.hits("http://three.example/")
    assert [path for path in (machine.home / "feeds" / "downloads").iterdir() if path.suffix != ".note"] == []


def test_a_failure_of_the_moment_is_tried_again_sooner(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/a"], publisher.pages["/b"] = 503, 404
    for name in ("a", "b"):
        machine.feeds.add(NewFeed(name, "domains", publisher.url(f"/{name}"), every=7200))
    machine.feeds.update_due()

    machine.clock.pass_(901)
    assert [outcome.name for outcome in machine.feeds.update_due()] == ["a"]


def test_entries_grow_too_old_and_lists_without_downloads_stale(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/feed"] = samples.urlhaus((BAD, "2026-11-20"), ("http://old.example/x", "2026-11-01")).encode()
    url = publisher.url("/feed")
    machine.feeds.add(NewFeed("haus", "urlhaus", url, max_age=15, stale_after=30))
    machine.feeds.update()

    assert not machine.hits("http://old.example/x")
    machine.clock.pass_(14 * DAY)
    assert machine.hits(BAD)
    machine.clock.pass_(DAY)
    assert not machine.hits(BAD)


def test_a_list_that_is_still_served_does_not_grow_stale(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/feed"] = b"one.example\n"
    machine.feeds.add(NewFeed("feed", "domains", publisher.url("/feed"), stale_after=3))
    for _ in range(5):
        assert machine.feeds.update()[0].state in ("updated", "unchanged")
        machine.clock.pass_(DAY)
    assert machine.hits("http://one.example/")
    machine.clock.pass_(3 * DAY)
    assert not machine.hits("http://one.example/")


def test_an_indicator_counts_until_its_last_day(machine: Machine) -> None:
    pattern = "[domain-name:value = '%s']"
    objects = [
        {"type": "indicator", "pattern": pattern % "soon.example", "valid_until": "2026-11-23T00:00:00Z"},
        {"type": "indicator", "pattern": pattern % "past.example", "valid_until": "2026-11-20T00:00:00Z"},
    ]
    outcome = machine.import_("cti", "stix", json.dumps({"type": "bundle", "objects": objects}))

    assert (outcome.entries, outcome.left_out) == (1, 1)
    assert machine.hits("http://soon.example/")
    machine.clock.pass_(3 * DAY)
    assert not machine.hits("http://soon.example/")


def test_networks_are_found_by_address(machine: Machine) -> None:
    machine.import_("drop", "drop", samples.DROP_JSON)

    assert [hit.expression for hit in machine.feeds.reputation.networks("203.0.113.77")] == ["203.0.113.0/24"]
    assert machine.hits("http://203.0.113.9:8080/x") == [("drop", "hijacked", 50)]
    assert machine.hits("http://198.51.100.9/x") == []


def test_a_feed_that_is_disabled_says_nothing_until_it_is_enabled_again(machine: Machine) -> None:
    machine.import_("mine", "domains", "one.example\n")

    machine.feeds.disable("mine")
    machine.feeds.builder.build()
    assert machine.hits("http://one.example/") == []
    machine.feeds.enable("mine")
    machine.feeds.builder.build()
    assert machine.hits("http://one.example/")
    machine.feeds.remove("mine")
    machine.feeds.builder.build()
    assert machine.hits("http://one.example/") == []
    with machine.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(feed_blocks)).scalar_one() == 0


def test_ready_made_feeds_are_enabled_by_name_and_their_key_is_sealed(machine: Machine) -> None:
    with pytest.raises(Rejected, match="key"):
        machine.feeds.enable("urlhaus")
    machine.feeds.enable("urlhaus", key="very-secret")
    machine.feeds.enable("openphish")

    row = machine.row("urlhaus")
    assert (row.category, row.max_age, row.licence[:8]) == ("malware", 90, "abuse.ch")
    assert b"very-secret" not in row.key
    assert "very-secret" not in str(row._asdict())
    with pytest.raises(Rejected, match="Ready to be enabled are: urlhaus"):
        machine.feeds.enable("nowhere")


def test_the_key_goes_where_the_provider_wants_it(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/k/secret/feed"] = publisher.pages["/feed"] = b"one.example\n"
    machine.feeds.add(NewFeed("path", "domains", publisher.url("/k/{key}/feed"), key="secret"))
    machine.feeds.add(NewFeed("header", "domains", publisher.url("/feed"), key="secret", key_header="Auth-Key"))
    machine.feeds.add(NewFeed("missing", "domains", publisher.url("/k/{key}/feed")))

    outcomes = {outcome.name: outcome for outcome in machine.feeds.update()}

    assert (outcomes["path"].state, outcomes["header"].state) == ("updated", "updated")
    assert "key is missing" in outcomes["missing"].reason
    assert [request.headers.get("Auth-Key") for request in publisher.asked] == ["secret", None]
    assert "secret" not in str([outcomes, [row._asdict() for row in machine.feeds.rows() if row.key is None]])


def test_two_machines_do_not_download_the_same_feed_and_have_the_same_index(
    machine: Machine, publisher: Publisher, tmp_path: Path, empty_database: str
) -> None:
    other = Machine(tmp_path / "other", empty_database, publisher, machine.clock)
    publisher.pages["/feed"] = b"one.example\n"
    machine.feeds.add(NewFeed("feed", "domains", publisher.url("/feed")))
    machine.feeds.update_due()

    assert other.feeds.update_due() == []
    assert len(publisher.asked) == 1
    other.feeds.builder.build()
    assert other.hits("http://one.example/") == machine.hits("http://one.example/") != []
    assert other.feeds.builder.build() is False
    with Index(index_path(machine.home)) as mine, Index(index_path(other.home)) as theirs:
        assert (mine.version, mine.generation) == (theirs.version, theirs.generation)
    other.database.close()


def test_a_feed_that_somebody_else_updates_is_left_to_him(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/feed"] = b"one.example\n"
    machine.feeds.add(NewFeed("feed", "domains", publisher.url("/feed")))
    assert machine.feeds._store.lease(machine.row("feed").id)

    assert [outcome.state for outcome in machine.feeds.update()] == ["busy"]
    machine.clock.pass_(1801)
    assert [outcome.state for outcome in machine.feeds.update()] == ["updated"]


def test_blocks_of_an_update_that_was_killed_are_never_read(machine: Machine) -> None:
    machine.import_("mine", "domains", "one.example\n")
    row = machine.row("mine")
    with machine.database.write() as connection:
        left = {"feed_id": row.id, "revision": row.revision + 1, "number": 0, "data": b"half"}
        connection.execute(feed_blocks.insert().values(left))

    machine.import_("mine", "domains", "two.example\n")
    assert machine.hits("http://two.example/")


def test_an_index_that_was_damaged_is_made_anew(machine: Machine) -> None:
    machine.import_("mine", "domains", "one.example\n")
    assert machine.hits("http://one.example/")
    (machine.home / "other").write_bytes(b"something else")
    (machine.home / "other").replace(index_path(machine.home))

    assert machine.hits("http://one.example/"), "the old one stays in use"
    assert machine.feeds.builder.build() is True
    assert machine.hits("http://one.example/")


def test_the_figures_tell_how_feeds_stand_without_naming_them(machine: Machine, publisher: Publisher) -> None:
    publisher.pages["/feed"] = b"one.example\ntwo.example\n"
    for name in ("feed", "gone"):
        machine.feeds.add(NewFeed(name, "domains", publisher.url(f"/{name}")))
    machine.import_("off", "domains", "three.example\n")
    machine.feeds.disable("off")
    machine.feeds.update()
    machine.clock.pass_(60)

    told = {
        (sample.name, *sample.labels.values()): sample.value
        for family in FeedsCollector(machine.feeds, machine.clock).collect()
        for sample in family.samples
    }
    assert told == {
        ("deskwarden_feeds", "well"): 1,
        ("deskwarden_feeds", "failing"): 1,
        ("deskwarden_feeds", "off"): 1,
        ("deskwarden_feed_entries",): 2,
        ("deskwarden_feed_oldest_seconds",): 60.0,
    }


def test_other_machines_notice_by_themselves_that_lists_have_changed(machine: Machine) -> None:
    machine.feeds.add(NewFeed("mine", "domains"))
    waits = iter([False, False, True])
    machine.feeds._store.replace(machine.row("mine").id, [], labels=[])

    keep_current(machine.feeds.builder, lambda _seconds: next(waits), 30.0)

    assert machine.feeds.reputation.index() is not None


def test_without_feeds_there_is_no_index_and_nothing_is_known(machine: Machine) -> None:
    assert machine.feeds.builder.build() is False
    assert machine.hits(BAD) == []
    assert machine.feeds.reputation.networks("203.0.113.7") == []
    assert machine.feeds.reputation.lookup_many([["a.example/"], []]) == [[], []]
    assert machine.feeds.reputation.version() == ""
    assert not (machine.home / "feeds").exists()


@pytest.mark.parametrize(
    "feed",
    [
        NewFeed("Bad Name", "domains"),
        NewFeed("a", "no-such-format"),
        *(NewFeed("a", "domains", url) for url in ("ftp://feeds.example/x", "/etc/passwd")),
        NewFeed("a", "domains", weight=0),
        NewFeed("a", "domains", category="No!"),
        NewFeed("a", "domains", every=10),
        NewFeed("a", "domains", key="a\r\nb"),
        NewFeed("a", "domains", key_header="Auth: x"),
    ],
)
def test_a_feed_that_does_not_fit_is_refused(machine: Machine, feed: NewFeed) -> None:
    with pytest.raises(Rejected):
        machine.feeds.add(feed)
    with machine.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(feeds)).scalar_one() == 0


def test_names_are_taken_once(machine: Machine, publisher: Publisher) -> None:
    machine.feeds.add(NewFeed("feed", "domains", publisher.url("/feed")))
    with pytest.raises(Rejected, match="already"):
        machine.feeds.add(NewFeed("feed", "domains"))
    with pytest.raises(Rejected, match="downloaded"):
        machine.import_("feed", "domains", "one.example\n")
