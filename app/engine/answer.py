"""Reads what a child says about a file. A child may have been taken by the file, so nothing it says is believed
beyond what it may say: findings and links, in bounds. Identity of the file and verdict are not its business.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from app.engine.model import Confidence, Finding, Link, Report, Severity, Verdict
from app.engine.policy import Policy
from app.engine.printable import printable
from app.engine.verdict import judge

_ID = re.compile(r"[a-z0-9_.-]{1,80}\Z")
_TECHNIQUE = re.compile(r"(?:T[0-9]{4}(?:\.[0-9]{3})?)?\Z")
_MIME = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}\Z", re.ASCII)
#: Items; limits of the engine keep honest reports far below.
_FINDINGS, _LINKS, _REASONS, _WRAPPERS, _NODES = 20_000, 10_000, 50, 20, 1_000_000
#: Characters. A path may pass through 15 containers with names of 200.
_WHERE, _TITLE, _EVIDENCE, _URL, _NAME = 8_192, 300, 200, 16_384, 80
#: Characters of a text: no file is larger than this in bytes.
_CHARACTERS = 2**40

_Word = TypeVar("_Word", Confidence, Severity, Verdict)


class Malformed(Exception):
    """The answer is no report."""


def read_report(answer: bytes, *, sha256: str, size: int, ms: int, rules: str, policy: Policy) -> Report:
    """Return the report, with the identity, time and rules that the caller knows, and the verdict of ``policy``.

    Raises Malformed.
    """
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise Malformed("The answer is no JSON.") from error
    data = _mapping(data)
    findings = tuple(_finding(item) for item in _items(data, "findings", _FINDINGS))
    links = tuple(_link(item) for item in _items(data, "urls", _LINKS))
    return Report(
        sha256=sha256,
        size=size,
        type=_matching(data, "type", _MIME),
        verdict=judge(findings, policy, links),
        findings=findings,
        urls=links,
        ms=ms,
        rules=rules,
        nodes=_count(data, "nodes"),
    )


def _finding(item: Any) -> Finding:
    data = _mapping(item)
    return Finding(
        id=_matching(data, "id", _ID),
        severity=_one_of(Severity, data, "severity"),
        where=_shown(data, "where", _WHERE),
        title=_shown(data, "title", _TITLE),
        evidence=_shown(data, "evidence", _EVIDENCE),
        reference=_reference(data),
        confidence=_one_of(Confidence, data, "confidence"),
        technique=_matching(data, "technique", _TECHNIQUE),
    )


def _link(item: Any) -> Link:
    data = _mapping(item)
    return Link(
        raw=_shown(data, "raw", _URL),
        url=_shown(data, "url", _URL),
        where=_shown(data, "where", _WHERE),
        verdict=_one_of(Verdict, data, "verdict"),
        reasons=_words(data, "reasons", _REASONS, _TITLE),
        text=_shown(data, "text", _EVIDENCE),
        at=_offset(data, "at"),
        wrapped=_shown(data, "wrapped", _URL),
        via=_words(data, "via", _WRAPPERS, _NAME),
    )


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Malformed("An object was expected.")
    return value


def _items(data: dict[str, Any], key: str, most: int) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list) or len(value) > most:
        raise Malformed(f"{key} is no list of at most {most}.")
    return value


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise Malformed(f"{key} is no text.")
    return value


def _words(data: dict[str, Any], key: str, most: int, length: int) -> tuple[str, ...]:
    """Return a list of texts for people."""
    values = _items(data, key, most)
    if not all(isinstance(value, str) for value in values):
        raise Malformed(f"{key} holds something that is no text.")
    return tuple(printable(value, length) for value in values)


def _shown(data: dict[str, Any], key: str, most: int) -> str:
    """Return a text for people: nothing invisible in it, and no longer than it may be."""
    return printable(_text(data, key), most)


def _matching(data: dict[str, Any], key: str, pattern: re.Pattern[str]) -> str:
    value = _text(data, key)
    if not pattern.match(value):
        raise Malformed(f"{key} has an unknown form.")
    return value


def _one_of(kind: type[_Word], data: dict[str, Any], key: str) -> _Word:
    try:
        return kind(_text(data, key))
    except ValueError as error:
        raise Malformed(f"{key} is unknown.") from error


def _reference(data: dict[str, Any]) -> str:
    """Return a link to an explanation, which people may follow: a web address or nothing."""
    value = _shown(data, "reference", _TITLE)
    return value if value.startswith(("https://", "http://")) else ""


def _count(data: dict[str, Any], key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _NODES:
        raise Malformed(f"{key} is no number in its bounds.")
    return value


def _offset(data: dict[str, Any], key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not -1 <= value <= _CHARACTERS:
        raise Malformed(f"{key} is no place in a text.")
    return value
