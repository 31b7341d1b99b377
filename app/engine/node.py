"""What the walker hands to an analyzer, and what an analyzer may answer.

An analyzer is a plain generator function ``analyze(node, tools)`` that yields, in any order and number:

- ``Child``: bytes found inside, to be identified, matched and analysed like the file itself;
- ``Text``: words in which addresses are looked for;
- ``Finding``: an observation, made by ``node.finding(…)``.

It keeps no state, opens nothing, and may simply raise: the walker turns any exception into the finding
``analysis.failed`` and goes on. Adding one is one file and one row in ``analyzers/families.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from app.engine.budget import Budget, Sink
from app.engine.identify import Kind
from app.engine.model import Confidence, Finding, Severity
from app.engine.node_name import extension_of
from app.engine.printable import printable


@dataclass(frozen=True, slots=True)
class Node:
    """One file of the tree: the scanned file itself, or something found inside.

    name      as its container gives it, hostile, never to be used as a path
    where     printable path of containers, outermost first
    data      the content, never copied
    depth     number of containers around it
    siblings  number of files in its container, itself included; 0 when unknown
    marks     signs of addresses that the rules saw in ``data`` (see ``rules.Matches``); None: nobody looked
    """

    name: str
    where: str
    data: memoryview
    kind: Kind
    depth: int = 0
    siblings: int = 0
    marks: frozenset[str] | None = None
    _copy: list[bytes] = field(default_factory=list, repr=False, compare=False)

    @property
    def raw(self) -> bytes:
        """The content as bytes, copied at most once for all who ask: views have no search of their own."""
        whole = self.data.obj
        if isinstance(whole, bytes) and len(whole) == self.data.nbytes:
            return whole
        if not self._copy:
            self._copy.append(bytes(self.data))
        return self._copy[0]

    @property
    def extension(self) -> str:
        """The extension of the name in lower case without the dot; empty when there is none."""
        return extension_of(self.name)

    def finding(
        self,
        code: str,
        severity: Severity,
        title: str,
        evidence: str | bytes = "",
        reference: str = "",
        *,
        confidence: Confidence = Confidence.HIGH,
    ) -> Finding:
        """Return a finding about this node, with the evidence made printable."""
        return Finding(code, severity, self.where, title, printable(evidence), reference, confidence)


@dataclass(frozen=True, slots=True)
class Child:
    """Something found inside a node.

    name      as the container gives it; empty for another view of the same thing (a decoded text): it keeps its path
    content   whole (not copied), piece by piece (read by the walker under the budget; may raise), or already
              collected in a sink of that budget
    packed    bytes it takes inside the container, 0 when it is not compressed
    siblings  number of files in the container, 0 when unknown
    hidden    whether its container keeps it, or a folder around it, from being shown
    """

    name: str
    content: bytes | memoryview | Sink | Iterable[bytes | memoryview]
    packed: int = 0
    siblings: int = 0
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Words in which to look for addresses; ``html`` when they are markup.

    ``hosts``: people wrote them to each other, so hosts without a scheme count; in markup those that are shown do.
    ``excerpt``: only parts of a longer text, so that places in them mean nothing.
    """

    text: str
    html: bool = False
    hosts: bool = False
    excerpt: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """What an analyzer may use beside the node: the budget of the tree and the passwords worth trying."""

    budget: Budget
    passwords: tuple[str, ...] = ()


class Unsupported(Exception):
    """An analyzer met a method or version that it does not know: the walker says so, and that nothing was seen."""


Item = Child | Text | Finding
Analyzer = Callable[[Node, Tools], Iterator[Item]]
