"""Views of PowerShell (``.ps1xml``), which hold script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.model import Severity
from app.engine.node import Item, Node

_REFERENCE = "https://attack.mitre.org/techniques/T1059/001/"
_BLOCK = re.compile(r"<(?:ScriptBlock|GetScriptBlock|Script)>([^<]{1,8000})", re.I)


def analyze(node: Node, text: str) -> Iterator[Item]:
    """Yield what a view of PowerShell (``.ps1xml``) runs when it is loaded."""
    for match in _BLOCK.finditer(text):
        if found := shortcut_command.hostile(unescape(match.group(1))):
            title = "View of PowerShell that fetches and runs a program"
            yield node.finding("shortcut.view", Severity.MALICIOUS, title, found, _REFERENCE)
            return
