"""Plain texts and scripts: addresses, and texts in wide encodings as the rules expect them."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine import charset
from app.engine.links.calendar import is_calendar, unfolded
from app.engine.node import Child, Item, Node, Text, Tools

#: Marks of addresses that are written as they are meant; only what stands around those needs a closer look.
_SIMPLE = frozenset({"scheme", "www"})
#: Of what the rules see on the way, the marks of addresses.
_ALL = _SIMPLE | {"broken", "escaped", "hxxp", "dot", "word", "encoded"}
#: Characters from which on that is worth it; how many may stand before the sign of an address, and from there on.
_LONG, _BEFORE, _LONGEST = 65_536, 200, 4_400


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the text for its addresses, if it has any; a UTF-16 or UTF-32 text as a UTF-8 view of itself."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if wide(encoding):
        yield utf8_view(node, encoding)
        return
    # What people write to each other; other texts have too many names with dots in them.
    letter = node.name.rpartition("/")[2] == "body.txt" or node.kind.mime == "text/calendar"
    marks = _ALL if node.marks is None else node.marks & _ALL
    if letter or marks:
        simple = not letter and marks <= _SIMPLE
        for piece in charset.windows(node.data, encoding):
            tools.budget.charge_time()
            if is_calendar(piece):
                yield Text(unfolded(piece), hosts=letter)
            elif simple and len(piece) > _LONG:
                yield Text(_near_addresses(piece, marks), excerpt=True)
            else:
                yield Text(piece, hosts=letter)


def _near_addresses(text: str, marks: frozenset[str]) -> str:
    """Return the parts of a long text in which an address can stand that is written as addresses are."""
    parts, end = [], 0
    for at in _signs(text, sites="www" in marks):
        if at >= end:
            start = max(end, text.rfind("\n", 0, at) + 1, at - _BEFORE)
            end = _three_lines(text, at)
            parts.append(text[start:end])
        elif at > end - _BEFORE:
            end, after = _three_lines(text, at), end
            parts.append(text[after:end])
    return "".join(parts)


def _three_lines(text: str, at: int) -> int:
    """Return where the lines end into which a mail program may have cut an address that begins at ``at``."""
    end = at
    for _ in range(3):
        end = text.find("\n", end, at + _LONGEST) + 1
        if not end:
            return min(len(text), at + _LONGEST)
    return end


def _signs(text: str, *, sites: bool) -> Iterator[int]:
    """Yield the places of what stands in every address, in order."""
    scheme, site = text.find("://"), text.find("www.") if sites else -1
    while scheme >= 0 or site >= 0:
        if site < 0 or 0 <= scheme < site:
            yield scheme
            scheme = text.find("://", scheme + 3)
        else:
            yield site
            site = text.find("www.", site + 4)


def wide(encoding: str) -> bool:
    """Whether rules written for ASCII see nothing in texts of this encoding."""
    return encoding.startswith(("utf-16", "utf-32"))


def utf8_view(node: Node, encoding: str) -> Child:
    """Return the same text in UTF-8, so that rules, analyzers and addresses all see it."""
    return Child("", charset.decode(node.data, encoding).encode("utf-8", "replace"))
