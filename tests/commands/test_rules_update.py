"""Rules from elsewhere: taken when they work, set aside when they do not, and never worse than what lies there."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.open_internet import Stamp
from app.adapters.rule_sources import Fetched
from app.commands.rules import check
from app.commands.rules_update import update
from app.config import Settings
from app.engine.model import Confidence, Severity
from app.engine.rule_cost import SLOW_FACTOR, measure_files, rules_apart
from app.engine.rules import load_rules, rules_digest
from app.errors import DeskwardenError, Misconfigured, Rejected, Temporary
from app.rules_update import RuleSource, read_sources, read_status
from tests.adapters.test_rule_sources import zip_of

FOREIGN = 'rule %s { meta: description = "Bad words." %s strings: $a = "%s" condition: $a }'
URL = "https://rules.example/set.zip"


def rule(name: str, meta: str = "", word: str = "wicked") -> bytes:
    return (FOREIGN % (name, meta, word)).encode()


class FakeFetcher:
    """Serves what it was given, and remembers what it was told."""

    def __init__(self, *answers: bytes | DeskwardenError | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, Stamp, str]] = []

    def fetch(self, url: str, *, stamp: Stamp, token: str) -> Fetched | None:
        self.asked.append((url, stamp, token))
        answer = self.answers.pop(0)
        if isinstance(answer, DeskwardenError):
            raise answer
        return None if answer is None else Fetched(answer, Stamp('"tag"', "then"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    own = tmp_path / "own"
    own.mkdir()
    found = Settings.from_environment({"DESKWARDEN_HOME": str(tmp_path / "home"), "DESKWARDEN_RULES": str(own)})
    found.home.mkdir()
    return found


def listed(settings: Settings, *lines: str) -> Settings:
    (settings.home / "rules.sources").write_text("# our sources\n\n" + "\n".join(lines) + "\n")
    return settings


def updated(settings: Settings, fetcher: FakeFetcher, environment: dict[str, str] | None = None) -> tuple[int, str]:
    out = io.StringIO()
    return update(settings, fetcher, environment or {}, out=out), out.getvalue()


def matches(settings: Settings, text: bytes = b"wicked words") -> dict[str, tuple[str, str]]:
    found = load_rules(settings.rules).match(text, name="a", extension="", mime="", timeout=5)
    return {match.id: (match.severity.value, match.confidence.value) for match in found}


def test_a_line_names_a_source_its_address_and_what_it_may_say(settings: Settings) -> None:
    digest = "a" * 64
    listed(
        settings,
        f"best-of {URL} sha256={digest} folder=yara/mail token-env=RULES_TOKEN severity=malicious confidence=high",
    )

    assert read_sources(settings.home) == [
        RuleSource("best-of", URL, digest, "yara/mail", "RULES_TOKEN", Severity.MALICIOUS, Confidence.HIGH)
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("alone", "needs a name and an address"),
        (f"Best_Of {URL}", "name"),
        (f"a {URL} colour=red", "colour"),
        (f"a {URL} sha256=12", "sha256"),
        (f"a {URL} severity=unknown", "severity"),
        (f"a {URL} confidence=total", "confidence"),
        (f"a {URL}\na {URL}", "taken"),
    ],
)
def test_a_line_that_does_not_fit_stops_the_update_with_its_number(settings: Settings, line: str, reason: str) -> None:
    listed(settings, line)

    with pytest.raises(Misconfigured, match=reason) as failure:
        read_sources(settings.home)
    assert "line " in failure.value.message


def test_without_a_list_nothing_can_be_updated(settings: Settings) -> None:
    with pytest.raises(Misconfigured, match=r"rules\.sources"):
        updated(settings, FakeFetcher())


def test_rules_from_elsewhere_are_weak_signs_under_the_name_of_their_source(settings: Settings) -> None:
    listed(settings, f"best {URL}")
    archive = zip_of(
        {
            "set-1/a.yar": rule("One", 'severity = "malicious" id = "x y"'),
            "set-1/b.yar": rule("Two", "severity = 100"),
            "set-1/c.yar": rule("Three", 'severity = "info" mitre_att = "T1204.002" reference = "https://r.example/"'),
            "set-1/again.yar": rule("One"),
            "set-1/bad.yar": b"rule {",
            "set-1/index.yar": b'include "a.yar"',
        }
    )

    status, told = updated(settings, FakeFetcher(archive))

    assert status == 0
    assert told.startswith("best: fetched, 4 rules in 4 file(s), 2 file(s) set aside\n  bad.yar: line 1")
    assert matches(settings) == {
        "best.one": ("suspicious", "low"),
        "best.two": ("suspicious", "low"),
        "best.three": ("info", "low"),
    }
    (three,) = [
        match
        for match in load_rules(settings.rules).match(b"wicked", name="a", extension="", mime="", timeout=5)
        if match.id == "best.three"
    ]
    assert (three.title, three.technique, three.reference) == ("Bad words", "T1204.002", "https://r.example/")


def test_the_operator_may_let_a_source_say_more(settings: Settings) -> None:
    archive = zip_of({"a.yar": rule("One"), "b.yar": rule("Two", 'severity = "suspicious" confidence = "medium"')})
    updated(listed(settings, f"best {URL} severity=malicious confidence=high"), FakeFetcher(archive))
    assert matches(settings) == {"best.one": ("malicious", "high"), "best.two": ("suspicious", "medium")}

    # A changed line is fetched anew, whatever the server said of the version.
    fetcher = FakeFetcher(archive)
    updated(listed(settings, f"best {URL} severity=suspicious"), fetcher)

    assert fetcher.asked == [(URL, Stamp(), "")]
    assert matches(settings) == {"best.one": ("suspicious", "low"), "best.two": ("suspicious", "low")}


def test_what_did_not_change_is_neither_fetched_nor_touched(settings: Settings) -> None:
    listed(settings, f"best {URL}")
    updated(settings, FakeFetcher(zip_of({"a.yar": rule("One")})))
    before = load_rules(settings.rules).digest

    fetcher = FakeFetcher(None)
    status, told = updated(settings, fetcher)

    assert (status, told) == (0, "best: unchanged, 1 rules in 1 file(s), 0 file(s) set aside\n")
    assert fetcher.asked == [(URL, Stamp('"tag"', "then"), "")]
    assert load_rules(settings.rules).digest == before


@pytest.mark.parametrize(
    "worse",
    [
        Temporary("The server does not answer in time."),
        zip_of({"a.yar": b"rule {"}),
        zip_of({"README": b""}),
        b"<html>Sign in</html>",
    ],
    ids=["not there", "does not compile", "no rules", "page"],
)
def test_what_is_worse_leaves_the_old_rules_in_use(settings: Settings, worse: bytes | DeskwardenError) -> None:
    listed(settings, f"best {URL}")
    updated(settings, FakeFetcher(zip_of({"a.yar": rule("One")})))

    status, told = updated(settings, FakeFetcher(worse))

    assert status == 1
    assert told.startswith("best: failed: ")
    assert "In use: 1 rules" in told
    assert list(matches(settings)) == ["best.one"]
    assert [path.name for path in (settings.home / "rules").glob(".*") if path.name != ".lock"] == []


def test_rules_with_which_nothing_sees_the_canary_stay_out(settings: Settings) -> None:
    listed(settings, f"best {URL}")
    blind = b'rule eicar { meta: id = "eicar" strings: $a = "no such thing" condition: $a }'

    status, told = updated(settings, FakeFetcher(zip_of({"a.yar": blind})))

    assert (status, matches(settings)) == (1, {})
    assert "None of its rules can be used" in told


def test_one_source_that_fails_does_not_hold_up_the_others(settings: Settings) -> None:
    listed(settings, f"one {URL}", "two https://rules.example/two.yar")

    status, told = updated(settings, FakeFetcher(Rejected("There is nothing."), rule("Two")))

    assert status == 1
    assert [line.split(",")[0].split(":")[:2] for line in told.splitlines()] == [
        ["one", " failed"],
        ["two", " fetched"],
    ]
    assert list(matches(settings)) == ["two.two"]


def test_another_checksum_than_the_one_given_is_refused(settings: Settings) -> None:
    archive = zip_of({"a.yar": rule("One")})
    listed(settings, f"best {URL} sha256={'0' * 64}")
    assert updated(settings, FakeFetcher(archive))[0] == 1

    listed(settings, f"best {URL} sha256={hashlib.sha256(archive).hexdigest()}")
    assert updated(settings, FakeFetcher(archive))[0] == 0


def test_the_token_comes_from_the_environment_and_stands_in_no_file(settings: Settings) -> None:
    listed(settings, f"best {URL} token-env=TOKEN")
    assert updated(settings, FakeFetcher())[0] == 1

    fetcher = FakeFetcher(zip_of({"a.yar": rule("One")}))
    assert updated(settings, fetcher, {"TOKEN": "very-secret"})[0] == 0
    assert fetcher.asked[0][2] == "very-secret"
    assert not any(b"very-secret" in path.read_bytes() for path in settings.home.rglob("*") if path.is_file())


def test_a_local_folder_is_a_source_too(settings: Settings) -> None:
    (settings.home / "mine").mkdir()
    (settings.home / "mine" / "a.yar").write_bytes(rule("One"))
    listed(settings, "mine mine")

    assert updated(settings, FakeFetcher())[1].startswith("mine: fetched")
    assert updated(settings, FakeFetcher())[1].startswith("mine: unchanged")


def test_what_is_taken_off_the_list_is_taken_away_and_own_folders_stay(settings: Settings) -> None:
    updated(listed(settings, f"one {URL}", f"two {URL}"), FakeFetcher(rule("One"), rule("Two")))
    own = settings.home / "rules" / "own"
    own.mkdir()

    updated(listed(settings, f"two {URL}"), FakeFetcher(None))

    assert sorted(path.name for path in (settings.home / "rules").glob("[!.]*")) == ["own", "status.json", "two"]
    assert list(read_status(settings.home)) == ["two"]


def test_an_update_that_was_killed_in_the_middle_is_put_right(settings: Settings) -> None:
    listed(settings, f"best {URL}")
    updated(settings, FakeFetcher(zip_of({"a.yar": rule("One")})))
    folder = settings.home / "rules"
    (folder / "best").rename(folder / ".old-best")
    (folder / ".new-best").mkdir()

    updated(settings, FakeFetcher(None))

    assert sorted(path.name for path in folder.iterdir()) == [".lock", "best", "status.json"]


def test_a_broken_status_file_is_as_good_as_none(settings: Settings) -> None:
    (settings.home / "rules").mkdir()
    for broken in ("", "[]", '{"a": 1}', '{"a": {"colour": 1}}'):
        (settings.home / "rules" / "status.json").write_text(broken)
        assert read_status(settings.home) == {}


def test_a_running_service_sees_that_there_are_new_rules(settings: Settings) -> None:
    listed(settings, f"best {URL}")
    digests = [rules_digest(settings.rules)]
    for word in ("wicked", "worse"):
        updated(settings, FakeFetcher(zip_of({"a.yar": rule("One", word=word)})))
        digests.append(rules_digest(settings.rules))

    assert len(set(digests)) == 3
    assert load_rules(settings.rules).digest == digests[-1]


def test_a_source_file_that_cannot_be_read_makes_its_rules_strict(settings: Settings) -> None:
    folder = settings.home / "rules" / "own"
    folder.mkdir(parents=True)
    (folder / "a.yar").write_bytes(rule("One"))
    for wrong in ("{", "[]", json.dumps({"name": "A B"}), json.dumps({"name": "a", "severity": "unknown"})):
        (folder / "source.json").write_text(wrong)

        assert [problem.path.name for problem in load_rules(settings.rules).problems] == ["source.json", "a.yar"]


def test_slow_rules_are_named_and_are_no_fault(settings: Settings) -> None:
    slow = rb"rule slow { strings: $a = /winter[^\n]{0,400}autumn[^\n]{0,400}spring/ condition: $a }"
    updated(listed(settings, f"best {URL}"), FakeFetcher(slow + b"\n" + rule("quick")))
    out = io.StringIO()

    status = check(settings.rules, out=out)

    warned = [line for line in out.getvalue().splitlines() if ": slow: " in line]
    assert status == 0
    assert len(warned) == 2
    assert "its rules together took" in warned[0]
    assert "rule slow took" in warned[1]


def test_rules_are_measured_by_themselves_with_what_they_need() -> None:
    source = """\
import "pe"
private rule p { condition: true }
rule a { condition: p }
global rule g { condition: p }
rule b
{ condition: pe.is_pe }
"""

    apart = rules_apart(source)

    assert list(apart) == ["a", "b"]
    assert all('import "pe"' in text and "private rule p" in text for text in apart.values())


def test_a_plain_rule_costs_little(tmp_path: Path) -> None:
    (tmp_path / "a.yar").write_bytes(rule("One"))

    (cost,) = measure_files([tmp_path])

    assert cost.factor < SLOW_FACTOR / 4
    assert replace(cost, factor=SLOW_FACTOR).slow
