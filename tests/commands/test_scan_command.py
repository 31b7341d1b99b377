"""``deskwarden scan`` and ``deskwarden rules check``: what they print, in which order, and how they end."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest

from app.commands import rules as rules_command
from app.commands.paths import Unread, files_of
from app.commands.scan import scan_paths
from app.engine.links.judged import with_links_judged
from app.engine.links.reputation import Hit, KnownHits
from app.engine.model import Finding, Link, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.rules import RuleProblem
from app.errors import Misconfigured
from app.sandbox.samples import eicar, zip_of

PROJECT = Path(__file__).resolve().parents[2]


class FakeEngine:
    """Judges by the content: the first word is the verdict."""

    def __init__(self, problems: tuple[RuleProblem, ...] = (), broken: bool = False) -> None:
        self.problems = problems
        self.broken = broken
        self.comments: list[str] = []

    def scan(self, path: Path, *, name: str, comment: str = "") -> Report:
        if self.broken:
            raise Misconfigured("There is no usable rule.")
        self.comments.append(comment)
        content = path.read_bytes()
        verdict = Verdict(content.decode().split()[0])
        found: tuple[Finding, ...] = ()
        if verdict is not Verdict.CLEAN:
            found = (Finding("test.found", Severity(verdict.value), name, "Something bad", "evidence \\u{202e}"),)
        link = Link("http://bad.example/", "http://bad.example/", name, verdict)
        return Report(
            hashlib.sha256(content).hexdigest(), len(content), "text/plain", verdict, found, (link,), 3, "r", 1
        )

    def close(self) -> None:
        pass


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def scan(*paths: Path, as_json: bool = True, engine: FakeEngine | None = None, **options: Any) -> tuple[int, str, str]:
    out, log = options.pop("out", io.StringIO()), options.pop("log", io.StringIO())
    status = scan_paths(
        paths,
        lambda: engine or FakeEngine(),
        workers=2,
        comment="the comment",
        as_json=as_json,
        out=out,
        log=log,
        **options,
    )
    return status, out.getvalue(), log.getvalue()


def file(folder: Path, name: str, content: str = "clean words") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def test_clean_files_end_with_zero(tmp_path: Path) -> None:
    status, out, log = scan(file(tmp_path, "a"), file(tmp_path, "b"))

    assert (status, log) == (0, "")
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize("verdict", ["unknown", "suspicious", "restricted", "malicious"])
def test_anything_but_clean_ends_with_one(tmp_path: Path, verdict: str) -> None:
    assert scan(file(tmp_path, "a"), file(tmp_path, "b", verdict))[0] == 1


def test_a_line_of_json_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    path = file(tmp_path, "a.zip", "malicious words")

    (line,) = scan(path)[1].splitlines()

    answer = json.loads(line)
    assert answer["path"] == str(path)
    assert answer["sha256"] == hashlib.sha256(b"malicious words").hexdigest()
    assert (answer["size"], answer["type"], answer["verdict"], answer["ms"]) == (15, "text/plain", "malicious", 3)
    (finding,) = answer["findings"]
    assert {"id", "severity", "where", "title", "evidence"} <= set(finding)
    assert finding["where"] == "a.zip"
    (url,) = answer["urls"]
    assert (url["url"], url["where"], url["verdict"]) == ("http://bad.example/", "a.zip", "malicious")


def test_the_comment_reaches_the_engine(tmp_path: Path) -> None:
    engine = FakeEngine()

    scan(file(tmp_path, "a"), engine=engine)

    assert engine.comments == ["the comment"]


def test_folders_are_walked_to_the_bottom(tmp_path: Path) -> None:
    for number in range(30):
        file(tmp_path, f"folder{number % 3}/deep/file{number}")

    lines = scan(tmp_path)[1].splitlines()

    assert len({json.loads(line)["path"] for line in lines}) == 30


def test_a_path_that_is_not_there_ends_with_two_and_the_others_are_answered(tmp_path: Path) -> None:
    status, out, log = scan(tmp_path / "nowhere", file(tmp_path, "a", "malicious"))

    assert status == 2
    assert log == f"{tmp_path}/nowhere: there is no such file or folder\n"
    assert json.loads(out)["verdict"] == "malicious"


def test_a_file_that_cannot_be_read_ends_with_two_and_the_others_are_answered(tmp_path: Path) -> None:
    status, out, log = scan(file(tmp_path, "a", "no verdict"), file(tmp_path, "b"))

    assert status == 2
    assert str(tmp_path / "a") in log
    assert json.loads(out)["path"].endswith("b")


def test_links_and_pipes_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    file(tmp_path, "folder/a")
    (tmp_path / "folder" / "out").symlink_to(tmp_path)
    (tmp_path / "folder" / "b").symlink_to(tmp_path / "folder" / "a")
    os.mkfifo(tmp_path / "folder" / "pipe")

    status, out, log = scan(tmp_path / "folder")

    assert status == 0
    assert json.loads(out)["path"].endswith("folder/a")
    assert sorted(line.rsplit("/", 1)[1] for line in log.splitlines()) == [
        "b: a link, not scanned",
        "out: a link, not scanned",
        "pipe: neither a file nor a folder, not scanned",
    ]


def test_a_pipe_that_is_asked_for_by_name_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert scan(tmp_path / "pipe")[0] == 2


def test_a_link_that_is_asked_for_by_name_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(file(tmp_path, "a"))

    assert json.loads(scan(tmp_path / "link")[1])["path"].endswith("link")


def test_links_inside_a_file_carry_verdict_and_reason_and_make_it_suspicious_at_most(tmp_path: Path) -> None:
    listed = KnownHits({"bad.example/": [Hit("a feed", "phishing", 100, "bad.example/")]})
    path = file(tmp_path, "a")

    status, out, _ = scan(path, judge_links=lambda report: with_links_judged(report, Policy(), listed))

    answer = json.loads(out)
    assert (status, answer["verdict"]) == (1, "suspicious")
    assert (answer["urls"][0]["verdict"], answer["urls"][0]["reasons"]) == (
        "malicious",
        ["Listed by a feed as phishing"],
    )


def test_the_same_file_is_clean_where_nothing_is_known_of_its_link(tmp_path: Path) -> None:
    status, out, _ = scan(file(tmp_path, "a"), judge_links=lambda report: with_links_judged(report, Policy()))

    assert (status, json.loads(out)["urls"][0]["verdict"]) == (0, "clean")


def test_a_folder_that_cannot_be_read_counts_as_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("app.commands.paths.os.scandir", refuse)

    assert list(files_of([tmp_path])) == [Unread(tmp_path, "Permission denied")]


def test_names_that_are_no_utf8_survive(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9\n.txt"))
    path.write_text("clean")

    _, as_json, _ = scan(path)
    _, as_text, _ = scan(path, as_json=False)

    assert as_json.isascii()
    assert json.loads(as_json)["path"] == str(path)
    assert "caf\\u{dce9}\\u{a}.txt" in as_text


def test_people_read_the_verdict_and_what_it_rests_on(tmp_path: Path) -> None:
    status, out, _ = scan(file(tmp_path, "a", "malicious"), file(tmp_path, "b"), as_json=False)

    lines = out.splitlines()
    assert status == 1
    assert f"malicious   {tmp_path}/a" in lines
    assert "            Something bad, in a [test.found] (evidence \\u{202e})" in lines
    assert "            malicious link hxxp://bad[.]example/" in lines
    assert lines[-1] == "2 files: 1 clean, 1 malicious"


def test_the_arithmetic_is_explained_when_asked_for(tmp_path: Path) -> None:
    path = file(tmp_path, "a", "suspicious")
    _, words, _ = scan(path, as_json=False, explain=True)
    _, line, _ = scan(path, explain=True)

    explained = json.loads(line)["explained"]
    assert [" ".join(each.split()) for each in explained] == [
        "400 test.found (high), in a",
        "400 = test",
        "400 link.bad (high), in a",
        "400 = link",
        "800 in all; suspicious from 300, malicious from 1000",
        "suspicious under policy 2",
    ]
    assert all(each in words for each in explained)


def test_colour_and_progress_are_for_terminals_only(tmp_path: Path) -> None:
    path = file(tmp_path, "a", "malicious")

    _, plain, quiet = scan(path, as_json=False)
    _, coloured, counted = scan(path, as_json=False, out=Terminal(), log=Terminal())

    assert ("\x1b" in plain, quiet) == (False, "")
    assert "\x1b[31;1mmalicious" in coloured
    assert "1 scanned" in counted


def test_rules_set_aside_are_mentioned_once(tmp_path: Path) -> None:
    engine = FakeEngine((RuleProblem(Path("a.yar"), "", "broken"),))

    status, _, log = scan(*(file(tmp_path, str(number)) for number in range(5)), engine=engine)

    assert status == 0
    assert log.count("deskwarden rules check") == 1


def test_an_engine_that_cannot_work_ends_the_command(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        scan(file(tmp_path, "a"), engine=FakeEngine(broken=True))


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "app.cli", *map(str, arguments)]


def test_the_real_command_answers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "papers.zip").write_bytes(zip_of({"b.doc": eicar()}))
    (tmp_path / "in" / "note.txt").write_text("Hello")

    done = subprocess.run(
        command("scan", "--json", tmp_path / "in"),
        cwd=PROJECT,
        env={**os.environ, "DESKWARDEN_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    answers = {Path(answer["path"]).name: answer for answer in map(json.loads, done.stdout.splitlines())}
    assert (done.returncode, done.stderr) == (1, "")
    assert answers["note.txt"]["verdict"] == "clean"
    assert answers["papers.zip"]["verdict"] == "malicious"
    assert ("yara.eicar", "papers.zip/b.doc") in {(f["id"], f["where"]) for f in answers["papers.zip"]["findings"]}
    assert not (tmp_path / "home").exists()


def test_a_reader_that_stops_reading_ends_the_command_quietly(tmp_path: Path) -> None:
    for number in range(200):
        file(tmp_path, str(number), "words " * 300)

    with subprocess.Popen(
        command("scan", "--json", tmp_path), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=60) == 2
        assert process.stderr.read() == ""


def test_an_interrupt_ends_the_command_at_once(tmp_path: Path) -> None:
    for number in range(2000):
        file(tmp_path, str(number))

    with subprocess.Popen(
        command("scan", "--json", tmp_path), cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        answers, complaints = process.communicate(timeout=60)

    assert (process.returncode, complaints) == (130, "")
    assert answers.count("\n") < 1000


def check(*folders: Path) -> tuple[int, str]:
    out = io.StringIO()
    status = rules_command.check(folders, out=out)
    return status, out.getvalue()


def test_the_rules_that_come_with_it_are_in_order() -> None:
    status, out = check(PROJECT / "rules")

    assert status == 0
    assert "no file set aside" in out


def test_a_broken_rule_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.yar").write_text("rule a {\n condition:\n nonsense\n}")
    good = PROJECT / "rules" / "test_files" / "eicar.yar"
    (tmp_path / "good.yar").write_text(good.read_text())

    status, out = check(tmp_path)

    assert status == 1
    assert f'{tmp_path}/broken.yar: line 3: undefined identifier "nonsense"' in out
    assert "1 file(s) set aside" in out


def test_a_folder_without_rules_is_not_in_order(tmp_path: Path) -> None:
    assert check(tmp_path)[0] == 1


def test_folders_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    rules_command.add_arguments(parser)

    assert rules_command.run(parser.parse_args([str(tmp_path)])) == 1
    assert "no usable rule" in capsys.readouterr().out
