"""Answer a request that comes again under the same key with the first answer.

The key is what draft-ietf-httpapi-idempotency-key-header describes: whoever does not know whether a request arrived
sends it again with its ``Idempotency-Key``, and it is done once and answered twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from app.db import Database
from app.errors import Rejected
from app.idempotency.tables import idempotency_keys as keys

#: Seconds for which an answer is kept.
KEPT_SECONDS = 86_400.0
#: Seconds after which a request without an answer counts as lost with its process, so that it may be done again.
ABANDONED_SECONDS = 120.0
#: Characters of a key, and bytes of an answer that is kept; a larger one is not given twice.
LONGEST_KEY, LARGEST_ANSWER = 255, 256 * 1024
#: Old answers removed at a time.
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time."""

    status: int
    media_type: str
    body: bytes


class Idempotency:
    """Remembers who asked for what under which key, and what the answer was."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def begin(self, who: str, key: str, request: str) -> Answer | None:
        """Return the answer that was given under this key of ``who``; None: it is to be done now.

        ``request`` says what is asked for. Raises Rejected with code ``idempotency-key`` when the key does not fit,
        ``key-reused`` when it was used for something else, ``in-progress`` when the same is being done at this moment.
        """
        if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
            raise Rejected(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.", code="idempotency-key")
        digest, asked, now = _digest(who, key), _digest(request), self._now()
        with self._database.write() as connection:
            connection.execute(
                delete(keys).where(
                    keys.c.id.in_(select(keys.c.id).where(keys.c.began_at < now - KEPT_SECONDS).limit(_BATCH))
                )
            )
            new = self._database.insert_once(keys).values(digest=digest, request=asked, began_at=now)
            if connection.execute(new).rowcount:
                return None
            row = connection.execute(select(keys).where(keys.c.digest == digest)).one()
            if row.request != asked:
                raise Rejected("This Idempotency-Key was used for another request. Take a new one.", code="key-reused")
            if row.status is not None:
                return Answer(row.status, row.media_type, row.body)
            if row.began_at > now - ABANDONED_SECONDS:
                raise Rejected("The same request is being done at this moment. Ask again later.", code="in-progress")
            connection.execute(update(keys).where(keys.c.id == row.id).values(began_at=now))
        return None

    def end(self, who: str, key: str, answer: Answer | None) -> None:
        """Keep the answer; with None the key is free again, as after an answer that says to try again."""
        mine = keys.c.digest == _digest(who, key)
        with self._database.write() as connection:
            if answer is None or len(answer.body) > LARGEST_ANSWER:
                connection.execute(delete(keys).where(mine, keys.c.status.is_(None)))
                return
            values = {"status": answer.status, "media_type": answer.media_type, "body": answer.body}
            connection.execute(update(keys).where(mine, keys.c.status.is_(None)).values(**values))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
