"""Every rule hits its sample, none hits ordinary files, and a bad file of rules stops nothing but itself."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from app.engine.identify import identify
from app.engine.model import Severity, Verdict
from app.engine.node_name import extension_of
from app.engine.rule_cost import SLOW_FACTOR, measure_files
from app.engine.rule_metadata import REQUIRED
from app.engine.rules import RuleFailure, RuleMatch, RuleSet, RuleTimeout, load_rules, rules_digest
from app.engine.scan import Engine
from app.sandbox.samples import eicar, macro_document, mail_with, zip_of
from tests.rules.clean import CLEAN
from tests.rules.samples import SAMPLES as FIRST
from tests.rules.samples_files import FILES
from tests.rules.samples_pages import PAGES

SAMPLES = {**FIRST, **PAGES, **FILES}
FOLDER = Path(__file__).resolve().parents[2] / "rules"
#: Rules for which ATT&CK has no technique, and why.
NO_TECHNIQUE = {
    "eicar": "a test file, harmless",
    "eicar_quoted": "a test file, harmless",
    "eicar_unwanted": "a test file, harmless",
    "gtube": "a test text, harmless",
    "name_leaves_folder": "a flaw of unpackers (CWE-22), which ATT&CK does not list",
}
GOOD = """
rule {id} {{
    meta:
        id = "{id}"
        title = "Holds a word"
        severity = "suspicious"
        reference = "https://example.com/"
        date = "2026-01-01"
        author = "Test"
    strings:
        $word = "{id} word"
    condition:
        $word
}}
"""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_rules([FOLDER])


def match(rules: RuleSet, name: str, content: bytes) -> list[RuleMatch]:
    kind = identify(content, name)
    return rules.match(content, name=name, extension=extension_of(name), mime=kind.mime, timeout=10)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in files.items():
        (folder / f"{name}.yar").write_text(source)
    return folder


def test_all_rules_load(rules: RuleSet) -> None:
    assert rules.problems == ()
    assert rules.count >= 200
    assert rules.canary_ok


def test_every_rule_has_a_sample_and_every_sample_a_rule() -> None:
    sources = "\n".join(path.read_text() for path in FOLDER.rglob("*.yar"))
    ids = re.findall(r'^\s+id = "(\S+)"$', sources, re.M)

    assert sorted(ids) == sorted(SAMPLES)


@pytest.mark.parametrize("rule", SAMPLES)
def test_a_rule_hits_its_sample(rules: RuleSet, rule: str) -> None:
    sample = SAMPLES[rule]

    found = {match.id: match for match in match(rules, sample.name, sample.content)}

    assert rule in found
    assert len(found[rule].evidence) <= 200
    assert found[rule].evidence.isprintable()


@pytest.mark.parametrize("name", CLEAN)
def test_no_rule_hits_an_ordinary_file(rules: RuleSet, name: str) -> None:
    report = Engine(rules).scan(CLEAN[name], name=name)

    assert [finding for finding in report.findings if finding.id.startswith("yara.")] == []


def test_titles_are_sentence_fragments_for_people(rules: RuleSet) -> None:
    titles = re.findall(r'title = "(.+)"', "\n".join(path.read_text() for path in FOLDER.rglob("*.yar")))

    assert [title for title in titles if title.endswith(".") or not title[0].isupper() or len(title) > 100] == []
    assert max(Counter(titles).values()) <= 2


def test_every_rule_that_accuses_names_a_technique_or_is_listed_as_having_none() -> None:
    without = set()
    for path in FOLDER.rglob("*.yar"):
        for block in re.findall(r"    meta:\n((?:        .*\n)+)", path.read_text()):
            accuses = re.search(r'severity = "(suspicious|restricted|malicious)"', block)
            if accuses and "technique = " not in block:
                without.add(re.search(r'id = "(\S+)"', block)[1])  # type: ignore[index]

    assert without == set(NO_TECHNIQUE)


def test_no_rule_costs_much_more_than_a_plain_word() -> None:
    # Twice what is called slow: a rule that grew a long gap costs many times that, and a busy machine less.
    costs = [cost for cost in measure_files([FOLDER]) if cost.factor >= 2 * SLOW_FACTOR]

    assert [f"{cost.path.name} {cost.rule}: {cost.factor:.0f} on {cost.material}" for cost in costs] == []


def test_a_macro_document_in_a_zip_in_a_mail_is_malicious(rules: RuleSet) -> None:
    mail = mail_with([("papers.zip", zip_of({"invoice.docm": macro_document()}))])

    report = Engine(rules).scan(mail, name="mail.eml")

    assert report.verdict is Verdict.MALICIOUS
    assert any(finding.where.startswith("mail.eml/papers.zip/invoice.docm/") for finding in report.findings)


def test_metadata_that_is_missing_sets_the_file_aside(tmp_path: Path) -> None:
    for key in REQUIRED:
        source = re.sub(rf"^\s+{key} = .*\n", "", GOOD.format(id="one"), flags=re.M)
        loaded = load_rules([write(tmp_path / key, one=source, two=GOOD.format(id="two"))])

        (problem,) = loaded.problems
        assert (problem.path.name, problem.rule) == ("one.yar", "one")
        assert problem.reason == f"line 2: metadata is missing or is no text: {key}"
        assert [found.id for found in match(loaded, "a", b"one word, two word")] == ["two"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ('severity = "terrible"', "severity"),
        ('severity = "unknown"', "severity"),
        ('date = "yesterday"', "date"),
        ('id = "With Blanks"', "id"),
        ("title = 5", "title"),
    ],
)
def test_metadata_that_is_wrong_sets_the_file_aside(tmp_path: Path, wrong: str, reason: str) -> None:
    key = wrong.split()[0]
    source = re.sub(rf"^(\s+){key} = .*$", rf"\1{wrong}", GOOD.format(id="one"), flags=re.M)

    (problem,) = load_rules([write(tmp_path, one=source)]).problems

    assert reason in problem.reason


@pytest.mark.parametrize(
    "broken",
    ["rule one {", 'include "two.yar"', "rule one { condition: no_such_thing }", 'import "magic"', "rule 1 \x00"],
)
def test_a_file_that_does_not_compile_is_set_aside_and_the_others_go_on(tmp_path: Path, broken: str) -> None:
    loaded = load_rules([write(tmp_path, one=broken, two=GOOD.format(id="two"))])

    assert [problem.path.name for problem in loaded.problems] == ["one.yar"]
    assert "line" in loaded.problems[0].reason or "\x00" in broken
    assert [found.id for found in match(loaded, "a", b"two word")] == ["two"]


def test_a_file_in_another_encoding_is_set_aside(tmp_path: Path) -> None:
    write(tmp_path, two=GOOD.format(id="two"))
    (tmp_path / "one.yar").write_bytes(GOOD.format(id="one").encode("utf-16"))

    loaded = load_rules([tmp_path])

    assert [problem.reason for problem in loaded.problems] == ["is not written in UTF-8"]
    assert loaded.count == 1


def test_an_id_belongs_to_the_file_that_has_it_first(tmp_path: Path) -> None:
    loaded = load_rules([write(tmp_path, one=GOOD.format(id="same"), two="\n" + GOOD.format(id="same"))])

    (problem,) = loaded.problems
    assert (problem.path.name, problem.rule) == ("two.yar", "same")
    assert "line 3" in problem.reason and "one.yar" in problem.reason
    assert loaded.count == 1


def test_two_files_may_name_their_rules_alike(tmp_path: Path) -> None:
    other = GOOD.format(id="one").replace('id = "one"', 'id = "other"')

    loaded = load_rules([write(tmp_path, one=GOOD.format(id="one"), two=other)])

    assert (loaded.problems, loaded.count) == ((), 2)


def test_private_rules_need_no_metadata(tmp_path: Path) -> None:
    source = "private rule short { condition: filesize < 100 }" + GOOD.format(id="one").replace(
        "$word\n}", "$word and short\n}"
    )
    loaded = load_rules([write(tmp_path, one=source)])

    assert (loaded.problems, loaded.count) == ((), 1)
    assert [found.id for found in match(loaded, "a", b"one word")] == ["one"]


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    loaded = load_rules([tmp_path / "nowhere"])

    assert [problem.reason for problem in loaded.problems] == ["there is no such folder"]
    assert loaded.count == 0
    assert match(loaded, "a", b"anything") == []


def test_the_digest_is_that_of_names_and_contents(tmp_path: Path) -> None:
    one = write(tmp_path / "a", one=GOOD.format(id="one"))
    two = write(tmp_path / "b", one=GOOD.format(id="one"))
    before = rules_digest([one])

    assert before == rules_digest([two]) == load_rules([one]).digest
    write(one, more="")
    assert rules_digest([one]) != before


def test_hidden_folders_hold_no_rules(tmp_path: Path) -> None:
    write(tmp_path, one=GOOD.format(id="one"))
    write(tmp_path / "..2026_01_01", one=GOOD.format(id="one"))

    loaded = load_rules([tmp_path])

    assert (loaded.count, loaded.problems) == (1, ())


def test_a_rule_that_takes_too_long_is_a_timeout(tmp_path: Path) -> None:
    slow = GOOD.format(id="slow").replace(
        "$word\n}", '$word or (extension == "big" and for any i in (0..100000000000): (i == -1))\n}'
    )
    loaded = load_rules([write(tmp_path, slow=slow)])

    with pytest.raises(RuleTimeout):
        loaded.match(b"x", name="a", extension="big", mime="", timeout=1)
    assert issubclass(RuleTimeout, RuleFailure)


def test_millions_of_matches_are_no_trouble(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    many = GOOD.format(id="many").replace('"many word"', "{ 00 }").replace("$word\n}", "#word > 5\n}")
    loaded = load_rules([write(tmp_path, many=many, two=GOOD.format(id="two"))])

    found = loaded.match(bytes(1_500_000) + b"two word", name="a", extension="", mime="", timeout=30)

    assert "two" in [match.id for match in found]
    assert capfd.readouterr() == ("", "")


def test_rules_see_name_extension_and_type_even_odd_ones(tmp_path: Path) -> None:
    source = GOOD.format(id="one").replace(
        "$word\n}", '$word or (filename contains "\ufffd" and extension == "exe" and mime == "a/b")\n}'
    )
    loaded = load_rules([write(tmp_path, one=source)])

    assert loaded.match(b"", name="a\0b\ud800.exe", extension="exe", mime="a/b", timeout=5)


def test_rules_that_do_not_see_the_test_file_are_no_canary(tmp_path: Path) -> None:
    assert not load_rules([write(tmp_path, eicar=GOOD.format(id="eicar"))]).canary_ok


def test_a_global_rule_silences_its_own_file_only(tmp_path: Path) -> None:
    silence = "global private rule never { condition: false }\n" + GOOD.format(id="one")
    for others in ({}, {"two": GOOD.format(id="two")}):
        loaded = load_rules([write(tmp_path / str(len(others)), one=silence, **others)])

        assert loaded.canary_ok
        assert [found.id for found in match(loaded, "a", b"one word, two word")] == list(others)


def test_rules_without_an_end_are_set_aside_and_the_others_go_on(tmp_path: Path) -> None:
    endless = GOOD.format(id="one").replace("$word\n}", "$word or for any i in (0..100000000000): (i == -1)\n}")
    loaded = load_rules([write(tmp_path, one=endless, two=GOOD.format(id="two"))], canary_seconds=1)

    assert loaded.canary_ok
    assert [(problem.path.name, problem.reason) for problem in loaded.problems] == [
        ("one.yar", "does not come to an end on a line of text")
    ]
    assert [found.id for found in match(loaded, "a", b"one word, two word")] == ["two"]


def test_the_canary_is_never_reported(rules: RuleSet) -> None:
    assert match(rules, "canary.txt", b"This line is there to be found by the canary of Deskwarden: 4f6b1c9e") == []


def test_no_rules_at_all_are_no_canary(tmp_path: Path) -> None:
    assert load_rules([tmp_path]).count == 0


def test_the_test_file_is_malicious_and_shown(rules: RuleSet) -> None:
    (found,) = match(rules, "eicar.com", eicar())

    assert (found.id, found.severity) == ("eicar", Severity.MALICIOUS)
    assert "EICAR" in found.evidence
