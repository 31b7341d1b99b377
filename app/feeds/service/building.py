"""Make the index of this machine out of what the database holds, when that has changed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from app.engine.links.index import DAY_SECONDS, Index, Label, Source, Unreadable, write_index
from app.errors import Misconfigured
from app.feeds.service.store import FeedStore

log = structlog.get_logger()


class IndexBuilder:
    """Builds the index at ``path``; one process of a machine does it while the others go on with the old one."""

    def __init__(self, store: FeedStore, path: Path) -> None:
        self._store = store
        self._path = path

    def build(self, *, wait: bool = False) -> bool:
        """Build the index if the lists are no longer those it was made of; return whether this call did.

        ``wait`` for another process that is at it, instead of leaving it to that one. Raises Temporary when the
        database is away or the lists change meanwhile, Misconfigured when the disk does not take the file.
        """
        state = self._store.state()
        if self._is_current(state.salt, state.generation):
            return False
        try:
            with self._alone(wait) as mine:
                state = self._store.state()
                if not mine or self._is_current(state.salt, state.generation):
                    return False
                self._drop_drafts()
                rows = [row for row in self._store.rows() if row.enabled and row.entries]
                sources = [self._source(row) for row in rows]
                count = write_index(self._path, sources, salt=state.salt, generation=state.generation)
        except OSError as error:
            raise Misconfigured(
                f"The index of the feeds cannot be written to {self._path.parent} ({error.strerror}). "
                "The old one stays in use; make room there, or give the service the folder.",
                code="disk",
            ) from None
        log.info("feeds.index_built", feeds=len(rows), entries=count, generation=state.generation)
        return True

    def _is_current(self, salt: bytes, generation: int) -> bool:
        if not self._path.exists():
            return generation == 0
        try:
            with Index(self._path) as index:
                return (index.salt, index.generation) == (salt, generation)
        except (Unreadable, OSError):
            return False

    def _source(self, row: Any) -> Source:
        stale = int((row.last_ok_at or 0.0) // DAY_SECONDS) + row.stale_after if row.stale_after else 0
        labels = [
            Label(
                feed=row.name,
                category=category or row.category,
                weight=row.weight,
                exact=exact,
                max_age=row.max_age,
                until=min(filter(None, (until, stale)), default=0),
            )
            for category, exact, until in row.labels
        ]
        prefixes = frozenset((family, bits) for family, bits in row.prefixes)
        return Source(labels, self._store.blocks(row), row.entries, prefixes)

    def _drop_drafts(self) -> None:
        """Remove what builders left that were killed: a hundred megabytes each."""
        for draft in self._path.parent.glob(f".{self._path.name}.*"):
            draft.unlink(missing_ok=True)

    @contextmanager
    def _alone(self, wait: bool) -> Iterator[bool]:
        """Give True to the one process of this machine that builds."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path.with_name(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)


def keep_current(builder: IndexBuilder, wait: Callable[[float], bool], seconds: float) -> None:
    """Build whenever the lists have changed, also by another machine, until ``wait`` says that it is over."""
    while not wait(seconds):
        try:
            builder.build()
        except Exception:
            log.exception("feeds.index_not_built")
