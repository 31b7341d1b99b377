"""Build files of Visual Studio and MSBuild (.csproj, .vcxproj, .targets): what opening or building them runs.

Opening a project is enough for some of it, and MSBuild is on every Windows machine with .NET: attackers send projects
to developers, and build files that carry their code in the text. Format: the MSBuild schema reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from app.engine import charset
from app.engine.model import Confidence, Severity
from app.engine.node import Child, Item, Node, Tools

_REFERENCE = "https://attack.mitre.org/techniques/T1127/001/"
#: A project, in the text or in UTF-16.
_PROJECT = re.compile(rb"<\0?P\0?r\0?o\0?j\0?e\0?c\0?t\b")
_MOST = 8 * 1024 * 1024
_HEAD = 4096
_INLINE = re.compile(r"""\bTaskFactory\s{0,8}=\s{0,8}["']\w{0,40}(?:CodeTaskFactory|PowerShellTaskFactory)""", re.I)
_CODE, _CODE_END = re.compile(r"<Code\b[^<>]{0,300}>", re.I), "</code"
_MOST_CODE = 500_000
#: The elements that hold commands: their traits, and their text.
_ELEMENT = re.compile(
    r"<(?:Exec\b([^<>]{1,8000})|(?:PreBuildEvent|PostBuildEvent|PreLinkEvent|Command)\b[^<>]{0,300}>([^<]{1,8000}))",
    re.I,
)
_COMMAND = re.compile(r"""\bCommand\s{0,8}=\s{0,8}(?:"([^"]{1,8000})|'([^']{1,8000}))""", re.I)
_MOST_COMMANDS = 200
#: What code of a build has no use for: memory that runs, assemblies out of texts, programs from the network.
_HOSTILE = re.compile(
    r"VirtualAlloc|CreateThread|WriteProcessMemory|GetDelegateForFunctionPointer|Assembly\s*\.\s*Load\s*\("
    r"|FromBase64String|DownloadData|DownloadFile|DownloadString|AmsiScanBuffer|PowerShell\s*\.\s*Create"
)
#: Projects with so many files around them are somebody's work.
_WORK = 20


def analyze(node: Node, tools: Tools) -> Iterator[Item]:
    """Yield the commands and the code of a build file as scripts, and what its code shows."""
    if not _PROJECT.search(node.data[:_HEAD]):
        return
    text = charset.decode(node.data[:_MOST], charset.encoding_of(node.data) or "cp1252")
    commands = list(islice(_commands(text), _MOST_COMMANDS))
    if commands:
        # Under this name it is read as a script, and not forbidden as a file that somebody sent to be started.
        yield Child("commands.psm1", "\n".join(commands).encode("utf-8", "replace"))
    if _INLINE.search(text):
        yield from _inline(node, text)


def _commands(text: str) -> Iterator[str]:
    for match in _ELEMENT.finditer(text):
        traits, content = match.groups()
        command = _COMMAND.search(traits) if traits else None
        if content and content.strip():
            yield unescape(content)
        elif command:
            yield unescape(command[1] or command[2])


def _code(text: str) -> str:
    """Return the code between the elements that hold it."""
    pieces, lower, at = [], text.lower(), 0
    while match := _CODE.search(text, at):
        end = lower.find(_CODE_END, match.end())
        at = end if end >= 0 else len(text)
        pieces.append(text[match.end() : min(at, match.end() + _MOST_CODE)])
    return unescape("\n".join(pieces))


def _inline(node: Node, text: str) -> Iterator[Item]:
    """Yield the code that the build compiles and runs by itself."""
    code = _code(text)
    hostile = _HOSTILE.search(code)
    if hostile:
        yield node.finding(
            "script.build_code",
            Severity.MALICIOUS,
            "Build file whose own code loads or fetches a program",
            hostile.group(),
            _REFERENCE,
        )
    elif node.siblings < _WORK:
        yield node.finding(
            "script.build_code",
            Severity.SUSPICIOUS,
            "Build file that carries code of its own and runs it",
            code[:200],
            _REFERENCE,
            confidence=Confidence.LOW,
        )
    if code:
        yield Child("code.txt", code.encode("utf-8", "replace"))
