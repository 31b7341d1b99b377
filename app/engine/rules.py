"""YARA rules: every file compiles alone first, the bad ones are set aside, the good ones work together.

A rule file is what any YARA user writes (https://yara.readthedocs.io), plus the metadata that turns a match into a
finding that people can read. Files may use the external variables ``filename``, ``extension`` and ``mime``.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yara

from app.engine.model import Confidence, Severity
from app.engine.printable import printable
from app.engine.rule_metadata import (
    SOURCE_FILE,
    Metadata,
    Source,
    foreign_metadata,
    metadata_problem,
    own_metadata,
)

EXTERNALS = {"filename": "", "extension": "", "mime": ""}
_SUFFIXES = (".yar", ".yara")
#: The EICAR text (eicar.org), in a form that no scanner takes for the thing itself.
_EICAR = bytes.fromhex(
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341"
    "522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)
_EICAR_ID = "eicar"
#: A rule of the engine's own, compiled beside the others every time: when it does not see its text, nothing else that
#: was compiled with it can be trusted to see anything. Files cannot reach it: theirs are other namespaces.
_CANARY = b"This line is there to be found by the canary of Deskwarden: 4f6b1c9e"
_CANARY_SPACE = "canary"
_CANARY_RULE = f"rule canary {{ strings: $line = {{ {_CANARY.hex()} }} condition: $line at 0 }}"
#: Another one: the rules are matched by one pass over all bytes anyhow, and what it sees on the way spares others
#: theirs. Without a sign of an address, a text need not be searched for addresses.
_MARKS_RULE = r"""
rule marks {
    strings:
        $www = "www." $scheme = "://" $broken = ":]//" $escaped = ":\\/\\/"
        $hxxp = "hxxp" nocase $dot = "[.]" $word = "[dot]" nocase $encoded = "%3a%2f%2f" nocase
        $uuencode = "\nbegin" $activemime = "QWN0aXZlTWltZ"
    condition: any of them
}
"""
_OWN_RULES = 2
#: Seconds in which rules must be through with a text of one line.
_CANARY_SECONDS = 10


class RuleFailure(Exception):
    """The rules could not be tried to the end, so their silence says nothing."""


class RuleTimeout(RuleFailure):
    """The rules took longer than they may."""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """One rule that matched: its name in the file, its metadata, and a printable excerpt of what it saw."""

    rule: str
    id: str
    title: str
    severity: Severity
    reference: str
    evidence: str
    confidence: Confidence
    technique: str


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Why a file of rules was set aside; ``rule`` is empty where the file as a whole is meant."""

    path: Path
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A file of rules as it was read: ``name`` is the number of its folder and the path inside, ``source`` whose it is.

    The name is the same in every process and on every machine.
    """

    path: Path
    name: str
    content: bytes
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """The rules that matched, in the order of their files, and signs of addresses and files seen on the way.

    marks: ``www`` for ``www.``, ``scheme``, ``broken``, ``escaped`` and ``encoded`` for colons with slashes, ``hxxp``,
    ``dot`` and ``word`` for what people write to make an address unclickable (see ``links.extract``). ``uuencode``
    and ``activemime`` for how files begin that stand in texts.
    """

    rules: tuple[RuleMatch, ...]
    marks: frozenset[str]


class RuleSet:
    """Compiled rules, ready to match; safe to share between threads. Made by ``load_rules``."""

    def __init__(
        self,
        digest: str,
        files: Sequence[RuleFile],
        problems: Sequence[RuleProblem],
        *,
        canary_seconds: int = _CANARY_SECONDS,
    ) -> None:
        #: SHA-256 of all rule files, the ones set aside included, so that mending one is a change.
        self.digest = digest
        self.problems = tuple(problems)
        self._sources = {file.name: file.source for file in files}
        self._compiled = _compile_together(files)
        rules = [rule for compiled in self._compiled for rule in compiled if not rule.is_private]
        #: Number of rules that can match, without private ones and the engine's own.
        self.count = len(rules) - _OWN_RULES * len(self._compiled)
        self._has_eicar = any(rule.meta.get("id") == _EICAR_ID for rule in rules)
        #: False when the engine's own rule does not see its line, or a rule for the EICAR text does not see that: then
        #: nothing else can be trusted.
        self.canary_ok = self._try_canary(canary_seconds)

    def match(self, data: bytes | memoryview, *, name: str, extension: str, mime: str, timeout: int) -> list[RuleMatch]:
        """Return the rules that match ``data``; for the rest see ``look_at``."""
        return list(self.look_at(data, name=name, extension=extension, mime=mime, timeout=timeout).rules)

    def look_at(
        self, data: bytes | bytearray | memoryview, *, name: str, extension: str, mime: str, timeout: int
    ) -> Matches:
        """Return the rules that match ``data``, and the signs of addresses in it.

        ``timeout`` is in seconds, at least 1. Raises RuleTimeout when it passes, RuleFailure when a rule fails.
        """
        found = self._match(data, name=name, extension=extension, mime=mime, timeout=timeout)
        ours = [match for match in found if match.namespace == _CANARY_SPACE]
        marks = frozenset(string.identifier[1:] for match in ours if match.rule == "marks" for string in match.strings)
        return Matches(tuple(self._to_match(match) for match in found if match.namespace != _CANARY_SPACE), marks)

    def _match(
        self, data: bytes | bytearray | memoryview, *, name: str, extension: str, mime: str, timeout: int
    ) -> list[Any]:
        if timeout < 1:
            raise ValueError("rules need at least one second")
        externals = {"filename": _external(name), "extension": _external(extension), "mime": _external(mime)}
        found = []
        for compiled in self._compiled:
            try:
                # Fast: a string whose places no condition asks for is reported once instead of a million times.
                found += compiled.match(
                    data=data, externals=externals, timeout=timeout, fast=True, warnings_callback=_ignore
                )
            except yara.TimeoutError as error:
                raise RuleTimeout("The rules took longer than they may.") from error
            except (yara.Error, MemoryError) as error:
                raise RuleFailure("A rule failed.") from error
        return found

    def _try_canary(self, seconds: int) -> bool:
        try:
            found = self._match(_CANARY, name="canary.txt", extension="txt", mime="text/plain", timeout=seconds)
            if sum(match.namespace == _CANARY_SPACE and match.rule == "canary" for match in found) != len(
                self._compiled
            ):
                return False
            if not self._has_eicar:
                return True
            matches = self.match(_EICAR, name="eicar.com", extension="com", mime="text/plain", timeout=seconds)
        except RuleFailure:
            return False
        return any(match.id == _EICAR_ID for match in matches)

    def _to_match(self, match: Any) -> RuleMatch:
        said = _metadata(match.rule, match.meta, self._sources.get(match.namespace))
        return RuleMatch(
            rule=match.rule,
            id=said.id,
            title=said.title,
            severity=said.severity,
            reference=said.reference,
            evidence=_evidence(match),
            confidence=said.confidence,
            technique=said.technique,
        )


def load_rules(folders: Sequence[Path], *, canary_seconds: int = _CANARY_SECONDS) -> RuleSet:
    """Return the rules of all ``*.yar`` and ``*.yara`` files in the folders, subfolders included.

    A folder written with ``*`` as its last part stands for all folders in it, and there may be none. Never raises for
    what stands in a file: one that does not compile, that holds a rule without its metadata, or that cannot be
    through with one line of text within ``canary_seconds``, is set aside as a whole with the reason in ``problems``,
    and the others go on matching.
    """
    read, problems = read_rule_files(folders)
    taken: dict[str, RuleFile] = {}
    good: list[RuleFile] = []
    for file in read:
        problem = _problem(file, taken)
        if problem:
            problems.append(problem)
        else:
            good.append(file)
    digest = _digest(read)
    rules = RuleSet(digest, good, problems, canary_seconds=canary_seconds)
    if rules.canary_ok:
        return rules
    # One of them breaks the whole: find out which, so that a rule without an end does not take all others with it.
    endless = [file for file in good if _is_endless(file)]
    problems += [RuleProblem(file.path, "", "does not come to an end on a line of text") for file in endless]
    rest = [file for file in good if file not in endless]
    return RuleSet(digest, rest, problems, canary_seconds=canary_seconds) if endless else rules


def rules_digest(folders: Sequence[Path]) -> str:
    """Return the digest that the rule set of these folders has now, without compiling anything."""
    return _digest(read_rule_files(folders)[0])


def read_rule_files(folders: Sequence[Path]) -> tuple[list[RuleFile], list[RuleProblem]]:
    """Return the files of the folders in their order, and what cannot be read."""
    files: list[RuleFile] = []
    problems: list[RuleProblem] = []
    for name, folder in _expanded(folders):
        if not folder.is_dir():
            problems.append(RuleProblem(folder, "", "there is no such folder"))
        try:
            source = _source(folder)
        except (OSError, ValueError) as error:
            problems.append(RuleProblem(folder / SOURCE_FILE, "", f"cannot be used: {printable(str(error), 200)}"))
            source = None
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            # Hidden folders are other people's bookkeeping: git's, or the copies behind a mounted ConfigMap.
            if path.suffix not in _SUFFIXES or any(part.startswith(".") for part in inside.parts):
                continue
            try:
                files.append(RuleFile(path, f"{name}/{inside.as_posix()}", path.read_bytes(), source))
            except OSError as error:
                problems.append(RuleProblem(path, "", f"cannot be read: {error.strerror}"))
    return files, problems


def _expanded(folders: Sequence[Path]) -> Iterable[tuple[str, Path]]:
    """Yield the folders with a name each, those that stand for the folders in them replaced by these."""
    for number, folder in enumerate(folders):
        if folder.name != "*":
            yield str(number), folder
            continue
        inside = sorted(folder.parent.iterdir()) if folder.parent.is_dir() else []
        for child in inside:
            if child.is_dir() and not child.name.startswith("."):
                yield f"{number}/{child.name}", child


def _source(folder: Path) -> Source | None:
    path = folder / SOURCE_FILE
    return Source.from_json(path.read_bytes()) if path.exists() else None


def _digest(files: Iterable[RuleFile]) -> str:
    """Hash of names, contents and sources, each with its length before it so that none can pass for another."""
    digest = hashlib.sha256()
    for file in files:
        name = file.name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(name), name, len(file.content)))
        digest.update(file.content)
        if file.source:
            digest.update(file.source.to_json().encode())
    return digest.hexdigest()


def _problem(file: RuleFile, taken: dict[str, RuleFile]) -> RuleProblem | None:
    """Return why a file is set aside, None when it is not. Its ids join ``taken``, which holds those in use."""
    try:
        source = file.content.decode("utf-8-sig")
        compiled = yara.compile(source=source, includes=False, externals=EXTERNALS)
    except UnicodeDecodeError:
        return RuleProblem(file.path, "", "is not written in UTF-8")
    except (yara.Error, ValueError) as error:
        return RuleProblem(file.path, "", printable(str(error), 500))
    if file.source:
        # Its rules are told apart by their source; two of its files may well hold the same rule.
        return None
    ids: dict[str, RuleFile] = {}
    for rule in compiled:
        if rule.is_private:
            continue
        reason = metadata_problem(rule.meta) or _taken_problem(rule.meta["id"], {**taken, **ids})
        if reason:
            return RuleProblem(file.path, rule.identifier, f"line {_line(source, rule.identifier)}: {reason}")
        ids[rule.meta["id"]] = file
    taken.update(ids)
    return None


def _metadata(rule: str, meta: dict[str, Any], source: Source | None) -> Metadata:
    return foreign_metadata(rule, meta, source) if source else own_metadata(meta)


def _is_endless(file: RuleFile) -> bool:
    try:
        _compile({file.name: file.content.decode("utf-8-sig")}).match(data=_CANARY, timeout=2)
    except yara.Error:
        return True
    return False


def _taken_problem(rule_id: str, taken: dict[str, RuleFile]) -> str:
    return f"the id {rule_id} is taken by {taken[rule_id].path}" if rule_id in taken else ""


def _line(source: str, rule: str) -> int:
    """Return the line on which a rule begins; 1 when its declaration is spread over several."""
    declared = re.search(rf"^[^\n]*\brule\s+{re.escape(rule)}\b", source, re.M)
    return source.count("\n", 0, declared.start()) + 1 if declared else 1


def _compile_together(files: Sequence[RuleFile]) -> tuple[Any, ...]:
    """Return one rule set of all files, a namespace each; the files by themselves where they do not fit together.

    Whatever is compiled holds the canary too. Global rules bind only the files of their own namespace.
    """
    sources = {file.name: file.content.decode("utf-8-sig") for file in files}
    try:
        return (_compile(sources),) if sources else ()
    except yara.Error:
        return tuple(_compile({name: source}) for name, source in sources.items())


def _compile(sources: dict[str, str]) -> Any:
    compiled = yara.compile(
        sources={**sources, _CANARY_SPACE: _CANARY_RULE + _MARKS_RULE}, includes=False, externals=EXTERNALS
    )
    # Written down and read again, rules take a third of the memory, which every fork of their owner has to copy.
    written = io.BytesIO()
    compiled.save(file=written)
    del compiled
    written.seek(0)
    return yara.load(file=written)


def _external(value: str) -> str:
    """Return a text that libyara takes whole: it ends at a zero and knows no lone surrogates."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _ignore(kind: int, message: Any) -> int:
    """Take note of nothing: a string that matches a million times is no news, and the scan goes on."""
    return int(yara.CALLBACK_CONTINUE)


def _evidence(match: Any) -> str:
    """Return what the first string of the rule that was seen looks like; empty for a rule about names alone."""
    for string in match.strings:
        for instance in string.instances[:1]:
            data: bytes = instance.plaintext() if string.is_xor() else instance.matched_data
            # Wide strings are ASCII with a zero between the letters.
            return printable(data[::2] if len(data) > 3 and not any(data[1::2]) else data)
    return ""
