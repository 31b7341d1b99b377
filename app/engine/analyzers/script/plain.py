"""Scripts written out plainly: what is put together at run time from pieces, codes and reversed text is put together.

No script is run. Only what can be told from the text alone is replaced: neighbouring literals, character codes,
escapes, reversals, replacements, format strings, names that were given a literal. The result is for reading (rules,
findings, people), so it need not be a valid script.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

#: Rounds of replacement: pieces inside pieces. Every one costs the text once.
_ROUNDS = 4
#: Characters of a script up to which names are followed: longer ones are libraries, or carry a file.
MOST_NAMED = 256 * 1024
#: The longest value that is put in the place of a name.
_LONGEST_VALUE = 2_000
#: Characters that replacements may add to a text, so that a name in a name in a name cannot fill the memory.
_MOST_ADDED = 1_000_000

#: Back-ticks that change nothing: not those of line ends, tabs and the like.
_TICKS = re.compile(r"`(?=[c-dg-mo-qsw-zA-Z(){}.\-])")
_JOIN = re.compile(r"""["'][ \t\r\n]{0,40}[+&][ \t\r\n]{0,40}(?:_[ \t]{0,8}\r?\n[ \t]{0,40})?["']""")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u\{?00([0-9a-fA-F]{2})\}?)")
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){4,2000}")
_SUM = r"\(?\s{0,4}(-?(?:0x|&h)?[0-9a-f]{1,6})\s{0,4}(?:([-+*/^]|xor)\s{0,4}((?:0x|&h)?[0-9a-f]{1,6})\s{0,4})?\)?"
_CHARACTER = re.compile(r"(?:\bchrw?\$?|\[char\])\s{0,4}" + _SUM, re.I)
_CODES = re.compile(r"fromcharcode\s{0,4}\(((?:\s{0,4}(?:0x)?[0-9a-f]{1,5}\s{0,4},?){1,4000})\)", re.I)
_LITERAL = r"""(["'])([^"'\r\n]{1,%d})\%d"""
_REVERSED = (
    re.compile(r"\bstrreverse\s{0,4}\(\s{0,4}" + _LITERAL % (100_000, 1) + r"\s{0,4}\)", re.I),
    re.compile(
        _LITERAL % (100_000, 1) + r"""\)?\.split\(\s{0,4}["']{2}\s{0,4}\)\.reverse\(\)\.join\(\s{0,4}["']{2}\s{0,4}\)"""
    ),
    re.compile(_LITERAL % (100_000, 1) + r"\s{0,4}\)?\[\s{0,4}::\s{0,4}-1\s{0,4}\]"),
    re.compile(
        r"-join\s{0,4}\(?\s{0,4}" + _LITERAL % (100_000, 1) + r"\s{0,4}\)?\[\s{0,4}-1\s{0,4}\.\.[^\]\r\n]{1,80}\]\)?",
        re.I,
    ),
    re.compile(
        _LITERAL % (100_000, 1) + r"""\s{0,4}\)?\[\s{0,4}-1\s{0,4}\.\.[^\]\r\n]{1,80}\]\s{0,4}-join\s{0,4}["']{2}""",
        re.I,
    ),
)
_SUBSTITUTED = (
    # 'text'.replace('a', 'b') of PowerShell, Python and JavaScript, and 'text' -replace 'a', 'b'
    re.compile(
        _LITERAL % (100_000, 1) + r"""\s{0,4}\)?\s{0,4}(?:\.\s{0,4}replace\s{0,4}\(|-[ci]?replace\b)\s{0,4}\(?"""
        r"""(?:/([^/\r\n]{1,40})/\w{0,3}|(["'])([^"'\r\n]{1,200})"""
        r"""\4)\s{0,4},?\s{0,4}(?:(["'])([^"'\r\n]{0,200})\6)?\s{0,4}\)?""",
        re.I,
    ),
    # Replace("text", "a", "b") of VBScript
    re.compile(
        r"\breplace\s{0,4}\(\s{0,4}" + _LITERAL % (100_000, 1) + r"""\s{0,4},\s{0,4}()(["'])([^"'\r\n]{1,200})\4"""
        r"""\s{0,4},\s{0,4}(["'])([^"'\r\n]{0,200})\6\s{0,4}\)""",
        re.I,
    ),
)
_FORMATTED = re.compile(
    r"""["']((?:[^"'{}\r\n]{0,40}\{\d{1,3}\}){1,200}[^"'{}\r\n]{0,40})["']\s{0,4}\)?\s{0,4}-f\s{0,4}\(?"""
    r"""((?:\s{0,4}["'][^"'\r\n]{0,200}["']\s{0,4},?){1,200})""",
    re.I,
)
_ITEM = re.compile(r"""["']([^"'\r\n]{0,200})["']""")
_SLOT = re.compile(r"\{(\d{1,3})\}")
_ASSIGNED = re.compile(
    r"""(?<![\w.$])(\$?(?:script:|global:)?[A-Za-z_]"""
    r"""\w{0,60})[ \t]{0,8}(\+)?=[ \t]{0,8}\(?(?:(["'])([^"'\r\n]{0,2000})\3|\[\])"""
    r"[ \t]{0,8}\)?[ \t]{0,8}(?=[;,\r\n:)]|$)"
)
#: A name beside an operator that puts texts together, or before a method that changes a text.
_NAMED = re.compile(
    r"(?<![\w.$\"'])(\$?[A-Za-z_]\w{0,60})(?=[ \t]{0,8}(?:[+&](?![+=&])|\)?\.(?:replace|split)\(|-replace))"
    r"|(?<=[+&] )(\$?[A-Za-z_]\w{0,60})(?![\w(.\[\"'])|(?<=[+&])(\$?[A-Za-z_]\w{0,60})(?![\w(.\[\"'])"
    r"|(?<=\()(\$?[A-Za-z_]\w{0,60})(?=[ \t]{0,4}[,)])"
    r'|"(\$[A-Za-z_]\w{0,60})"',
    re.I,
)


@dataclass(frozen=True, slots=True)
class Plain:
    """A script written out: its text, and how many disguised pieces (codes, reversals, formats) were in it."""

    text: str
    pieces: int
    #: Whether it would have become longer than what is read.
    cut: bool = False


def written_out(text: str, *, powershell: bool = True) -> Plain:
    """Return ``text`` with what its literals make at run time; ``powershell`` when back-ticks are escapes in it."""
    pieces = 0
    if powershell and "`" in text:
        text, pieces = _TICKS.subn("", text)
    text, count = _ESCAPE.subn(_unescaped, text)
    pieces += count // 4
    for _ in range(_ROUNDS):
        before = text
        text, count = _round(text)
        pieces += count
        if text == before:
            break
    return Plain(text, pieces)


def _round(text: str) -> tuple[str, int]:
    """Put together what is next to each other now, and say how many disguised pieces that were."""
    lower = text.lower()
    pieces = 0
    for needles, pattern, replacement in _STEPS:
        if any(needle in lower for needle in needles):
            text, count = pattern.subn(replacement, text)
            pieces += count
    # Literals beside each other and names are ordinary: people break long lines.
    return _JOIN.sub("", _names(text) if len(text) <= MOST_NAMED else text), pieces


def _names(text: str) -> str:
    """Put the literal that a name was given in its place where texts are put together; later values win."""
    values: dict[str, str] = {}
    for match in _ASSIGNED.finditer(text):
        name, literal = match.group(1).lower(), match.group(4) or ""
        if match.group(2):
            literal = values.get(name, "") + literal
        if len(literal) <= _LONGEST_VALUE:
            values[name] = literal
    room = _MOST_ADDED if values else 0

    def value(match: re.Match[str]) -> str:
        nonlocal room
        literal = values.get(next(filter(None, match.groups())).lower())
        if literal is None or len(literal) > room:
            return match.group()
        room -= len(literal)
        return f'"{literal}"'

    return _NAMED.sub(value, text) if values else text


def _unescaped(match: re.Match[str]) -> str:
    code = int(match.group(1) or match.group(2), 16)
    return chr(code) if 0x20 <= code < 0x7F and code != 0x22 else match.group()


def _percent(match: re.Match[str]) -> str:
    return bytes.fromhex(match.group().replace("%", "")).decode("latin-1")


def _number(text: str) -> int:
    """Return the number that a literal of any of the languages is; raise ``ValueError`` when it is none."""
    text = text.lower()
    for mark in ("0x", "&h"):
        if text.startswith(mark):
            return int(text[2:], 16)
    return int(text)


def _character(match: re.Match[str]) -> str:
    try:
        first = _number(match.group(1))
        second = _number(match.group(3)) if match.group(3) else 0
    except ValueError:
        return match.group()
    code = _OPERATIONS[(match.group(2) or "+").lower()](first, second)
    return f'"{chr(code)}"' if 0x20 <= code < 0x7F and code != 0x22 else '" "' if code in (9, 10, 13) else match.group()


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b if b else 0,
    "^": lambda a, b: a ^ b,
    "xor": lambda a, b: a ^ b,
}


def _codes(match: re.Match[str]) -> str:
    try:
        numbers = [_number(item.strip()) for item in match.group(1).split(",") if item.strip()]
    except ValueError:
        return match.group()
    return '"' + "".join(chr(number) for number in numbers if 0x20 <= number < 0x7F) + '"'


def _reversed(match: re.Match[str]) -> str:
    return f'"{match.group(2)[::-1]}"'


def _substituted(match: re.Match[str]) -> str:
    old = (match.group(3) or match.group(5) or "").replace("\\", "")
    return f'"{match.group(2).replace(old, match.group(7) or "")}"' if old else match.group()


def _formatted(match: re.Match[str]) -> str:
    items = _ITEM.findall(match.group(2))
    return '"' + _SLOT.sub(lambda slot: items[int(slot[1])] if int(slot[1]) < len(items) else "", match.group(1)) + '"'


#: Words one of which stands in every text that a replacement changes, the pattern, and what it becomes.
_STEPS: tuple[tuple[tuple[str, ...], re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (("chr", "[char]"), _CHARACTER, _character),
    (("fromcharcode",), _CODES, _codes),
    (("unescape", "decodeuri"), _PERCENT, _percent),
    (("-f",), _FORMATTED, _formatted),
    (("strreverse",), _REVERSED[0], _reversed),
    (("reverse",), _REVERSED[1], _reversed),
    (("-1",), _REVERSED[2], _reversed),
    (("-join",), _REVERSED[3], _reversed),
    (("-join",), _REVERSED[4], _reversed),
    (("replace",), _SUBSTITUTED[0], _substituted),
    (("replace",), _SUBSTITUTED[1], _substituted),
)
