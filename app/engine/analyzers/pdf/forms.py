"""How often drawing a page would draw its forms (ISO 32000-1, 8.10): a form in a form in a form doubles each time.

The library that draws pages follows them all before it asks whether to pause; twenty forms of a line each keep it busy
for hours. So they are counted beforehand, by what each names; nothing is drawn for that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engine.analyzers.pdf import filters as pdf_filters
from app.engine.analyzers.pdf.objects import Object, members, objects
from app.engine.node import Node, Tools

_FORM = re.compile(rb"/Subtype[\s\0]*/Form(?![A-Za-z])")
_PACKED = re.compile(rb"/Type[\s\0]*/ObjStm")
_NAMED = re.compile(rb"/([^\s/<>\[\]()\0]{1,80})[\s\0]+([0-9]{1,10})[\s\0]+[0-9]{1,5}[\s\0]+R")
_DRAWN = re.compile(rb"/([^\s/<>\[\]()\0]{1,80})[\s\0]+Do(?![A-Za-z])")
#: A name written with codes, which hides what an object is from a quick look.
_DISGUISED = re.compile(rb"/\w{0,20}#[0-9A-Fa-f]{2}")
_RESOURCES = (b"Resources", b"XObject")
#: Forms from which drawing them can take long, how often all may be drawn, and how deep they stand in each other.
_FEWEST, _MOST_DRAWN, _DEEPEST = 3, 200_000, 64
#: Bytes of one form's content, or of one object stream, that are read.
_MOST = 4 * 1024 * 1024


@dataclass(slots=True)
class _Forms:
    """The forms of a document by their numbers: what each draws, and the dictionaries in which the names stand."""

    drawn: dict[int, Counter[bytes]] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    counted: dict[int, int] = field(default_factory=dict)

    def runs(self, number: int, depth: int = 0) -> int:
        """Return how many forms are drawn when this one is; cut off where it is too many in any case."""
        if number in self.counted or number not in self.drawn or depth > _DEEPEST:
            return self.counted.get(number, 0)
        # A form in itself is drawn once only.
        self.counted[number] = 0
        names = self._names(number)
        total = 1 + sum(count * self.runs(names.get(name, -1), depth + 1) for name, count in self.drawn[number].items())
        self.counted[number] = min(total, _MOST_DRAWN + 1)
        return self.counted[number]

    def _names(self, number: int) -> dict[bytes, int]:
        """Return what the names in a form stand for; its dictionary may say so itself or refer to where it is said."""
        names: dict[bytes, int] = {}
        waiting = [number]
        for _ in range(3):
            found = [pair for at in waiting for pair in _NAMED.findall(self.texts.get(at, b""))]
            names.update((name, int(target)) for name, target in found)
            waiting = [int(target) for name, target in found if name in _RESOURCES]
        return names


def too_many(node: Node, tools: Tools) -> bool:
    """Whether a form of the document draws others so often that drawing its page takes too long."""
    data = node.raw
    if b"/Encrypt" in data or (data.count(b"Form") < _FEWEST and not _DISGUISED.search(data)):
        return False
    forms, packed = _Forms(), []
    for thing in objects(data):
        tools.budget.charge_time()
        forms.texts[thing.number] = thing.text
        if thing.start >= 0 and _FORM.search(thing.text):
            forms.drawn[thing.number] = Counter(_DRAWN.findall(_content(node, thing, tools)))
        elif thing.start >= 0 and _PACKED.search(thing.text):
            packed.append(thing)
    if sum(map(bool, forms.drawn.values())) < _FEWEST - 1:
        return False
    for thing in packed:
        for member in members(_content(node, thing, tools), thing.text):
            forms.texts.setdefault(member.number, member.text)
    return any(forms.runs(number) > _MOST_DRAWN for number in forms.drawn)


def _content(node: Node, thing: Object, tools: Tools) -> bytes:
    content = bytearray()
    try:
        for piece in _pieces(node, thing):
            tools.budget.charge_time()
            content += piece
            if len(content) > _MOST:
                break
    except (pdf_filters.Picture, pdf_filters.Unknown, pdf_filters.Damaged):
        pass
    return bytes(content)


def _pieces(node: Node, thing: Object) -> Iterator[bytes]:
    return pdf_filters.decoded(node.data[thing.start : thing.end], pdf_filters.names(thing.text), thing.text)
