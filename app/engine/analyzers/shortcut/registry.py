"""Registry entries (``.reg``): what they make Windows start, and which of its protections they switch off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.place import place_of
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Item, Node

_STAYS = "https://attack.mitre.org/techniques/T1547/001/"
_REG_KEY = re.compile(r"(?m)^[ \t]{0,8}\[(-?)(HK[^\]\r\n]{1,500})\]?[ \t]{0,8}\r?$", re.I)
_REG_VALUE = re.compile(r"(?m)^[ \t]{0,8}(?:@|\"((?:[^\"\\\r\n]|\\.){0,500})\")[ \t]{0,8}=[ \t]{0,8}([^\r\n]{0,16000})")
_RUN_KEY = re.compile(
    r"\\currentversion\\(?:policies\\explorer\\)?run(?:once|onceex|services|servicesonce)?$"
    r"|\\windows nt\\currentversion\\winlogon$"
    r"|\\image file execution options\\[^\\]{1,80}$|\\windows nt\\currentversion\\windows$"
    r"|\\active setup\\installed components\\",
    re.I,
)
_HANDLER = re.compile(
    r"\\shell\\[^\\]{1,40}\\command$|\\ms-settings\\|\\inprocserver32$|\\command processor$|\\environment$", re.I
)
_STARTING_VALUES = frozenset(
    {"shell", "userinit", "debugger", "appinit_dlls", "load", "run", "stubpath", "autorun", "userinitmprlogonscript"}
)
_PROTECTION = re.compile(
    r"\\windows defender(?:\\|$)|\\policies\\system$|\\securityproviders\\wdigest|\\windowsfirewall|\\control\\lsa$",
    re.I,
)
_PROTECTING = {
    "disableantispyware": 1,
    "disableantivirus": 1,
    "disablerealtimemonitoring": 1,
    "disablebehaviormonitoring": 1,
    "disableonaccessprotection": 1,
    "disableioavprotection": 1,
    "disablescanonrealtimeenable": 1,
    "tamperprotection": 0,
    "enablelua": 0,
    "uselogoncredential": 1,
    "runasppl": 0,
    "consentpromptbehavioradmin": 0,
    "enablefirewall": 0,
    "disabletaskmgr": 1,
    "disableregistrytools": 1,
    "enablesmartscreen": 0,
}


def entries(node: Node, text: str) -> Iterator[Item]:
    """Yield what the entries in ``text`` (.reg) start and switch off once a double click has put them in."""
    places = [(match.start(), match.group(2), match.group(1)) for match in _REG_KEY.finditer(text)]
    for number, (at, key, removed) in enumerate(places):
        if removed or not (_RUN_KEY.search(key) or _HANDLER.search(key) or _PROTECTION.search(key)):
            continue
        end = places[number + 1][0] if number + 1 < len(places) else len(text)
        body = re.sub(r"\\\r?\n[ \t]{0,8}", "", text[at : min(end, at + 200_000)])
        for match in _REG_VALUE.finditer(body):
            for finding in _entry(node, key, match.group(1) or "", _reg_text(match.group(2))):
                yield finding
                if finding.severity is Severity.MALICIOUS:
                    return


def _reg_text(value: str) -> str:
    """Return the text of a registry value: quoted, or UTF-16 as hexadecimal (``hex(2):``)."""
    if value.startswith('"'):
        return value[1:].rpartition('"')[0].replace("\\\\", "\\").replace('\\"', '"')
    kind, _, digits = value.partition(":")
    if kind.startswith("hex("):
        raw = bytes.fromhex(re.sub(r"[^0-9a-fA-F]", "", digits)[: 2 * (len(re.sub(r"[^0-9a-fA-F]", "", digits)) // 2)])
        return raw.decode("utf-16-le", "replace").replace("\0", " ").strip()
    return value


def _entry(node: Node, key: str, name: str, value: str) -> Iterator[Finding]:
    if _PROTECTION.search(key):
        wanted = _PROTECTING.get(name.lower())
        if wanted is not None and re.fullmatch(rf"dword:\s{{0,4}}0{{0,7}}{wanted}\s{{0,8}}", value):
            heavy = "defender" in key.lower() or name.lower() in ("uselogoncredential", "enablelua")
            yield node.finding(
                "shortcut.registry_protection",
                Severity.SUSPICIOUS,
                "Registry entry that switches a protection of Windows off",
                f"{key} {name}={value}",
                "https://attack.mitre.org/techniques/T1562/001/",
                confidence=Confidence.HIGH if heavy else Confidence.LOW,
            )
        elif "\\exclusions\\" in key.lower() and name:
            yield _found(
                node,
                "shortcut.registry_protection",
                Severity.SUSPICIOUS,
                "Registry entry that hides a place from the virus scanner",
                f"{key} {name}",
            )
        return
    if not _RUN_KEY.search(key) and not _HANDLER.search(key):
        return
    special = not re.search(r"\\run\w{0,12}$|\\command$|\\ms-settings\\", key, re.I)
    if (
        special and name.lower() not in _STARTING_VALUES and not key.lower().endswith("inprocserver32")
    ) or not value.strip():
        return
    if special and re.fullmatch(r"(?:explorer\.exe|(?:c:\\windows\\system32\\)?userinit\.exe,?)", value.strip(), re.I):
        return
    yield from _started(node, key, name, value)


def _started(node: Node, key: str, name: str, value: str) -> Iterator[Finding]:
    reading = shortcut_command.read(value)
    place = place_of(value.split(" ")[0])
    loose = re.search(
        r"\\(?:appdata\\(?:local\\temp|roaming)|temp|public|programdata)\\[^\\\"]{1,80}\.(?:exe|dll|vbs|js|bat"
        r"|ps1|scr|hta|cmd)\b|%(?:temp|appdata|public)%",
        value,
        re.I,
    )
    if (reading and reading.severity is Severity.MALICIOUS) or (place and place.share and place.outside):
        yield _found(
            node,
            "shortcut.registry_start",
            Severity.MALICIOUS,
            "Registry entry that starts a hidden command with the computer",
            f"{key} {name}={value}",
        )
    else:
        sure = (
            Confidence.HIGH
            if loose or "image file execution" in key.lower() or (reading and "rundll32" not in value.lower())
            else Confidence.LOW
        )
        if key.lower().endswith("\\command") and not loose and not reading:
            return
        yield node.finding(
            "shortcut.registry_start",
            Severity.SUSPICIOUS,
            "Registry entry that starts a program with the computer",
            f"{key} {name}={value}",
            confidence=sure,
        )


def _found(node: Node, code: str, severity: Severity, title: str, evidence: str) -> Finding:
    return node.finding(code, severity, title, evidence, _STAYS)
