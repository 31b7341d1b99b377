"""Answers that providers gave, kept for as long as each provider says, by connection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select

from app.adapters.providers.model import Answer, Listing, Question
from app.db import Database
from app.providers.catalogue import ProviderName
from app.providers.tables import provider_answers

#: Seconds for which a listing is believed unless a later answer takes it back: as long as links are judged again. It
#: runs out for asking much sooner; but that nobody has asked again does not make a bad address good.
BELIEVED_SECONDS = 8 * 86_400.0
#: Questions looked up by one query.
_AT_ONCE = 200

_Key = tuple[ProviderName, str]


class Answers:
    """What is kept of the answers."""

    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    def believed(
        self, connection_id: int, wanted: Mapping[ProviderName, Iterable[Question]]
    ) -> dict[_Key, list[Listing]]:
        """Return the listings of each question that has an answer to go by, by provider and the question's value.

        An answer that has run out is one to go by when it lists something.
        """
        return self._found(connection_id, wanted, fresh_only=False)

    def fresh(self, connection_id: int, provider: ProviderName, questions: Sequence[Question]) -> set[str]:
        """Return the values of the questions that need not be asked again yet."""
        found = self._found(connection_id, {provider: questions}, fresh_only=True)
        return {value for _, value in found}

    def keep(self, connection_id: int, provider: ProviderName, answers: Sequence[Answer]) -> None:
        """Keep answers; each takes the place of an earlier one to the same question."""
        now = self._now()
        rows = [
            {
                "connection_id": connection_id,
                "provider": provider.value,
                "question": _digest(answer.value),
                "listings": [listing.to_dict() for listing in answer.listings],
                "listed": bool(answer.listings),
                "answered_at": now,
                "expires_at": now + answer.seconds,
            }
            for answer in answers
        ]
        with self._database.write() as connection:
            digests = [row["question"] for row in rows]
            connection.execute(
                delete(provider_answers).where(
                    provider_answers.c.connection_id == connection_id,
                    provider_answers.c.provider == provider.value,
                    provider_answers.c.question.in_(digests),
                )
            )
            connection.execute(insert(provider_answers), rows)

    def forget_old(self) -> int:
        """Drop what nobody goes by any more; return how many answers that were."""
        now = self._now()
        old = ~provider_answers.c.listed | (provider_answers.c.answered_at <= now - BELIEVED_SECONDS)
        with self._database.write() as connection:
            done = connection.execute(delete(provider_answers).where(provider_answers.c.expires_at <= now, old))
        return int(done.rowcount)

    def _found(
        self, connection_id: int, wanted: Mapping[ProviderName, Iterable[Question]], *, fresh_only: bool
    ) -> dict[_Key, list[Listing]]:
        names = {
            (provider.value, _digest(question.value)): (provider, question.value)
            for provider, questions in wanted.items()
            for question in questions
        }
        found: dict[_Key, list[Listing]] = {}
        for row in self._rows(connection_id, sorted({digest for _, digest in names}), fresh_only=fresh_only):
            if (key := names.get((row.provider, row.question))) is not None:
                found[key] = [Listing.from_dict(data) for data in row.listings]
        return found

    def _rows(self, connection_id: int, digests: Sequence[str], *, fresh_only: bool) -> list[Any]:
        now = self._now()
        rows: list[Any] = []
        good = provider_answers.c.expires_at > now
        if not fresh_only:
            good |= provider_answers.c.listed & (provider_answers.c.answered_at > now - BELIEVED_SECONDS)
        with self._database.read() as connection:
            for start in range(0, len(digests), _AT_ONCE):
                some = digests[start : start + _AT_ONCE]
                rows += connection.execute(
                    select(provider_answers).where(
                        provider_answers.c.connection_id == connection_id, provider_answers.c.question.in_(some), good
                    )
                ).all()
        return rows


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
