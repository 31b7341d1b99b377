"""Set-up instructions (``.inf``): the commands and scripts that they run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.script import facts as script_facts
from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.targets import finding
from app.engine.model import Confidence, Severity
from app.engine.node import Item, Node

_INF_COMMANDS = re.compile(
    r"(?mi)^[ \t]{0,8}(?:runpresetupcommands?|runpostsetupcommands?|runpresetupcommandssection|unregisterocxs"
    r"|registerocxs|registerdlls|run|open|shellexecute|shell\\\w{1,20}\\command)[^=\r\n]{0,40}=[ "
    r"\t]{0,8}([^\r\n]{1,2000})"
)
_INF_SECTION = re.compile(r"(?mi)^[ \t]{0,8}\[([^\]\r\n]{1,200})\]")


def analyze(node: Node, text: str) -> Iterator[Item]:
    """Set-up instructions (``.inf``): their commands run on Install, with ``cmstp``, or when a medium is opened."""
    facts = script_facts.seen(text)
    scripted = re.search(r"(?i)unregisterocxs|scrobj\.dll,?\s{0,4}ni|(?<![\w.])%11%\\scrobj", text)
    if scripted and re.search(
        r"(?i)scrobj[^\r\n]{0,40}(?:https?:|\\\\|ni,)|https?://[^\r\n]{1,200}\.(?:sct|xml|txt|wsc)", text
    ):
        yield finding(
            node,
            "shortcut.setup",
            Severity.MALICIOUS,
            "Set-up file that runs a script from the network",
            scripted.group(),
        )
        return
    commands = [match.group(1) for match in _INF_COMMANDS.finditer(text)]
    sections = {match.group(1).strip().lower(): match.end() for match in _INF_SECTION.finditer(text)}
    for command in list(commands):
        for name in command.split(","):
            start = sections.get(name.strip().lower().partition(":")[0])
            if start is not None:
                commands += [
                    line.strip() for line in text[start : start + 4000].partition("\n[")[0].splitlines() if line.strip()
                ]
    for command in commands[:200]:
        reading = shortcut_command.read(command)
        if reading and reading.severity is Severity.MALICIOUS:
            yield finding(node, "shortcut.setup", Severity.MALICIOUS, "Set-up file that runs a hidden command", command)
            return
        if reading and reading.confidence is Confidence.HIGH:
            yield finding(node, "shortcut.setup", Severity.SUSPICIOUS, "Set-up file that runs a command", command)
            return
    if any(name.startswith(("stay.run_key", "amsi", "powershell.encoded", "fetch.powershell")) for name in facts):
        yield node.finding(
            "shortcut.setup",
            Severity.SUSPICIOUS,
            "Set-up file that changes what starts with the computer",
            next(iter(facts.values())),
            confidence=Confidence.MEDIUM,
        )
