"""What a provider says, read with distrust."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.access.claims import RoleRules, check_domain, may_be_linked, person_of, role_of, values_of
from app.access.roles import Role
from app.errors import Rejected
from tests.fuzz import fuzzed

RULES = RoleRules("roles", {"sec": Role.ANALYST, "boss": Role.ADMIN, "all": Role.VIEWER})
ISSUER = "https://login.example"


@pytest.mark.parametrize(
    ("value", "role"),
    [
        ("sec", Role.ANALYST),
        (["all"], Role.VIEWER),
        (["all", "boss", "sec"], Role.ADMIN),
        (["nothing", 7, None, {"sec": 1}, "sec"], Role.ANALYST),
    ],
)
def test_the_highest_role_of_a_text_or_list_counts(value, role):
    assert role_of({"roles": value}, RULES) is role


@pytest.mark.parametrize("value", [None, "", "SEC", "sec ", [], {}, {"sec": True}, 7, True, [["sec"]]])
def test_what_gives_no_role_is_refused(value):
    with pytest.raises(Rejected, match="gives you no role"):
        role_of({"roles": value}, RULES)


def test_who_has_none_gets_the_one_for_everybody_else():
    assert role_of({}, RoleRules("roles", {}, Role.VIEWER)) is Role.VIEWER


@pytest.mark.parametrize(
    ("claims", "claim"),
    [
        ({"realm_access": {"roles": ["sec"]}}, "realm_access.roles"),
        ({"https://company.example/roles": ["sec"]}, "https://company.example/roles"),
        ({"a.b": ["sec"], "a": {"b": ["other"]}}, "a.b"),
    ],
)
def test_a_claim_may_lie_inside_or_have_dots_in_its_name(claims, claim):
    assert values_of(claims, claim) == ["sec"]


@pytest.mark.parametrize("subject", [None, "", 7, "x" * 256, "a\nb", ["a"]])
def test_without_a_usable_subject_nobody_comes_in(subject):
    with pytest.raises(Rejected):
        person_of({"iss": ISSUER, "sub": subject})


def person(**claims):
    return person_of({"iss": ISSUER, "sub": "1", **claims})


def test_a_hostile_name_is_made_safe():
    assert person(name="Rosa\u202e\x1b[31m\nDiaz").name.isprintable()
    assert person(name=["x"], preferred_username="rosa").name == "rosa"
    assert person(email="a@b@c").email == ""


@pytest.mark.parametrize(
    ("claims", "fits"),
    [
        ({"email": "rosa@company.example", "email_verified": True}, True),
        ({"email": "rosa@COMPANY.example"}, True),
        ({"email": "rosa@company.example", "email_verified": False}, False),
        ({"email": "rosa@company.example", "email_verified": "false"}, False),
        ({"email": "rosa@evil.example"}, False),
        ({"email": "rosa@evil.example@company.example"}, False),
        ({"email": "rosa@sub.company.example"}, False),
        ({}, False),
    ],
)
def test_only_named_domains_come_in(claims, fits):
    if fits:
        check_domain(person(**claims), ["company.example"])
    else:
        with pytest.raises(Rejected):
            check_domain(person(**claims), ["company.example"])


@pytest.mark.parametrize(
    ("verified", "domains", "linked"),
    [
        (True, ["company.example"], True),
        ("true", ["company.example"], True),
        (True, [], False),
        (True, ["other.example"], False),
        (False, ["company.example"], False),
        (None, ["company.example"], False),
        (1, ["company.example"], False),
    ],
)
def test_an_account_is_taken_over_only_by_a_verified_address_of_a_named_domain(verified, domains, linked):
    assert may_be_linked(person(email="rosa@company.example", email_verified=verified), domains) is linked


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@fuzzed()
@given(st.dictionaries(st.sampled_from(["sub", "name", "email", "email_verified", "roles", "a"]), _json), st.text())
def test_any_claims_end_in_a_person_and_a_role_or_a_refusal(claims, claim):
    try:
        found = person_of({**claims, "iss": ISSUER})
        assert found.name.isprintable()
        check_domain(found, ["company.example"])
        role_of(claims, RoleRules(claim, {"sec": Role.VIEWER}))
    except Rejected:
        pass
