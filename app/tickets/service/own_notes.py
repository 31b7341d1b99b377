"""Our own notes among a ticket's comments, so that the links which they tell of are not told of again.

A note names bad links in brackets, which are read like any other spelling. It is ours when our own user wrote it, it
is internal, and it carries a reference keyed by our secret that one of this ticket's actions made. Even then only what
this ticket's rows name already is left out: what somebody adds to our note is judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import select

from app.adapters.zendesk import Comment
from app.db import Database
from app.engine.links.extract import extract_links
from app.engine.model import Link
from app.findings.notices import find_references
from app.tickets.service.notes import NoteFinder
from app.tickets.tables import actions, scans

#: Addresses looked up by one query.
_AT_ONCE = 200


class OwnNotes:
    """Recognises notes that we wrote into a ticket."""

    def __init__(self, database: Database, finder: NoteFinder, own_user: Callable[[int], int | None]) -> None:
        self._database = database
        self._finder = finder
        self._own_user = own_user

    def among(self, connection_id: int, ticket_id: int, found: Iterable[Comment]) -> set[int]:
        """Return the ids of those comments that are notes of ours."""
        internal = [comment for comment in found if comment.public is False]
        marked = {comment.id: find_references(comment.html_body + "\n" + comment.body) for comment in internal}
        if not any(marked.values()):
            return set()
        own_user, ours = self._own_user(connection_id), self._references(connection_id, ticket_id)
        return {
            comment.id
            for comment in internal
            if comment.author_id == own_user and not ours.isdisjoint(marked[comment.id])
        }

    def without_told(self, connection_id: int, ticket_id: int, links: Sequence[Link]) -> list[Link]:
        """Return the links that no row of this ticket names, neither as a link nor as a file called like one."""
        known: set[str] = set()
        with self._database.read() as connection:
            for start in range(0, len(links), _AT_ONCE):
                urls = [link.url for link in links[start : start + _AT_ONCE]]
                rows = connection.execute(
                    select(scans.c.url)
                    .where(scans.c.connection_id == connection_id, scans.c.ticket_id == ticket_id)
                    .where(scans.c.kind == "url", scans.c.url.in_(urls))
                )
                known |= set(rows.scalars())
        left = [link for link in links if link.url not in known]
        names = self._names(connection_id, ticket_id) if left else set()
        return [link for link in left if link.url not in names]

    def _names(self, connection_id: int, ticket_id: int) -> set[str]:
        """Return what the names of the ticket's files, and of what is inside them, look like as addresses."""
        files = select(scans.c.name, scans.c.findings).where(
            scans.c.connection_id == connection_id, scans.c.ticket_id == ticket_id, scans.c.kind == "attachment"
        )
        with self._database.read() as connection:
            rows = connection.execute(files).all()
        named = [part for row in rows for finding in row.findings for part in str(finding.get("where", "")).split("/")]
        return {link.url for link in extract_links("\n".join([*(row.name for row in rows), *named]))}

    def _references(self, connection_id: int, ticket_id: int) -> set[str]:
        with self._database.read() as connection:
            keys = connection.execute(
                select(actions.c.key)
                .where(actions.c.connection_id == connection_id, actions.c.ticket_id == ticket_id)
                .where(actions.c.kind.in_(("note", "release")))
            ).scalars()
            return {self._finder.reference(key) for key in keys}
