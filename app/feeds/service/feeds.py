"""The feeds of an installation: add and change them, update and import them, look up in what they list."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import structlog

from app.adapters.open_internet import NO_STAMP, Stamp
from app.db import Database
from app.engine.links.entries import Sorter
from app.engine.links.index import DAY_SECONDS
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.feeds.catalogue import BY_NAME, ReadyMade
from app.feeds.listing import Options
from app.feeds.service.building import IndexBuilder, keep_current
from app.feeds.service.following import FollowedIndex, index_path
from app.feeds.service.reading import Progress, Reading, format_of, read_files
from app.feeds.service.store import FeedStore
from app.keys import MasterKey

log = structlog.get_logger()

#: A feed that suddenly lists less than this share of what it did is taken for broken, if it listed so many.
SHRUNKEN = 0.1
SHRUNKEN_FROM = 100
#: Seconds after which a download that failed for the moment is tried again.
RETRY_SECONDS = 900.0
#: Seconds between two looks whether another machine has changed the lists.
LOOK_SECONDS = 30.0
#: The shortest time between two downloads; providers ask for five minutes or more.
LEAST_EVERY = 300.0

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}\Z")
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
_SEALED = "feed-key"


class Fetcher(Protocol):
    """What downloads a feed: ``FeedFetcher``, or a stand-in."""

    def fetch(self, url: str, place: Path, *, stamp: Stamp, secret: Mapping[str, str]) -> Stamp | None:
        """Bring the feed to ``place`` and return its stamp; None when it is still that of ``stamp``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one update or import went.

    state    ``updated``, ``unchanged``, ``failed`` (what was in use stays in use) or ``busy`` (somebody is at it)
    entries  in use now; ``rejected`` lines could not be used, ``left_out`` are not wanted
    """

    name: str
    state: str
    entries: int = 0
    rejected: int = 0
    left_out: int = 0
    problems: tuple[tuple[int, str], ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """How many feeds there are in which state, what those in use list, and the oldest of their last good downloads."""

    states: Mapping[str, int]
    entries: int
    oldest: float | None


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed as an operator describes it; the fields are those of the table."""

    name: str
    format: str
    url: str | None = None
    key: str = ""
    key_header: str = ""
    options: Mapping[str, Any] | None = None
    licence: str = ""
    category: str = ""
    weight: int = 50
    max_age: int = 0
    stale_after: int = 0
    every: float = 3_600.0


class Feeds:
    """Everything about feeds that a command, a worker or a judge of links may ask for."""

    def __init__(
        self, database: Database, keys: MasterKey, fetcher: Fetcher, home: Path, now: Callable[[], float]
    ) -> None:
        self._store = FeedStore(database, now)
        self._keys = keys
        self._fetcher = fetcher
        self._folder = home / "feeds"
        self._now = now
        self.builder = IndexBuilder(self._store, index_path(home))
        #: Looks up in the index of this machine.
        self.reputation = FollowedIndex(index_path(home), now)

    def keep_current(self) -> None:
        """Build the index of this machine whenever the lists change, also through another machine; returns at once."""
        never = threading.Event()
        work = threading.Thread(
            target=keep_current, args=(self.builder, never.wait, LOOK_SECONDS), name="feeds-index", daemon=True
        )
        work.start()

    # -- which feeds there are

    def rows(self) -> list[Any]:
        """Return the feeds, each as its row."""
        return self._store.rows()

    def figures(self) -> Figures:
        """Return the feeds in a few numbers."""
        rows = self.rows()
        used = [row for row in rows if row.enabled]
        failing = sum(1 for row in used if row.last_error)
        return Figures(
            states={"well": len(used) - failing, "failing": failing, "off": len(rows) - len(used)},
            entries=sum(row.entries for row in used),
            oldest=min((row.last_ok_at for row in used if row.url and row.last_ok_at), default=None),
        )

    def is_stale(self, row: Any) -> bool:
        """Tell whether nothing of a feed counts any more because its last good download is too long ago."""
        last = int((row.last_ok_at or 0.0) // DAY_SECONDS)
        return bool(row.entries and row.stale_after) and self._now() // DAY_SECONDS > last + row.stale_after

    def add(self, feed: NewFeed) -> None:
        """Add a feed; it is used from its first update or import on. Raises Rejected for what does not fit."""
        _check(feed)
        self._store.state()
        form = format_of(feed.format)
        self._store.add(
            name=feed.name,
            format=feed.format,
            url=feed.url,
            key=self._keys.seal(_SEALED, feed.key.encode()) if feed.key else None,
            key_header=feed.key_header,
            options=dict(feed.options or {}),
            licence=feed.licence,
            category=feed.category or form.category,
            weight=feed.weight,
            max_age=feed.max_age,
            stale_after=feed.stale_after,
            every=feed.every,
        )

    def enable(self, name: str, *, key: str = "") -> None:
        """Use a feed: one that was disabled, or one that is ready to be used. ``key`` takes the place of its old one.

        Raises Rejected when there is none of that name or its key is missing.
        """
        row, ready = self._store.find(name), BY_NAME.get(name)
        if row is None and ready is None:
            known = ", ".join(BY_NAME)
            raise Rejected(f"There is no feed named '{name}'. Ready to be enabled are: {known}.", code="not-found")
        if ready is not None and ready.key == "needed" and not key and (row is None or row.key is None):
            raise Rejected(f"The feed {name} needs a key of its provider: give it with --key-env VAR.", code="key")
        if row is None and ready is not None:
            self.add(_described(ready, key))
            return
        changes: dict[str, Any] = {"enabled": True, "next_at": 0.0}
        if key:
            changes["key"] = self._keys.seal(_SEALED, key.encode())
        self._store.change(row.id, **changes)

    def disable(self, name: str) -> None:
        """Stop using a feed; what it lists is kept for the day it is enabled again. Raises Rejected."""
        self._store.change(self._store.row(name).id, enabled=False)

    def remove(self, name: str) -> None:
        """Remove a feed and all that it lists. Raises Rejected."""
        self._store.remove(self._store.row(name).id)

    # -- what they list

    def update(
        self,
        names: Sequence[str] = (),
        *,
        tell: Callable[[Outcome], None] = lambda _: None,
        progress: Callable[[str, int], None] = lambda _name, _count: None,
        force: bool = False,
    ) -> list[Outcome]:
        """Download the feeds of these names, or all that are enabled, and build the index; return how each went.

        ``force`` takes a feed also when it is unchanged, or lists suddenly less. Raises Rejected for an unknown name.
        """
        rows = [self._store.row(name) for name in names] or [row for row in self.rows() if row.enabled and row.url]
        return self._update(rows, tell, progress, force)

    def update_due(self) -> list[Outcome]:
        """Download the feeds whose time has come; what goes wrong is written into their rows."""
        now = self._now()
        due = [row for row in self.rows() if row.enabled and row.url and row.next_at <= now]
        return self._update(due, lambda _: None, lambda _name, _count: None, False)

    def import_files(
        self, feed: NewFeed, paths: Sequence[Path], *, progress: Progress = lambda _: None, force: bool = False
    ) -> Outcome:
        """Put what files list in the place of what was imported under this name before, and build the index.

        The feed is made if there is none. Raises Rejected when the name belongs to a feed that is downloaded, nothing
        in the files can be used, or they list far less than before.
        """
        _check(feed)
        format_of(feed.format)
        row = self._store.find(feed.name)
        if row is not None and row.url:
            raise Rejected(f"'{feed.name}' is a feed that is downloaded; choose another name.", code="taken")
        if row is None:
            self.add(feed)
        row = self._store.row(feed.name)
        if not self._store.lease(row.id):
            return Outcome(feed.name, "busy", row.entries)
        try:
            options = dict(feed.options or row.options)
            settled = {
                "format": feed.format,
                "options": options,
                "enabled": True,
                "category": feed.category or row.category,
                "weight": feed.weight,
                "max_age": feed.max_age,
                "licence": feed.licence or row.licence,
            }
            outcome = self._read(row, paths, feed.format, options, NO_STAMP, progress, force, settled)
        except DeskwardenError as error:
            self._store.note(row.id, last_run_at=self._now(), last_error=error.message)
            if not row.entries and row.last_run_at is None:
                self._store.remove(row.id)
            raise
        finally:
            self._store.note(row.id, leased_until=0.0)
        self.builder.build(wait=True)
        return outcome

    def _update(
        self,
        rows: Sequence[Any],
        tell: Callable[[Outcome], None],
        progress: Callable[[str, int], None],
        force: bool,
    ) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for row in rows:
            outcome = self._update_one(row, lambda count, name=row.name: progress(name, count), force)  # type: ignore[misc]
            log.info(
                "feeds.updated", feed=row.name, state=outcome.state, entries=outcome.entries, rejected=outcome.rejected
            )
            outcomes.append(outcome)
            tell(outcome)
        self.builder.build(wait=True)
        return outcomes

    def _update_one(self, row: Any, progress: Progress, force: bool) -> Outcome:
        if not row.url:
            return Outcome(row.name, "failed", row.entries, reason="It is imported from files: nothing to download.")
        if not self._store.lease(row.id):
            return Outcome(row.name, "busy", row.entries)
        try:
            return self._download(row, progress, force)
        except DeskwardenError as error:
            pause = min(row.every, RETRY_SECONDS) if isinstance(error, Temporary) else row.every
            now = self._now()
            self._store.note(row.id, last_run_at=now, last_error=error.message, next_at=now + pause)
            self._store.drop_unused(row.id)
            return Outcome(row.name, "failed", row.entries, reason=error.message)
        except Exception:
            # What one feed brings us to must not keep the others from being updated.
            log.exception("feeds.update_failed", feed=row.name)
            words, now = "Reading it failed inside Deskwarden; the log says how.", self._now()
            self._store.note(row.id, last_run_at=now, last_error=words, next_at=now + row.every)
            return Outcome(row.name, "failed", row.entries, reason=words)
        finally:
            self._store.note(row.id, leased_until=0.0)

    def _download(self, row: Any, progress: Progress, force: bool) -> Outcome:
        place = self._folder / "downloads" / str(row.id)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        known = Stamp(row.etag, row.modified) if row.entries and not force else NO_STAMP
        url, secret = self._address(row)
        try:
            stamp = self._fetcher.fetch(url, place, stamp=known, secret=secret)
            if stamp is None:
                return self._unchanged(row)
            return self._read(row, [place], row.format, row.options, stamp, progress, force, {})
        finally:
            place.unlink(missing_ok=True)

    def _unchanged(self, row: Any) -> Outcome:
        now = self._now()
        values = {"last_run_at": now, "last_ok_at": now, "last_error": "", "next_at": now + row.every}
        # A list that is still served is fresh again: its last day moves on.
        moves = row.stale_after and now // DAY_SECONDS != (row.last_ok_at or 0.0) // DAY_SECONDS
        (self._store.change if moves else self._store.note)(row.id, **values)
        return Outcome(row.name, "unchanged", row.entries, row.rejected, row.left_out)

    def _read(
        self,
        row: Any,
        paths: Sequence[Path],
        form: str,
        options: Mapping[str, Any],
        stamp: Stamp,
        progress: Progress,
        force: bool,
        settled: Mapping[str, Any],
    ) -> Outcome:
        now = self._now()
        sorter = Sorter(self._folder if self._folder.is_dir() else None)
        reading = Reading(self._store.state().salt, int(now // DAY_SECONDS), sorter)
        try:
            read_files(paths, format_of(form), Options.of(options), reading, progress)
            if not force and row.entries >= SHRUNKEN_FROM and sorter.count < SHRUNKEN * row.entries:
                raise Rejected(
                    f"It lists {sorter.count} entries, and had {row.entries} before: it looks broken, and the old list "
                    "stays in use. If it is right, repeat this with --force.",
                    code="shrunken",
                )
            values = {**reading.values, **settled, "etag": stamp.etag, "modified": stamp.modified}
            values |= {"last_run_at": now, "last_ok_at": now, "last_error": "", "next_at": now + row.every}
            count = self._store.replace(row.id, sorter.blocks(), **values)
        finally:
            sorter.close()
        tally = reading.tally
        return Outcome(row.name, "updated", count, tally.rejected, tally.left_out, tuple(tally.first))

    def _address(self, row: Any) -> tuple[str, dict[str, str]]:
        """Return where a feed is fetched, and the header with its key."""
        key = self._keys.unseal(_SEALED, row.key).decode() if row.key else ""
        if "{key}" in row.url and not key:
            ready = BY_NAME.get(row.name)
            if ready is None or ready.key != "optional":
                raise Misconfigured("Its key is missing: 'deskwarden feeds enable NAME --key-env VAR'.", code="key")
            return row.url.replace("{key}/", ""), {}
        return row.url.replace("{key}", key), {row.key_header: key} if row.key_header and key else {}


def _described(ready: ReadyMade, key: str) -> NewFeed:
    feed = NewFeed(ready.name, ready.format, ready.url, key, licence=ready.licence, category=ready.category)
    return replace(feed, weight=ready.weight, max_age=ready.max_age, stale_after=ready.stale_after, every=ready.every)


def _check(feed: NewFeed) -> None:
    if not _NAME.match(feed.name):
        raise Rejected("The name of a feed has small letters, digits and '-', at most 32.", code="name")
    if feed.url is not None and not re.match(r"https?://[^/\s]", feed.url):
        raise Rejected("The address of a feed begins with https:// and names a host.", code="url")
    if feed.category and not _CATEGORY.match(feed.category):
        raise Rejected("A category has small letters, digits, '-' and '_', at most 32.", code="category")
    if not 1 <= feed.weight <= 100:
        raise Rejected("The weight of a feed is a number from 1 to 100.", code="weight")
    if not 0 <= feed.max_age <= 36_500 or not 0 <= feed.stale_after <= 36_500 or feed.every < LEAST_EVERY:
        raise Rejected("Ages are days from 0 to 36500; downloads are at least five minutes apart.", code="times")
    if not (feed.key.isascii() and feed.key.isprintable() and len(feed.key) <= 500 and "/" not in feed.key):
        raise Rejected("The key holds characters that no key has.", code="key")
    if feed.key_header and not re.fullmatch(r"[A-Za-z0-9-]{1,60}", feed.key_header):
        raise Rejected("The header for the key has letters, digits and '-'.", code="key")
