"""YARA rules: every file compiles alone first, the bad ones are set aside, the good ones work together.

A rule file is what any YARA user writes (https://yara.readthedocs.io), plus the metadata that turns a match into a
finding that people can read. Files may use the external variables ``filename``, ``extension`` and ``mime``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yara

from app.engine.model import Confidence, Severity
from app.engine.printable import printable

#: Metadata that every rule must carry, all of it text.
REQUIRED = ("id", "title", "severity", "reference", "date", "author")
#: What a rule may ask for. That we could not tell is for the engine to say, not for a rule.
SEVERITIES = tuple(severity for severity in Severity if severity is not Severity.UNKNOWN)

_EXTERNALS = {"filename": "", "extension": "", "mime": ""}
_SUFFIXES = (".yar", ".yara")
_ID = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_TECHNIQUE = re.compile(r"T[0-9]{4}(?:\.[0-9]{3})?\Z")
#: The EICAR text (eicar.org), in a form that no scanner takes for the thing itself.
_CANARY = bytes.fromhex(
    "58354f2150254041505b345c505a58353428505e2937434329377d2445494341"
    "522d5354414e444152442d414e544956495255532d544553542d46494c452124482b482a"
)
_CANARY_ID = "eicar"


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
class _File:
    path: Path
    #: Number of the folder and path inside it: the same in every process and on every machine.
    name: str
    content: bytes


class RuleSet:
    """Compiled rules, ready to match; safe to share between threads. Made by ``load_rules``."""

    def __init__(self, digest: str, compiled: Sequence[Any], count: int, problems: Sequence[RuleProblem]) -> None:
        #: SHA-256 of all rule files, the ones set aside included, so that mending one is a change.
        self.digest = digest
        #: Number of rules that can match, without private ones.
        self.count = count
        self.problems = tuple(problems)
        self._compiled = tuple(compiled)
        #: False when there is a rule for the EICAR text and it does not see it: then nothing else can be trusted.
        self.canary_ok = self._try_canary()

    def match(
        self, data: bytes | bytearray | memoryview, *, name: str, extension: str, mime: str, timeout: int
    ) -> list[RuleMatch]:
        """Return the rules that match ``data``, in the order of their files.

        ``timeout`` is in seconds, at least 1. Raises RuleTimeout when it passes, RuleFailure when a rule fails.
        """
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
        return [_to_match(match) for match in found]

    def _try_canary(self) -> bool:
        if not any(rule.meta.get("id") == _CANARY_ID for compiled in self._compiled for rule in compiled):
            return True
        try:
            matches = self.match(_CANARY, name="eicar.com", extension="com", mime="text/plain", timeout=10)
        except RuleFailure:
            return False
        return any(match.id == _CANARY_ID for match in matches)


def load_rules(folders: Sequence[Path]) -> RuleSet:
    """Return the rules of all ``*.yar`` and ``*.yara`` files in the folders, subfolders included.

    Never raises for what stands in a file: a file that does not compile, or holds a rule without its metadata, is
    set aside as a whole with the reason in ``problems``, and the others go on matching.
    """
    files, problems = _read(folders)
    taken: dict[str, _File] = {}
    good: list[tuple[_File, Any]] = []
    for file in files:
        compiled, problem = _compile_alone(file, taken)
        if problem:
            problems.append(problem)
        else:
            good.append((file, compiled))
    count = sum(not rule.is_private for _, compiled in good for rule in compiled)
    return RuleSet(_digest(files), _compile_together(good), count, problems)


def rules_digest(folders: Sequence[Path]) -> str:
    """Return the digest that the rule set of these folders has now, without compiling anything."""
    return _digest(_read(folders)[0])


def _read(folders: Sequence[Path]) -> tuple[list[_File], list[RuleProblem]]:
    files: list[_File] = []
    problems: list[RuleProblem] = []
    for number, folder in enumerate(folders):
        if not folder.is_dir():
            problems.append(RuleProblem(folder, "", "there is no such folder"))
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            # Hidden folders are other people's bookkeeping: git's, or the copies behind a mounted ConfigMap.
            if path.suffix not in _SUFFIXES or any(part.startswith(".") for part in inside.parts):
                continue
            try:
                files.append(_File(path, f"{number}/{inside.as_posix()}", path.read_bytes()))
            except OSError as error:
                problems.append(RuleProblem(path, "", f"cannot be read: {error.strerror}"))
    return files, problems


def _digest(files: Iterable[_File]) -> str:
    """Hash of names and contents, each with its length before it so that neither can pass for the other."""
    digest = hashlib.sha256()
    for file in files:
        name = file.name.encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s%d:" % (len(name), name, len(file.content)))
        digest.update(file.content)
    return digest.hexdigest()


def _compile_alone(file: _File, taken: dict[str, _File]) -> tuple[Any, RuleProblem | None]:
    """Return the compiled file, or why it is set aside. ``taken`` holds the ids in use; those of the file join it."""
    try:
        source = file.content.decode("utf-8-sig")
        compiled = yara.compile(source=source, includes=False, externals=_EXTERNALS)
    except UnicodeDecodeError:
        return None, RuleProblem(file.path, "", "is not written in UTF-8")
    except (yara.Error, ValueError) as error:
        return None, RuleProblem(file.path, "", printable(str(error), 500))
    ids: dict[str, _File] = {}
    for rule in compiled:
        if rule.is_private:
            continue
        reason = _metadata_problem(rule.meta) or _taken_problem(rule.meta["id"], {**taken, **ids})
        if reason:
            return None, RuleProblem(file.path, rule.identifier, f"line {_line(source, rule.identifier)}: {reason}")
        ids[rule.meta["id"]] = file
    taken.update(ids)
    return compiled, None


def _metadata_problem(meta: dict[str, Any]) -> str:
    """Return what is wrong with the metadata of a rule; empty when nothing is."""
    missing = [key for key in REQUIRED if not isinstance(meta.get(key), str) or not meta[key].strip()]
    if missing:
        return f"metadata is missing or is no text: {', '.join(missing)}"
    if not _ID.match(meta["id"]):
        return "the id may hold small letters, digits, '.', '_' and '-' (at most 64)"
    if meta["severity"] not in SEVERITIES:
        return f"the severity must be one of {', '.join(SEVERITIES)}"
    if not _DATE.match(meta["date"]):
        return "the date must look like 2026-01-31"
    if meta.get("confidence", Confidence.HIGH) not in tuple(Confidence):
        return f"the confidence must be one of {', '.join(Confidence)}"
    if "technique" in meta and not _TECHNIQUE.match(str(meta["technique"])):
        return "the technique must look like T1566 or T1566.001"
    return ""


def _taken_problem(rule_id: str, taken: dict[str, _File]) -> str:
    return f"the id {rule_id} is taken by {taken[rule_id].path}" if rule_id in taken else ""


def _line(source: str, rule: str) -> int:
    """Return the line on which a rule begins; 1 when its declaration is spread over several."""
    declared = re.search(rf"^[^\n]*\brule\s+{re.escape(rule)}\b", source, re.M)
    return source.count("\n", 0, declared.start()) + 1 if declared else 1


def _compile_together(good: Sequence[tuple[_File, Any]]) -> list[Any]:
    """Return one rule set of all files, a namespace each; the files by themselves where they do not fit together."""
    if len(good) <= 1:
        return [compiled for _, compiled in good]
    sources = {file.name: file.content.decode("utf-8-sig") for file, _ in good}
    try:
        return [yara.compile(sources=sources, includes=False, externals=_EXTERNALS)]
    except yara.Error:
        return [compiled for _, compiled in good]


def _external(value: str) -> str:
    """Return a text that libyara takes whole: it ends at a zero and knows no lone surrogates."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _ignore(kind: int, message: Any) -> int:
    """Take note of nothing: a string that matches a million times is no news, and the scan goes on."""
    return int(yara.CALLBACK_CONTINUE)


def _to_match(match: Any) -> RuleMatch:
    meta = match.meta
    return RuleMatch(
        rule=match.rule,
        id=meta["id"],
        title=printable(meta["title"]),
        severity=Severity(meta["severity"]),
        reference=meta["reference"],
        evidence=_evidence(match),
        confidence=Confidence(meta.get("confidence", Confidence.HIGH)),
        technique=meta.get("technique", ""),
    )


def _evidence(match: Any) -> str:
    """Return what the first string of the rule that was seen looks like; empty for a rule about names alone."""
    for string in match.strings:
        for instance in string.instances[:1]:
            data: bytes = instance.plaintext() if string.is_xor() else instance.matched_data
            # Wide strings are ASCII with a zero between the letters.
            return printable(data[::2] if len(data) > 3 and not any(data[1::2]) else data)
    return ""
