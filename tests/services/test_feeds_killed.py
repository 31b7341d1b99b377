"""Updates that end in the middle: by kill -9 at any step, by another machine, by a fault of ours."""

from __future__ import annotations

import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import func, select

from app.adapters.open_internet import Stamp
from app.db import Database
from app.engine.links.canonical import canonical
from app.engine.links.entries import Block
from app.engine.links.expressions import expressions
from app.errors import Temporary
from app.feeds.service.feeds import Feeds, NewFeed
from app.feeds.service.store import LEASE_SECONDS
from app.feeds.tables import feed_blocks
from app.keys import MasterKey
from app.migrations import upgrade
from app.tables import load_tables
from tests.builders import Clock

#: Where the steps of an update are taken.
_STEPS = ("app/feeds/", "app/engine/links/index", "app/engine/links/entries")


class Shelf:
    """Where feeds lie that are fetched; ``before`` is called first."""

    def __init__(self) -> None:
        self.content = b""
        self.before: Callable[[], None] = lambda: None

    def fetch(self, url: str, place: Path, *, stamp: Stamp, secret: Mapping[str, str]) -> Stamp | None:
        self.before()
        place.write_bytes(self.content)
        return Stamp()


class House:
    """One machine with its feeds."""

    def __init__(self, home: Path, url: str, shelf: Shelf, clock: Clock) -> None:
        self.home, self.url, self.shelf, self.clock = home, url, shelf, clock
        home.mkdir(exist_ok=True)
        self.database = Database(url)
        self.feeds = Feeds(self.database, MasterKey(b"k" * 32), shelf, home, clock)
        self.feeds.reputation._look_seconds = 0.0

    def knows(self, *names: str) -> list[bool]:
        found = self.feeds.reputation
        return [bool(found.lookup(expressions(canonical(f"http://{name}.example/")))) for name in names]

    def blocks(self) -> int:
        with self.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(feed_blocks)).scalar_one())


@pytest.fixture
def house(tmp_path: Path, empty_database: str) -> Iterator[House]:
    load_tables()
    house = House(tmp_path / "home", empty_database, Shelf(), Clock())
    upgrade(house.database)
    house.feeds.add(NewFeed("feed", "domains", "https://feeds.example/x"))
    house.shelf.content = b"old.example\nboth.example\n"
    house.feeds.update()
    yield house
    house.database.close()


def killed(house: House, step: int) -> bool:
    """Update in a process of its own that ends without a word at its n-th step; return whether it came so far."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        steps = 0

        def count(frame: FrameType, event: str, _: Any) -> None:
            nonlocal steps
            if event == "call" and any(part in frame.f_code.co_filename for part in _STEPS):
                steps += 1
                if steps == step:
                    os._exit(9)

        feeds = House(house.home, house.url, house.shelf, house.clock).feeds
        sys.setprofile(count)
        try:
            feeds.update(force=True)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_an_update_killed_at_any_step_leaves_the_old_list_or_the_new_one(house: House) -> None:
    names = ("old", "both", "new")
    step, outcomes = 1, set()
    while True:
        house.shelf.content = b"new.example\nboth.example\n"
        if not killed(house, step):
            break
        assert house.knows(*names) in ([True, True, False], [False, True, True]), step
        # What every machine does by itself in between.
        house.feeds.builder.build()
        known = house.knows(*names)
        assert known in ([True, True, False], [False, True, True]), step
        outcomes.add(known[0])
        house.clock.pass_(LEASE_SECONDS + 1)
        house.shelf.content = b"old.example\nboth.example\n"
        assert house.feeds.update(force=True)[0].state == "updated", step
        assert house.knows(*names) == [True, True, False], step
        assert house.blocks() == 1
        assert {path.name for path in (house.home / "feeds").iterdir()} <= {"index", ".lock", "downloads"}, step
        step += 7
    assert step > 100
    assert outcomes == {True, False}
    assert house.knows(*names) == [False, True, True]


def test_two_machines_at_once_take_each_feed_once(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other", house.url, Shelf(), house.clock)
    fetching, going_on = threading.Event(), threading.Event()
    states: list[str] = []

    def wait() -> None:
        fetching.set()
        going_on.wait(30)

    house.shelf.before = wait
    first = threading.Thread(target=lambda: states.append(house.feeds.update(force=True)[0].state))
    first.start()
    assert fetching.wait(30)

    assert [outcome.state for outcome in other.feeds.update()] == ["busy"]
    going_on.set()
    first.join()
    assert states == ["updated"]
    other.feeds.builder.build()
    assert other.knows("old") == house.knows("old") == [True]
    other.database.close()


def test_a_machine_that_outlives_its_lease_mixes_nothing_into_what_another_wrote(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "other", house.url, Shelf(), house.clock)
    other.shelf.content = b"new.example\n"
    row = house.feeds.rows()[0]

    def slow_blocks() -> Iterator[Block]:
        yield Block()
        house.clock.pass_(LEASE_SECONDS + 1)
        assert other.feeds.update(force=True)[0].state == "updated"
        yield Block()

    with pytest.raises(Temporary, match="Somebody else"):
        house.feeds._store.replace(row.id, slow_blocks(), labels=[])
    house.feeds._store.drop_unused(row.id)
    house.feeds.builder.build()
    assert other.knows("new", "old") == house.knows("new", "old") == [True, False]
    assert house.blocks() == 1
    other.database.close()


def test_a_feed_that_brings_us_to_a_fault_does_not_keep_the_others_from_being_updated(house: House) -> None:
    house.feeds.add(NewFeed("another", "domains", "https://feeds.example/y"))
    faults = iter([ZeroDivisionError()])

    def fail_once() -> None:
        for fault in faults:
            raise fault

    house.shelf.before = fail_once
    outcomes = house.feeds.update()

    assert [outcome.state for outcome in outcomes] == ["failed", "updated"]
    assert "the log says how" in house.feeds.rows()[0].last_error
    assert house.feeds.rows()[0].next_at > house.clock()
