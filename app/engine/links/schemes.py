"""Schemes that people broke in ways of their own: ``xxxx://``, ``meow://``, ``http!://``, ``h[x]xp://``, ``ttp://``."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What stands for ``http`` in front of ``://``, with an ``s`` where it is meant; in small letters.
_BROKEN = re.compile(
    r"(?:x{3,4}|httpme[o0]w|me[o0]w|h[\[(][tx][\])][tx]p|h[tx][\[(][tx][\])]p|[\[(]?h[tx]{2}p[\])]?|h?t{1,3}p|hxp"
    r"|h\.t\.t\.p|h-t-t-p|xxxx(?=x))([sx]?)[!@&_#*+~^$%-]{0,2}[\])]?\Z"
)
_PLAIN = frozenset({"http", "https"})
#: Characters in front of ``://`` that are looked at.
_REACH = 14
_WORD = re.compile(r"\w")


def broken_schemes(lower: str) -> Iterator[tuple[int, int, str]]:
    """Yield where broken schemes begin and end, slashes included, and what each stands for: ``http`` or ``https``.

    ``lower``: the text in small letters. What is ``http`` in the ways that need no guess is not among them.
    """
    at = -1
    while (at := lower.find("://", at + 1)) >= 0:
        first = max(0, at - _REACH)
        match = _BROKEN.search(lower, first, at)
        if match is None or match.group() in _PLAIN:
            continue
        if match.start() == 0 or not _WORD.match(lower, match.start() - 1):
            yield match.start(), at + 3, "https" if match.group(1) else "http"
