"""The isolated engine, with real processes and files that would take them over."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.engine.isolation import IsolatedEngine
from app.engine.model import Report, Severity, Verdict
from app.engine.rules import rules_digest
from app.engine.start_process import clean_environment
from app.errors import Misconfigured, Rejected
from tests.e2e.waiting import eventually

PROJECT = Path(__file__).resolve().parents[3]
SECRET = "pineapple-under-the-sea"
RULE = """
rule {name} {{
    meta:
        id = "{name}"
        title = "Holds a word"
        severity = "{severity}"
        reference = "https://example.com/"
        date = "2026-01-01"
        author = "Test"
    strings:
        $word = "{word}"
    condition:
        $word
}}
"""


def write_rule(folder: Path, name: str, word: str, severity: str = "malicious") -> None:
    (folder / f"{name}.yar").write_text(RULE.format(name=name, word=word, severity=severity))


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules")
    write_rule(folder, "wicked", "wicked words")
    return folder


@pytest.fixture(scope="module")
def engine(rules: Path) -> Iterator[IsolatedEngine]:
    """An engine whose children do what the name of their file says."""
    os.environ["DESKWARDEN_SECRET_KEY"] = SECRET
    engine = IsolatedEngine([rules], memory_bytes=256 << 20, wall_seconds=1.5, job="tests.unit.engine.hostile:act")
    try:
        with engine:
            engine.start()
            yield engine
    finally:
        del os.environ["DESKWARDEN_SECRET_KEY"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"some wicked words")
    return path


def said(report: Report) -> str:
    (finding,) = report.findings
    assert finding.id == "test.said", report
    return finding.evidence


def only_finding(report: Report) -> str:
    (finding,) = report.findings
    assert finding.severity is Severity.UNKNOWN
    assert report.verdict is Verdict.UNKNOWN
    return finding.id


def assert_still_works(engine: IsolatedEngine, file: Path) -> None:
    assert engine.scan(file, name="scan").verdict is Verdict.MALICIOUS


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


def test_on_linux_every_measure_holds(engine: IsolatedEngine) -> None:
    if sys.platform == "linux":
        assert engine.level["rlimits"]
        assert engine.level["no_new_privs"]
        assert engine.level["seccomp"]


def test_no_tcp_connection_can_be_made(engine: IsolatedEngine, file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answer = said(engine.scan(file, name="open_tcp_socket", comment=str(server.getsockname()[1])))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_no_local_socket_can_be_reached(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        answer = said(engine.scan(file, name="connect_to_path", comment=path))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_no_program_can_be_started(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    marker = tmp_path / "marker"

    answer = said(engine.scan(file, name="run_program", comment=str(marker)))

    assert answer.startswith("refused") or not engine.level["seccomp"]
    assert not marker.exists()


def test_no_process_can_be_started(engine: IsolatedEngine, file: Path) -> None:
    answer = said(engine.scan(file, name="start_many_processes"))

    assert answer.startswith("refused") or not engine.level["seccomp"]


def test_nothing_can_be_written(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("before")

    said(engine.scan(file, name="write_file", comment=str(target)))

    assert "taken" not in target.read_text()


def test_nothing_of_the_machine_can_be_read(engine: IsolatedEngine, file: Path, tmp_path: Path) -> None:
    key = tmp_path / "secret.key"
    key.write_text(SECRET)

    answer = said(engine.scan(file, name="read_file", comment=str(key)))

    assert answer.startswith("refused") or not engine.level["landlock"]


def test_the_parent_cannot_be_killed(engine: IsolatedEngine, file: Path) -> None:
    answer = said(engine.scan(file, name="kill_parent"))

    assert answer.startswith("refused") or not engine.level["seccomp"]
    assert_still_works(engine, file)


def test_a_secret_in_the_environment_of_the_service_is_not_there(engine: IsolatedEngine, file: Path) -> None:
    assert os.environ["DESKWARDEN_SECRET_KEY"] == SECRET
    assert said(engine.scan(file, name="show_environment", comment=SECRET)) == "not seen"


def test_only_what_python_needs_is_left_of_the_environment() -> None:
    ours = {"PATH": "/bin", "DESKWARDEN_SECRET_KEY": SECRET, "AWS_SECRET_ACCESS_KEY": "x", "PYTHONPATH": "/tmp"}

    assert clean_environment(ours) == {"PATH": "/bin", "LC_ALL": "C.UTF-8"}


def test_a_child_holds_its_file_and_its_pipe_alone(engine: IsolatedEngine, file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)):
        assert said(engine.scan(file, name="show_descriptors")) == "2"


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


def test_a_start_process_that_is_killed_under_way_is_replaced(engine: IsolatedEngine, file: Path) -> None:
    engine.start()
    assert engine._process
    pid = engine._process.pid
    channel = engine._process._channel
    os.kill(pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as pool:
        scan = pool.submit(engine.scan, file, name="take_a_moment", comment="0")
        # Asked, and not heard yet.
        eventually(lambda: _unread(channel), 10)
        os.kill(pid, signal.SIGKILL)

        assert said(scan.result()) == "done"
    assert_still_works(engine, file)


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


_OWNER = """
import os, sys, time
from pathlib import Path
from app.engine.isolation import IsolatedEngine
engine = IsolatedEngine([Path(sys.argv[1])])
engine.start()
mine = engine._process.pid
child = os.fork()
verdict = engine.scan(Path(sys.argv[2]), name="file").verdict.value
print("child" if child == 0 else "owner", mine, engine._process.pid, verdict, flush=True)
if child == 0:
    engine.close()
    os._exit(0)
os.waitpid(child, 0)
print("ready", flush=True)
time.sleep(60)
"""


def test_one_start_process_serves_many_files(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as engine:
        pids = set()
        for _ in range(5):
            engine.scan(file, name="a")
            assert engine._process
            pids.add(engine._process.pid)
    assert len(pids) == 1


def test_siblings_scan_beside_each_other_from_one_mother(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first, first.sibling() as second:
        assert first.scan(file, name="a").verdict is second.scan(file, name="a").verdict
        assert first._process and second._process
        assert first._process.pid != second._process.pid
        assert _parent(first._process.pid) == _parent(second._process.pid)


def test_a_mother_that_is_killed_costs_nobody_a_scan(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first:
        first.start()
        assert first._process
        mother = _parent(first._process.pid)
        os.kill(mother, signal.SIGKILL)
        assert _ends(mother)
        assert first.scan(file, name="a").rules == first.rules_digest
        with first.sibling() as second:
            assert second.scan(file, name="a").rules == first.rules_digest


def test_a_sibling_that_ends_leaves_the_others_at_work(rules: Path, file: Path) -> None:
    with IsolatedEngine([rules]) as first:
        first.start()
        with first.sibling() as second:
            second.start()
            assert second._process
            pid = second._process.pid
        assert _ends(pid)
        assert first.scan(file, name="a").nodes == 1


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_fork_has_a_start_process_of_its_own_and_it_dies_with_its_owner(rules: Path, file: Path) -> None:
    command = [sys.executable, "-c", _OWNER, str(rules), str(file)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        lines = [owner.stdout.readline().split() for _ in range(3)]
        said_by = {line[0]: line[1:] for line in lines}
        start = int(said_by["owner"][0])
        owner.kill()

    assert said_by["owner"][2] == said_by["child"][2] == "malicious"
    assert said_by["owner"][1] == said_by["owner"][0]
    assert said_by["child"][1] != said_by["child"][0]
    assert _ends(start)


def _ends(pid: int) -> bool:
    return eventually(lambda: _has_ended(pid), 10)


def _has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # Whoever inherits it may not have collected it yet.
    return Path(f"/proc/{pid}/stat").exists() and " Z " in Path(f"/proc/{pid}/stat").read_text()


def _unread(channel: socket.socket) -> int:
    """Return how many bytes sent on the channel the other side has not read yet."""
    waiting = struct.pack("i", 0)
    return int(struct.unpack("i", fcntl.ioctl(channel, termios.TIOCOUTQ, waiting))[0])
