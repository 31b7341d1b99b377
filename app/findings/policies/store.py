"""Which policy holds for a ticket, read in an open transaction: one query for policies, one for exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from app.connections.tables import connections
from app.findings.policies.document import load
from app.findings.policies.exceptions import RuleException
from app.findings.policies.scope import NO_FACTS, Scope, TicketFacts, most_specific, own_domains
from app.findings.policies.tables import policies, policy_versions, rule_exceptions
from app.findings.policy import Policy

#: Documents that are kept loaded; they are never changed, so their digest is enough to know them by.
_MOST_LOADED = 500
_loaded: dict[str, Policy] = {}


@dataclass(frozen=True, slots=True)
class Standing:
    """A policy in force: its row's id (None: the one that stands when nobody has written any) and what it says."""

    id: int | None
    connection_id: int | None
    title: str
    policy: Policy

    @property
    def scope(self) -> Scope:
        """The part of its connection's tickets that it is for."""
        return self.policy.scope


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything that may decide about a connection's tickets.

    choices     its policies, and the default
    exceptions  those that have not ended, whether they still hold or not
    own         the organisation's own mail domains
    """

    choices: tuple[Standing, ...]
    exceptions: tuple[RuleException, ...] = ()
    own: frozenset[str] = frozenset()

    @property
    def needs_facts(self) -> bool:
        """Whether the ticket must be read to know what holds for it."""
        scopes = [*(each.scope for each in self.choices), *(each.scope for each in self.exceptions)]
        return any(scope.needs_facts for scope in scopes)

    def standing(self, facts: TicketFacts) -> Standing:
        """Return what holds for a ticket with these facts."""
        return most_specific(self.choices, facts, self.own) or BUILT_IN

    def policy(self, facts: TicketFacts, now: float) -> Policy:
        """Return the policy for a ticket with these facts, with the exceptions that hold for it at ``now``."""
        held = tuple(each for each in self.exceptions if each.holds(now) and each.scope.matches(facts, self.own))
        return replace(self.standing(facts).policy, exceptions=held)


#: What holds where nobody has written a policy.
BUILT_IN = Standing(None, None, "Default", Policy())


def rulebook(connection: Connection, connection_id: int | None, default: Policy = BUILT_IN.policy) -> Rulebook:
    """Return what may decide about a connection's tickets (None: the default alone), read in an open transaction.

    ``default`` holds where nobody has written any policy.
    """
    standing = standing_policies(connection, connection_id)
    if all(each.connection_id is not None for each in standing):
        standing = [*standing, replace(BUILT_IN, policy=default)]
    exceptions = _exceptions(connection, connection_id)
    scopes = [*(each.scope for each in standing), *(each.scope for each in exceptions)]
    about_people = any(scope.requesters for scope in scopes)
    own = organisation(connection, connection_id) if about_people else frozenset()
    return Rulebook(tuple(standing), tuple(exceptions), own)


def policy_for(connection: Connection, connection_id: int, *, now: float, facts: TicketFacts = NO_FACTS) -> Policy:
    """Return the policy for a ticket of a connection; without facts it is the connection's, or the default."""
    return rulebook(connection, connection_id).policy(facts, now)


def standing_policies(connection: Connection, connection_id: int | None) -> list[Standing]:
    """Return the stored policies that may hold for a connection: its own, and the default where there is one."""
    mine: ColumnElement[bool] = policies.c.connection_id.is_(None)
    if connection_id is not None:
        mine |= policies.c.connection_id == connection_id
    rows = connection.execute(
        select(policies.c.id, policies.c.connection_id, policies.c.title, policy_versions.c.digest, _DOCUMENT)
        .join_from(policies, policy_versions, _CURRENT)
        .where(policies.c.retired_at.is_(None), mine)
        .order_by(policies.c.id)
    )
    return [Standing(row.id, row.connection_id, row.title, loaded(row.digest, row.document)) for row in rows]


_DOCUMENT = policy_versions.c.document
_CURRENT = (policy_versions.c.policy_id == policies.c.id) & (policy_versions.c.number == policies.c.current)


def loaded(digest: str, document: Mapping[str, Any]) -> Policy:
    """Return the policy of a stored document, remembered by its digest."""
    found = _loaded.get(digest)
    if found is None:
        if len(_loaded) >= _MOST_LOADED:
            _loaded.clear()
        found = _loaded[digest] = load(document)
    return found


def organisation(connection: Connection, connection_id: int | None) -> frozenset[str]:
    """Return the mail domains of the organisation behind a connection: those of whom its mails go to."""
    row = connection.execute(
        select(connections.c.recipients, connections.c.email).where(connections.c.id == connection_id)
    ).one_or_none()
    return own_domains([*row.recipients, row.email or ""]) if row is not None else frozenset()


def malicious_links(connection: Connection, connection_ids: Iterable[int]) -> dict[int, str]:
    """Return what is done about malicious links by each connection's widest policy: note, redact or observe."""
    found = {}
    for connection_id in connection_ids:
        book = rulebook(connection, connection_id)
        found[connection_id] = book.standing(NO_FACTS).policy.malicious_links.value
    return found


def _exceptions(connection: Connection, connection_id: int | None) -> Sequence[RuleException]:
    mine: ColumnElement[bool] = rule_exceptions.c.connection_id.is_(None)
    if connection_id is not None:
        mine |= rule_exceptions.c.connection_id == connection_id
    rows = connection.execute(
        select(rule_exceptions).where(rule_exceptions.c.ended_at.is_(None), mine).order_by(rule_exceptions.c.id)
    )
    return [exception_of(row) for row in rows]


def exception_of(row: Any) -> RuleException:
    """Return the exception of a row."""
    return RuleException(
        row.id,
        row.rule,
        row.reason,
        row.author,
        row.created_at,
        row.expires_at,
        row.connection_id,
        Scope.from_dict(row.scope or {}),
    )
