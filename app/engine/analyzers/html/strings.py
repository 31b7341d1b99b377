"""The strings that a script puts together before it decodes them, found without running it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.budget import Budget

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{?([0-9a-fA-F]{4})\}?|(/))")
_JOINS = tuple(re.compile(rf"{quote}\s{{0,40}}\+\s{{0,40}}{quote}") for quote in "\"'`")
_MEMBER = re.compile(r"""\[\s{0,3}["']([A-Za-z_]\w{1,60})["']\s{0,3}\]""")
_LITERAL = re.compile(
    r'"((?:[^"\\\n]++|\\[\s\S])*+)(?:["\n]|\\?\Z)'
    r"|'((?:[^'\\\n]++|\\[\s\S])*+)(?:['\n]|\\?\Z)"
    r"|`((?:[^`\\]++|\\[\s\S])*+)(?:`|\\?\Z)"
)
_RUN = re.compile(r"[A-Za-z0-9+/]{120,}+={0,2}")
#: Both begin with one fixed character: the search for it runs at the speed of memory. The name stands before it.
_GROWS = re.compile(r"""\+=\s{0,9}(?:"([^"\\\n]*+)"|'([^'\\\n]*+)'|`([^`\\]*+)`)""")
_IS = re.compile(r"""=\s{0,9}(?:"([^"\\\n]*+)"|'([^'\\\n]*+)'|`([^`\\]*+)`)""")
#: The name before such a place, read backwards.
_NAME = re.compile(r"\s{0,9}([\w$]{1,64}+)")
_SUM = re.compile(r"(?<![\w$.])[\w$]{1,64}+(?:\s{0,9}\+\s{0,9}[\w$]{1,64}+){1,400}+")
_LIST = re.compile(
    r"""\[\s{0,40}(?:"[^"\\\n]*+"|'[^'\\\n]*+')(?:\s{0,40},\s{0,40}(?:"[^"\\\n]*+"|'[^'\\\n]*+')){1,20000}+\s{0,40},?\s{0,40}\]"""
)
_ELEMENT = re.compile(r""""([^"]*+)"|'([^']*+)'""")
_REPLACE = re.compile(
    r"""\.(?:split\(\s{0,9}(?:"([^"]{1,20})"|'([^']{1,20})')\s{0,9}\)\s{0,9}\.\s{0,9}join"""
    r"""|replace(?:All)?\(\s{0,9}(?:"([^"]{1,20})"|'([^']{1,20})'|/([^/\\\n]{1,20})/g[im]{0,2})\s{0,9},)"""
    r"""\s{0,9}\(?\s{0,9}(?:"([^"]{0,20})"|'([^']{0,20})')"""
)
#: Without one of these nobody puts strings together to decode them.
_DECODES = (
    *("atob", "unescape", "fromCharCode", "decodeURI", "decrypt", "ase64", "Blob", "rite(", "eval(", "join(", "HTML"),
    *("location", "Function(", ".href", "charCodeAt", "parseInt"),
)
#: Characters of a string that may hold something; shorter ones are words.
_SHORTEST = 12
_OFTEN = 1_024
#: Ways of replacing that are tried for one script.
_MOST_WAYS = 20
#: Variables with a literal that are known by name.
_MOST_CONSTANTS = 2_000


def folded(code: str) -> str:
    """Return a script with its escapes read, its sums of literals joined, and ``a["b"]`` written as ``a.b``."""
    if "\\" in code:
        code = _ESCAPE.sub(_character, code)
    for join, quote in zip(_JOINS, "\"'`", strict=True):
        if quote in code and "+" in code:
            code = join.sub("", code)
    return _MEMBER.sub(_member, code) if "['" in code or '["' in code else code


def _member(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    return f".{match[1]}" if before.isalnum() or before in (")", "]", "_", "$") else match.group()


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return "/"
    text = chr(int(match[1] or match[2], 16))
    return f"\\{text}" if text in "\"'`\\\n" else text


def literals(code: str) -> Iterator[str]:
    """Yield the content of every string literal of a folded script, shortest ones included."""
    for match in _LITERAL.finditer(code):
        yield match[1] or match[2] or match[3] or ""


def strings(code: str, budget: Budget) -> Iterator[str]:
    """Yield what may hold something: literals, long runs, chains of ``+=``, lists to be joined, sums of constants."""
    for number, text in enumerate(literals(code)):
        if number % _OFTEN == 0:
            budget.charge_time()
        if len(text) >= _SHORTEST:
            yield text
    # Long runs that stand in no literal which could be told apart: a quote in a pattern misleads the reading of them.
    yield from (match.group() for match in _RUN.finditer(code))
    if not any(word in code for word in _DECODES):
        return
    yield from _chains(code)
    if "[" in code:
        for match in _LIST.finditer(code):
            yield "".join(element[1] or element[2] or "" for element in _ELEMENT.finditer(match.group()))
    yield from _sums(code)


def _chains(code: str) -> Iterator[str]:
    """Strings that grow statement by statement."""
    if "+=" not in code:
        return
    grown: dict[str, list[str]] = {}
    for name, text in _assigned(code, _GROWS):
        grown.setdefault(name, []).append(text)
    first = {name: text for name, text in _assigned(code, _IS) if name in grown}
    for name, parts in grown.items():
        if len(parts) > 1 or name in first:
            yield first.get(name, "") + "".join(parts)


def _sums(code: str) -> Iterator[str]:
    """Sums of variables that were each given a literal."""
    constants: dict[str, str] = {}
    for name, text in _assigned(code, _IS):
        if len(constants) < _MOST_CONSTANTS:
            constants.setdefault(name, text)
    if len(constants) < 2:
        return
    for match in _SUM.finditer(code):
        names = [name.strip() for name in match.group().split("+")]
        if all(name in constants for name in names):
            yield "".join(constants[name] for name in names)


def _assigned(code: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield (name, literal) for every variable that is given one, or to which one is added."""
    for match in pattern.finditer(code):
        name = _NAME.match(code[max(0, match.start() - 75) : match.start()][::-1])
        if name:
            yield name[1][::-1], match[1] or match[2] or match[3] or ""


def replacements(code: str) -> list[tuple[str, str]]:
    """Return what the script replaces in its strings by what: ``split("x").join("y")``, ``replace(/x/g, "y")``."""
    ways: dict[tuple[str, str], None] = {}
    for match in _REPLACE.finditer(code):
        old = match[1] or match[2] or match[3] or match[4] or match[5]
        ways.setdefault((old, match[6] or match[7] or ""))
        if len(ways) >= _MOST_WAYS:
            break
    return list(ways)
