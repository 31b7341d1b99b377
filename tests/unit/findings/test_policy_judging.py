"""The verdict under a policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Confidence, Finding, Severity, Verdict
from app.engine.policy import Policy as EnginePolicy
from app.engine.verdict import judge
from app.findings.policies.exceptions import RuleException
from app.findings.policies.judging import Judged, rule
from app.findings.policies.types import ADDABLE, TypeRules
from app.findings.policy import FILE_CHOICES, LINK_CHOICES, Effect, Policy
from tests.fuzz import fuzzed

NOW = 1_795_262_400.0
EICAR = Finding("yara.eicar", Severity.MALICIOUS, "a.zip/e.com", "EICAR test file")
SIGN = Finding("pdf.launch", Severity.SUSPICIOUS, "a.pdf", "Starts a program")
WEAK = Finding("pdf.form", Severity.SUSPICIOUS, "a.pdf", "Form", confidence=Confidence.LOW)
PROGRAM = Finding("type.program", Severity.RESTRICTED, "a.zip/setup.exe", "Program file", "application/x-dosexec")
SCRIPT = Finding("type.script", Severity.RESTRICTED, "a.js", "Script", ".js")
LOCKED = Finding("archive.encrypted", Severity.UNKNOWN, "a.zip", "Locked")
BAD_LINK = Finding("link.malicious", Severity.SUSPICIOUS, "a.pdf", "Contains a dangerous link")


def exempt(rule_id, **values):
    return RuleException(1, rule_id, "False alarm", "Ada", NOW - 10, **values)


def engine(*findings, kind="attachment", name="a.zip", content_type="application/zip", **values):
    verdict = judge(findings, EnginePolicy())
    return Judged(kind, verdict, "engine", findings, name, content_type, **values)


def ruled(judged, **policy):
    return rule(judged, Policy(**policy), now=NOW)


@pytest.mark.parametrize(
    ("findings", "verdict", "effect"),
    [
        ((), Verdict.CLEAN, Effect.NOTHING),
        ((EICAR,), Verdict.MALICIOUS, Effect.QUARANTINE),
        ((PROGRAM,), Verdict.RESTRICTED, Effect.QUARANTINE),
        ((SIGN,), Verdict.SUSPICIOUS, Effect.NOTHING),
        ((LOCKED,), Verdict.UNKNOWN, Effect.NOTHING),
    ],
)
def test_the_default_policy_decides_as_the_contract_says(findings, verdict, effect):
    found = ruled(engine(*findings))
    assert (found.verdict, found.effect, found.withheld) == (verdict, effect, None)
    assert found.findings == findings


def test_a_finding_of_an_excepted_rule_stays_and_does_not_count():
    found = ruled(engine(EICAR), exceptions=(exempt("yara.eicar"),))
    assert (found.verdict, found.effect) == (Verdict.CLEAN, Effect.NOTHING)
    assert found.findings == (EICAR,)
    assert "yara.eicar does not count here: False alarm (Ada)" in found.reason(None)


def test_what_else_was_found_counts_still():
    found = ruled(engine(EICAR, SIGN, LOCKED), exceptions=(exempt("yara.eicar"),))
    assert found.verdict is Verdict.SUSPICIOUS


def test_an_exception_that_ran_out_changes_nothing():
    assert ruled(engine(EICAR), exceptions=(exempt("yara.eicar", expires_at=NOW),)).verdict is Verdict.MALICIOUS


def test_what_nobody_could_look_at_is_never_excepted():
    found = ruled(engine(LOCKED), exceptions=(exempt("archive.encrypted"),))
    assert (found.verdict, found.excepted) == (Verdict.UNKNOWN, ())


def test_a_bad_link_leaves_its_file_suspicious_when_a_rule_is_excepted():
    judged = Judged("attachment", Verdict.SUSPICIOUS, "engine", (WEAK, BAD_LINK), "a.pdf")
    assert ruled(judged, exceptions=(exempt("pdf.form"),)).verdict is Verdict.SUSPICIOUS
    both = (exempt("pdf.form"), exempt("link.malicious"))
    assert ruled(judged, exceptions=both).verdict is Verdict.CLEAN


@pytest.mark.parametrize("lifted", ["program", ".exe"])
def test_a_lifted_type_restricts_no_longer(lifted):
    found = ruled(engine(PROGRAM), types=TypeRules(lifted=frozenset({lifted})))
    assert (found.verdict, found.effect) == (Verdict.CLEAN, Effect.NOTHING)
    assert found.findings == (PROGRAM,)


@pytest.mark.parametrize("lifted", ["script", ".js", ".zip"])
def test_lifting_one_type_leaves_the_others(lifted):
    assert ruled(engine(PROGRAM), types=TypeRules(lifted=frozenset({lifted}))).verdict is Verdict.RESTRICTED


def test_lifting_a_type_leaves_what_else_speaks_against_the_file():
    types = TypeRules(lifted=frozenset({"program"}))
    assert ruled(engine(PROGRAM, LOCKED), types=types).verdict is Verdict.UNKNOWN
    assert ruled(engine(PROGRAM, SIGN), types=types).verdict is Verdict.SUSPICIOUS
    assert ruled(engine(PROGRAM, EICAR), types=types).verdict is Verdict.MALICIOUS


@pytest.mark.parametrize("added", ["archive", ".zip", ".com", "locked"])
def test_an_added_type_makes_a_finding_of_our_own(added):
    found = ruled(engine(LOCKED, EICAR), types=TypeRules(added=frozenset({added})))
    assert found.verdict is Verdict.MALICIOUS
    assert [finding.id for finding in found.findings] == ["archive.encrypted", "yara.eicar", "policy.type"]
    again = rule(engine(*found.findings), Policy(), now=NOW)
    assert [finding.id for finding in again.findings] == ["archive.encrypted", "yara.eicar"]


def test_an_added_type_quarantines_what_was_clean():
    found = ruled(engine(name="A.ISO "), types=TypeRules(added=frozenset({".iso"})))
    assert (found.verdict, found.effect) == (Verdict.RESTRICTED, Effect.QUARANTINE)


def test_every_class_that_can_be_added_fits_something():
    types = (
        "application/zip", "application/x-vhd", "application/msword", "text/html", "image/svg+xml",
        "application/onenote", "application/pdf", "message/rfc822", "application/vnd.ms-htmlhelp", "video/mp4",
    )  # fmt: skip
    macro = Finding("office.macro", Severity.INFO, "a.doc", "Macro")
    seen = {
        finding.evidence
        for content_type in types
        for finding in ruled(
            engine(LOCKED, macro, content_type=content_type), types=TypeRules(added=frozenset(ADDABLE))
        ).findings
    }
    assert {entry.title for entry in ADDABLE.values()} <= seen


def test_a_policy_that_observes_orders_nothing_and_says_what_it_would_have():
    found = ruled(engine(EICAR), observe_until=NOW + 60)
    assert (found.effect, found.withheld) == (Effect.NOTHING, Effect.QUARANTINE)
    assert "Only observed until 21 Nov 2026, 12:01 UTC; otherwise: quarantined." in found.reason(NOW + 60)
    assert ruled(engine(EICAR), observe_until=NOW).effect is Effect.QUARANTINE
    assert ruled(engine(), observe_until=NOW + 60).withheld is None


@pytest.mark.parametrize("verdict", [Verdict.MALICIOUS, Verdict.CLEAN])
@pytest.mark.parametrize("by", ["list", "person"])
def test_what_people_and_lists_say_is_not_recomputed(by, verdict):
    judged = Judged("attachment", verdict, by, (EICAR, PROGRAM), "a.zip", "application/zip")
    types = TypeRules(frozenset({"archive"}), frozenset({"program"}))
    assert ruled(judged, types=types, exceptions=(exempt("yara.eicar"),)).verdict is verdict


@pytest.mark.parametrize("ordered", [Effect.HOLD, Effect.QUARANTINE])
def test_what_was_never_had_is_told_of_and_not_taken_out(ordered):
    files = {**Policy().files, Verdict.UNKNOWN: ordered}
    assert ruled(engine(LOCKED, fetched=False), files=files).effect is Effect.TELL
    assert ruled(engine(LOCKED), files=files).effect is ordered


def test_what_a_person_calls_malicious_is_taken_out_even_where_machines_only_observe():
    quiet = Policy(files=dict.fromkeys(Verdict, Effect.NOTHING), links=dict.fromkeys(Verdict, Effect.NOTHING))
    assert quiet.effect_of_person("attachment", Verdict.MALICIOUS) is Effect.QUARANTINE
    assert quiet.effect_of_person("url", Verdict.MALICIOUS) is Effect.TELL
    assert quiet.effect_of_person("attachment", Verdict.CLEAN) is Effect.NOTHING
    assert quiet.effect_of_person("upload", Verdict.MALICIOUS) is Effect.NOTHING


_IDS = st.sampled_from(
    ["yara.a", "yara.b", "pdf.c", "office.d", "type.program", "type.script", "link.listed", "limit.size", "policy.type"]
)
_FINDINGS = st.lists(
    st.builds(
        Finding,
        id=_IDS,
        severity=st.sampled_from(Severity),
        where=st.sampled_from(["a.zip", "a.zip/b.exe", "c.js", "\u202egnp.exe", ""]),
        title=st.just("x"),
        confidence=st.sampled_from(Confidence),
    ),
    max_size=8,
).map(tuple)
_TYPES = st.frozensets(st.sampled_from(["program", "shortcut", "script", ".exe", ".js", "archive", ".zip"]))
_POLICIES = st.builds(
    Policy,
    files=st.fixed_dictionaries(
        {Verdict.CLEAN: st.just(Effect.NOTHING)}
        | {verdict: st.sampled_from([each.effect for each in choices]) for verdict, choices in FILE_CHOICES.items()}
    ),
    links=st.fixed_dictionaries(
        {each: st.just(Effect.NOTHING) for each in (Verdict.CLEAN, Verdict.RESTRICTED)}
        | {verdict: st.sampled_from([each.effect for each in choices]) for verdict, choices in LINK_CHOICES.items()}
    ),
    types=st.builds(TypeRules, added=_TYPES, lifted=_TYPES),
    observe_until=st.none() | st.just(NOW + 5),
    four_eyes=st.booleans(),
)
_JUDGED = st.builds(
    Judged,
    kind=st.sampled_from(["attachment", "url", "upload"]),
    verdict=st.sampled_from(Verdict),
    by=st.sampled_from(["engine", "list", "person"]),
    findings=_FINDINGS,
    name=st.sampled_from(["a.zip", "", "x.EXE"]),
    content_type=st.sampled_from(["", "application/zip"]),
    fetched=st.booleans(),
)


@fuzzed(200)
@given(_JUDGED, _POLICIES)
def test_no_policy_without_exceptions_makes_clean_what_was_malicious_or_not_seen(judged, policy):
    found = rule(judged, policy, now=NOW)
    if judged.verdict in (Verdict.MALICIOUS, Verdict.UNKNOWN, Verdict.SUSPICIOUS):
        assert found.verdict.rank >= judged.verdict.rank
    if judged.verdict is Verdict.MALICIOUS:
        assert found.verdict is Verdict.MALICIOUS


@fuzzed(200)
@given(_JUDGED, _POLICIES, st.frozensets(_IDS, max_size=4))
def test_exceptions_never_hide_what_could_not_be_looked_at_and_never_make_it_worse(judged, policy, excepted):
    plain = rule(judged, replace(policy, types=TypeRules()), now=NOW)
    held = tuple(exempt(each) for each in sorted(excepted))
    found = rule(judged, replace(policy, types=TypeRules(), exceptions=held), now=NOW)
    assert found.verdict.rank <= plain.verdict.rank
    unseen = any(each.severity is Severity.UNKNOWN and each.id != "policy.type" for each in judged.findings)
    if judged.by == "engine" and unseen and judged.verdict is not Verdict.CLEAN:
        assert found.verdict is not Verdict.CLEAN
    if not any(each.rule in {finding.id for finding in judged.findings} for each in held):
        assert found == replace(plain, excepted=())


@fuzzed(100)
@given(_JUDGED, _POLICIES)
def test_the_same_inputs_give_the_same_answer_again(judged, policy):
    first = rule(judged, policy, now=NOW)
    assert rule(judged, policy, now=NOW) == first
    assert rule(replace(judged, findings=first.findings), policy, now=NOW).verdict is first.verdict
