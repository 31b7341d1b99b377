"""The isolated engine, with real processes: what it answers, also for children that lie, crash or never end."""

from __future__ import annotations

import hashlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.engine.isolation import IsolatedEngine
from app.engine.model import Verdict
from app.engine.rules import rules_digest
from app.errors import Misconfigured, Rejected
from tests.isolation.answers import RULE, assert_still_works, only_finding, said, write_rule


def test_a_file_is_scanned_with_the_rules(engine: IsolatedEngine, file: Path, rules: Path) -> None:
    report = engine.scan(file, name="scan")

    assert [finding.id for finding in report.findings] == ["yara.wicked"]
    assert report.verdict is Verdict.MALICIOUS
    assert report.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert report.size == file.stat().st_size
    assert report.rules == engine.rules_digest == rules_digest([rules])


def test_an_empty_file_is_scanned(engine: IsolatedEngine, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()

    report = engine.scan(empty, name="scan")

    assert (report.verdict, report.size) == (Verdict.CLEAN, 0)


def test_a_name_that_is_no_unicode_survives(engine: IsolatedEngine, file: Path) -> None:
    assert said(engine.scan(file, name="caf\udce9")) == r"caf\u{dce9}"


def test_a_child_that_asks_for_too_much_memory_costs_its_file_only(engine: IsolatedEngine, file: Path) -> None:
    assert only_finding(engine.scan(file, name="allocate", comment="4")) == "limit.memory"
    assert_still_works(engine, file)


@pytest.mark.parametrize("deed", ["loop_forever", "close_and_loop"])
def test_a_child_that_never_ends_is_killed(engine: IsolatedEngine, file: Path, deed: str) -> None:
    assert only_finding(engine.scan(file, name=deed)) == "limit.wall"
    assert_still_works(engine, file)


def test_a_child_that_crashes_costs_its_file_only(engine: IsolatedEngine, file: Path) -> None:
    report = engine.scan(file, name="crash")

    assert only_finding(report) == "analysis.crashed"
    assert report.findings[0].evidence == f"signal {int(signal.SIGSEGV)}"
    assert report.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert_still_works(engine, file)


@pytest.mark.parametrize("deed", ["leave", "answer_endlessly"])
def test_an_answer_that_is_missing_or_endless_is_no_answer(engine: IsolatedEngine, file: Path, deed: str) -> None:
    assert only_finding(engine.scan(file, name=deed)) == "analysis.crashed"
    assert_still_works(engine, file)


@pytest.mark.parametrize(
    "answer",
    ["", "no json", "[]", "{}", '{"findings": []}', "[" * 100_000, '{"type": "a/b", "findings": [1], "urls": []}'],
)
def test_an_answer_that_is_no_report_is_no_answer(engine: IsolatedEngine, file: Path, answer: str) -> None:
    assert only_finding(engine.scan(file, name="answer_with", comment=answer)) == "analysis.crashed"


def test_what_a_child_says_of_identity_and_verdict_is_not_believed(engine: IsolatedEngine, file: Path) -> None:
    report = engine.scan(file, name="lie")

    assert report.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert report.size == file.stat().st_size
    assert report.rules == engine.rules_digest
    assert report.verdict is Verdict.MALICIOUS
    (finding,) = report.findings
    assert "\u202e" not in finding.title
    assert len(finding.title) <= 300
    assert finding.reference == ""


def test_the_gravest_of_too_many_findings_is_kept(engine: IsolatedEngine, file: Path) -> None:
    report = engine.scan(file, name="find_everywhere")

    assert report.verdict is Verdict.MALICIOUS
    assert report.findings[0].id == "test.worst"
    assert report.findings[-1].id == "limit.findings"
    assert len(report.findings) < 2_000


def test_threads_share_one_engine(engine: IsolatedEngine, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(12)]
    for number, path in enumerate(files):
        path.write_bytes(b"wicked words" if number % 2 else b"kind words")

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda path: engine.scan(path, name="scan"), files))

    assert [report.verdict is Verdict.MALICIOUS for report in reports] == [False, True] * 6


def test_what_is_no_ordinary_file_is_not_read(engine: IsolatedEngine, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(Rejected):
        engine.scan(tmp_path / "pipe", name="pipe")
    with pytest.raises(FileNotFoundError):
        engine.scan(tmp_path / "missing", name="missing")


def test_changed_rules_go_live_only_when_they_work(tmp_path: Path, file: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    write_rule(folder, "wicked", "wicked words")
    with IsolatedEngine([folder]) as engine:
        before = engine.rules_digest
        assert not engine.reload_if_changed()

        # A rule for the EICAR text that does not see it, then one that compiles not at all, then a good one.
        write_rule(folder, "eicar", "something else")
        assert not engine.reload_if_changed()
        assert engine.rules_digest == before

        (folder / "eicar.yar").write_text("rule eicar {")
        (folder / "more.yar").write_text(RULE.format(name="more", word="some", severity="suspicious"))
        assert engine.reload_if_changed()
        assert engine.rules_digest == rules_digest([folder]) != before
        assert [problem.path.name for problem in engine.problems] == ["eicar.yar"]
        assert {finding.id for finding in engine.scan(file, name="a").findings} == {"yara.wicked", "yara.more"}


def test_without_any_rule_nothing_is_scanned(tmp_path: Path, file: Path) -> None:
    with IsolatedEngine([tmp_path / "nowhere"]) as engine, pytest.raises(Misconfigured, match="rules check"):
        engine.scan(file, name="file")
