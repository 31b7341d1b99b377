"""Consoles (``.msc``): a task pad may run a command, a page in it a script, a link open anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.place import place_of
from app.engine.model import Finding, Severity
from app.engine.node import Item, Node, Text

_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
#: Commands of a console that are looked at; a real one has a handful.
_MOST_COMMANDS = 500
_STRING = re.compile(r"<string\b[^>]{0,200}>([^<]{1,8000})", re.I)
_COMMAND_LINE = re.compile(r"""CommandLine\s{0,4}=\s{0,4}["']([^"'<]{1,400})""", re.I)
_TASK = re.compile(r"<Task\b[^<>]{0,1000}", re.I)
_TASK_COMMAND = re.compile(r"""Command\s{0,4}=\s{0,4}["']([^"']{1,400})""", re.I)
_SCRIPTED = re.compile(
    r"javascript:|vbscript:|apds\.dll|xsl:stylesheet|msxsl:script|activexobject|scopenamespace|<script\b", re.I
)
_RUNS = re.compile(r"eval|unescape|external|execute|createobject|activexobject|apds", re.I)
_MAKER = ("https://go.microsoft.com", "http://go.microsoft.com")


def analyze(node: Node, text: str) -> Iterator[Item]:
    """Yield what the console runs, and the page that it shows."""
    strings = [unescape(match.group(1)) for match in _STRING.finditer(text)]
    whole = unescape(unescape("\n".join(strings)))
    page = next((text for text in strings if place_of(text) and not text.lower().startswith(_MAKER)), "")
    yield Text(page)
    commands = _commands(text)
    if len(commands) > _MOST_COMMANDS:
        yield node.finding("limit.console", Severity.UNKNOWN, "Console file with more commands than are looked at")
    hostile = shortcut_command.hostile(whole + "\n" + unescape(text))
    scripted = _SCRIPTED.search(whole + text)
    if hostile or (scripted and _RUNS.search(whole + text)):
        title = "Console file that runs a hidden script or command"
        yield _told(node, Severity.MALICIOUS, title, hostile or (scripted.group() if scripted else ""))
    elif commands or scripted:
        bad = any(shortcut_command.read(command) for command in commands[:_MOST_COMMANDS])
        severity = Severity.MALICIOUS if bad else Severity.SUSPICIOUS
        yield _told(node, severity, "Console file that runs a command", commands[0] if commands else "")
    elif page:
        yield _told(node, Severity.SUSPICIOUS, "Console file that opens a page of the network", page)


def _commands(text: str) -> list[str]:
    """Return the commands of task pads, each with what is said about it."""
    commands = [unescape(match.group(1)) for match in _COMMAND_LINE.finditer(text)]
    for match in _TASK.finditer(text):
        if command := _TASK_COMMAND.search(match.group()):
            commands.append(unescape(command.group(1) + " " + match.group()))
    return commands


def _told(node: Node, severity: Severity, title: str, evidence: str) -> Finding:
    return node.finding("shortcut.console", severity, title, evidence, _CLICK)
