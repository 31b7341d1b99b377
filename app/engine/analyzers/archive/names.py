"""What the mere names say about members that cannot be unpacked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.engine.model import Severity
from app.engine.node import Item, Node
from app.engine.node_name import extension_of

#: Extensions that run on a double click; the ones that only name a document with macros are left out.
_RUNS = frozenset(
    (
        *("exe", "scr", "com", "pif", "cpl", "dll", "msi", "msp", "jar", "lnk", "url", "hta", "chm", "reg"),
        *("bat", "cmd", "ps1", "js", "jse", "vbs", "vbe", "wsf", "wsh", "iso", "img", "vhd", "vhdx"),
    )
)


def programs(node: Node, names: Iterable[str]) -> Iterator[Item]:
    """Yield ``archive.hidden_program`` when one of the names is that of something that runs."""
    found = [name for name in names if extension_of(name) in _RUNS]
    if found:
        yield node.finding(
            "archive.hidden_program",
            Severity.SUSPICIOUS,
            "Holds a program in a form in which it cannot be looked at",
            ", ".join(found),
        )
