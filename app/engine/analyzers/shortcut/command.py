"""Command lines that stand where none is expected: in shortcuts, settings, tables, calendars.

A command in a script is ordinary; the same command behind an icon or in a cell was put there to be started unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.engine.analyzers.script import (
    batch as script_batch,
    facts as script_facts,
    plain as script_plain,
)
from app.engine.model import Confidence, Severity

#: Programs of Windows that run what they are told to.
_INTERPRETERS = re.compile(
    r"(?:^|[\\/\s\"'(,;=|!&])(cmd|powershell|powershell_ise|pwsh|mshta|wscript|cscript|rundll32|regsvr32"
    r"|msiexec|certutil|bitsadmin"
    r"|curl|forfiles|conhost|ssh|scp|sftp|pcalua|wmic|msbuild|installutil|cmstp|hh|ftp|bash|wsl|finger"
    r"|odbcconf|scriptrunner"
    r"|syncappvpublishingserver|appvlp|regasm|regsvcs|presentationhost|ieexec|msdt|pubprn|winrs|winget|tar|xcopy"
    r"|schtasks|reg|python\w?|javaw?|node|perl|osascript|sh|zsh|nc|ncat|start|desktopimgdownldr|control"
    r"|msconfig|infdefaultinstall)"
    r"(?:\.exe)?(?=$|[\s\"',;)/\\!^|-])",
    re.I,
)
_EXPECTED = frozenset(
    {
        "control",
        "msconfig",
        "python",
        "pythonw",
        "java",
        "javaw",
        "node",
        "perl",
        "sh",
        "bash",
        "start",
        "reg",
        "tar",
        "ssh",
    }
)
#: Facts of ``script_facts`` that no ordinary shortcut shows.
_HOSTILE = (
    *("fetch.", "decode.", "tool.", "powershell.encoded", "run.expression", "run.wmi", "shell.", "amsi", "memory."),
    *("sh.pipe", "sh.decode", "defender.", "stay.", "steal.", "shadows.", "host.", "destroy.", "uac."),
)
#: The same in files that have nothing to start at all.
_STARTING = (
    *("fetch.", "tool.", "powershell.", "run.shell", "run.expression", "run.hidden", "decode.", "memory.", "amsi"),
    *("sh.pipe", "sh.decode", "shell.devtcp"),
)
_ADDRESS = re.compile(r"https?:[\\/]{1,4}|ftp://|\\\\[\w.-]{2,100}(?:@\w{2,5}){0,2}\\|\bhxxps?:", re.I)
_PROXY = re.compile(r"proxycommand|localcommand|-o\s{0,4}\"?p\w{1,12}=", re.I)
_CHAIN = re.compile(r"[&|]{1,2}\s{0,8}\w|\bfor\s{1,4}/[frd]\b|%\w{1,40}:~", re.I)
_ITSELF = re.compile(r"\.lnk\b|findstr|select-string|readallbytes|get-content|\bgc\s|-encoding\s{1,4}byte", re.I)
_NEARBY = re.compile(
    r"(?:^|[\s\"'=(])(?![a-z]:|%|\\\\|/)[.\\\w -]{0,120}[\w-]\.(?:exe|dll|js|jse|vbs|vbe|wsf|hta|bat|cmd|ps1"
    r"|scr|cpl|ocx|tmp|dat|db|log|txt|jpg|png|pdf)\b",
    re.I,
)
_HIDDEN = re.compile(
    r"[-/]w(?:in\w{0,9})?\s{1,6}[\"']?(?:hid|h\b|1\b)|--headless|/min\b|vbhide|-nop\b|-noni|-ep?\s{1,4}bypass"
    r"|executionpolicy",
    re.I,
)
_PLACES = re.compile(
    r"%(?:temp|tmp|appdata|localappdata|public|userprofile|programdata)%|\$env:|\\(?:temp|public|appdata)\\", re.I
)
_BROWSER = re.compile(
    r"(?:msedge|chrome|brave|opera|firefox)(?:\.exe)?\b[^\r\n]{0,400}--(?:headless|load-extension|proxy-server"
    r"|disable-web-security)",
    re.I,
)
_HOSTS = frozenset({"wscript", "cscript", "mshta", "powershell", "pwsh", "rundll32", "regsvr32"})
#: Blanks that push a command out of the field in which Windows shows it.
_PADDED = re.compile(r"[\s\u00a0\u2000-\u200b\u3000]{64}")
#: The longest command that Windows shows; what people make is far shorter.
_LONG = 260


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command line means: how bad, how sure, in words, and what shows it."""

    severity: Severity
    confidence: Confidence
    title: str
    evidence: str


def read(command: str, *, minimised: bool = False) -> Reading | None:
    """Return what ``command`` means where none is expected, None when it starts an ordinary program on a local path."""
    shown = " ".join(command.split())
    if _PADDED.search(command.strip()):
        return _bad("Command pushed out of sight with blanks", shown)
    plain = script_plain.written_out(script_batch.written_out(command[:100_000]).text).text
    program = _INTERPRETERS.search(plain)
    facts = script_facts.seen(plain)
    hostile = next((fact for fact in facts if fact.startswith(_HOSTILE) and fact != "shell.tcp"), None)
    if program is None and _BROWSER.search(plain):
        return Reading(Severity.SUSPICIOUS, Confidence.HIGH, "Starts a browser out of sight or with parts added", shown)
    if program is None:
        return _bad("Starts a command that fetches or decodes a program", shown) if hostile else None
    name = program.group(1).lower()
    if hostile or _ADDRESS.search(plain) or _PROXY.search(plain):
        return _bad(f"Starts {name}, which fetches or unpacks something and runs it", shown)
    rest = plain[program.end() :].strip(" \"'")
    if (
        name
        in (
            "mshta",
            "forfiles",
            "conhost",
            "pcalua",
            "certutil",
            "bitsadmin",
            "finger",
            "hh",
            "cmstp",
            "msdt",
            "scriptrunner",
        )
        and rest
    ):
        return _bad(f"Starts {name}, a tool of Windows that runs other programs", shown)
    if rest and name not in _EXPECTED and (_NEARBY.search(" " + rest) or _ITSELF.search(rest) or len(shown) > _LONG):
        return _bad(f"Starts {name} with a file that lies beside it or is hidden in it", shown)
    if (
        rest
        and name not in _EXPECTED
        and (_HIDDEN.search(rest) or minimised)
        and (_CHAIN.search(rest) or _PLACES.search(rest))
    ):
        return _bad(f"Starts {name} out of sight", shown)
    if name in _HOSTS and _PLACES.search(rest):
        return _bad(f"Starts {name} with a file from a folder that anybody can write to", shown)
    if name in _EXPECTED or not rest:
        return None
    sure = Confidence.HIGH if _HIDDEN.search(rest) or _CHAIN.search(rest) or _PLACES.search(rest) else Confidence.LOW
    return Reading(Severity.SUSPICIOUS, sure, f"Starts {name}, which runs what it is told", shown)


def runs_interpreter(command: str) -> bool:
    """Whether ``command`` is one of the programs of Windows that run what they are told to."""
    return bool(_INTERPRETERS.search(command))


def hostile(text: str) -> str:
    """Return what shows that a text starts something it should not, empty when nothing does."""
    facts = script_facts.seen(text)
    return next((place for name, place in facts.items() if name.startswith(_STARTING)), "")


def _bad(title: str, evidence: str) -> Reading:
    return Reading(Severity.MALICIOUS, Confidence.HIGH, title, evidence)
