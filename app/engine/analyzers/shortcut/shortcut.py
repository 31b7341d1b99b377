"""Windows shortcuts (``.lnk``): what they start, from where, behind which icon, and what is hidden behind their end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers import appended
from app.engine.analyzers.script import decode as script_decode
from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.lnk import MINIMISED, Damaged, Shortcut, read
from app.engine.analyzers.shortcut.place import place_of
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Text, Tools

_REFERENCE = "https://attack.mitre.org/techniques/T1204/002/"
#: No shortcut is longer; what lies further on was put behind it.
_MOST = 1024 * 1024
#: Bytes behind the end that are more than padding.
_OVERLAY = 256
_SOMETHING = re.compile(rb"[^\0 ]")
_MARKUP = re.compile(rb"<(?:script|hta:application|html)\b", re.I)
#: Icons of documents: a program that wears one wants to be taken for one.
_DOCUMENT_ICON = re.compile(
    r"(?:winword|excel|powerpnt|acrord32|acrobat|wordpad|foxit\w{0,12}|msedge|chrome|firefox|notepad"
    r"|sumatrapdf|outlook)\.exe"
    r"|\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|txt|html?)\b|wordicon|xlicons|pdf\w{0,10}\.ico",
    re.I,
)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the shortcut starts, its command for its addresses, and what is behind its end."""
    try:
        found = read(bytes(node.data[:_MOST]))
    except Damaged:
        yield node.finding("shortcut.damaged", Severity.UNKNOWN, "Damaged shortcut, so where it leads was not seen")
        return
    command = " ".join(f"{found.target} {found.arguments}".split())
    yield Text(f"{found.targets}\n{found.arguments}\n{found.icon}")
    yield from _place(node, found)
    yield from _command(node, found, command)
    yield from _behind(node, found)
    for payload in script_decode.payloads(found.arguments, tools.budget):
        yield Child("command.ps1" if payload.is_text else "decoded.bin", payload.content)


def _place(node: Node, found: Shortcut) -> Iterator[Item]:
    for target in (found.environment, found.network, found.local, *found.ids):
        place = place_of(target)
        if place and place.share and (place.outside or place.starts):
            bad = place.webdav or (place.outside and place.starts) or _is_address(place.host, outside=place.outside)
            yield node.finding(
                "shortcut.remote",
                Severity.MALICIOUS if bad else Severity.SUSPICIOUS,
                "Shortcut that leads to a program on somebody else's computer",
                target,
                _REFERENCE,
                confidence=Confidence.HIGH if place.outside else Confidence.LOW,
            )
            return
    icon = place_of(found.icon)
    if icon and icon.outside:
        yield node.finding(
            "shortcut.icon_remote",
            Severity.SUSPICIOUS,
            "Shortcut whose icon is fetched from somebody else's computer, which tells it who opens the folder",
            found.icon,
            "https://attack.mitre.org/techniques/T1187/",
            confidence=Confidence.HIGH if icon.share else Confidence.MEDIUM,
        )


def _is_address(host: str, *, outside: bool) -> bool:
    return outside and host.replace(".", "").isdigit()


def _command(node: Node, found: Shortcut, command: str) -> Iterator[Item]:
    reading = shortcut_command.read(
        f"{found.targets if not found.environment else found.environment} {found.arguments}",
        minimised=found.show == MINIMISED,
    )
    if reading:
        yield node.finding(
            "shortcut.command",
            reading.severity,
            f"Shortcut: {reading.title}",
            command,
            _REFERENCE,
            confidence=reading.confidence,
        )
    if (
        found.arguments.strip()
        and _DOCUMENT_ICON.search(found.icon)
        and shortcut_command.runs_interpreter(found.targets)
    ):
        yield node.finding(
            "shortcut.disguised",
            Severity.MALICIOUS,
            "Shortcut that starts a program and has the icon of a document",
            f"{found.icon} {command}",
            "https://attack.mitre.org/techniques/T1036/",
        )


def _behind(node: Node, found: Shortcut) -> Iterator[Item]:
    """Yield what was put behind the end: Windows writes nothing there, droppers cut their payload out of it."""
    rest = node.data[found.end :]
    if len(rest) < _OVERLAY or not _SOMETHING.search(rest):
        return
    runs = shortcut_command.runs_interpreter(f"{found.targets} ") and bool(found.arguments.strip())
    yield node.finding(
        "shortcut.appended",
        Severity.MALICIOUS if runs else Severity.SUSPICIOUS,
        "Shortcut with something hidden behind its end",
        f"{len(rest)} bytes",
        "https://attack.mitre.org/techniques/T1027/012/",
    )
    if appended.zip_start(node.data) is None:
        markup = _MARKUP.search(rest)
        if markup:
            yield Child("appended.hta", rest[markup.start() :])
        else:
            yield Child("appended.bin", rest)
