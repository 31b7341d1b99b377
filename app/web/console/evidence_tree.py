"""The containers of a file as a tree, with what was found at the part in which it was found. Pure.

It is made of the paths that findings bear (``a.zip/b.doc``) and of nothing else: parts of which nothing is to be said
do not stand in it. However many findings there are, a tree shows a bounded number of parts and says how many it leaves
out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.engine.model import Confidence, Severity
from app.engine.printable import printable

#: Parts of one tree, parts directly in one part, findings at one part.
MOST_PARTS, MOST_INSIDE, MOST_AT_ONE = 400, 60, 40
#: Containers around a part; what lies deeper is shown as lying here, with the rest of its path as its name.
DEEPEST = 24
#: Parts up to which all of them are shown open.
_FEW = 12
#: Characters of a part's name.
_NAME = 200

Row = Mapping[str, Any]

_RANK = {severity.value: rank for rank, severity in enumerate(Severity)}
_SURE = {confidence.value: rank for rank, confidence in enumerate(Confidence)}


@dataclass(slots=True)
class Part:
    """One part of the file: the file itself, or something inside.

    names     its name; several, outermost first, where parts that hold nothing but the next one are told in one line
    findings  what was found in it, gravest first; ``unshown`` more are not shown
    inside    the parts in it that are shown, gravest first; ``left_out`` parts are not, with ``below`` findings
    worst     the gravest severity in it and below
    count     findings in it and below
    """

    names: tuple[str, ...]
    findings: tuple[Row, ...] = ()
    unshown: int = 0
    inside: list[Part] = field(default_factory=list)
    left_out: int = 0
    below: int = 0
    worst: str = Severity.INFO.value
    count: int = 0
    is_open: bool = False


@dataclass(slots=True)
class _Node:
    """A part while the tree is built."""

    findings: list[Row] = field(default_factory=list)
    inside: dict[str, _Node] = field(default_factory=dict)
    weight: tuple[int, int] = (-1, -1)
    count: int = 0
    parts: int = 0


def weight(finding: Row) -> tuple[int, int]:
    """Return how much a finding says: its severity, then how sure it is."""
    return _RANK.get(finding["severity"], 0), _SURE.get(finding.get("confidence", ""), 0)


def tree(name: str, findings: Sequence[Row]) -> Part:
    """Return the tree of a file called ``name``. Takes time linear in the findings and the lengths of their paths."""
    root = _Node()
    for finding in findings:
        _hang(root, finding, _steps(name, finding.get("where") or ""))
    _sum_up(root)
    room = [MOST_PARTS - 1]
    leading = max(findings, key=weight, default=None)
    way = _steps(name, leading.get("where") or "") if leading is not None else ()
    return _part((_shown(name),), root, way, room, everything=root.parts <= _FEW)


def _steps(name: str, where: str) -> tuple[str, ...]:
    """Return the parts of a path below the file itself, whose own name may hold slashes and stands first."""
    own = printable(name)
    if where == own or not where:
        return ()
    rest = where.removeprefix(f"{own}/") if where.startswith(f"{own}/") else where.partition("/")[2]
    parts = rest.split("/", DEEPEST)
    return tuple(part for part in parts if part)


def _hang(root: _Node, finding: Row, steps: Iterable[str]) -> None:
    node = root
    for step in steps:
        node = node.inside.setdefault(step, _Node())
    node.findings.append(finding)


def _sum_up(node: _Node) -> None:
    """Fill in what is at and below every part. Never deeper than ``DEEPEST``, so it may call itself."""
    node.weight = max((weight(finding) for finding in node.findings), default=(-1, -1))
    node.count, node.parts = len(node.findings), 1
    for inside in node.inside.values():
        _sum_up(inside)
        node.weight = max(node.weight, inside.weight)
        node.count += inside.count
        node.parts += inside.parts


def _part(names: tuple[str, ...], node: _Node, way: Sequence[str], room: list[int], *, everything: bool) -> Part:
    """Make a part of a node. ``room`` holds how many parts may still be made; ``way`` leads to what is shown open."""
    names, node, way = _folded(names, node, way)
    found = sorted(node.findings, key=weight, reverse=True)
    part = Part(
        names=names,
        findings=tuple(found[:MOST_AT_ONE]),
        unshown=max(len(found) - MOST_AT_ONE, 0),
        worst=_word(node.weight),
        count=node.count,
    )
    ordered = sorted(node.inside.items(), key=lambda entry: entry[1].weight, reverse=True)
    for step, inside in ordered:
        if len(part.inside) >= MOST_INSIDE or room[0] <= 0:
            part.left_out += inside.parts
            part.below += inside.count
            continue
        room[0] -= 1
        onward = way[1:] if way and way[0] == step else ()
        child = _part((_shown(step),), inside, onward, room, everything=everything)
        child.is_open = everything or bool(way and way[0] == step)
        part.inside.append(child)
    return part


def _folded(names: tuple[str, ...], node: _Node, way: Sequence[str]) -> tuple[tuple[str, ...], _Node, Sequence[str]]:
    """Go on to the only part inside for as long as there is nothing else to be said."""
    while not node.findings and len(node.inside) == 1:
        [(step, node)] = node.inside.items()
        names = (*names, _shown(step))
        way = way[1:] if way and way[0] == step else ()
    return names, node, way


def _word(found: tuple[int, int]) -> str:
    return list(_RANK)[found[0]] if found[0] >= 0 else Severity.INFO.value


def _shown(name: str) -> str:
    return printable(name, _NAME) or "(no name)"


def parts(part: Part) -> Iterator[Part]:
    """Yield a part and all parts in it that are shown."""
    yield part
    for inside in part.inside:
        yield from parts(inside)
