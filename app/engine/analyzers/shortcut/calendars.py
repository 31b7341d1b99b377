"""Calendars and contacts (``.ics``, ``.vcf``): what is attached to them, and what an alarm starts."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.place import place_of, starts
from app.engine.analyzers.shortcut.targets import FORCED, finding, leak
from app.engine.model import Severity
from app.engine.node import Child, Item, Node

_ICS_ATTACH = re.compile(r"(?mi)^ATTACH((?:;[^:\r\n]{0,400}){0,1}):([^\r\n]{1,4000})")
_FOLDED = re.compile(r"\r?\n[ \t]")
#: Attachments of calendars come in base64, folded; what unfolds to more is cut and says so.
_ICS_INLINE = re.compile(r"ATTACH(;[^:\r\n]{0,400}ENCODING=BASE64[^:\r\n]{0,400}):([A-Za-z0-9+/=]{1,40000000})", re.I)
_PROCEDURE = re.compile(r"(?mi)^ACTION:PROCEDURE")


def analyze(node: Node, text: str) -> Iterator[Item]:
    """Calendars and contacts: what is attached, and what an alarm starts (RFC 2445 4.8.6.1, gone since RFC 5545)."""
    text = _FOLDED.sub("", text)
    for match in _ICS_INLINE.finditer(text):
        name = re.search(
            r"(?:filename|x-filename|x-apple-filename|x-label)=\"?([^\";:\r\n]{1,200})", match.group(1), re.I
        )
        try:
            yield Child(
                name.group(1) if name else "attached.bin", base64.b64decode(match.group(2) + "==", validate=False)
            )
        except binascii.Error:
            yield node.finding("archive.broken", Severity.UNKNOWN, "Damaged, so not all of it could be read", "ATTACH")
    runs = _PROCEDURE.search(text)
    for match in _ICS_ATTACH.finditer(text):
        target = match.group(2)
        if runs and not match.group(1).lower().count("encoding"):
            bad = shortcut_command.runs_interpreter(target) or starts(target)
            severity = Severity.MALICIOUS if bad else Severity.SUSPICIOUS
            yield finding(node, "shortcut.calendar", severity, "Calendar with an alarm that starts a program", target)
        place = place_of(target)
        if place and place.share and place.outside:
            yield finding(
                node,
                "shortcut.leaks_login",
                Severity.SUSPICIOUS,
                "Calendar that sends the reader's sign-in to another computer",
                target,
                FORCED,
            )
    sound = re.search(r"(?mi)^(?:X-[\w-]{1,60}|ATTACH[^:\r\n]{0,80}):[^\r\n]{0,20}(\\\\[^\r\n]{3,300})", text)
    if sound:
        yield from leak(node, sound.group(1), "Calendar", ordinary=True)
