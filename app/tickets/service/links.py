"""Judge links without fetching them: what a person decided, then the lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import select

from app.db import Database
from app.engine.model import Finding, Severity, Verdict
from app.tickets.lists import Entry, ListHit, candidates, decide_by_lists
from app.tickets.service.lists import Lists
from app.tickets.service.record import Judgement
from app.tickets.tables import standing_verdicts

#: Addresses looked up by one query: a comment can hold thousands, and each has a handful of values on the lists.
AT_ONCE = 200


def judgement_by_list(hit: ListHit, where: str) -> Judgement:
    """Put a hit of a list into the words of a judgement. Allow wins over the engine, block over both."""
    if hit.side == "allow":
        return Judgement(Verdict.CLEAN, "list", "allow list", reason=hit.reason)
    finding = Finding(
        id=f"list.block.{hit.kind}",
        severity=Severity.MALICIOUS,
        where=where,
        title=f"Your organisation has blocked this {_WORDS[hit.kind]}",
        evidence=hit.reason,
    )
    return Judgement(Verdict.MALICIOUS, "list", "block list", reason=hit.reason, findings=(finding,))


_WORDS = {"sha256": "file", "url": "address", "domain": "website", "sender": "sender"}


class LinkJudge:
    """Verdicts for the links of one connection."""

    def __init__(self, database: Database, lists: Lists, now: Callable[[], float]) -> None:
        self._database = database
        self._lists = lists
        self._now = now

    def verdicts(self, connection_id: int, urls: Iterable[str]) -> dict[str, Judgement]:
        """Return a judgement for each canonical URL: person before lists, and clean where neither says a thing."""
        wanted = list(dict.fromkeys(urls))
        verdicts: dict[str, Judgement] = {}
        for start in range(0, len(wanted), AT_ONCE):
            some = wanted[start : start + AT_ONCE]
            standing = self._standing(connection_id, some)
            entries = self._lists.entries_among(connection_id, set().union(*(candidates(url=url) for url in some)))
            for url in some:
                verdicts[url] = standing.get(url) or self._by_lists(entries, url)
        return verdicts

    def _standing(self, connection_id: int, urls: Sequence[str]) -> dict[str, Judgement]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(standing_verdicts).where(
                    standing_verdicts.c.connection_id == connection_id,
                    standing_verdicts.c.subject.in_([f"url:{url}" for url in urls]),
                )
            ).all()
        return {row.subject.removeprefix("url:"): _judgement(row) for row in rows}

    def _by_lists(self, entries: Sequence[Entry], url: str) -> Judgement:
        hit = decide_by_lists(entries, url=url, now=self._now())
        return judgement_by_list(hit, url) if hit else Judgement(Verdict.CLEAN, "engine", "Deskwarden")


def standing_judgement(database: Database, connection_id: int, subject: str) -> Judgement | None:
    """Return what a person decided about this content (``sha256:…`` or ``url:…``), or None."""
    with database.read() as connection:
        row = connection.execute(
            select(standing_verdicts).where(
                standing_verdicts.c.connection_id == connection_id, standing_verdicts.c.subject == subject
            )
        ).one_or_none()
    return None if row is None else _judgement(row)


def _judgement(row: Any) -> Judgement:
    return Judgement(Verdict(row.verdict), "person", row.actor, reason=row.reason)
