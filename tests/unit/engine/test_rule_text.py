"""The text of the rule behind a finding: as it is written, and only as long as it is there."""

from __future__ import annotations

import json

from app.engine.rule_text import LOOK_SECONDS, RuleTexts
from app.engine.rules import rules_digest

META = 'title = "T" severity = "malicious" reference = "https://x.test/" date = "2026-01-31" author = "A"'
FILE = f"""import "pe"
// about the first
rule first {{
    meta: id = "one" {META}
    strings: $a = "rule other {{"
    condition: $a
}}

private rule helper {{ condition: true }}
/* about the second */
rule second : tag {{
    meta: id = "two" {META}
    condition: helper
}}
// the end
"""


def texts(folder, clock=lambda: 0.0):
    return RuleTexts((folder,), clock=clock)


def test_a_rule_is_found_by_the_id_of_its_findings(tmp_path):
    (tmp_path / "a.yar").write_text(FILE)
    found = texts(tmp_path).find("yara.two")
    assert (found.rule, found.file, found.line) == ("second", "a.yar", 11)
    assert found.text.startswith("rule second : tag {")
    assert found.text.endswith("\n}")
    assert dict(found.metadata)["title"] == "T"


def test_a_rule_ends_before_what_is_said_of_the_next_one(tmp_path):
    (tmp_path / "a.yar").write_text(FILE)
    assert "helper" not in texts(tmp_path).find("yara.one").text


def test_what_is_no_public_rule_of_a_working_file_is_not_found(tmp_path):
    (tmp_path / "a.yar").write_text(FILE)
    (tmp_path / "b.yar").write_text("rule broken {")
    found = texts(tmp_path)
    assert [found.find(each) for each in ("yara.helper", "yara.broken", "one", "office.macro")] == [None] * 4


def test_rules_of_others_are_found_under_the_name_of_their_source(tmp_path):
    (tmp_path / "source.json").write_text(json.dumps({"name": "others"}))
    (tmp_path / "a.yar").write_text("rule Some_Rule { condition: true }")
    found = texts(tmp_path).find("yara.others.some_rule")
    assert (found.rule, found.source) == ("Some_Rule", "others")


def test_changed_rules_are_read_again_after_a_while(tmp_path):
    now = [0.0]
    (tmp_path / "a.yar").write_text(FILE)
    found = texts(tmp_path, lambda: now[0])
    assert found.digest == rules_digest([tmp_path])
    (tmp_path / "a.yar").unlink()
    assert found.find("yara.one") is not None
    now[0] = LOOK_SECONDS
    assert found.find("yara.one") is None
    assert found.digest == rules_digest([tmp_path])


def test_nothing_invisible_is_in_a_text(tmp_path):
    (tmp_path / "a.yar").write_text('rule r {\n meta: id = "r" ' + META + "\n // \u202e\n condition: true\n}")
    assert "\\u{202e}" in texts(tmp_path).find("yara.r").text
