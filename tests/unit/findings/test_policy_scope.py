"""For which tickets a policy holds, and which of several does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.findings.policies.scope import (
    NO_FACTS,
    Scope,
    TicketFacts,
    Trait,
    most_specific,
    own_domains,
    traits,
)

OWN = frozenset({"acme.example"})
FACTS = TicketFacts(brand_id=1, group_id=2, domain="acme.example", role="end-user", verified=True)


@dataclass(frozen=True)
class Choice:
    name: str
    scope: Scope = field(default_factory=Scope)
    connection_id: int | None = 7


DEFAULT = Choice("default", connection_id=None)
CONNECTION = Choice("connection")
BRAND = Choice("brand", Scope(brand_ids=frozenset({1})))
GROUP = Choice("group", Scope(group_ids=frozenset({2})))
REQUESTER = Choice("requester", Scope(requesters=frozenset({Trait.OWN})))
BRAND_GROUP = Choice("brand and group", Scope(brand_ids=frozenset({1}), group_ids=frozenset({2})))
ALL_THREE = Choice("all three", Scope(frozenset({1}), frozenset({2}), frozenset({Trait.OWN})))
#: From the widest to the most specific: the stated order.
ORDER = (DEFAULT, CONNECTION, BRAND, GROUP, BRAND_GROUP, REQUESTER, ALL_THREE)


@pytest.mark.parametrize("narrow", range(1, len(ORDER)))
def test_the_most_specific_policy_wins_in_the_stated_order(narrow):
    for wide in range(narrow):
        assert most_specific((ORDER[wide], ORDER[narrow]), FACTS, OWN) is ORDER[narrow]
        assert most_specific((ORDER[narrow], ORDER[wide]), FACTS, OWN) is ORDER[narrow]


@pytest.mark.parametrize(
    ("facts", "wins"),
    [
        (NO_FACTS, CONNECTION),
        (TicketFacts(brand_id=1), BRAND),
        (TicketFacts(brand_id=9, group_id=2), GROUP),
        (TicketFacts(brand_id=1, group_id=2), BRAND_GROUP),
        (TicketFacts(brand_id=9, domain="mail.acme.example"), REQUESTER),
        (TicketFacts(brand_id=9, domain="evil-acme.example"), CONNECTION),
        (TicketFacts(brand_id=9, domain="acme.example.evil.example"), CONNECTION),
        (FACTS, ALL_THREE),
    ],
)
def test_a_ticket_gets_the_policy_that_is_for_it(facts, wins):
    assert most_specific(ORDER, facts, OWN) is wins


def test_without_any_policy_for_it_nothing_is_found():
    assert most_specific((BRAND,), NO_FACTS) is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (NO_FACTS, set()),
        (TicketFacts(brand_id=3), set()),
        (TicketFacts(role="agent", domain="x.example"), {Trait.AGENT}),
        (TicketFacts(role="admin"), {Trait.AGENT}),
        (TicketFacts(domain="acme.example", verified=False), {Trait.OWN, Trait.UNVERIFIED}),
        (TicketFacts(domain="a.partner.example", verified=True), {Trait.LISTED, Trait.VERIFIED}),
        (TicketFacts(domain="far.example", role="end-user"), {Trait.STRANGER}),
        (TicketFacts(domain="", role="end-user", verified=False), {Trait.STRANGER, Trait.UNVERIFIED}),
        (TicketFacts(domain="example"), {Trait.STRANGER}),
    ],
)
def test_what_is_true_of_a_requester(facts, expected):
    assert traits(facts, frozenset({"partner.example"}), OWN) == expected


def test_addresses_that_anybody_can_have_make_no_organisation():
    assert own_domains(["ops@Acme.Example", "me@gmail.com", "no address", "x@"]) == {"acme.example"}


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (Scope(), Scope(), True),
        (BRAND.scope, BRAND.scope, True),
        (BRAND.scope, Scope(brand_ids=frozenset({3})), False),
        (BRAND.scope, GROUP.scope, False),
        (BRAND_GROUP.scope, Scope(frozenset({1, 5}), frozenset({2, 6})), True),
        (BRAND_GROUP.scope, Scope(frozenset({1}), frozenset({6})), False),
    ],
)
def test_two_scopes_overlap_when_neither_would_win(one, other, overlap):
    assert one.overlaps(other) is overlap
    assert other.overlaps(one) is overlap


def test_a_scope_comes_back_from_its_document():
    scope = Scope(frozenset({3, 1}), frozenset({2}), frozenset({Trait.LISTED}), frozenset({"b.example", "a.example"}))
    assert Scope.from_dict(scope.to_dict()) == scope
    assert Scope.from_dict({}) == Scope()
