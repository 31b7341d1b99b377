"""What rules cost: processor time on a mix of contents, held against a rule that looks for one plain word.

Times differ from machine to machine and from minute to minute, so they are only compared with each other: a factor of
10 means that the rule takes ten times as long as the plain one does over the same bytes. The mix holds ordinary
contents, and text full of the very words that the rule looks for, because that is where slow ones are slow: each word
begins a search, and what stands between two words in the pattern decides how long it lasts.
"""

from __future__ import annotations

import math
import random
import re
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yara

from app.engine.rules import EXTERNALS, read_rule_files

#: Times as slow as one plain word from which a rule is called slow. A careful pattern stays below 100.
SLOW_FACTOR = 300.0
#: Bytes of each content of the mix.
_SIZE = 64 * 1024
#: Bytes for which each of a file's own words is repeated, and how many words are taken.
_WORD_BYTES = 2048
_WORDS = 300
#: Words that are measured each by itself.
_HOTTEST = 3
#: Times that a measurement is made which matters; the best counts, because other work can only add.
_ROUNDS = 3
#: Seconds for one pass over one content; what takes longer is slow beyond measuring.
_TIMEOUT = 5
_PLAIN = 'rule plain { strings: $word = "QzXwVvJk" condition: $word }'
_RULE = re.compile(r"^(?:(private|global)[ \t]+)*(?:(?:private|global)[ \t]+)?rule[ \t]+(\w+)", re.M)
_IMPORT = re.compile(r'^import[ \t]+"\w+"', re.M)
_STRING = re.compile(r"""=\s*(?:"((?:\\.|[^"\\\n])*)"|/((?:\\.|[^/\\\n])+)/)""")
_WORD = re.compile(r"(?<!\\)[A-Za-z]{3,}")
#: A word with the signs beside it, once the backslashes before them are gone.
_TOKEN = re.compile(r"[-/<.@%]?[A-Za-z]{2,}[:(=.]?")
_ESCAPED = re.compile(r"\\([^\w\s])")
_PROSE = (
    "Dear team, the invoice of last month is attached. Please open the document, check the amount and send it back "
    "before Friday; if the password does not work, call us. Your files are in the shared folder of the department.\n"
)
_PAGE = (
    '<div class="row"><a href="https://www.example.com/a?b=1" onclick="return open(this)">Click here to view</a>'
    '<form action="/login" method="post"><input type="text" name="user"><input type="password"></form></div>\n'
)
_SCRIPT = (
    "function load(name) { var a = document.createElement('script'); a.src = window.location.href + name; }\r\n"
    'Set shell = CreateObject("WScript.Shell")\r\nshell.Run "notepad.exe", 1, True\r\n$x = Get-Item C:\\Users\r\n'
)


@dataclass(frozen=True, slots=True)
class RuleCost:
    """What one file of rules costs, or one rule of it.

    rule      name in the file; empty for the file as a whole
    factor    times as long as a rule of one plain word takes; infinite where it did not end within seconds
    material  the content of the mix on which it is slowest
    """

    path: Path
    rule: str
    factor: float
    material: str

    @property
    def slow(self) -> bool:
        """Whether somebody should look at it."""
        return self.factor >= SLOW_FACTOR


@dataclass(frozen=True, slots=True)
class _Material:
    name: str
    content: bytes
    extension: str
    mime: str


def measure_files(folders: Sequence[Path]) -> Iterator[RuleCost]:
    """Yield what each file costs that compiles, and after a slow one what each of its rules costs that can be told.

    Takes some milliseconds a file, and seconds where one is very slow.
    """
    for file in read_rule_files(folders)[0]:
        source = file.content.decode("utf-8-sig", "replace")
        cost = _measure(file.path, "", source, source)
        if cost is None:
            continue
        yield cost
        if cost.slow:
            yield from measure_rules(file.path, source)


def measure_rules(path: Path, source: str) -> Iterator[RuleCost]:
    """Yield what each rule of a file costs by itself; none for a rule that does not compile without its neighbours."""
    for name, text in rules_apart(source).items():
        cost = _measure(path, name, text, source)
        if cost is not None:
            yield cost


def rules_apart(source: str) -> dict[str, str]:
    """Return each rule that is not private as a source of its own, with the imports and the private rules it may need.

    Rules are told apart by their first line, so one that begins in the middle of a line goes unnoticed.
    """
    found = list(_RULE.finditer(source))
    ends = [match.start() for match in found[1:]] + [len(source)]
    parts = [(match[2], match[0], source[match.start() : end]) for match, end in zip(found, ends, strict=True)]
    shared = "\n".join(_IMPORT.findall(source)) + "\n"
    apart = {}
    for name, head, text in parts:
        if "private" in head.split("rule")[0] or "global" in head.split("rule")[0]:
            shared += text
        else:
            apart[name] = shared + text
    return apart


def _measure(path: Path, rule: str, source: str, whole: str) -> RuleCost | None:
    compiled = _compile(source)
    if compiled is None:
        return None
    costs = [(_factor(compiled, material), material.name) for material in (*_mix(), *_own(compiled, whole, source))]
    factor, material = max(costs)
    return RuleCost(path, rule, factor, material)


def _compile(source: str) -> Any:
    try:
        return yara.compile(source=source, includes=False, externals=EXTERNALS)
    except (yara.Error, ValueError):
        return None


def _factor(compiled: Any, material: _Material) -> float:
    plain = max(_plain_seconds(material), 1e-6)
    once = _seconds(compiled, material, 1) / plain
    # Most rules are far from slow, and need not be measured well.
    return once if once < SLOW_FACTOR / 2 else _seconds(compiled, material, _ROUNDS) / plain


def _seconds(compiled: Any, material: _Material, rounds: int) -> float:
    """Return the processor time of one pass, the best of a few; infinite when it fails or does not end."""
    externals = {"filename": f"a.{material.extension}", "extension": material.extension, "mime": material.mime}
    best = math.inf
    for _ in range(rounds):
        # Of this thread alone: others on the machine do not make a rule slow.
        started = time.thread_time()
        try:
            compiled.match(
                data=material.content, externals=externals, timeout=_TIMEOUT, fast=True, warnings_callback=_ignore
            )
        except yara.Error:
            return math.inf
        best = min(best, time.thread_time() - started)
        if best > 0.5:
            break
    return best


@lru_cache(maxsize=64)
def _plain_seconds(material: _Material) -> float:
    return _seconds(_plain(), material, _ROUNDS)


@cache
def _plain() -> Any:
    return yara.compile(source=_PLAIN, externals=EXTERNALS)


@cache
def _mix() -> tuple[_Material, ...]:
    noise = random.Random(0).randbytes(_SIZE)  # noqa: S311 -- the same every time, and no secret
    program = (b"MZ" + bytes(62) + noise[:900] + bytes(1024)) * (_SIZE // 1988)
    return (
        _Material("text", _filled(_PROSE), "txt", "text/plain"),
        _Material("page", _filled(_PAGE), "html", "text/html"),
        _Material("script", _filled(_SCRIPT), "js", "text/plain"),
        _Material("base64", b64encode(noise)[:_SIZE], "txt", "text/plain"),
        _Material("program", program, "exe", "application/vnd.microsoft.portable-executable"),
        _Material("zeros", bytes(_SIZE), "bin", "application/octet-stream"),
        _Material("noise", noise, "bin", "application/octet-stream"),
    )


def _own(compiled: Any, whole: str, source: str) -> tuple[_Material, ...]:
    """Return texts full of the words for which the rules look: each repeated without an end of line, and all in turn.

    ``whole`` is the file from which ``source`` was taken: it tells for which kind of file its rules are meant.
    """
    strings = " ".join(text or pattern for text, pattern in _STRING.findall(source))
    words = list(dict.fromkeys(_WORD.findall(strings)))[:_WORDS]
    if not words:
        return ()
    extension, mime = ("html", "text/html") if "html" in whole else ("bat", "text/plain")
    tokens = list(dict.fromkeys(_TOKEN.findall(_ESCAPED.sub(r"\1", strings))))[:_WORDS]
    repeated = "".join(f"{word} " * (_WORD_BYTES // (len(word) + 1)) for word in words)
    return (
        _Material("text full of its own words", repeated.encode(), extension, mime),
        *_hottest(compiled, words, extension, mime),
        _Material("its own words in turn", _filled(" ".join(words) + " "), extension, mime),
        _Material("its own words and signs in turn", _filled(" ".join(tokens) + " "), extension, mime),
    )


def _hottest(compiled: Any, words: list[str], extension: str, mime: str) -> list[_Material]:
    """Return texts of nothing but one word, for the words that look costliest over a little of them."""
    samples = {word: _Material("", (f"{word} " * 400)[:_WORD_BYTES].encode(), extension, mime) for word in words}
    took = {word: _seconds(compiled, sample, 1) for word, sample in samples.items()}
    hottest = sorted(words, key=lambda word: -took[word])[:_HOTTEST]
    return [_Material(f"the word {word} again and again", _filled(f"{word} "), extension, mime) for word in hottest]


def _filled(text: str) -> bytes:
    return (text * (_SIZE // len(text) + 1)).encode()[:_SIZE]


def _ignore(kind: int, message: Any) -> int:
    return int(yara.CALLBACK_CONTINUE)
