"""Constant expressions of VBA worked out, as far as that needs no run: what a macro spells out piece by piece.

``Chr(112) & "ower" & StrReverse("llehs")`` is ``powershell``. Source is read once, from its first line to its last, and
variables keep the last constant they were given; what is not constant counts as empty, because the variables that
obfuscators scatter among the pieces are. Language: MS-VBAL 5.6 (expressions), 6.1.2 (functions).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from app.engine.budget import Budget

_CONTINUED = re.compile(r"[ \t]_[ \t]*\r?\n")
_TOKEN = re.compile(
    r'"(?P<text>(?:[^"\n]|"")*)"?|&H(?P<hex>[0-9A-F]{1,8})&?|(?P<number>\d{1,15})(?:\.\d{1,15})?[&%#!@]?'
    r"|(?P<name>[^\W\d]\w{0,254})\$?|(?P<end>'[^\n]*|[\n:])|(?P<mark>[^\s])",
    re.I,
)
#: Words that stand between expressions and belong to none.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        "if then else elseif call set let const public private dim as string static for to step next do while until "
        "loop select case is sub function end exit with return on error resume goto byval byref optional global long "
        "integer variant object new print write put get open close output input binary append random access redim",
    )
)
#: What functions of the language may be called by.
_LIBRARIES = frozenset({"vba", "vba7", "strings", "conversion", "interaction"})
_OPERATORS = {"&": 1, "+": 2, "-": 2, "mod": 3, "\\": 4, "*": 5, "/": 5, "xor": 0}
_CONSTANTS: dict[str, str | int] = {
    "vbnullstring": "", "vbcrlf": "\r\n", "vbnewline": "\r\n", "vblf": "\n", "vbcr": "\r", "vbtab": "\t",
    "vbnullchar": "\0", "true": -1, "false": 0, "empty": "", "vbhide": 0, "vbnormalfocus": 1,
}  # fmt: skip
#: Letters of one value; commands and scripts are shorter, and programs in base64 need no more than their beginning.
_LONGEST = 256 * 1024
#: Letters of source that are read; the largest projects of accountants have a few hundred thousand.
_MOST = 1024 * 1024
#: Expressions inside each other.
_DEEPEST = 40
#: Letters that are made per letter of source, and for the shortest of sources.
_WORK, _LEAST_WORK = 16, 4 * 1024 * 1024

#: None: not constant.
Value = str | int | list[object] | None


class Folded(NamedTuple):
    """What came out of the constant expressions, one a line, and whether all of them were worked out."""

    text: str
    whole: bool


class _Exhausted(Exception):
    """More is made than the source is worth."""


class _Pieces:
    """A variable that grows by pieces; put together when it is read."""

    def __init__(self, text: str) -> None:
        self._pieces = [text]
        self.length = len(text)
        self.made = False

    def append(self, piece: str) -> None:
        if self.length < _LONGEST:
            self._pieces.append(piece)
            self.length += len(piece)
            self.made = True

    def text(self) -> str:
        self._pieces = ["".join(self._pieces)]
        return self._pieces[0]


def folded(source: str, budget: Budget) -> Folded:
    """Return what the constant expressions of ``source`` come to; those that are one literal are left out."""
    reader = _Reader(source[:_MOST], budget)
    whole = len(source) <= _MOST
    try:
        reader.run()
    except _Exhausted:
        whole = False
    return Folded("\n".join(reader.results()), whole)


class _Token(NamedTuple):
    kind: str
    value: str


def _tokens(source: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(_CONTINUED.sub(" ", source)):
        kind = match.lastgroup or "mark"
        if kind == "text" or match.group().startswith('"'):
            yield _Token("text", (match["text"] or "").replace('""', '"'))
        elif kind == "hex":
            yield _Token("number", str(_signed(int(match["hex"], 16), len(match["hex"]))))
        elif kind == "name" and match["name"].lower() == "rem":
            yield _Token("word", "rem")
        elif kind == "name" and match["name"].lower() in _WORDS:
            yield _Token("word", match["name"].lower())
        else:
            yield _Token(kind, match[kind])


def _signed(value: int, digits: int) -> int:
    """Hexadecimal literals of four digits are 16-bit numbers with a sign."""
    return value - 0x10000 if digits == 4 and value > 0x7FFF else value


class _Reader:
    """Reads statement by statement and keeps what was found out."""

    def __init__(self, source: str, budget: Budget) -> None:
        self._budget = budget
        self._left = _WORK * len(source) + _LEAST_WORK
        self._source = source
        self._line: list[_Token] = []
        self._at = 0
        self._made = False
        self._depth = 0
        self._variables: dict[str, _Pieces | int | list[object]] = {}
        self._found: dict[str, None] = {}

    def results(self) -> Iterator[str]:
        """Yield every text that was put together, in the order in which that was seen."""
        yield from self._found
        for value in self._variables.values():
            if isinstance(value, _Pieces) and value.made:
                yield value.text()

    def run(self) -> None:
        line: list[_Token] = []
        for count, token in enumerate(_tokens(self._source)):
            if count % 4096 == 0:
                self._budget.charge_time()
            if token.kind == "end":
                self._statement(line)
                line = []
            else:
                line.append(token)
        self._statement(line)

    def _statement(self, line: list[_Token]) -> None:
        self._line, self._at = line, 0
        if not line or line[0] == _Token("word", "rem"):
            return
        while line[self._at].kind == "word" and self._at + 1 < len(line):
            self._at += 1
        name = self._assigned()
        if name:
            self._assign(name)
        while self._at < len(self._line):
            before = self._at
            self._keep(self._expression())
            if self._at == before:
                self._at += 1

    def _assigned(self) -> str:
        """Return the name that the statement gives a value, standing behind the ``=``; empty when it gives none."""
        line, at = self._line, self._at
        if line[at].kind != "name":
            return ""
        end = at + 1
        if end < len(line) and line[end] == _Token("word", "as"):
            end += 2
        if end < len(line) and line[end] == _Token("mark", "="):
            self._at = end + 1
            return line[at].value.lower()
        return ""

    def _assign(self, name: str) -> None:
        line, old = self._line, self._variables.get(name)
        grows = (
            isinstance(old, _Pieces)
            and self._at + 1 < len(line)
            and line[self._at].value.lower() == name
            and line[self._at + 1].value in ("&", "+")
        )
        self._at += 2 if grows else 0
        value = self._expression(made=False)
        if grows and isinstance(old, _Pieces):
            if isinstance(value, str | int):
                old.append(self._spent(str(value)))
            return
        if isinstance(old, _Pieces) and old.made:
            self._found.setdefault(old.text())
        if isinstance(value, str):
            pieces = _Pieces(value)
            pieces.made = self._made
            self._variables[name] = pieces
        elif value is None:
            self._variables.pop(name, None)
        else:
            self._variables[name] = value

    def _keep(self, value: Value) -> None:
        if self._made and isinstance(value, str) and len(value) > 2:
            self._found.setdefault(value)

    def _spent(self, text: str) -> str:
        self._left -= len(text)
        if self._left < 0:
            raise _Exhausted
        return text[:_LONGEST]

    def _peek(self) -> _Token | None:
        return self._line[self._at] if self._at < len(self._line) else None

    def _expression(self, least: int = 0, *, made: bool = False) -> Value:
        """Return the value of the expression at hand; sets whether anything was put together."""
        if least == 0:
            self._made = made
        left = self._operand()
        while (token := self._peek()) is not None:
            strength = _OPERATORS.get(token.value.lower(), -1) if token.kind in ("mark", "name") else -1
            if strength < least:
                break
            self._at += 1
            left = self._joined(token.value.lower(), left, self._expression(strength + 1))
        return left

    def _joined(self, operator: str, left: Value, right: Value) -> Value:
        if operator == "&" or (operator == "+" and (isinstance(left, str) or isinstance(right, str))):
            if isinstance(left, list) or isinstance(right, list) or (left is None and right is None):
                return None
            self._made = True
            return self._spent(("" if left is None else str(left)) + ("" if right is None else str(right)))
        if not (isinstance(left, int) and isinstance(right, int)):
            return None
        return _calculated(operator, left, right)

    def _operand(self) -> Value:
        token = self._peek()
        if token is None or self._depth > _DEEPEST:
            return None
        self._at += 1
        if self._at % 4096 == 0:
            self._budget.charge_time()
        if token.kind == "text":
            return token.value
        if token.kind == "number":
            return int(token.value)
        if token.value == "-":
            self._depth += 1
            value = self._operand()
            self._depth -= 1
            return -value if isinstance(value, int) else None
        if token.value == "(":
            return (self._arguments() or [None])[-1]
        if token.kind == "name":
            return self._named(token.value.lower())
        return None

    def _arguments(self) -> list[Value]:
        """Return the values up to the closing bracket, which is passed."""
        values: list[Value] = []
        self._depth += 1
        made = self._made
        while (token := self._peek()) is not None and token.value != ")":
            before = self._at
            value = self._expression()
            self._keep(value)
            made = made or self._made
            values.append(value)
            after = self._peek()
            if self._at == before or (after is not None and after.value == ","):
                self._at += 1
        self._at += 1
        self._depth -= 1
        self._made = made
        return values

    def _named(self, name: str) -> Value:
        token = self._peek()
        if token is not None and token.value == ".":
            return self._member(name)
        if token is not None and token.value == "(" and name not in self._variables:
            self._at += 1
            values = self._arguments()
            function = _FUNCTIONS.get(name)
            if function is None:
                return None
            self._made = True
            try:
                result = function(*values)
            except (TypeError, ValueError, AttributeError, IndexError, OverflowError, ZeroDivisionError):
                return None
            return self._spent(result) if isinstance(result, str) else result
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        value = self._variables.get(name)
        if isinstance(value, _Pieces):
            self._made = self._made or value.made
            return self._spent(value.text())
        return value

    def _member(self, name: str) -> Value:
        """A member of an object: ``VBA.Chr`` and ``Strings.Chr`` are the functions, others are not constant."""
        while (token := self._peek()) is not None and token.value in (".", "("):
            self._at += 1
            if token.value == "(":
                self._arguments()
                continue
            following = self._peek()
            if following is None or following.kind not in ("name", "word"):
                return None
            self._at += 1
            if name in _LIBRARIES:
                return self._named(following.value.lower())
            name = ""
        return None


def _calculated(operator: str, left: int, right: int) -> Value:
    if abs(left) > 1 << 63 or abs(right) > 1 << 63:
        return None
    if operator in ("mod", "\\", "/"):
        if not right:
            return None
        return left % right if operator == "mod" else left // right
    return {"+": left + right, "-": left - right, "*": left * right, "xor": left ^ right}[operator]


def _text(value: Value) -> str:
    if value is None or isinstance(value, list):
        raise ValueError
    return str(value)


def _number(value: Value) -> int:
    if isinstance(value, int):
        return value
    text = _text(value).strip()
    return int(text[2:], 16) if text[:2].lower() == "&h" else int(text)


def _replaced(text: Value, old: Value, new: Value = "", *_: Value) -> str:
    wanted, given = _text(old), _text(new)
    if not wanted or len(given) > len(wanted) + 64:
        raise ValueError
    return _text(text).replace(wanted, given)


def _middle(text: Value, start: Value, length: Value = _LONGEST) -> str:
    first = _number(start) - 1
    if first < 0:
        raise ValueError
    return _text(text)[first : first + max(_number(length), 0)]


def _joined_list(values: Value, between: Value = " ") -> str:
    if not isinstance(values, list) or len(values) * len(_text(between)) > _LONGEST:
        raise ValueError
    return _text(between).join("" if value is None else str(value) for value in values)


def _split(text: Value, between: Value = " ", *_: Value) -> list[object]:
    return list(_text(text).split(_text(between) or None))


#: Functions of the language that attackers spell with, by name in small letters.
_FUNCTIONS: dict[str, Callable[..., Value]] = {
    **dict.fromkeys(("chr", "chrw", "chrb"), lambda code: chr(_number(code) & 0xFFFF)),
    **dict.fromkeys(("asc", "ascw", "ascb"), lambda text: ord(_text(text)[0])),
    "strreverse": lambda text: _text(text)[::-1],
    "replace": _replaced,
    "lcase": lambda text: _text(text).lower(),
    "ucase": lambda text: _text(text).upper(),
    **dict.fromkeys(("trim", "ltrim", "rtrim"), lambda text: _text(text).strip(" ")),
    **dict.fromkeys(("mid", "midb"), _middle),
    "left": lambda text, length: _text(text)[: max(_number(length), 0)],
    "right": lambda text, length: _text(text)[-_number(length) :] if _number(length) > 0 else "",
    **dict.fromkeys(("cstr", "str", "cvar"), _text),
    **dict.fromkeys(("clng", "cint", "cbyte", "val", "int", "fix", "abs"), _number),
    "hex": lambda number: f"{_number(number) & 0xFFFFFFFF:X}",
    "len": lambda text: len(_text(text)),
    "space": lambda count: " " * min(_number(count), 1024),
    "string": lambda count, text: (
        (text if isinstance(text, str) else chr(_number(text)))[:1] * min(_number(count), 1024)
    ),
    "array": lambda *values: list(values),
    "join": _joined_list,
    "split": _split,
    "environ": lambda name: f"%{_text(name)}%",
}
