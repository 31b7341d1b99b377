"""For which tickets a policy holds, and which of several does: the most specific one. Pure.

The order, most specific first: a policy that names requesters, then one that names groups, then one that names brands,
then that of the connection, then the default. Naming two things beats naming the first of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from app.engine.links.lookalike_words import MAIL_PROVIDERS

#: Brands, groups and domains that one policy may name.
MOST_NAMED = 200


class Trait(StrEnum):
    """What can be said of the person who asks in a ticket; several may be true of one."""

    AGENT = "agent"  # an agent or admin of the account
    OWN = "own"  # mail domain of the organisation itself
    LISTED = "listed"  # mail domain that the policy lists
    STRANGER = "stranger"  # none of these
    VERIFIED = "verified"  # Zendesk has verified the address
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What is known of a ticket beside its comments. None and empty: not known.

    domain    of the requester's mail address, in lower case
    role      ``end-user``, ``agent`` or ``admin``
    verified  whether Zendesk has verified the requester's address
    """

    brand_id: int | None = None
    group_id: int | None = None
    domain: str = ""
    role: str = ""
    verified: bool | None = None


#: Of a ticket that was never read.
NO_FACTS = TicketFacts()


@dataclass(frozen=True, slots=True)
class Scope:
    """For which tickets of its connection a policy or an exception holds: empty parts name nothing and hold for all.

    brand_ids   ids of brands, one of which the ticket must have
    group_ids   ids of groups, one of which the ticket must be assigned to
    requesters  traits, one of which must be true of the requester
    domains     mail domains for the trait ``listed``
    """

    brand_ids: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()
    requesters: frozenset[Trait] = frozenset()
    domains: frozenset[str] = frozenset()

    @property
    def needs_facts(self) -> bool:
        """Whether the ticket itself must be read to tell whether it is meant."""
        return bool(self.brand_ids or self.group_ids or self.requesters)

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How specific it is; the greater rank wins."""
        return bool(self.requesters), bool(self.group_ids), bool(self.brand_ids)

    def matches(self, facts: TicketFacts, own_domains: frozenset[str] = frozenset()) -> bool:
        """Return whether a ticket with these facts is meant; what is not known of it matches nothing that is named."""
        return (
            (not self.brand_ids or facts.brand_id in self.brand_ids)
            and (not self.group_ids or facts.group_id in self.group_ids)
            and (not self.requesters or bool(self.requesters & traits(facts, self.domains, own_domains)))
        )

    def overlaps(self, other: Scope) -> bool:
        """Return whether both are equally specific and could mean the same ticket, so that neither would win."""
        return self.rank == other.rank and all(
            not mine or bool(mine & theirs)
            for mine, theirs in (
                (self.brand_ids, other.brand_ids),
                (self.group_ids, other.group_ids),
                (self.requesters, other.requesters),
            )
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data in a fixed order, from which ``from_dict`` makes an equal scope."""
        return {
            "brand_ids": sorted(self.brand_ids),
            "group_ids": sorted(self.group_ids),
            "requesters": sorted(trait.value for trait in self.requesters),
            "domains": sorted(self.domains),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Scope:
        """Return the scope in ``data`` as ``to_dict`` wrote it; what is missing names nothing."""
        return cls(
            frozenset(data.get("brand_ids", ())),
            frozenset(data.get("group_ids", ())),
            frozenset(Trait(trait) for trait in data.get("requesters", ())),
            frozenset(data.get("domains", ())),
        )


def traits(
    facts: TicketFacts, listed: frozenset[str] = frozenset(), own_domains: frozenset[str] = frozenset()
) -> frozenset[Trait]:
    """Return what is true of the requester; nothing when nothing is known."""
    if facts == NO_FACTS or not (facts.role or facts.domain):
        return frozenset()
    found = set()
    if facts.role in ("agent", "admin"):
        found.add(Trait.AGENT)
    if _is_below(facts.domain, own_domains):
        found.add(Trait.OWN)
    if _is_below(facts.domain, listed):
        found.add(Trait.LISTED)
    if not found:
        found.add(Trait.STRANGER)
    if facts.verified is not None:
        found.add(Trait.VERIFIED if facts.verified else Trait.UNVERIFIED)
    return frozenset(found)


def _is_below(domain: str, domains: frozenset[str]) -> bool:
    """Whether a mail domain is one of these or lies below one."""
    parts = domain.split(".")
    return bool(domain) and any(".".join(parts[start:]) in domains for start in range(len(parts)))


def own_domains(addresses: Iterable[str]) -> frozenset[str]:
    """Return the mail domains of an organisation's own addresses; those that anybody can have an address at are none.

    ``addresses`` are whom the connection's mails go to.
    """
    found = {address.rpartition("@")[2].strip("<> \t").lower() for address in addresses if "@" in address}
    return frozenset(found - MAIL_PROVIDERS - {""})


class Scoped(Protocol):
    """Something that holds for a scope."""

    @property
    def connection_id(self) -> int | None:
        """The connection; None: all of them."""

    @property
    def scope(self) -> Scope:
        """The part of its tickets."""


_Scoped = TypeVar("_Scoped", bound=Scoped)


def most_specific(choices: Iterable[_Scoped], facts: TicketFacts, own: frozenset[str] = frozenset()) -> _Scoped | None:
    """Return the one that holds for a ticket of the connection that all ``choices`` are for; None when none does."""
    meant = [each for each in choices if each.scope.matches(facts, own)]
    return max(meant, key=lambda each: (each.connection_id is not None, each.scope.rank), default=None)
