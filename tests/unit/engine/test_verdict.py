from __future__ import annotations

import pytest

from app.engine.attack import technique_of
from app.engine.identify import Kind
from app.engine.model import Confidence, Finding, Link, Severity, Verdict
from app.engine.policy import Policy, restriction
from app.engine.verdict import judge, score

PROGRAM = Kind("application/x-dosexec", "program")
SCRIPT = Kind("text/javascript", "script")


def finding(severity: Severity) -> Finding:
    return Finding("a.b", severity, "a.txt", "Something")


@pytest.mark.parametrize(
    ("severities", "verdict"),
    [
        ((), Verdict.CLEAN),
        ((Severity.INFO,), Verdict.CLEAN),
        ((Severity.INFO, Severity.UNKNOWN), Verdict.UNKNOWN),
        ((Severity.UNKNOWN, Severity.SUSPICIOUS), Verdict.SUSPICIOUS),
        ((Severity.RESTRICTED, Severity.SUSPICIOUS), Verdict.RESTRICTED),
        ((Severity.UNKNOWN, Severity.MALICIOUS, Severity.RESTRICTED), Verdict.MALICIOUS),
    ],
)
def test_the_worst_finding_decides(severities: tuple[Severity, ...], verdict: Verdict) -> None:
    assert judge([finding(severity) for severity in severities], Policy()) is verdict


@pytest.mark.parametrize(
    ("link", "verdict"),
    [
        (Verdict.CLEAN, Verdict.CLEAN),
        (Verdict.UNKNOWN, Verdict.CLEAN),
        (Verdict.SUSPICIOUS, Verdict.SUSPICIOUS),
        (Verdict.MALICIOUS, Verdict.SUSPICIOUS),
    ],
)
def test_a_bad_link_makes_a_file_at_most_suspicious(link: Verdict, verdict: Verdict) -> None:
    links = [Link("https://a.example", "https://a.example/", verdict=link)]

    assert judge([], Policy(), links) is verdict
    assert judge([finding(Severity.MALICIOUS)], Policy(), links) is Verdict.MALICIOUS


def sign(code: str, confidence: Confidence, severity: Severity = Severity.SUSPICIOUS) -> Finding:
    return Finding(code, severity, "a.txt", "Something", confidence=confidence)


LOW, MEDIUM, HIGH = Confidence


@pytest.mark.parametrize(
    ("signs", "verdict"),
    [
        ([sign("pdf.a", LOW)], Verdict.CLEAN),
        ([sign("pdf.a", LOW), sign("pdf.b", LOW)], Verdict.SUSPICIOUS),
        ([sign("pdf.a", LOW), sign("html.b", LOW)], Verdict.SUSPICIOUS),
        ([sign("pdf.a", MEDIUM)], Verdict.SUSPICIOUS),
        ([sign(f"pdf.{n}", HIGH) for n in range(50)], Verdict.SUSPICIOUS),
        ([sign("pdf.a", HIGH), sign("yara.b", HIGH)], Verdict.SUSPICIOUS),
        ([sign("pdf.a", HIGH), sign("yara.b", HIGH), sign("link.c", LOW)], Verdict.SUSPICIOUS),
        ([sign("pdf.a", HIGH), sign("yara.b", HIGH), sign("link.c", HIGH)], Verdict.MALICIOUS),
        ([sign("pdf.a", LOW, Severity.MALICIOUS)], Verdict.MALICIOUS),
    ],
)
def test_points_are_added_up_by_class_under_a_cap(signs: list[Finding], verdict: Verdict) -> None:
    assert judge(signs, Policy()) is verdict
    assert judge(reversed(signs), Policy()) is verdict


def test_a_weak_sign_never_hides_that_something_was_not_seen() -> None:
    assert judge([sign("pdf.a", LOW), finding(Severity.UNKNOWN)], Policy()) is Verdict.UNKNOWN


def test_a_score_shows_its_arithmetic() -> None:
    found = score(
        [sign("pdf.a", HIGH), sign("pdf.b", HIGH), sign("html.c", LOW), finding(Severity.RESTRICTED)], Policy()
    )

    assert [(term.name, term.points, term.counted) for term in found.terms] == [("pdf", 800, 450), ("html", 150, 150)]
    assert (found.total, found.floor, found.verdict) == (600, Verdict.RESTRICTED, Verdict.RESTRICTED)


@pytest.mark.parametrize(
    ("code", "technique"),
    [
        ("office.macro_autorun", "T1059.005"),
        ("office.macro_hidden", "T1564.007"),
        ("pdf.launch_program", "T1204.002"),
        ("pdf", ""),
        ("limit.ratio", ""),
        ("", ""),
    ],
)
def test_a_finding_names_the_technique_that_fits_its_id_best(code: str, technique: str) -> None:
    assert technique_of(code) == technique


def test_a_program_is_restricted_under_any_name() -> None:
    found = restriction(PROGRAM, "picture.png", "picture.png", Policy())

    assert found and (found.id, found.severity) == ("type.program", Severity.RESTRICTED)


def test_an_operator_can_let_programs_pass() -> None:
    assert restriction(PROGRAM, "a.exe", "a.exe", Policy(families=frozenset())) is None


@pytest.mark.parametrize(("siblings", "restricted"), [(0, True), (3, True), (20, False)])
def test_a_shared_kind_of_script_is_restricted_unless_it_is_part_of_a_project(siblings: int, restricted: bool) -> None:
    assert bool(restriction(SCRIPT, "a.js", "a.js", Policy(), siblings=siblings)) is restricted


def test_a_script_for_a_script_host_is_always_restricted() -> None:
    assert restriction(Kind("text/vbscript", "script"), "a.vbs", "a.vbs", Policy(), siblings=500)


def test_a_picture_with_a_script_name_is_no_script() -> None:
    assert restriction(Kind("image/png", "image"), "a.js", "a.js", Policy()) is None
