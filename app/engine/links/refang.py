"""Read one address that begins at a given place, in all the ways in which people break addresses and mean them."""

from __future__ import annotations

import re
from typing import NamedTuple

from app.engine.links import domains

#: ``http`` as such, with other letters in the middle (hxxp, h**p), or with blanks between; in small letters.
SCHEME = re.compile(
    r"h ?(?:t ?t|x ?x|\*\*|__|t ?x|x ?t|z ?z) ?p( ?s)?"
    # The colon and the slashes: bracketed, apart, turned round, escaped for JSON or for a query.
    r"(?: {0,2}[\[({\])}]?(?::|%3a|(?=//\w))[\])}]? {0,2}[\[({]?(?:(?:\\/|/|\\|%2f)[\])}]? ?){1,6})"
)
#: What ends every address that stands in a text.
_STOPS = (
    '\\s<>"`|^\x00-\x20\x7f\u00ab\u00bb\u2018-\u201f\u2028-\u202f\u2039\u203a\u3000\u3008-\u3011\u3014-\u301b'
    "\uff08\uff09\uff3b\uff3d\uff5b\uff5d\uff5c\uff5f-\uff63"
)
#: Punctuation of scripts that write without blanks, which ends an address in them.
_WIDE_STOPS = "\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u061b\u061f\u060c\u0964"
BODY = re.compile(f"[^{_STOPS}]+")
_BODY_WIDE = re.compile(f"[^{_STOPS}{_WIDE_STOPS}]+")
_LABEL = re.compile(rf"(?:[^{_STOPS}{_WIDE_STOPS}./\\?#:'()\[\]{{}}@,;!*&=+$~\u2026\u2014\uff0e\uff61]|\[-\]){{1,255}}")
#: Dots that nobody writes by accident.
_DOT = re.compile(
    r"\.(?![.\s\[\](){}])|\s?[\[({<]{1,2}\s?(?:[.,\u3002\uff0e]|d[o0]t|punkt|punto)\s?[\])}>]{1,2}\s?"
    r"|[\[\](){}]\.[\[\](){}]?(?=\w)|\.[\[\](){}](?=\w)|\\\.",
    re.I,
)
#: Dots that may as well be the end of a sentence.
_WEAK_DOT = re.compile(r"[\u3002\uff0e\uff61]|\s?\.\s|\s\.|\sdot\s|_dot_", re.I)
_IPV6 = re.compile(r"\[[0-9a-f:.]{2,60}(?:%[\w%-]{1,20})?\]", re.I)
_USERINFO = re.compile(r"[^\s/\\?#@<>\"\[\]]{0,256}@")
_PORT = re.compile(r"(?::|\[:\]|\(:\))(\d{1,6})(?!\d)")
_REST = re.compile(r"\[/\]|[/\\?#]")
_MOST_LABELS = 40
_MOST_WEAK = 6
#: Characters of one address that are read.
_LONGEST = 4_096
_NEXT = re.compile(r"[,;)\]}(|]{0,3}h(?:tt|xx)ps?:(?://|\\\\)", re.I)
#: An address inside of another one; gateways put underscores around it.
_QUERY_BEFORE = frozenset("=/?&#%_")
#: A part of a path in plain letters that runs into a script without blanks: the sentence goes on there.
_RUN_ON = re.compile(r"/[!-.0->@-~]{0,2000}[a-zA-Z0-9](?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")
_TRAILING = frozenset(".,;:!?'*_~&#\\…—–" + "\u3001\u3002\uff0c\uff1b\uff1a\uff01\uff1f\u061b\u061f\u060c\u0964\u00b7")
_OPENED = {")": "(", "]": "[", "}": "{"}
_BRACKETS = re.compile(r"[()\[\]{}]")
#: A sign of HTML that was copied along, at the end (GitHub Flavored Markdown, extended autolink path validation).
_ENTITY = re.compile(r"&[a-zA-Z][a-zA-Z0-9]{1,31};\Z")


class Host(NamedTuple):
    """A host as it was read.

    ``meant``: a dot was broken on purpose; ``weak``: a dot may be the end of a sentence; ``reach``: where the last
    label begins that was looked at.
    """

    labels: tuple[str, ...]
    end: int
    meant: bool = False
    weak: bool = False
    reach: int = 0

    @property
    def name(self) -> str:
        """The labels with plain dots between."""
        return ".".join(self.labels)


def read_host(text: str, at: int) -> Host | None:
    """Return the host that begins at ``at`` in a text of plain letters, None when there is none."""
    if address := _IPV6.match(text, at):
        return Host((address.group(),), address.end())
    labels, ends, meant, weak_from = _labels(text, at)
    if not labels:
        return None
    kept = len(labels)
    if weak_from:
        known = (n for n in range(weak_from + 1, kept + 1) if domains.is_top_level(labels[n - 1].lower()))
        kept = max(known, default=weak_from)
    last = labels[kept - 1]
    trimmed = last.rstrip("-_")
    if not trimmed:
        return None
    end = ends[kept - 1] - len(last) + len(trimmed)
    weak = bool(weak_from and kept > weak_from)
    return Host((*labels[: kept - 1], trimmed), end, meant, weak, reach=ends[-1] - len(labels[-1]))


def _labels(text: str, at: int) -> tuple[list[str], list[int], bool, int]:
    """Return labels, where each ends, whether a dot was broken on purpose, and how many stand before a weak dot."""
    labels: list[str] = []
    ends: list[int] = []
    meant, weak_from = False, 0
    while len(labels) < _MOST_LABELS and (label := _LABEL.match(text, at)):
        name = label.group()
        meant |= "[" in name
        labels.append(name.replace("[-]", "-"))
        ends.append(label.end())
        dot = _DOT.match(text, label.end())
        if dot:
            meant |= dot.group() != "."
        elif dot := _WEAK_DOT.match(text, label.end()):
            if _is_complete(labels) and not _goes_on(labels, text, dot.end()):
                break
            weak_from = weak_from or len(labels)
            if len(labels) - weak_from > _MOST_WEAK:
                break
        else:
            break
        at = dot.end()
    return labels, ends, meant, weak_from


def _is_complete(labels: list[str]) -> bool:
    return len(labels) > 1 and domains.is_top_level(labels[-1].lower())


def _goes_on(labels: list[str], text: str, at: int) -> bool:
    """Whether the next label makes a suffix of two labels with the last one: ``co . uk``."""
    label = _LABEL.match(text, at)
    pair = f"{labels[-1]}.{label.group()}".lower() if label else ""
    return bool(pair) and domains.is_suffix(pair) and not domains.is_suffix(f"*.{pair}")


def userinfo_end(text: str, at: int) -> int:
    """Return where the host begins behind a name and password, ``at`` when there are none."""
    for _ in range(4):
        match = _USERINFO.match(text, at)
        if not match:
            break
        at = match.end()
    return at


def read_port(text: str, at: int) -> tuple[str, int]:
    """Return the port with its colon and where it ends; empty when there is none."""
    match = _PORT.match(text, at)
    return (f":{match.group(1)}", match.end()) if match else ("", at)


def read_rest(shown: str, at: int, *, before: str = "", wide: bool = False) -> int:
    """Return where path, query and fragment end that begin at ``at``; ``at`` when there are none.

    ``before`` is the character in front of the whole address: one in quotes ends at the quote. ``wide``: the address is
    written in full-width letters, so full-width punctuation belongs to it.
    """
    if not _REST.match(shown, at):
        return at
    body = (BODY if wide else _BODY_WIDE).match(shown, at, at + _LONGEST)
    if not body:
        return at
    rest = body.group()
    if "'" in rest and (before == "'" or not rest.isascii()):
        rest = rest[: rest.index("'")]
    if not rest.isascii() and (run_on := _RUN_ON.search(rest)):
        rest = rest[: run_on.end()]
    if before == "," and "," in rest:
        rest = rest[: rest.index(",")]  # a field between others
    if ":" in rest:
        rest = _before_next(rest)
    if _BRACKETS.search(rest):
        rest = _balanced(rest)
    if rest.endswith(";") and (entity := _ENTITY.search(rest)):
        rest = rest[: entity.start()]
    while rest and rest[-1] in _TRAILING:
        rest = rest[:-1]
        if rest and rest[-1] in _OPENED:
            rest = _balanced(rest)
    return at + len(rest)


def _before_next(rest: str) -> str:
    """Return what stands before another address that follows without a blank; one in the query is part of this one."""
    for match in _NEXT.finditer(rest):
        start = match.start()
        if match.group()[0] in "hH" and (start == 0 or rest[start - 1] in _QUERY_BEFORE or rest[start - 1].isalnum()):
            continue
        return rest[:start]
    return rest


def _balanced(rest: str) -> str:
    """Return what stands before the first closing bracket that was opened before the address, as in Markdown."""
    opened: list[str] = []
    for match in _BRACKETS.finditer(rest):
        sign = match.group()
        if sign not in _OPENED:
            opened.append(sign)
        elif opened and opened[-1] == _OPENED[sign]:
            opened.pop()
        elif sign == "]" and rest[match.start() - 1 : match.start() + 1] == "/]" and not opened:
            continue
        else:
            return rest[: match.start()]
    # What is opened and never closed belongs to the sentence when nothing follows it.
    return rest.rstrip("([{")
