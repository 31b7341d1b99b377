"""Ask the providers about links, in the background, and remember what they answer.

``ask`` only writes down what is to be asked and wakes a worker; ``run`` asks, within each provider's limits and under a
deadline. A question that is not answered leaves nothing behind but its row in the disclosure record: no opinion, never
a good one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from sqlalchemy import delete, select, update

from app.adapters.providers.model import Access, Provider
from app.db import Database
from app.engine.links.canonical import host_of
from app.engine.links.domains import registrable
from app.errors import Temporary
from app.jobs import Job, Queue
from app.providers.catalogue import ProviderName
from app.providers.service.answers import Answers
from app.providers.service.disclosures import Disclosures
from app.providers.service.policies import ProviderPolicies
from app.providers.service.round import Office, Round
from app.providers.tables import provider_waiting

#: Addresses of one call of ``ask`` that are asked about: a comment of thousands of links is not worth the budget.
MOST_ADDRESSES = 100
#: Addresses that one run takes of one provider.
BATCH = 50
#: Seconds after which nobody waits for an opinion any more, and tries that are made until then.
GIVE_UP_SECONDS, MOST_TRIES = 3_600.0, 5
#: Seconds until the next try after one without an opinion; doubled each time.
RETRY_SECONDS = 30.0
#: Seconds that one run may take, because a worker that asks does not redact; what is left waits for the next one. And
#: for which it has its rows: more than its last call may take.
RUN_SECONDS, LEASE_SECONDS = 20.0, 120.0


class ProviderQueue:
    """What is to be asked of services outside the house, and the asking."""

    def __init__(
        self,
        database: Database,
        queue: Queue,
        policies: ProviderPolicies,
        disclosures: Disclosures,
        answers: Answers,
        providers: Mapping[ProviderName, Provider],
        *,
        now: Callable[[], float],
        changed: Callable[[int, Sequence[str]], object],
    ) -> None:
        """``changed`` is told of a connection's addresses about which something else is known than before."""
        self._database = database
        self._queue = queue
        self._policies = policies
        self._office = Office(policies, disclosures, answers, now)
        self._providers = providers
        self._now = now
        self._changed = changed

    def ask(
        self, connection_id: int, urls: Iterable[str], ticket_id: int | None = None, *, via: str | None = None
    ) -> None:
        """Write down that the enabled providers are to be asked about these canonical addresses; wake a worker.

        ``via`` is the shortened address that leads there.
        """
        enabled = self._policies.known(connection_id, enabled=True)
        wanted = list(dict.fromkeys(urls))[:MOST_ADDRESSES]
        rows = [
            {"provider": name.value, "url": url}
            for name, access in enabled.items()
            if name in self._providers
            for url in self._open(connection_id, name, [url for url in wanted if is_public(url)], access)
        ]
        if not rows:
            return
        now = self._now()
        with self._database.write() as connection:
            for row in rows:
                connection.execute(
                    self._database.insert_once(provider_waiting).values(
                        connection_id=connection_id, ticket_id=ticket_id, via=via, since=now, next_at=now, **row
                    )
                )
        self._wake(connection_id)

    def _open(self, connection_id: int, name: ProviderName, urls: Sequence[str], access: Access) -> list[str]:
        """Return the addresses about which a provider has something to say that it has not said lately."""
        asked = {url: set(self._providers[name].questions(url, access)) for url in urls}
        every = [question for questions in asked.values() for question in questions]
        fresh = self._office.answers.fresh(connection_id, name, every) if every else set()
        return [url for url, questions in asked.items() if any(each.value not in fresh for each in questions)]

    def _wake(self, connection_id: int, delay: float = 0.0) -> None:
        # A broker that is away costs only time: the sweep finds what waits.
        with contextlib.suppress(Temporary):
            self._queue.put(Job.ASK_PROVIDERS, delay=delay, connection_id=connection_id)

    def sweep(self) -> int:
        """Wake workers for what a lost message left waiting, and forget what is too old; return how many were woken."""
        now = self._now()
        self._office.answers.forget_old()
        self._office.disclosures.forget_old()
        with self._database.write() as connection:
            connection.execute(delete(provider_waiting).where(provider_waiting.c.since <= now - GIVE_UP_SECONDS))
            due = (
                connection.execute(
                    select(provider_waiting.c.connection_id)
                    .where(provider_waiting.c.next_at <= now, provider_waiting.c.leased_until <= now)
                    .distinct()
                )
                .scalars()
                .all()
            )
        for connection_id in due:
            self._wake(connection_id)
        return len(due)

    def run(self, connection_id: int) -> None:
        """Ask what waits for a connection; tell whoever judges of the addresses that look different now."""
        enabled = self._policies.reached(connection_id)
        until = self._now() + RUN_SECONDS
        self._drop_disabled(connection_id, enabled)
        for name, access in enabled.items():
            if name in self._providers and (rows := self._lease(connection_id, name)):
                self._round(connection_id, name, access, rows, until)
        self._wake_later(connection_id)

    def _round(self, connection_id: int, name: ProviderName, access: Access, rows: Sequence[Any], until: float) -> None:
        provider = self._providers[name]
        asked = Round(self._office, connection_id, name, provider, access, rows, until)
        asked.run()
        self._put_back(asked)
        for row in rows:
            if row.url in asked.targets:
                # What a shortener hides is asked about like a link that stands in the ticket itself.
                self.ask(connection_id, [asked.targets[row.url]], row.ticket_id, via=row.url)
        changed = set(asked.changed)
        concerned = [each for row in rows if row.url in changed for each in (row.url, row.via) if each]
        if concerned:
            self._changed(connection_id, list(dict.fromkeys(concerned)))

    def _put_back(self, asked: Round) -> None:
        """Close the rows that are answered or were tried often enough; let the others wait."""
        now = self._now()
        with self._database.write() as connection:
            for row in asked.rows:
                mine = provider_waiting.c.id == row.id
                tried = row.attempts + (row.id in asked.failed)
                if row.id in asked.answered or tried >= MOST_TRIES:
                    connection.execute(delete(provider_waiting).where(mine))
                    continue
                wait = RETRY_SECONDS * 2**tried if row.id in asked.failed else 0.0
                connection.execute(
                    update(provider_waiting)
                    .where(mine)
                    .values(next_at=max(asked.later, now + wait), attempts=tried, leased_until=0.0)
                )

    def _lease(self, connection_id: int, name: ProviderName) -> list[Any]:
        """Take rows whose time has come; none while another worker asks the same provider for the same connection."""
        now = self._now()
        mine = (provider_waiting.c.connection_id == connection_id, provider_waiting.c.provider == name.value)
        with self._database.exclusive(f"providers:{connection_id}"), self._database.write() as connection:
            held = connection.execute(
                select(provider_waiting.c.id).where(*mine, provider_waiting.c.leased_until > now).limit(1)
            ).first()
            if held is not None:
                return []
            waiting = (
                select(provider_waiting.c.id)
                .where(*mine, provider_waiting.c.next_at <= now)
                .order_by(provider_waiting.c.id)
                .limit(BATCH)
            )
            rows = connection.execute(
                update(provider_waiting)
                .where(provider_waiting.c.id.in_(list(connection.execute(waiting).scalars())))
                .values(leased_until=now + LEASE_SECONDS)
                .returning(provider_waiting)
            ).all()
        return sorted(rows, key=lambda row: row.id)

    def _drop_disabled(self, connection_id: int, enabled: Mapping[ProviderName, Access]) -> None:
        names = [name.value for name in enabled]
        with self._database.write() as connection:
            connection.execute(
                delete(provider_waiting).where(
                    provider_waiting.c.connection_id == connection_id, provider_waiting.c.provider.not_in(names)
                )
            )

    def _wake_later(self, connection_id: int) -> None:
        now = self._now()
        with self._database.read() as connection:
            first = connection.execute(
                select(provider_waiting.c.next_at)
                .where(provider_waiting.c.connection_id == connection_id, provider_waiting.c.leased_until <= now)
                .order_by(provider_waiting.c.next_at)
                .limit(1)
            ).scalar_one_or_none()
        if first is not None:
            self._wake(connection_id, delay=max(1.0, first - now))


def is_public(url: str) -> bool:
    """Whether an address leads to the open internet: names of the house's own network are nobody else's business."""
    host = host_of(url)
    try:
        return ip_address(host.strip("[]")).is_global
    except ValueError:
        return bool(registrable(host))
