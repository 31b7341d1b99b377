"""Plain texts and scripts: addresses, and texts in wide encodings as the rules expect them."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine import charset
from app.engine.links.calendar import is_calendar, unfolded
from app.engine.node import Child, Item, Node, Text, Tools


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the text for its addresses, if it has any; a UTF-16 or UTF-32 text as a UTF-8 view of itself."""
    encoding = charset.encoding_of(node.data) or "cp1252"
    if wide(encoding):
        yield utf8_view(node, encoding)
        return
    # What people write to each other; other texts have too many names with dots in them.
    letter = node.name.rpartition("/")[2] == "body.txt" or node.kind.mime == "text/calendar"
    if letter or node.marks != frozenset():
        for piece in charset.windows(node.data, encoding):
            tools.budget.charge_time()
            yield Text(unfolded(piece) if is_calendar(piece) else piece, hosts=letter)


def wide(encoding: str) -> bool:
    """Whether rules written for ASCII see nothing in texts of this encoding."""
    return encoding.startswith(("utf-16", "utf-32"))


def utf8_view(node: Node, encoding: str) -> Child:
    """Return the same text in UTF-8, so that rules, analyzers and addresses all see it."""
    return Child("", charset.decode(node.data, encoding).encode("utf-8", "replace"))
