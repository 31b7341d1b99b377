"""Which of a ticket's waiting actions may be worked on: one after the other for each file and for each notice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Waiting(Protocol):
    """An action that is not finished."""

    @property
    def scan_id(self) -> int | None:
        """The file it is about."""

    @property
    def notice_id(self) -> int | None:
        """The notice it is about."""


_Action = TypeVar("_Action", bound=Waiting)


def runnable(waiting: Iterable[_Action]) -> list[_Action]:
    """Return the actions that no earlier one stands before; ``waiting`` comes oldest first.

    A copy comes before its redaction, an older decision's deeds before a newer one's, a note before its mail.
    """
    free, scans, notices = [], set(), set()
    for action in waiting:
        if action.scan_id not in scans and action.notice_id not in notices:
            free.append(action)
        if action.scan_id is not None:
            scans.add(action.scan_id)
        if action.notice_id is not None:
            notices.add(action.notice_id)
    return free
