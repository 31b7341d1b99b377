"""Small XML files that a desktop acts on: libraries and search connectors, settings links, consoles, contacts.

Also programs that are installed from the network by such a file: Java Web Start, ClickOnce, App Installer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape

from app.engine import charset
from app.engine.analyzers.shortcut import apple, command as shortcut_command, console, powershell_view
from app.engine.analyzers.shortcut.place import place_of
from app.engine.analyzers.shortcut.targets import link
from app.engine.analyzers.text import wide
from app.engine.budget import LIMIT_TITLES
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Text, Tools

_MOST = 16 * 1024 * 1024
_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
_PLACE = re.compile(
    r"<(?:\w{1,20}:)?(?:url|location|simpleLocation|iconReference|ownerSID|path|include"
    r"|scope)\b[^>]{0,400}>\s{0,40}(?:<!\[CDATA\[)?([^<>]{2,2000})",
    re.I,
)
_ATTRIBUTE = re.compile(
    r"""\b(?:path|url|uri|href|location|codebase|name)\s{0,4}=\s{0,4}["']([^"'<>]{2,2000})["']""", re.I
)
_DEEP_LINK = re.compile(r"<(?:\w{1,20}:)?DeepLink\b[^>]{0,200}>\s{0,40}(?:<!\[CDATA\[)?([^<]{1,8000})", re.I)


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the file makes a desktop do."""
    reader = _READERS.get(node.kind.mime)
    encoding = charset.encoding_of(node.data) or "cp1252"
    if reader is None or wide(encoding):
        return
    if len(node.data) > _MOST:
        yield node.finding("limit.node_bytes", Severity.UNKNOWN, LIMIT_TITLES["node_bytes"])
    yield from reader(node, charset.decode(node.data[:_MOST], encoding))


def _library(node: Node, text: str) -> Iterator[Item]:
    """Folders shown as if they were here: those of a stranger hold what he wants opened."""
    for match in _PLACE.finditer(text):
        target = unescape(match.group(1)).strip()
        place = place_of(target)
        if place is None:
            continue
        yield Text(target)
        bad = place.webdav or place.outside or place.host.replace(".", "").isdigit()
        if bad:
            title = "Folder of somebody else's computer that is shown as one of this computer"
            yield node.finding("shortcut.shell_library", Severity.MALICIOUS, title, target, _CLICK)
            return
        yield node.finding(
            "shortcut.shell_library",
            Severity.SUSPICIOUS,
            "Folder of another computer that is shown as one of this computer",
            target,
            _CLICK,
            confidence=Confidence.MEDIUM,
        )


def _settings(node: Node, text: str) -> Iterator[Item]:
    for match in _DEEP_LINK.finditer(text):
        command = unescape(match.group(1)).strip()
        reading = shortcut_command.read(command)
        plain = re.search(r"control\.exe|ms-settings:|rundll32\.exe\s{1,4}shell32", command, re.I)
        if reading is None and plain:
            continue
        bad = reading is not None and (reading.severity is Severity.MALICIOUS or not plain)
        yield Text(command)
        yield node.finding(
            "shortcut.settings",
            Severity.MALICIOUS if bad else Severity.SUSPICIOUS,
            "Settings link that starts a command instead of a setting",
            command,
            _CLICK,
        )
        return


def _web_start(node: Node, text: str) -> Iterator[Item]:
    sources = [
        unescape(match.group(1))
        for match in re.finditer(r"""(?:codebase|href)\s{0,4}=\s{0,4}["']([^"'<>]{2,2000})["']""", text, re.I)
    ]
    remote = next((source for source in sources if place_of(source)), None)
    if remote is None:
        return
    place = place_of(remote)
    rights = re.search(r"<all-permissions", text, re.I)
    strange = place is not None and (
        place.share
        or (place.outside and (place.host.replace(".", "").isdigit() or not remote.lower().startswith("https")))
    )
    sure = Confidence.HIGH if strange or rights else Confidence.MEDIUM
    if place is not None and not place.outside:
        sure = Confidence.LOW
    yield node.finding(
        "shortcut.installer",
        Severity.MALICIOUS if strange and (rights or (place and place.share)) else Severity.SUSPICIOUS,
        "Runs a program from the network on this computer",
        remote,
        _CLICK,
        confidence=sure,
    )


def _installer(node: Node, text: str) -> Iterator[Item]:
    targets = [
        unescape(match.group(1))
        for match in re.finditer(r"""(?:uri|codebase)\s{0,4}=\s{0,4}["']([^"'<>]{2,2000})["']""", text, re.I)
    ]
    remote = next((target for target in targets if place_of(target)), None)
    if remote:
        place = place_of(remote)
        odd = place is not None and (
            place.share or place.host.replace(".", "").isdigit() or remote.lower().startswith("http:")
        )
        outside = place is not None and place.outside
        yield node.finding(
            "shortcut.installer",
            # What installs from somebody else's site is as forbidden as an installer that is sent along.
            (Severity.MALICIOUS if place and place.share else Severity.RESTRICTED) if outside else Severity.SUSPICIOUS,
            "Installs a program from the network",
            remote,
            _CLICK,
            confidence=Confidence.HIGH if odd else Confidence.MEDIUM,
        )


def _contact(node: Node, text: str) -> Iterator[Item]:
    """Contacts (``.contact``): their web address is started as it stands, so that it may be a program beside them."""
    for match in re.finditer(
        r"<(?:\w{1,20}:)?(?:Url(?:Value)?|Value)\b[^>]{0,200}>\s{0,40}([^<>]{2,2000})", text, re.I
    ):
        target = unescape(match.group(1)).strip()
        loose = (
            re.search(
                r"(?:^|[\\/.])[\w .-]{1,80}\.(?:exe|cpl|dll|vbs|js|jse|hta|bat|cmd|scr|lnk|ps1|msi)\s{0,4}$",
                target,
                re.I,
            )
            and "://" not in target
        )
        if loose or re.search(r"javascript:|vbscript:|<a\s|file:|\\\\", target, re.I):
            yield node.finding(
                "shortcut.contact",
                Severity.MALICIOUS if loose else Severity.SUSPICIOUS,
                "Contact whose web address starts a program",
                target,
                _CLICK,
            )
            return
        yield from link(node, "shortcut.contact", target, "Contact")


def _search(node: Node, text: str) -> Iterator[Item]:
    yield from _library(node, text)
    for match in _ATTRIBUTE.finditer(text):
        place = place_of(unescape(match.group(1)))
        if place and place.share and place.outside:
            yield node.finding(
                "shortcut.shell_library",
                Severity.MALICIOUS,
                "Search that shows files of somebody else's computer",
                match.group(1),
                _CLICK,
            )
            return


def _stylesheet(node: Node, text: str) -> Iterator[Item]:
    """Style sheets may hold script, which ``wmic`` and ``msxsl`` run."""
    body = re.search(r"<(?:ms|msxsl|xsl|user|\w{1,20}):script\b[^>]{0,400}>([\s\S]{1,200000})", text, re.I)
    if body is None:
        return
    hostile = shortcut_command.hostile(body.group(1))
    if hostile:
        yield node.finding(
            "shortcut.stylesheet", Severity.MALICIOUS, "Style sheet that runs a hidden command", hostile, _CLICK
        )
        yield Child("script.js", unescape(body.group(1)).encode("utf-8", "replace"))


_READERS: dict[str, Callable[[Node, str], Iterator[Item]]] = {
    "application/windows-library+xml": _library,
    "application/windows-search-connector+xml": _search,
    "application/x-settings-content": _settings,
    "application/x-java-jnlp-file": _web_start,
    "application/appinstaller": _installer,
    "application/x-ms-application": _installer,
    "application/x-ms-console": console.analyze,
    "text/x-ms-contact": _contact,
    "application/x-webloc": apple.web_location,
    "application/x-apple-terminal": apple.terminal,
    "application/x-powershell-view": powershell_view.analyze,
    "application/xslt+xml": _stylesheet,
}
