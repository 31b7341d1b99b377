"""The feeds in the database: their rows, what they list as blocks, and the number that tells when that changes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from app.db import Database
from app.engine.links.entries import SALT_BYTES, Block
from app.errors import Rejected, Temporary
from app.feeds.tables import feed_blocks, feed_index, feeds
from app.findings.audit.origin import actor
from app.findings.audit.service.writing import note

#: Seconds for which whoever updates a feed has it alone: longer than all attempts of a download and reading it.
LEASE_SECONDS = 1_800.0


@dataclass(frozen=True, slots=True)
class State:
    """What all machines of an installation share: the secret of the hashes, and which generation of lists this is."""

    salt: bytes
    generation: int


class FeedStore:
    """Reads and writes the feeds of an installation."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def state(self) -> State:
        """Return the shared state, made on the first call."""
        with self._database.read() as connection:
            row = connection.execute(select(feed_index)).one_or_none()
        if row is None:
            with self._database.write() as connection:
                fresh = {"id": 1, "salt": secrets.token_bytes(SALT_BYTES), "generation": 0}
                connection.execute(self._database.insert_once(feed_index).values(fresh))
            return self.state()
        return State(row.salt, row.generation)

    def rows(self) -> list[Any]:
        """Return all feeds by name."""
        with self._database.read() as connection:
            return list(connection.execute(select(feeds).order_by(feeds.c.name)).all())

    def row(self, name: str) -> Any:
        """Return one feed; raises Rejected when there is none of that name."""
        found = self.find(name)
        if found is None:
            raise Rejected(f"There is no feed named '{name}'. 'deskwarden feeds status' lists them.", code="not-found")
        return found

    def find(self, name: str) -> Any:
        """Return one feed, or None."""
        with self._database.read() as connection:
            return connection.execute(select(feeds).where(feeds.c.name == name)).one_or_none()

    def add(self, **values: Any) -> None:
        """Store a new feed; raises Rejected when the name is taken."""
        row = {"created_at": self._now(), "next_at": 0.0, **values}
        with self._database.write() as connection:
            new = connection.execute(self._database.insert_once(feeds).values(row).returning(feeds.c.id)).one_or_none()
            if new is not None:
                note(connection, self._now(), actor(), "feed.added", subject=f"feed:{values['name']}")
        if new is None:
            raise Rejected(f"There is a feed named '{values['name']}' already.", code="taken")

    def change(self, feed_id: int, **values: Any) -> None:
        """Change how a feed is used; the index is another one from then on."""
        with self._database.write() as connection:
            changed = update(feeds).where(feeds.c.id == feed_id).values(values).returning(feeds.c.name)
            name = connection.execute(changed).scalar_one_or_none()
            self._advance(connection)
            states = {True: "feed.enabled", False: "feed.disabled"}
            event = states.get(bool(values["enabled"]), "") if "enabled" in values else "feed.changed"
            note(connection, self._now(), actor(), event, subject=f"feed:{name}", changed=sorted(values))

    def note(self, feed_id: int, **values: Any) -> None:
        """Write down how an update went; the index stays as it is."""
        with self._database.write() as connection:
            connection.execute(update(feeds).where(feeds.c.id == feed_id).values(values))

    def remove(self, feed_id: int) -> None:
        """Remove a feed with all that it lists."""
        with self._database.write() as connection:
            connection.execute(delete(feed_blocks).where(feed_blocks.c.feed_id == feed_id))
            removed = delete(feeds).where(feeds.c.id == feed_id).returning(feeds.c.name)
            name = connection.execute(removed).scalar_one_or_none()
            self._advance(connection)
            note(connection, self._now(), actor(), "feed.removed", subject=f"feed:{name}")

    def lease(self, feed_id: int) -> bool:
        """Take a feed for an update; return whether nobody else, on any machine, is at it."""
        now = self._now()
        with self._database.write() as connection:
            taken = connection.execute(
                update(feeds)
                .where(feeds.c.id == feed_id, feeds.c.leased_until <= now)
                .values(leased_until=now + LEASE_SECONDS)
            )
        return bool(taken.rowcount)

    def replace(self, feed_id: int, blocks: Iterable[Block], **values: Any) -> int:
        """Put new blocks in the place of the old ones, all at once, with what changes in the row; return the entries.

        What is written before that moment belongs to a revision that nobody reads and nobody else writes. Raises
        Temporary when somebody else replaced it meanwhile: a machine that was slow outlives its lease.
        """
        # A number of its own: two that write at the same time must not mix their blocks.
        new = secrets.randbelow(1 << 30) + 1
        with self._database.write() as connection:
            old = connection.execute(select(feeds.c.revision).where(feeds.c.id == feed_id)).scalar_one()
            connection.execute(
                delete(feed_blocks).where(feed_blocks.c.feed_id == feed_id, feed_blocks.c.revision != old)
            )
        count = written = 0
        for block in blocks:
            with self._database.write() as connection:
                row = {"feed_id": feed_id, "revision": new, "number": written, "data": block.to_bytes()}
                connection.execute(insert(feed_blocks).values(row))
            count, written = count + len(block.tags), written + 1
        with self._database.write() as connection:
            mine = (feeds.c.id == feed_id, feeds.c.revision == old)
            done = connection.execute(update(feeds).where(*mine).values(revision=new, entries=count, **values))
            kept = select(func.count()).where(feed_blocks.c.feed_id == feed_id, feed_blocks.c.revision == new)
            if not done.rowcount or connection.execute(kept).scalar_one() != written:
                raise Temporary("Somebody else replaced the feed while this was at it.", code="replaced")
            connection.execute(
                delete(feed_blocks).where(feed_blocks.c.feed_id == feed_id, feed_blocks.c.revision == old)
            )
            self._advance(connection)
        return count

    def drop_unused(self, feed_id: int) -> None:
        """Remove blocks of a revision that did not come into use."""
        with self._database.write() as connection:
            used = select(feeds.c.revision).where(feeds.c.id == feed_id).scalar_subquery()
            connection.execute(
                delete(feed_blocks).where(feed_blocks.c.feed_id == feed_id, feed_blocks.c.revision != used)
            )

    def blocks(self, row: Any) -> Iterator[Block]:
        """Yield the blocks of a feed as its row says. Raises Temporary when they were replaced meanwhile."""
        left = row.entries
        number = 0
        while left > 0:
            with self._database.read() as connection:
                data = connection.execute(
                    select(feed_blocks.c.data).where(
                        feed_blocks.c.feed_id == row.id,
                        feed_blocks.c.revision == row.revision,
                        feed_blocks.c.number == number,
                    )
                ).scalar_one_or_none()
            if data is None:
                raise Temporary("The feed was replaced while it was read.", code="replaced")
            block = Block.from_bytes(data)
            left -= len(block.tags)
            number += 1
            yield block

    def _advance(self, connection: Connection) -> None:
        connection.execute(update(feed_index).values(generation=feed_index.c.generation + 1))
