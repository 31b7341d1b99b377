"""Policies as documents, and exceptions from rules: what is taken and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.errors import Rejected
from app.findings.policies.document import changes, checked_title, load, read
from app.findings.policies.exceptions import checked_end, checked_reason, checked_rule
from app.findings.policy import Effect, LinkPolicy, Policy
from tests.fuzz import fuzzed

NOW = 1_795_262_400.0
WHOLE = {
    "scope": {"brand_ids": [2, 1], "group_ids": [], "requesters": ["listed"], "domains": ["Partner.example"]},
    "files": {"malicious": "quarantine", "restricted": "note", "suspicious": "quarantine", "unknown": "hold"},
    "links": {"malicious": "redact", "suspicious": "note", "unknown": "note"},
    "types": {"added": [".ISO", "archive"], "lifted": ["script", ".lnk"]},
    "recipients": ["soc@acme.example"],
    "mail": {"language": "de"},
    "four_eyes": True,
    "observe_until": NOW + 7 * 86_400,
}


def test_a_policy_is_the_same_after_being_stored():
    policy = read(WHOLE, now=NOW)
    assert load(policy.to_dict()) == policy
    assert load(policy.to_dict()).version == policy.version
    assert policy.files[Verdict.UNKNOWN] is Effect.HOLD
    assert policy.to_dict()["types"]["added"] == [".iso", "archive"]


def test_what_is_not_named_is_as_by_default():
    assert read({}, now=NOW) == Policy()
    assert load({}) == Policy()


def test_equal_content_has_the_equal_version_and_other_content_another():
    assert read({"recipients": []}, now=NOW).version == Policy().version
    assert read({"four_eyes": True}, now=NOW).version != Policy().version


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ({"surprise": 1}, "surprise"),
        ({"files": {"malicious": "redact"}}, "files.malicious"),
        ({"files": {"malicious": None}}, "files.malicious"),
        ({"files": {"clean": "quarantine"}}, "files.clean"),
        ({"files": []}, "files"),
        ({"files": {"malicious": ["quarantine"]}}, "files.malicious"),
        ({"links": {"unknown": "redact"}}, "links.unknown"),
        ({"links": {"malicious": "quarantine"}}, "links.malicious"),
        ({"types": {"added": ["program"]}}, "types.added"),
        ({"types": {"added": [".exe/../"]}}, "types.added"),
        ({"types": {"lifted": ["archive"]}}, "types.lifted"),
        ({"types": {"added": [7]}}, "types.added"),
        ({"types": {"added": [".x"] * 201}}, "types.added"),
        ({"types": {"more": []}}, "types.more"),
        ({"recipients": ["nobody"]}, "recipients"),
        ({"recipients": ["a@b.example\r\nBcc: c@d.example"]}, "recipients"),
        ({"recipients": "a@b.example"}, "recipients"),
        ({"recipients": ["a@b\u202e.example"]}, "recipients"),
        ({"mail": {"language": "tlh"}}, "language"),
        ({"mail": 5}, "mail"),
        ({"four_eyes": 1}, "four_eyes"),
        ({"four_eyes": "yes"}, "four_eyes"),
        ({"observe_until": True}, "observe_until"),
        ({"observe_until": NOW + 400 * 86_400}, "observe_until"),
        ({"observe_until": float("nan")}, "observe_until"),
        ({"observe_until": float("inf")}, "observe_until"),
        ({"observe_until": "tomorrow"}, "observe_until"),
        ({"scope": {"brand_ids": [0]}}, "scope.brand_ids"),
        ({"scope": {"brand_ids": [2**63]}}, "scope.brand_ids"),
        ({"scope": {"group_ids": ["1"]}}, "scope.group_ids"),
        ({"scope": {"group_ids": [True]}}, "scope.group_ids"),
        ({"scope": {"requesters": ["friend"]}}, "scope.requesters"),
        ({"scope": {"requesters": ["listed"]}}, "scope.domains"),
        ({"scope": {"domains": ["a.example"]}}, "scope.domains"),
        ({"scope": {"requesters": ["listed"], "domains": ["a b.example"]}}, "scope.domains"),
        ({"scope": {"requesters": ["listed"], "domains": ["localhost"]}}, "scope.domains"),
        ({"scope": {"tenant": 1}}, "scope.tenant"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(part, names):
    with pytest.raises(Rejected) as refused:
        read(part, now=NOW)
    assert refused.value.message.startswith(names)
    assert refused.value.message.endswith(".")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=10), children, max_size=4),
    max_leaves=8,
)


@fuzzed(200)
@given(
    st.dictionaries(
        st.sampled_from([*WHOLE, "x"]),
        _JSON
        | st.dictionaries(
            st.sampled_from(
                ["brand_ids", "requesters", "domains", "malicious", "unknown", "added", "lifted", "language"]
            ),
            _JSON,
            max_size=3,
        ),
    )
)
def test_whatever_is_sent_is_taken_whole_or_refused(data):
    try:
        policy = read(data, now=NOW)
    except Rejected as refused:
        assert refused.message.isprintable()
    else:
        assert load(policy.to_dict()) == policy


def test_a_difference_names_the_place_and_both_sides():
    before = Policy().to_dict()
    after = Policy(four_eyes=True).for_links(LinkPolicy.REDACT).to_dict()
    assert changes(before, after) == [
        {"at": "links.malicious", "before": "note", "after": "redact"},
        {"at": "four_eyes", "before": False, "after": True},
    ]
    assert changes(None, after) == changes(before, after)
    assert changes(after, after) == []


@pytest.mark.parametrize("title", ["", "   ", "x" * 101, "a\x00b", "\u202eevil"])
def test_a_policy_has_a_name_that_people_can_read(title):
    with pytest.raises(Rejected):
        checked_title(title)


def test_blanks_in_a_name_are_made_one():
    assert checked_title("  VIP \n desk ") == "VIP desk"


@pytest.mark.parametrize(
    "rule",
    [
        "", "Yara.X", "a b", "x" * 81, "limit.size", "analysis.crashed", "fetch.gone", "list.block.url", "policy.type",
        "archive.encrypted", "<script>", "yara.x\n.y",
    ],
)  # fmt: skip
def test_no_exception_is_made_from_what_is_no_rule_or_says_that_nobody_could_look(rule):
    with pytest.raises(Rejected) as refused:
        checked_rule(rule)
    assert refused.value.code == "rule"


def test_a_reason_is_given_and_bounded():
    assert checked_reason(" Known tool ") == "Known tool"
    for reason in ("", "  ", "x" * 1001):
        with pytest.raises(Rejected):
            checked_reason(reason)


def test_an_end_lies_ahead_and_within_what_the_role_allows():
    day = 86_400.0
    assert checked_end(None, now=NOW, most_days=None) is None
    assert checked_end(NOW + 90 * day, now=NOW, most_days=90) == NOW + 90 * day
    for end, most in ((NOW, None), (None, 90), (NOW + 91 * day, 90)):
        with pytest.raises(Rejected) as refused:
            checked_end(end, now=NOW, most_days=most)
        assert refused.value.code == "expires_at"
