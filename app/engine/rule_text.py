"""The text of a rule for people who want to see why it matched: found in its file by the id that findings bear.

A rule is shown as it is written, with its file, its line and its metadata. Files are read as ``rules`` reads them, so
the digest tells whether these are the rules that decided.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yara

from app.engine.printable import printable
from app.engine.rule_metadata import foreign_metadata
from app.engine.rules import EXTERNALS, RuleFile, read_rule_files, rules_digest

#: What begins the id of a finding that a rule made.
PREFIX = "yara."
#: Characters of a rule that are shown; the longest hand-written ones have a tenth of it.
MOST_CHARACTERS = 20_000
#: Seconds between two looks at the folders.
LOOK_SECONDS = 30.0

_START = re.compile(r"^[ \t]{0,40}(?:(?:private|global)[ \t]{1,40}){0,2}rule[ \t]{1,40}([A-Za-z_]\w{0,127})", re.M)


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as it is written. ``file`` is its path inside its folder, ``line`` where it begins, counted from 1."""

    rule: str
    file: str
    line: int
    text: str
    metadata: tuple[tuple[str, str], ...]
    source: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether there is more of it than is shown."""
        return len(self.text) >= MOST_CHARACTERS


class RuleTexts:
    """The texts of all rules in the folders, by the id of their findings; read again when the folders changed."""

    def __init__(self, folders: Sequence[Path], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folders = tuple(folders)
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._digest = ""
        self._texts: dict[str, RuleText] = {}

    @property
    def digest(self) -> str:
        """Digest of the rules as they were half a minute ago at most."""
        with self._lock:
            self._look()
            return self._digest

    def find(self, finding_id: str) -> RuleText | None:
        """Return the rule that makes findings of this id, None when no rule does (any more)."""
        with self._lock:
            self._look()
            return self._texts.get(finding_id)

    def _look(self) -> None:
        if self._clock() - self._looked_at < LOOK_SECONDS:
            return
        digest = rules_digest(self._folders)
        if digest != self._digest:
            files, _ = read_rule_files(self._folders)
            self._texts = {f"{PREFIX}{rule_id}": text for file in files for rule_id, text in rules_of(file)}
            self._digest = digest
        self._looked_at = self._clock()


def rules_of(file: RuleFile) -> Iterable[tuple[str, RuleText]]:
    """Yield each public rule of a file with its id; nothing for a file that does not compile, which never matches."""
    try:
        source = file.content.decode("utf-8-sig")
        compiled = yara.compile(source=source, includes=False, externals=EXTERNALS)
    except (UnicodeDecodeError, yara.Error, ValueError):
        return
    places = {match[1]: match.start() for match in _START.finditer(source)}
    ends = dict(zip(sorted(places.values()), [*sorted(places.values())[1:], len(source)], strict=True))
    for rule in compiled:
        start = places.get(rule.identifier)
        if rule.is_private or start is None:
            continue
        if file.source:
            rule_id, source_name = foreign_metadata(rule.identifier, rule.meta, file.source).id, file.source.name
        else:
            rule_id, source_name = str(rule.meta.get("id", "")), ""
        text = _trimmed(source[start : ends[start]])
        metadata = tuple((str(name), printable(str(value), 500)) for name, value in rule.meta.items())
        line = source.count("\n", 0, start) + 1
        yield rule_id, RuleText(rule.identifier, file.name.partition("/")[2], line, text, metadata, source_name)


def _trimmed(text: str) -> str:
    """Return a rule without what stands between it and the next one: comments and blank lines behind its last brace."""
    end = text.rfind("\n}")
    whole = text[: end + 2] if end >= 0 else text.rstrip()
    return "\n".join(printable(line.replace("\t", "    "), 2_000) for line in whole[:MOST_CHARACTERS].splitlines())
