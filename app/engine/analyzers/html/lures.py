"""Pages that make their reader run something: commands to be pasted, scripts of the system, applications as pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.html.page import Page
from app.engine.analyzers.html.script import Deeds
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_BLANKS = r"(?:\s|<[^>]{1,80}>|[+\-＋(“\"']|&nbsp;|&#\w{1,6};|key|button|logo|tasten?|キー|键|鍵|키){0,12}"
_KEYS = re.compile(rf"(?:\bWin(?:dows)?\b|⊞|⌘|Command\b){_BLANKS}(?:\bR\b|\bX\b|Space)", re.I)
#: Other places where commands are pasted into: the file manager, a terminal. Manuals name them as well.
_PLACES = re.compile(
    rf"(?:Ctrl|Strg|Control|Alt){_BLANKS}[LD]\b|\bterminal\b|address bar|adresszeile|file explorer", re.I
)
_HUMAN = re.compile(
    r"\bhuman\b|\brobot\b|captcha|cloudflare|turnstile|\bverif(?:y|ication)|mensch|humano|humain|umano|человек"
    r"|人間|人机|bestätig|vérifi|verifi[ck]|проверк|сначала подтвердите|human-check",
    re.I,
)
_PASTE = re.compile(
    rf"(?:Ctrl|Strg|Control|CMD|⌘){_BLANKS}V\b|\bpaste\b|einfügen|coller|pegar|incolla|вставьте|粘贴", re.I
)
_COMMAND = re.compile(
    r"\b(?:powershell|pwsh)(?:\.exe)?\s[^\n]{0,300}?(?:-w\b|-win|-e\b|-en?c|-ec\b|iex|iwr|irm|http|Download|-c\b|-command|\|)"
    r"|\bmshta(?:\.exe)?\s{1,9}[\"'\\]{0,3}(?:https?:|vbscript|javascript)|\bmsiexec(?:\.exe)?\s[^\n]{0,60}https?:"
    r"|\bcmd(?:\.exe)?\s{1,9}/[ckv][^\n]{0,200}(?:http|curl|start|powershell|mshta|for\s|&)"
    r"|\bcurl\s[^\n]{0,300}(?:\|\s{0,3}(?:ba|z)?sh|-o\s|iex|&)|\b(?:ba|z)?sh\s{1,3}-c\s[^\n]{0,40}(?:curl|wget|base64)"
    r"|\bosascript\s{1,3}-e|\brundll32(?:\.exe)?\s[^\n]{0,60}(?:\\\\|http)|\bregsvr32(?:\.exe)?\s[^\n]{0,60}(?:\\\\|http)"
    r"|echo\s[^\n]{0,300}base64\s{1,3}-[dD]|\bconhost(?:\.exe)?\s{1,9}[^\n]{0,60}(?:powershell|cmd|mshta)"
    r"|\bcertutil(?:\.exe)?\s[^\n]{0,60}-urlcache|\bbitsadmin\s[^\n]{0,60}/transfer|\bwscript(?:\.exe)?\s|\bnslookup\s[^\n]{0,60}\|",
    re.I,
)
_TOOL = re.compile(
    r"\b(?:powershell|pwsh|mshta|msiexec|cmd|curl|ba?sh|zsh|osascript|rundll32|regsvr32|echo|conhost|certutil|bitsadmin|wscript|nslookup)\b",
    re.I,
)
#: Names of tools that are looked at in one script.
_MOST_TOOLS = 100_000
_RUNS = re.compile(r"\.\s{0,3}(?:Run|Exec|ShellExecute|SaveToFile|Open|CreateTextFile)\s{0,3}\(?", re.I)
_DROPS = re.compile(r"DropFileName|WriteData\s{0,3}=\s{0,3}[\"']4D5A|[\"']4D5A[0-9A-F]{60}", re.I)


def findings(node: Node, page: Page, text: str, code: str, deeds: Deeds) -> Iterator[Finding]:
    """Yield what the page wants its reader or his computer to run."""
    if deeds.clipboard:
        yield from _pasted(node, text, code)
    yield from _started(node, page, code, deeds)
    if page.application and node.extension != "hta":
        yield node.finding(
            "html.application", Severity.SUSPICIOUS, "Page that is written to run as a program",
            reference="https://attack.mitre.org/techniques/T1218/005/",
        )  # fmt: skip
    if ("4D5A" in code or "DropFileName" in code) and (drops := _DROPS.search(code)):
        yield node.finding(
            "html.drops_program",
            Severity.MALICIOUS,
            "Page that carries a program and writes it to the disk",
            drops.group(),
        )


def _command(code: str) -> re.Match[str] | None:
    """Return the first command of the operating system in a script."""
    tools = (tool for tool, _ in zip(_TOOL.finditer(code), range(_MOST_TOOLS), strict=False))
    return next((command for tool in tools if (command := _COMMAND.match(code, tool.start()))), None)


def _pasted(node: Node, text: str, code: str) -> Iterator[Finding]:
    """A command in the clipboard, and words that say where to paste it."""
    command, keys, paste = _command(code), _KEYS.search(text), _PASTE.search(text)
    if not keys:
        # A manual has a button that copies a command, too; it does not ask whether its reader is a robot.
        keys = _PLACES.search(text) if command and paste else None
        if keys and command:
            human = _HUMAN.search(text)
            yield node.finding(
                "html.pasted_command", Severity.MALICIOUS if human else Severity.SUSPICIOUS,
                "Page that copies a command for its reader to paste and run", command.group(),
                "https://attack.mitre.org/techniques/T1204/004/",
                confidence=Confidence.HIGH if human else Confidence.LOW,
            )  # fmt: skip
        return
    if command:
        yield node.finding(
            "html.pasted_command", Severity.MALICIOUS,
            "Page that copies a command for its reader to paste and run", command.group(),
            "https://attack.mitre.org/techniques/T1204/004/",
        )  # fmt: skip
    elif paste:
        yield node.finding(
            "html.pasted_text", Severity.SUSPICIOUS,
            "Page that copies something for its reader to paste into Windows", keys.group(),
            "https://attack.mitre.org/techniques/T1204/004/", confidence=Confidence.MEDIUM,
        )  # fmt: skip


def _started(node: Node, page: Page, code: str, deeds: Deeds) -> Iterator[Finding]:
    """A script of the system (ActiveX, VBScript) that starts programs or writes files."""
    if not deeds.starts:
        return
    command = _command(code)
    runs = _RUNS.search(code)
    yield node.finding(
        "html.starts_script",
        Severity.MALICIOUS if command else Severity.SUSPICIOUS,
        "Page with a script that starts programs on the reader's computer",
        command.group() if command else ", ".join(deeds.objects[:5]),
        "https://attack.mitre.org/techniques/T1059/",
        confidence=Confidence.HIGH if runs else Confidence.MEDIUM,
    )
