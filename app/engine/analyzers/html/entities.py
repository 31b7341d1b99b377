"""What the entities that a document declares would grow to (XML 1.0, 4.4), counted without putting them in."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.engine.model import Severity
from app.engine.node import Item, Node

_DECLARED = re.compile(
    r"<!ENTITY\s{1,20}(?:%\s{1,20})?([\w.:-]{1,64})\s{1,20}(?:\"([^\"]*+)\"|'([^']*+)')",
)
_USED = re.compile(r"[&%]([\w.:-]{1,64});")
#: Characters that entities may add to a document; real ones abbreviate addresses and names.
_MOST = 8_000_000
#: Entities of one document; those of HTML and MathML together are two thousand.
_MOST_DECLARED = 10_000


def findings(node: Node, text: str) -> Iterator[Item]:
    """Yield ``limit.entities`` when the document grows beyond what is read, as a bomb of entities does."""
    if "<!ENTITY" in text and _bursts(text):
        title = "Grows to many times its size when its abbreviations are written out, like a decompression bomb"
        yield node.finding("limit.entities", Severity.UNKNOWN, title)


def _bursts(text: str) -> bool:
    values: dict[str, str] = {}
    rest, end = [], 0
    for match in _DECLARED.finditer(text):
        values.setdefault(match[1], match[2] if match[2] is not None else match[3])
        rest.append(text[end : match.start()])
        end = match.end()
        if len(values) > _MOST_DECLARED:
            return True
    sizes = _sizes(values)
    used = Counter(name for piece in (*rest, text[end:]) for name in _USED.findall(piece))
    return sum(sizes.get(name, 0) * count for name, count in used.items()) > _MOST


def _sizes(values: dict[str, str]) -> dict[str, int]:
    """Return how many characters each entity grows to, at most one more than are allowed; without an end counts so."""
    needs = {name: Counter(_USED.findall(value)) for name, value in values.items()}
    sizes: dict[str, int] = {}
    for first in values:
        waiting, under_way = [first], set()
        while waiting:
            name = waiting[-1]
            missing = [other for other in needs[name] if other in needs and other not in sizes]
            if name in sizes or not missing or name in under_way:
                grown = sum(
                    sizes.get(other, _MOST + 1 if other in needs else 0) * n for other, n in needs[name].items()
                )
                sizes.setdefault(name, min(len(values[name]) + grown, _MOST + 1))
                waiting.pop()
            else:
                under_way.add(name)
                waiting += missing
    return sizes
