"""Which policy holds for a ticket, and a judgement under it: the one way from what was found to what is ordered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, select, update

from app.adapters.zendesk import TicketPlace
from app.db import Database
from app.errors import Misconfigured, Rejected, Temporary
from app.findings.policies.judging import Judged, rule
from app.findings.policies.scope import NO_FACTS, TicketFacts
from app.findings.policies.store import rulebook
from app.findings.policy import Effect, Policy
from app.tickets.service.record import Judgement
from app.tickets.tables import tickets

log = structlog.get_logger()

#: Seconds for which a ticket's brand, group and requester are remembered: a ticket may be assigned to another group.
REMEMBERED_SECONDS = 3600.0

_FACTS = ("brand_id", "group_id", "requester_domain", "requester_role", "requester_verified", "facts_at")


class Tenant(Protocol):
    """What knowing a ticket needs of a tenant."""

    def place(self, ticket_id: int) -> TicketPlace:
        """Brand, group and requester of a ticket."""


class PolicyFacts:
    """Learns brand, group and requester of tickets, where a policy asks for them and nowhere else."""

    def __init__(self, database: Database, tenant: Callable[[int, str], Tenant], now: Callable[[], float]) -> None:
        self._database = database
        self._tenant = tenant
        self._now = now

    def learn(self, connection_id: int, ticket_id: int | None) -> None:
        """Read the ticket, unless nobody asks or it was read within the hour: one call.

        What Zendesk refuses to show stays unknown, so the wider policy holds. Raises Temporary and Misconfigured.
        """
        if ticket_id is None or not self._is_asked(connection_id, ticket_id):
            return
        try:
            place = self._tenant(connection_id, "scan").place(ticket_id)
        except Rejected as error:
            log.warning("policy.ticket_unknown", connection=connection_id, ticket=ticket_id, code=error.code)
            place = TicketPlace()
        with self._database.write() as connection:
            connection.execute(
                self._database.insert_once(tickets).values(connection_id=connection_id, ticket_id=ticket_id)
            )
            connection.execute(
                update(tickets).where(*_is(connection_id, ticket_id)).values(**_columns(place), facts_at=self._now())
            )

    def learn_all(self, connection_id: int, ticket_ids: Iterable[int | None]) -> None:
        """Do so for several tickets; what cannot be read now stays as it is."""
        for ticket_id in dict.fromkeys(ticket_ids):
            try:
                self.learn(connection_id, ticket_id)
            except (Temporary, Misconfigured, Rejected) as error:
                log.warning("policy.ticket_unknown", connection=connection_id, code=error.code)

    def _is_asked(self, connection_id: int, ticket_id: int) -> bool:
        with self._database.read() as connection:
            if not rulebook(connection, connection_id).needs_facts:
                return False
            read_at = connection.execute(select(tickets.c.facts_at).where(*_is(connection_id, ticket_id))).scalar()
        return read_at is None or read_at < self._now() - REMEMBERED_SECONDS


def policy_of(
    connection: Connection, default: Policy, connection_id: int, ticket_id: int | None = None, *, now: float
) -> Policy:
    """Return the policy for a ticket with the exceptions that hold, read in an open transaction.

    ``default`` stands where nobody has written one. What is not known of the ticket leaves it to a wider policy.
    """
    return policy_finder(connection, default, connection_id, now=now)(ticket_id)


def policy_finder(
    connection: Connection, default: Policy, connection_id: int, *, now: float
) -> Callable[[int | None], Policy]:
    """Return what gives the policy of each of a connection's tickets, while the transaction is open."""
    book = rulebook(connection, connection_id, default)
    widest = book.policy(NO_FACTS, now)

    @cache
    def find(ticket_id: int | None) -> Policy:
        return book.policy(facts_of(connection, connection_id, ticket_id), now) if book.needs_facts else widest

    return find


def facts_of(connection: Connection, connection_id: int, ticket_id: int | None) -> TicketFacts:
    """Return what is remembered of a ticket."""
    if ticket_id is None:
        return NO_FACTS
    row = connection.execute(
        select(*(tickets.c[name] for name in _FACTS)).where(*_is(connection_id, ticket_id))
    ).one_or_none()
    return NO_FACTS if row is None else remembered(row)


def remembered(row: Any) -> TicketFacts:
    """Return the facts that a row of ``tickets`` remembers."""
    if row.facts_at is None:
        return NO_FACTS
    return TicketFacts(
        row.brand_id, row.group_id, row.requester_domain or "", row.requester_role or "", row.requester_verified
    )


def decided(
    judgement: Judgement,
    policy: Policy,
    *,
    kind: str,
    now: float,
    name: str = "",
    content_type: str | None = None,
    fetched: bool = True,
) -> tuple[Judgement, Effect]:
    """Return the judgement as it stands under ``policy``, and what it orders.

    ``fetched``: whether the file was had; what was not can be told of, but not be taken out.
    """
    said = judgement.engine_verdict or judgement.verdict
    judged = Judged(kind, said, judgement.by, judgement.findings, name, content_type or "", fetched)
    ruling = rule(judged, policy, now=now)
    told = " ".join(filter(None, (judgement.reason, ruling.reason(policy.observe_until))))
    under = replace(
        judgement,
        verdict=ruling.verdict,
        findings=ruling.findings,
        reason=told,
        engine_verdict=said if judgement.by == "engine" else None,
        withheld=ruling.withheld,
    )
    return under, ruling.effect


def _is(connection_id: int, ticket_id: int) -> tuple[Any, Any]:
    return tickets.c.connection_id == connection_id, tickets.c.ticket_id == ticket_id


def _columns(place: TicketPlace) -> dict[str, Any]:
    return {
        "brand_id": place.brand_id,
        "group_id": place.group_id,
        "requester_domain": place.requester_domain,
        "requester_role": place.requester_role,
        "requester_verified": place.requester_verified,
    }
