"""The ``mail`` action: what a notice tells goes to the post office, once; it sends it, alone or in a digest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.findings.post.service.office import LetterKind, Post
from app.tickets.service.acting import Desk
from app.tickets.service.notes import Pages
from app.tickets.service.subjects import gather


class Mailing:
    """Puts the letters that are due, each after its note."""

    def __init__(self, post: Post, pages: Pages) -> None:
        self._post = post
        self._pages = pages

    def run(self, desk: Desk, due: Sequence[Any]) -> bool:
        """Put what is due."""
        owed = [action for action in due if action.kind == "mail"]
        for action in owed:
            self._put(desk, action)
        if owed:
            self._post.wake(desk.connection_id)
        return bool(owed)

    def _put(self, desk: Desk, action: Any) -> None:
        with desk.database.write() as connection:
            subject = gather(connection, action, self._pages)
            self._post.put(
                connection,
                desk.connection_id,
                LetterKind(subject.kind),
                subject.notice,
                key=action.key,
                ticket_id=desk.ticket_id,
            )
            desk.finish(connection, action)
