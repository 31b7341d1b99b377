from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import damaged, judged, places, unknowns
from tests.unit.engine.programs import apple, linux, universal
from tests.unit.engine.test_program import evidence

NOISE = samples.noise(20_000, seed=6)


def test_a_linux_program_has_a_line_that_says_what_it_is(engine: Engine) -> None:
    report = engine.scan(linux(), name="a")

    assert (report.verdict, set(places(report))) == (Verdict.RESTRICTED, {"type.program", "program.kind"})
    assert evidence(report, "program.kind") == "64-bit, x86-64, program"


def test_its_functions_say_what_it_can_do(engine: Engine) -> None:
    report = engine.scan(linux(["libc.so.6", "execve", "socket", "ptrace"]), name="a")

    words = "opens connections, starts programs, looks into other programs"
    assert evidence(report, "program.abilities") == words


def test_bare_machine_code_is_a_sign_and_a_linked_program_is_none(engine: Engine) -> None:
    bare = linux((), flags=7, sections=False)

    assert "program.bare_code" in places(engine.scan(bare, name="a"))
    for ordinary in (linux((), flags=5, sections=False), linux((), flags=7), linux()):
        assert "program.bare_code" not in places(engine.scan(ordinary, name="a"))


def test_packed_programs_are_told(engine: Engine) -> None:
    marked = linux((), code=b"UPX!" + NOISE, sections=False)
    unnamed = linux((), code=NOISE, sections=False)

    assert evidence(engine.scan(marked, name="a"), "program.packed") == "UPX"
    assert evidence(engine.scan(unnamed, name="a"), "program.packed") == "high entropy"
    assert "program.packed" not in places(engine.scan(linux(code=bytes(20_000)), name="a"))


def test_an_image_of_an_app_says_that_it_was_not_opened(engine: Engine) -> None:
    content = bytearray(linux())
    content[8:11] = b"AI\x02"

    report = engine.scan(bytes(content), name="a.AppImage")

    assert (report.verdict, unknowns(report)) == (Verdict.RESTRICTED, {"archive.unsupported"})


def test_a_mac_program_names_its_team_unverified(engine: Engine) -> None:
    report = engine.scan(universal(apple(), apple(signed=False)), name="a")

    assert report.verdict is Verdict.RESTRICTED
    assert evidence(report, "program.kind") == "ARM64, program"
    assert evidence(report, "program.signed") == "com.example.app, team ABCDE12345"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (apple(signed=False), "ARM64, program; not signed"),
        (apple(), "ARM64, program"),
    ],
)
def test_whether_a_mac_program_is_signed_is_told(engine: Engine, content: bytes, words: str) -> None:
    assert evidence(engine.scan(content, name="a"), "program.kind") == words


def test_a_signature_by_nobody_is_told(engine: Engine) -> None:
    report = engine.scan(apple(ad_hoc=True), name="a")

    assert evidence(report, "program.signed") == "com.example.app, by nobody (ad hoc)"


def test_a_packed_mac_program_is_a_sign(engine: Engine) -> None:
    assert evidence(engine.scan(apple(segment="UPX_DATA"), name="a"), "program.packed") == "UPX_DATA"
    assert "program.packed" not in places(engine.scan(apple(), name="a"))


def test_a_damaged_image_of_macos_is_restricted_and_said_to_be_unseen(engine: Engine) -> None:
    image = samples.noise(2_000, seed=8) + b"koly" + bytes(508)

    report = engine.scan(image, name="a.dmg")

    assert (report.verdict, unknowns(report)) == (Verdict.RESTRICTED, {"archive.broken"})


@pytest.mark.parametrize("seed", [linux(), linux((), flags=7, sections=False), apple(), universal(apple(), apple())])
@fuzzed()
@given(data=st.data())
def test_wrong_bytes_do_no_harm(seed: bytes, rules: RuleSet, data: st.DataObject) -> None:
    assert judged(rules, data.draw(damaged(seed)), "a").nodes >= 1


@fuzzed(40)
@given(data=st.data())
def test_wrong_bytes_in_the_headers_do_no_harm(rules: RuleSet, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from([linux(), apple()]))

    assert judged(rules, data.draw(damaged(seed, within=(4, 250))), "a").nodes >= 1


def test_headers_that_claim_everything_cost_nothing(rules: RuleSet) -> None:
    for seed in (linux(), apple(), universal(apple())):
        for at in range(16, 64, 2):
            content = bytearray(seed) + bytes(100_000)
            content[at : at + 2] = b"\xff\xff"
            assert "limit.seconds" not in unknowns(judged(rules, bytes(content), "a"))
