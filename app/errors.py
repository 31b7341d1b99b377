"""The three families of failure, each named by what happens next.

Adapters translate what the outside says into one of these at the edge. The message is a full sentence for its
reader: what happened, what it means, what to do. It never holds content, tokens or addresses of customers.
"""

from __future__ import annotations


class DeskwardenError(Exception):
    """A failure with plain words for people and ``code`` (a short stable word) for machines."""

    def __init__(self, message: str, *, code: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        #: HTTP status of the other side, where there was one.
        self.status = status


class Temporary(DeskwardenError):
    """Try again later: a worker repeats with back-off, the web answers 503."""

    def __init__(
        self, message: str, *, code: str = "", status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, status=status)
        #: Seconds the other side asked us to wait, where it did.
        self.retry_after = retry_after


class Rejected(DeskwardenError):
    """The input or the request is wrong and stays wrong: no repeat, the web answers 4xx."""


class Misconfigured(DeskwardenError):
    """An operator must act before this can work: stop, and say what and where."""
