"""Files of macOS that act at a double click: shortcuts to pages and programs, settings of the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.targets import link
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Text

_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
_STRING = re.compile(r"<string\b[^>]{0,200}>([^<]{1,8000})", re.I)
#: A scheme in mixed case and many slashes got past what macOS asks before it starts a program.
_PROGRAM = re.compile(
    r"file:/{2,80}(?:(?:system|library)/)?(?:applications|system|users|volumes|bin|usr|tmp)/[^\s]{0,200}"
    r"\.(?:app|command|sh|terminal|scpt|dmg|pkg)",
    re.I,
)
#: What macOS itself never writes: more slashes than there are, or a program on a server.
_TRICK = re.compile(r"file:/{4,80}|(?:smb|afp|nfs)://\S{1,400}\.(?:app|command|sh|terminal|scpt|dmg|pkg)/?$", re.I)
_OTHER = re.compile(r"(?:smb|afp|vnc|ssh|x-apple)\S{0,20}:", re.I)
_COMMAND = re.compile(r"<key>\s{0,9}CommandString\s{0,9}</key>\s{0,40}<string>([^<]{1,8000})", re.I)


def web_location(node: Node, text: str) -> Iterator[Item]:
    """Yield what shortcuts (``.webloc``, ``.inetloc``, ``.fileloc``) open."""
    for match in _STRING.finditer(text):
        target = unescape(match.group(1)).strip()
        yield Text(target)
        yield from link(node, "shortcut.internet", target, "Internet shortcut")
        if _PROGRAM.match(target) or _OTHER.match(target):
            yield node.finding(
                "shortcut.internet",
                Severity.MALICIOUS if _TRICK.match(target) else Severity.SUSPICIOUS,
                "Internet shortcut that opens a program or another computer",
                target,
                _CLICK,
            )


def terminal(node: Node, text: str) -> Iterator[Item]:
    """Yield the command that settings of the terminal (``.terminal``) run when they are opened."""
    for match in _COMMAND.finditer(text):
        command = unescape(match.group(1)).strip()
        bad = shortcut_command.hostile(command)
        yield Text(command)
        yield node.finding(
            "shortcut.terminal",
            Severity.MALICIOUS if bad else Severity.SUSPICIOUS,
            "Settings of a terminal that run a command when they are opened",
            command,
            "https://attack.mitre.org/techniques/T1059/004/",
            confidence=Confidence.HIGH if bad else Confidence.MEDIUM,
        )
