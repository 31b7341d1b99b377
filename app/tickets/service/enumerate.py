"""Enumerate: read a ticket's new comments and make one row for each file and each link in them.

The webhook is only a hint. Rows are unique by what they are about, so that a repeat is a no-op.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import orjson
import structlog
from sqlalchemy import Connection, select, update

from app.adapters.zendesk import Comment, NotFound
from app.db import Database
from app.engine.model import Link, Verdict
from app.errors import Misconfigured, Rejected, Temporary
from app.jobs import Job, Queue
from app.keys import MasterKey
from app.tickets.locked import words
from app.tickets.service.leases import Lease, take
from app.tickets.service.links import Ask, LinkJudge, unsettled
from app.tickets.service.locks import reopen
from app.tickets.service.own_notes import OwnNotes
from app.tickets.service.policies import PolicyFacts
from app.tickets.service.record import Judgement
from app.tickets.service.seen_links import MOST_LINKS, LinkStore, links_of, storable
from app.tickets.tables import comments, inbox, scans, tickets

log = structlog.get_logger()

#: How long (seconds) a comment that Zendesk told of may stay invisible in the listing before we stop asking.
INVISIBLE_SECONDS = 120.0

#: The same for a whole ticket. Should it turn up after all, the reconciler finds it in the export of ticket events.
GONE_SECONDS = 20.0

#: Links of one comment after which the lease is renewed.
MANY_LINKS = 1_000


class Tenant(Protocol):
    """What reading a ticket needs of a tenant."""

    def comments(self, ticket_id: int, *, newer_than: int | None = None) -> list[Comment]:
        """The ticket's comments after that one, oldest first."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A comment with its links and what was said of each."""

    comment: Comment
    links: list[Link]
    judgements: list[Judgement]


class Enumerator:
    """Turns stored webhook calls into scans."""

    def __init__(
        self,
        database: Database,
        keys: MasterKey,
        queue: Queue,
        tenant: Callable[[int, str], Tenant],
        judge: LinkJudge,
        store: LinkStore,
        ask: Ask,
        own_notes: OwnNotes,
        facts: PolicyFacts,
        *,
        own_pages: str,
        now: Callable[[], float],
    ) -> None:
        self._database = database
        self._keys = keys
        self._queue = queue
        self._tenant = tenant
        self._judge = judge
        self._links_store = store
        self._ask = ask
        self._own_notes = own_notes
        self._facts = facts
        self._own_pages = own_pages
        self._now = now

    def run(self, connection_id: int, ticket_id: int) -> None:
        """Read the ticket for every waiting call about it. Calls that come meanwhile are read right after."""
        lease = self._lease(connection_id, ticket_id)
        if lease is None:
            return
        try:
            waiting = self._waiting(connection_id, ticket_id)
            if waiting:
                self._read(connection_id, ticket_id, lease, waiting)
        finally:
            lease.release()
        if any(call.next_at <= self._now() for call in self._waiting(connection_id, ticket_id)):
            self._put(Job.ENUMERATE, connection_id=connection_id, ticket_id=ticket_id)

    def _lease(self, connection_id: int, ticket_id: int) -> Lease | None:
        with self._database.write() as connection:
            connection.execute(
                self._database.insert_once(tickets).values(connection_id=connection_id, ticket_id=ticket_id)
            )
        return take(
            self._database,
            tickets,
            (tickets.c.connection_id == connection_id) & (tickets.c.ticket_id == ticket_id),
            until=tickets.c.reading_until,
            by=tickets.c.reading_by,
            now=self._now,
        )

    def _waiting(self, connection_id: int, ticket_id: int) -> Sequence[Any]:
        with self._database.read() as connection:
            return connection.execute(
                select(inbox).where(
                    inbox.c.connection_id == connection_id, inbox.c.ticket_id == ticket_id, inbox.c.done_at.is_(None)
                )
            ).all()

    def _read(self, connection_id: int, ticket_id: int, lease: Lease, waiting: Sequence[Any]) -> None:
        with self._database.read() as connection:
            last = connection.execute(
                select(tickets.c.last_comment_id).where(tickets.c.id == lease.row_id)
            ).scalar_one()
        try:
            found = self._tenant(connection_id, "scan").comments(ticket_id, newer_than=_start(last, waiting))
        except NotFound:
            with self._database.write() as connection:
                self._settle(
                    connection, waiting, lambda _call: False, patience=GONE_SECONDS, missing="the ticket is gone"
                )
        except (Temporary, Misconfigured) as error:
            self._postpone(waiting, error)
        except Rejected as error:
            self._close(waiting, error.message)
        else:
            self._store(connection_id, ticket_id, lease, waiting, last, found)

    def _learn(self, connection_id: int, ticket_id: int, read: Sequence[_Read]) -> None:
        """Learn what policies ask about the ticket, where links are to be decided about; else files do when judged."""
        if any(judgement.verdict is not Verdict.CLEAN for each in read for judgement in each.judgements):
            self._facts.learn_all(connection_id, [ticket_id])

    def _store(
        self, connection_id: int, ticket_id: int, lease: Lease, waiting: Sequence[Any], last: int, found: list[Comment]
    ) -> None:
        read = self._judged(connection_id, ticket_id, lease, found)
        version = self._judge.version(connection_id) if any(each.links for each in read) else ""
        self._learn(connection_id, ticket_id, read)
        with self._database.write() as connection:
            newest = max((each.comment.id for each in read), default=last)
            held = connection.execute(
                update(tickets).where(lease.held()).values(last_comment_id=max(newest, last)).returning(tickets.c.id)
            ).scalar_one_or_none()
            if held is None:  # we were too slow and somebody else reads the ticket now
                return
            new_scans, orders = self._write(connection, connection_id, ticket_id, read, version)
            self._settle_read(connection, connection_id, waiting, is_all=len(read) == len(found))
        log.info("ticket.read", connection=connection_id, ticket=ticket_id, comments=len(read), files=len(new_scans))
        self._pass_on(connection_id, ticket_id, new_scans, [each for each in read if each.comment.id > last], orders)

    def _pass_on(
        self, connection_id: int, ticket_id: int, new_scans: Sequence[int], new: Sequence[_Read], orders: bool
    ) -> None:
        """Wake those who go on with it, after the commit."""
        for scan_id in new_scans:
            self._put(Job.SCAN, scan_id=scan_id)
        for each in new:
            if open_ones := unsettled(each.links, each.judgements):
                self._ask.ask(connection_id, open_ones, ticket_id)
        if orders:
            self._put(Job.ACT, connection_id=connection_id, ticket_id=ticket_id)

    def _settle_read(self, connection: Connection, connection_id: int, waiting: Sequence[Any], *, is_all: bool) -> None:
        """Close the calls whose comments are known now. ``is_all``: no comment of the listing was left for later."""
        seen = _seen(connection, connection_id, waiting)
        self._settle(
            connection,
            waiting,
            lambda call: is_all if call.comment_id is None else call.comment_id in seen,
            patience=INVISIBLE_SECONDS if is_all else math.inf,
            missing="never became visible",
        )

    def _judged(self, connection_id: int, ticket_id: int, lease: Lease, found: list[Comment]) -> list[_Read]:
        """Judge the comments' links, oldest first, until there are so many that the rest has to wait for its turn."""
        ours = self._own_notes.among(connection_id, ticket_id, found)
        read: list[_Read] = []
        for comment in sorted(found, key=lambda comment: comment.id):
            if sum(len(each.links) for each in read) > MOST_LINKS:
                break
            links = self._links(comment)
            if comment.id in ours:
                links = self._own_notes.without_told(connection_id, ticket_id, links)
            read.append(_Read(comment, links, self._judge.judge(connection_id, links)))
            if len(links) > MANY_LINKS:  # which took seconds
                lease.renew()
        return read

    def _write(
        self, connection: Connection, connection_id: int, ticket_id: int, read: Sequence[_Read], version: str
    ) -> tuple[list[int], bool]:
        """Write what is new; return the scans of files that are to be judged, and whether links ordered anything."""
        comments_read = [each.comment for each in read]
        unseen = [
            comment for comment in comments_read if self._store_comment(connection, connection_id, ticket_id, comment)
        ]
        new_scans, orders = reopen(connection, connection_id, ticket_id, unseen, self._now()), False
        for each in read:
            new = self._store_files(connection, connection_id, ticket_id, each.comment)
            if new:
                self._store_text(connection, connection_id, each.comment)
            new_scans += new
            orders |= self._links_store.store(
                connection,
                self._origin(connection_id, ticket_id, each.comment),
                str(each.comment.id),
                each.links,
                each.judgements,
                version=version,
                now=self._now(),
            )
        return new_scans, orders

    def _links(self, comment: Comment) -> list[Link]:
        found = links_of(comment.html_body, comment.body)
        # An inline image stands in the HTML by the address of a file that is scanned as such.
        files = {attachment.content_url for attachment in comment.attachments}
        # Our own notes point to our own pages; nothing is learned from judging those.
        return [link for link in found if link.raw not in files and not link.url.startswith(self._own_pages)]

    def _store_comment(self, connection: Connection, connection_id: int, ticket_id: int, comment: Comment) -> bool:
        """Note that the comment was seen; return whether it was new. Our own notes are noted when they are written."""
        stored = connection.execute(
            self._database.insert_once(comments)
            .values(
                connection_id=connection_id,
                ticket_id=ticket_id,
                comment_id=comment.id,
                seen_at=self._now(),
                created_at=comment.created_at,
            )
            .returning(comments.c.id)
        )
        return stored.first() is not None

    def _store_text(self, connection: Connection, connection_id: int, comment: Comment) -> None:
        """Keep what was written to new files until they are judged: passwords stand there."""
        text = words(comment.body, comment.html_body).encode("utf-8", "replace")
        connection.execute(
            update(comments)
            .where(comments.c.connection_id == connection_id, comments.c.comment_id == comment.id)
            .values(text=self._keys.seal("comment", text))
        )

    def _store_files(self, connection: Connection, connection_id: int, ticket_id: int, comment: Comment) -> list[int]:
        new = []
        for attachment in comment.attachments:
            source = {**asdict(attachment), "thumbnail_urls": list(attachment.thumbnail_urls)}
            scan_id = connection.execute(
                self._database.insert_once(scans)
                .values(
                    **self._origin(connection_id, ticket_id, comment),
                    identity=f"attachment:{attachment.id}",
                    kind="attachment",
                    attachment_id=attachment.id,
                    name=storable(attachment.file_name),
                    size=attachment.size,
                    content_type=storable(attachment.content_type),
                    source=self._keys.seal("source", orjson.dumps(source)),
                    woken_at=self._now(),
                )
                .returning(scans.c.id)
            ).scalar_one_or_none()
            if scan_id is not None:
                new.append(scan_id)
        return new

    def _origin(self, connection_id: int, ticket_id: int, comment: Comment) -> dict[str, Any]:
        return {
            "connection_id": connection_id,
            "ticket_id": ticket_id,
            "comment_id": comment.id,
            "sender": storable(comment.from_address or comment.author_email),
            "receiver": storable(comment.to_address),
            "channel": storable(comment.channel),
            "created_at": self._now(),
            "queued_at": self._now(),
        }

    def _settle(
        self,
        connection: Connection,
        waiting: Sequence[Any],
        is_read: Callable[[Any], bool],
        *,
        patience: float,
        missing: str,
    ) -> None:
        """Close the calls that were read; Zendesk may call before what it tells of is visible, so others wait."""
        now = self._now()
        for call in waiting:
            visible = is_read(call)
            if visible or now - call.received_at > patience:
                values: dict[str, Any] = {"done_at": now, "outcome": "read" if visible else missing}
            else:
                values = {"next_at": now + max(1.0, (now - call.received_at) / 2), "enqueued_at": None}
            connection.execute(update(inbox).where(inbox.c.id == call.id).values(values))

    def _close(self, waiting: Sequence[Any], outcome: str) -> None:
        log.info("inbox.closed", calls=len(waiting), outcome=outcome)
        with self._database.write() as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.id.in_([call.id for call in waiting]))
                .values(done_at=self._now(), outcome=outcome)
            )

    def _postpone(self, waiting: Sequence[Any], error: Temporary | Misconfigured) -> None:
        """Try again later, ever more rarely, for as long as it takes: a call that we accepted is never dropped."""
        tries = max(call.attempts for call in waiting) + 1
        delay = max(min(2.0 ** min(tries, 9), 300.0), getattr(error, "retry_after", None) or 0.0)
        log.warning("inbox.postponed", calls=len(waiting), code=error.code, seconds=delay)
        with self._database.write() as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.id.in_([call.id for call in waiting]))
                .values(attempts=tries, next_at=self._now() + delay, enqueued_at=None, outcome=error.message)
            )

    def _put(self, job: Job, **ids: int) -> None:
        try:
            self._queue.put(job, **ids)
        except Temporary:
            log.warning("queue.away", job=job.value)


def _start(last: int, waiting: Sequence[Any]) -> int | None:
    """Return the comment after which to read: the last one seen, unless a call tells of one before it.

    Comments do not always become visible in the order of their ids, nor files together with their comment.
    """
    return min([last, *(call.comment_id - 1 for call in waiting if call.comment_id)]) or None


def _seen(connection: Connection, connection_id: int, waiting: Sequence[Any]) -> set[int]:
    """Return which of the comments that the calls name are known by now."""
    named = {call.comment_id for call in waiting if call.comment_id}
    return set(
        connection.execute(
            select(comments.c.comment_id).where(
                comments.c.connection_id == connection_id, comments.c.comment_id.in_(named)
            )
        ).scalars()
    )
