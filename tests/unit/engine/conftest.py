from __future__ import annotations

from pathlib import Path

import pytest

from app.engine.rules import RuleSet, load_rules
from app.engine.scan import Engine

#: One rule that sees the EICAR text, one that sees a word, one that looks at the name: enough to see what is matched.
_RULES = """
rule eicar { meta: id = "eicar" title = "EICAR test file" severity = "malicious" reference = "https://eicar.example"
  date = "2026-01-01" author = "Deskwarden" strings: $ = "EICAR-STANDARD-" condition: any of them }
rule needle { meta: id = "needle" title = "Needle" severity = "suspicious" reference = "https://rules.example"
  date = "2026-01-01" author = "Deskwarden" strings: $ = "needle in the hay" condition: any of them }
"""


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> RuleSet:
    folder: Path = tmp_path_factory.mktemp("rules")
    (folder / "test.yar").write_text(_RULES)
    return load_rules([folder])


@pytest.fixture(scope="session")
def engine(rules: RuleSet) -> Engine:
    return Engine(rules)
