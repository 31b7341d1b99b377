"""Put addresses together again that mail programs broke over two lines.

Three habits: lines cut hard at 72 to 78 columns, ``format=flowed`` (RFC 3676: a line that goes on ends in a blank), and
the soft breaks of quoted-printable (RFC 2045: ``=`` at the end of a line). Angle brackets say themselves where an
address ends (RFC 3986, appendix C). Replies carry a quote mark in front of every line.
"""

from __future__ import annotations

import re

from app.engine.links import domains

#: Columns, quote marks included, at which mail programs cut lines.
_NARROW, _WIDE = 64, 80
_QUOTE = r"(?:[>|] ?){0,8}"
_BREAK = re.compile(rf"( ?)\r?\n({_QUOTE})[ \t]{{0,4}}(?=\S)")
_ANY_BREAK = re.compile(rf"=?[ \t]*\r?\n{_QUOTE}[ \t]*")
_QUOTES = re.compile(_QUOTE)
#: Columns of a line of quoted-printable that ends in a soft break; encoders fill 76, some leave a few.
_SOFT = range(72, 77)
#: What the next line begins with, when it is the rest of an address.
_GOES_ON = re.compile(r"[^\s<>\"'`|^\u00ab\u00bb\u2018-\u201f\u3000-\u3011]+")
#: Signs that stand in addresses and hardly in words.
_SIGNS = re.compile(r"[/=&?%_#~+]|\d|[a-z][A-Z]|\w-\w|\w\.\w")
_OPEN_ENDS = frozenset("=&?%-_/+.")
_NEW = re.compile(r"h(?:tt|xx)ps?:|www\.|[-*>#•]|\d+[.)]$", re.I)
#: A host with a path, at the beginning of a line.
_PLACE = re.compile(r"(?:[\w-]{1,63}\.){1,5}([\w-]{1,63})/")
_TRAILING = ".,;:!?)]}'*\""
#: Lines that one address may be spread over, and characters of all of them.
_LINES, _LONGEST = 12, 2_048


def joined(text: str, start: int, at: int, end: int) -> tuple[int, str]:
    """Return where an address really ends, and its text from ``at`` on, behind the host, without the breaks in it.

    The address begins at ``start`` and was read up to ``end``, where a line or the text ends.
    """
    if start and text[start - 1] == "<":
        close = text.find(">", end, end + _LONGEST)
        inside = text[at:close] if close >= 0 else "<"
        parts = _ANY_BREAK.split(inside)
        if "<" not in inside and all(parts) and not any(" " in part for part in parts):
            return close, "".join(parts)
    return _continued(text, at, end)


def _continued(text: str, at: int, end: int) -> tuple[int, str]:
    written, soft = text[at:end], False
    for _ in range(_LINES):
        gap = _BREAK.match(text, end)
        line = _line_start(text, end)
        rest = _GOES_ON.match(text, gap.end(), gap.end() + _LONGEST) if gap else None
        if not gap or not rest or line < 0 or not _joins(text, line, end, gap, rest):
            break
        word = rest.group()
        if not _BREAK.match(text, rest.end()):
            word = word.rstrip(_TRAILING)
        if text[end - 1] == "=" and end - line in _SOFT and not gap.group(1):
            written, soft = written[:-1], True
        written += word
        end = gap.end() + len(word)
    return end, written.replace("=3D", "=") if soft else written


def _line_start(text: str, end: int) -> int:
    """Return where the line of ``end`` begins, -1 when it is longer than lines are that were cut."""
    at = text.rfind("\n", max(0, end - _WIDE - 2), end)
    return at + 1 if at >= 0 else (0 if end <= _WIDE else -1)


def _joins(text: str, line: int, end: int, gap: re.Match[str], rest: re.Match[str]) -> bool:
    flowed, quotes = gap.groups()
    mine = _QUOTES.match(text, line, end)
    if (mine.group() if mine else "").replace(" ", "") != quotes.replace(" ", ""):
        return False
    word = rest.group()
    if _NEW.match(word) or not _NARROW <= end - line <= _WIDE:
        return False
    if text[end - 1] == "=" and end - line in _SOFT:
        return True
    if text[end - 1] not in _OPEN_ENDS and (place := _PLACE.match(word)) and domains.is_top_level(place.group(1)):
        return False
    signs = bool(_SIGNS.search(word.rstrip(_TRAILING)))
    if flowed or signs:
        return signs
    alone = text[rest.end() : rest.end() + 1] in ("", "\r", "\n")
    return text[end - 1] in _OPEN_ENDS and (alone or text[end - 1] != "/") and word[:1].islower()
