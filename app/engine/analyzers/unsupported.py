"""Containers that this version recognises but cannot open: said aloud, never passed over."""

from __future__ import annotations

from collections.abc import Iterator

from app.engine.model import Severity
from app.engine.node import Item, Node, Tools


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield ``archive.unsupported`` with the type as evidence."""
    yield node.finding(
        "archive.unsupported",
        Severity.UNKNOWN,
        "Container of a kind that cannot be opened here, so what it holds was not seen",
        node.kind.mime,
    )
