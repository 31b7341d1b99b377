"""Judge links without fetching them: what a person decided, then the block list, the allow list, and the engine.

Each link is judged by every address that it passes through: the target, the wrapper it was written in, and targets that
stand inside its query. All links of a comment are looked up together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import select

from app.db import Database
from app.engine.links.canonical import host_of
from app.engine.links.judge import LinkContext, judge_link
from app.engine.links.judged import known_of
from app.engine.links.reputation import Hit, KnownHits, Reputation
from app.engine.links.unwrap import nested_targets
from app.engine.model import Finding, Link, Severity, Verdict
from app.tickets.lists import EntryIndex, ListHit, candidates
from app.tickets.service.lists import Lists
from app.tickets.service.record import Judgement
from app.tickets.tables import standing_verdicts

#: Addresses looked up by one query: a comment can hold thousands, and each has a handful of values on the lists.
AT_ONCE = 200

#: Targets inside a link's query that are looked up; who nests more hides nothing better.
MOST_NESTED = 5

_NO_CONTEXT = LinkContext()


def judgement_by_list(hit: ListHit, where: str) -> Judgement:
    """Put a hit of a list into the words of a judgement. Allow wins over the engine, block over both."""
    if hit.side == "allow":
        return Judgement(Verdict.CLEAN, "list", "allow list", reason=hit.reason, entry_id=hit.entry.id)
    finding = Finding(
        id=f"list.block.{hit.kind}",
        severity=Severity.MALICIOUS,
        where=where,
        title=f"Your organisation has blocked this {_WORDS[hit.kind]}",
        evidence=hit.reason,
    )
    return Judgement(
        Verdict.MALICIOUS, "list", "block list", reason=hit.reason, findings=(finding,), entry_id=hit.entry.id
    )


_WORDS = {
    "sha256": "file",
    "url": "address",
    "pattern": "kind of address",
    "host": "website",
    "domain": "website",
    "sender": "sender",
}


class FeedIndex(Reputation, Protocol):
    """What the feeds list, as one index that is swapped while we run."""

    def version(self) -> str:
        """Return what changes whenever another index is in use; empty without one."""


class _NoFeeds(KnownHits):
    """What there is before the first feed."""

    def version(self) -> str:
        """Return nothing: there is no index."""
        return ""


NO_FEEDS: FeedIndex = _NoFeeds()


class Opinions(Protocol):
    """What services outside the house have answered about addresses. Asks nobody, only remembers."""

    def opinions(self, connection_id: int, urls: Sequence[str]) -> Mapping[str, Sequence[Hit]]:
        """Return the remembered answers about canonical addresses, as far as there are any."""

    def targets(self, connection_id: int, urls: Sequence[str]) -> Mapping[str, str]:
        """Return where shortened addresses lead, as far as they were followed."""


class Ask(Protocol):
    """Whoever asks services outside the house, as far as a connection's policies allow it."""

    def ask(self, connection_id: int, urls: Iterable[str], ticket_id: int | None = None) -> None:
        """Write down that they are to be asked about these canonical addresses; asks nobody by itself."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What links are judged by, besides what the organisation itself has decided.

    feeds     the feeds' index
    context   brands and domains of a connection
    opinions  remembered answers of outside services; None where nobody is asked
    """

    feeds: FeedIndex = NO_FEEDS
    context: Callable[[int], LinkContext] = lambda _connection_id: _NO_CONTEXT
    opinions: Opinions | None = None


@dataclass(frozen=True, slots=True)
class _Way:
    """A link with every address it passes through, its target first."""

    link: Link
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, link: Link) -> _Way:
        stops = (link.url, link.wrapped, *nested_targets(link.url)[:MOST_NESTED])
        return cls(link, tuple(dict.fromkeys(stop for stop in stops if stop)))


class LinkJudge:
    """Verdicts for the links of one connection."""

    def __init__(
        self, database: Database, lists: Lists, now: Callable[[], float], knowledge: Knowledge | None = None
    ) -> None:
        self._database = database
        self._lists = lists
        self._now = now
        self._known = knowledge or Knowledge()

    def version(self, connection_id: int) -> str:
        """Return what changes whenever a link of the connection may be judged otherwise: feeds and lists."""
        return f"{self._known.feeds.version()}/{self._lists.version(connection_id)}"

    def feeds_version(self) -> str:
        """Return the digest of the feeds' index in use; empty without feeds. It is kept with each decision."""
        return self._known.feeds.version()

    def judge(self, connection_id: int, links: Iterable[Link]) -> list[Judgement]:
        """Return a judgement for each link, in their order: person, block list, allow list, engine."""
        ways = [_Way.of(link) for link in self._followed(connection_id, list(links))]
        if not ways:
            return []
        feeds, context = self.feeds_version(), self._known.context(connection_id)
        found: list[Judgement] = []
        for start in range(0, len(ways), AT_ONCE):
            found += self._judge(connection_id, ways[start : start + AT_ONCE], feeds, context)
        return found

    def _followed(self, connection_id: int, links: Sequence[Link]) -> Sequence[Link]:
        """Return the links, with the target in place of each shortened one that was followed: judged as if wrapped."""
        if self._known.opinions is None or not links:
            return links
        targets = self._known.opinions.targets(connection_id, [link.url for link in links])
        return [
            replace(link, url=targets[link.url], wrapped=link.url, via=(*link.via, host_of(link.url)))
            if link.url in targets
            else link
            for link in links
        ]

    def _judge(self, connection_id: int, ways: Sequence[_Way], feeds: str, context: LinkContext) -> list[Judgement]:
        every = list(dict.fromkeys(address for way in ways for address in way.addresses))
        standing = self._standing(connection_id, every)
        entries = self._lists.entries_among(connection_id, set().union(*(candidates(url=each) for each in every)))
        index = EntryIndex(entries, now=self._now())
        known = self._hits(connection_id, every)
        return [
            _by_person(way, standing)
            or self._by_lists(way, index)
            or _by_engine(way, known, feeds=feeds, context=context)
            for way in ways
        ]

    def _standing(self, connection_id: int, urls: Sequence[str]) -> dict[str, Judgement]:
        with self._database.read() as connection:
            rows = connection.execute(
                select(standing_verdicts).where(
                    standing_verdicts.c.connection_id == connection_id,
                    standing_verdicts.c.subject.in_([f"url:{url}" for url in urls]),
                )
            ).all()
        return {row.subject.removeprefix("url:"): _judgement(row) for row in rows}

    def _by_lists(self, way: _Way, index: EntryIndex) -> Judgement | None:
        hit = index.decide(url=way.link.url, leads_to=way.addresses[1:])
        return judgement_by_list(hit, way.link.where) if hit else None

    def _hits(self, connection_id: int, urls: Sequence[str]) -> dict[str, list[Hit]]:
        hits = dict(zip(urls, map(list, known_of(urls, self._known.feeds)), strict=True))
        if self._known.opinions is not None:
            for url, more in self._known.opinions.opinions(connection_id, urls).items():
                hits.setdefault(url, []).extend(more)
        return hits


def unsettled(links: Sequence[Link], judgements: Sequence[Judgement]) -> list[str]:
    """Return the addresses worth asking others about: nobody decided, and nothing here calls them dangerous."""
    return [
        link.url
        for link, judgement in zip(links, judgements, strict=True)
        if judgement.by == "engine" and judgement.verdict is not Verdict.MALICIOUS
    ]


def standing_judgement(database: Database, connection_id: int, subject: str) -> Judgement | None:
    """Return what a person decided about this content (``sha256:…`` or ``url:…``), or None."""
    with database.read() as connection:
        row = connection.execute(
            select(standing_verdicts).where(
                standing_verdicts.c.connection_id == connection_id, standing_verdicts.c.subject == subject
            )
        ).one_or_none()
    return None if row is None else _judgement(row)


def _by_person(way: _Way, standing: Mapping[str, Judgement]) -> Judgement | None:
    """What a person said of the link. That a stop on its way is harmless does not make its target so."""
    said = [standing[address] for address in way.addresses if address in standing]
    bad = next((each for each in said if each.verdict is not Verdict.CLEAN), None)
    good = standing.get(way.link.url) or standing.get(way.link.wrapped)
    return bad or good


def _by_engine(way: _Way, known: Mapping[str, Sequence[Hit]], *, feeds: str, context: LinkContext) -> Judgement:
    hits = [hit for address in way.addresses for hit in known.get(address, ())]
    opinion = judge_link(way.link, hits, context)
    return Judgement(opinion.verdict, "engine", "Deskwarden", findings=opinion.findings, feeds_version=feeds)


def _judgement(row: Any) -> Judgement:
    return Judgement(Verdict(row.verdict), "person", row.actor, reason=row.reason)
