"""Small text files that a desktop acts on when they are opened or only looked at.

Internet shortcuts (``.url``), Explorer commands (``.scf``), themes, desktop entries, settings of the script host,
remote desktop files, registry entries (in ``shortcut_registry``), set-up instructions, calendars.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.engine import charset
from app.engine.analyzers.script import facts as script_facts
from app.engine.analyzers.shortcut import calendars, registry as shortcut_registry, remote_desktop, setup
from app.engine.analyzers.shortcut.place import place_of, starts
from app.engine.analyzers.shortcut.targets import finding, leak, link
from app.engine.analyzers.text import wide
from app.engine.budget import LIMIT_TITLES
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node, Tools

#: None of these files is longer; a registry export of a whole machine is read as far as this.
_MOST = 16 * 1024 * 1024
_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
_KEY = re.compile(r"(?m)^[ \t]{0,20}([\w.$\\\[\] -]{1,60}?)[ \t]{0,20}[=:][ \t]{0,20}([^\r\n]{0,8000})")


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield what the file makes a desktop do."""
    base = node.name.replace("\\", "/").rpartition("/")[2].lower()
    reader = _BY_NAME.get(base) or _READERS.get(node.kind.mime)
    encoding = charset.encoding_of(node.data) or "cp1252"
    if reader is None or wide(encoding):
        return
    if len(node.data) > _MOST:
        yield node.finding("limit.node_bytes", Severity.UNKNOWN, LIMIT_TITLES["node_bytes"])
    yield from reader(node, charset.decode(node.data[:_MOST], encoding))


def keys(text: str) -> dict[str, str]:
    """Return the settings of an INI file by their names in lower case; the first of a name counts, as it does there."""
    found: dict[str, str] = {}
    for match in _KEY.finditer(text):
        found.setdefault(match.group(1).strip().lower(), match.group(2).strip())
    return found


def _url(node: Node, text: str) -> Iterator[Item]:
    found = keys(text)
    for name in ("url", "baseurl", "workingdirectory", "origurl"):
        yield from link(node, "shortcut.internet", found.get(name, ""), "Internet shortcut")
    yield from leak(node, found.get("iconfile", ""), "Internet shortcut", ordinary=True)


def _explorer_command(node: Node, text: str) -> Iterator[Item]:
    yield from leak(node, keys(text).get("iconfile", ""), "Explorer command", ordinary=False)


def _theme(node: Node, text: str) -> Iterator[Item]:
    found = keys(text)
    for name, value in found.items():
        yield from leak(node, value, "Theme", ordinary=False)
        if (
            name in ("scrnsave.exe", "path")
            and starts(value)
            and not re.match(r"(?:%systemroot%|%windir%|c:\\windows)\\", value, re.I)
        ):
            yield finding(node, "shortcut.theme", Severity.MALICIOUS, "Theme that starts a program", value)


def _desktop_entry(node: Node, text: str) -> Iterator[Item]:
    found = keys(text)
    command = re.sub(r"\s%[a-zA-Z]\b", "", found.get("exec", ""))
    if "type" in found and found["type"].lower() == "link":
        yield from link(node, "shortcut.internet", found.get("url", ""), "Desktop link")
        return
    facts = script_facts.seen(command)
    hostile = [
        name
        for name in facts
        if name.startswith(("fetch.", "sh.", "shell.", "decode.", "host.", "destroy.", "steal."))
        and name != "shell.subprocess"
    ]
    if hostile:
        yield finding(
            node,
            "shortcut.command",
            Severity.MALICIOUS,
            "Desktop entry that fetches or decodes something and runs it",
            command,
        )
    elif re.search(
        r"\b(?:ba|z|da)?sh\b[\"']?\s{1,4}-\w{0,3}c\b|\bpython3?\s{1,4}-c\b|/tmp/|/dev/shm/"
        r"|[/\s\"']\.[\w-]{2,40}(?:/|\s|$)",
        command,
    ):
        hidden = re.search(r"&&|;\s|\||/(?:tmp|dev/shm)/|\s-c\b[^\r\n]{1,200}\s-c\b", command)
        posing = re.search(r"\.(?:pdf|docx?|xlsx?|pptx?|jpe?g|png|txt|zip)$", found.get("name", ""), re.I)
        yield node.finding(
            "shortcut.command",
            Severity.MALICIOUS if posing else Severity.SUSPICIOUS,
            "Desktop entry that runs a command line" + (" and has the name of a document" if posing else ""),
            command,
            _CLICK,
            confidence=Confidence.HIGH if hidden else Confidence.LOW,
        )


def _script_host(node: Node, text: str) -> Iterator[Item]:
    target = keys(text).get("path", "")
    place = place_of(target)
    if place:
        yield finding(
            node,
            "shortcut.script",
            Severity.MALICIOUS,
            "Settings file that runs a script from another computer",
            target,
        )


def _click_once(node: Node, text: str) -> Iterator[Item]:
    target = re.search(r"(?:https?|file):[^\s#\"']{4,1000}", text)
    if target:
        place = place_of(target.group())
        yield node.finding(
            "shortcut.installer",
            Severity.RESTRICTED if place and place.outside else Severity.SUSPICIOUS,
            "Reference that installs a program from the network",
            target.group(),
            _CLICK,
            confidence=Confidence.HIGH if not target.group().startswith("https:") else Confidence.MEDIUM,
        )


def _folder(node: Node, text: str) -> Iterator[Item]:
    """``desktop.ini`` and ``autorun.inf``: the icon of a folder is fetched as soon as that is shown."""
    for name, value in keys(text).items():
        if name in ("iconresource", "iconfile", "icon", "logo"):
            yield from leak(node, value.partition(",")[0], "Folder settings", ordinary=False)


_ENTRY = re.compile(r"(?mi)(?:^|href\s{0,4}=\s{0,4}[\"']|^file\d{1,5}=)[ \t]{0,8}((?:file:|\\\\)[^\r\n\"']{3,1000})")


def _playlist(node: Node, text: str) -> Iterator[Item]:
    """Lists of sound and film: a player signs in to where they lead."""
    for match in _ENTRY.finditer(text):
        if place_of(match.group(1)):
            yield from leak(node, match.group(1), "Playlist", ordinary=True)
            return


_BY_NAME: dict[str, Callable[[Node, str], Iterator[Item]]] = {"desktop.ini": _folder, "autorun.inf": _folder}
_READERS: dict[str, Callable[[Node, str], Iterator[Item]]] = {
    "application/x-mswinurl": _url,
    "text/x-explorer-command": _explorer_command,
    "text/x-windows-theme": _theme,
    "application/x-desktop": _desktop_entry,
    "text/x-script-host": _script_host,
    "application/x-rdp": remote_desktop.analyze,
    "text/x-ms-regedit": shortcut_registry.entries,
    "text/x-setup-inf": setup.analyze,
    "text/calendar": calendars.analyze,
    "application/x-ms-application-reference": _click_once,
    "audio/x-mpegurl": _playlist,
}
