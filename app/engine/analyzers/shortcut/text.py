"""Small text files that a desktop acts on when they are opened or only looked at.

Internet shortcuts (``.url``), Explorer commands (``.scf``), themes, desktop entries, settings of the script host,
remote desktop files, registry entries (in ``shortcut_registry``), set-up instructions, calendars.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from app.engine import charset
from app.engine.analyzers.script import facts as script_facts
from app.engine.analyzers.shortcut import command as shortcut_command, registry as shortcut_registry
from app.engine.analyzers.shortcut.place import Place, place_of, starts
from app.engine.analyzers.text import wide
from app.engine.budget import LIMIT_TITLES
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Child, Item, Node, Tools

#: None of these files is longer; a registry export of a whole machine is read as far as this.
_MOST = 16 * 1024 * 1024
_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
_FORCED = "https://attack.mitre.org/techniques/T1187/"
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


def link(node: Node, code: str, target: str, what: str) -> Iterator[Finding]:
    """Yield a finding when ``target`` runs something, or makes the computer sign in elsewhere."""
    place = place_of(target)
    lower = target.strip().lower()
    if lower.startswith(
        (
            "javascript:",
            "vbscript:",
            "ms-msdt:",
            "search-ms:",
            "search:",
            "ms-officecmd:",
            "mhtml:",
            "ms-appinstaller:",
            "ms-word:",
            "res:",
            "shell:",
            "its:",
            "mk:@",
        )
    ):
        yield _finding(
            node, code, _scheme(lower), f"{what} that makes Windows run something instead of opening a page", target
        )
    elif place and place.share:
        yield from _share(node, code, target, place, what)
    elif (
        place
        and re.search(r"\.(?:hta|vbs|vbe|jse|wsf|lnk|scr|ps1|sct|library-ms|cmd|bat|cpl)$", lower)
        and not _is_page(lower)
    ):
        yield _finding(node, code, Severity.MALICIOUS, f"{what} that fetches a script and runs it", target)
    elif place and place.starts and not lower.startswith("https:") and not _is_page(lower):
        yield _finding(node, code, Severity.SUSPICIOUS, f"{what} that fetches a program", target)
    elif place and place.starts and not _is_page(lower):
        yield node.finding(
            code, Severity.SUSPICIOUS, f"{what} that fetches a program", target, _CLICK, confidence=Confidence.MEDIUM
        )
    elif place is None and (lower.startswith("file:") or re.match(r"[a-z]:\\", lower)):
        reading = shortcut_command.read(re.sub(r"^file:/{0,5}", "", target, flags=re.I))
        if reading or (starts(target) and shortcut_command.runs_interpreter(target)):
            yield _finding(node, code, Severity.SUSPICIOUS, f"{what} that starts a program of this computer", target)


def _scheme(lower: str) -> Severity:
    harmless = (
        lower.startswith(("search:", "search-ms:", "shell:", "ms-word:"))
        and "\\\\" not in lower
        and "http" not in lower
    )
    return Severity.SUSPICIOUS if harmless else Severity.MALICIOUS


def _is_page(lower: str) -> bool:
    """Whether what looks like a program is one of the host or of a page (``example.com``, ``index.js``)."""
    path = lower.partition("://")[2].partition("?")[0]
    return "/" not in path.rstrip("/") or path.endswith((".js", ".inf", ".reg", ".com", ".url", ".application"))


def _share(node: Node, code: str, target: str, place: Place, what: str) -> Iterator[Finding]:
    if place.webdav or (place.outside and (place.starts or _numeric(place.host))):
        yield _finding(
            node, code, Severity.MALICIOUS, f"{what} that opens a program on somebody else's computer", target
        )
    elif place.outside:
        yield node.finding(
            code,
            Severity.SUSPICIOUS,
            f"{what} that leads to somebody else's computer",
            target,
            _FORCED,
            confidence=Confidence.MEDIUM,
        )
    elif place.starts:
        sure = Confidence.HIGH if _numeric(place.host) else Confidence.MEDIUM
        yield node.finding(
            code,
            Severity.SUSPICIOUS,
            f"{what} that starts a program on another computer",
            target,
            _FORCED,
            confidence=sure,
        )


def _numeric(host: str) -> bool:
    return host.replace(".", "").isdigit()


def _finding(node: Node, code: str, severity: Severity, title: str, evidence: str, reference: str = _CLICK) -> Finding:
    return node.finding(code, severity, title, evidence, reference)


def _leak(node: Node, target: str, what: str, *, ordinary: bool) -> Iterator[Finding]:
    """Yield a finding when only showing the file makes the computer sign in to ``target``."""
    place = place_of(target)
    if place is None or not (place.share or not ordinary):
        return
    if place.outside and (not ordinary or place.webdav or _numeric(place.host)):
        severity, sure = Severity.MALICIOUS, Confidence.HIGH
    elif place.outside or not ordinary:
        severity, sure = Severity.SUSPICIOUS, Confidence.HIGH
    else:
        severity, sure = Severity.SUSPICIOUS, Confidence.HIGH if _numeric(place.host) else Confidence.MEDIUM
    title = f"{what} that sends the reader's sign-in to another computer as soon as its folder is shown"
    yield node.finding("shortcut.leaks_login", severity, title, target, _FORCED, confidence=sure)


def _url(node: Node, text: str) -> Iterator[Item]:
    found = keys(text)
    for name in ("url", "baseurl", "workingdirectory", "origurl"):
        yield from link(node, "shortcut.internet", found.get(name, ""), "Internet shortcut")
    yield from _leak(node, found.get("iconfile", ""), "Internet shortcut", ordinary=True)


def _explorer_command(node: Node, text: str) -> Iterator[Item]:
    yield from _leak(node, keys(text).get("iconfile", ""), "Explorer command", ordinary=False)


def _theme(node: Node, text: str) -> Iterator[Item]:
    found = keys(text)
    for name, value in found.items():
        yield from _leak(node, value, "Theme", ordinary=False)
        if (
            name in ("scrnsave.exe", "path")
            and starts(value)
            and not re.match(r"(?:%systemroot%|%windir%|c:\\windows)\\", value, re.I)
        ):
            yield _finding(node, "shortcut.theme", Severity.MALICIOUS, "Theme that starts a program", value)


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
        yield _finding(
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
        yield _finding(
            node,
            "shortcut.script",
            Severity.MALICIOUS,
            "Settings file that runs a script from another computer",
            target,
        )


def _remote_desktop(node: Node, text: str) -> Iterator[Item]:
    """Remote desktop files: name:type:value. Drives and clipboards given to a stranger are files given to him."""
    found = {
        name.lower(): value for name, value in re.findall(r"(?m)^[ \t]{0,8}([\w ]{2,60}):[isb]:([^\r\n]{0,2000})", text)
    }
    host = (
        re.sub(r":\d{1,5}$", "", found.get("full address", "") or found.get("alternate full address", ""))
        .strip()
        .lower()
    )
    place = place_of(f"https://{host}/") if host else None
    drives = found.get("drivestoredirect", "") or ("*" if found.get("redirectdrives") == "1" else "")
    if not place or not place.outside:
        return
    program = found.get("remoteapplicationprogram", "") if found.get("remoteapplicationmode") == "1" else ""
    if drives and (program or drives.strip() == "*" or _numeric(place.host)):
        sure = Confidence.HIGH if _numeric(place.host) or program else Confidence.MEDIUM
        yield node.finding(
            "shortcut.remote_desktop",
            Severity.SUSPICIOUS,
            "Remote desktop file that gives the drives of this computer to somebody outside",
            f"{host} {drives} {program}",
            "https://attack.mitre.org/techniques/T1219/",
            confidence=sure,
        )
    elif program:
        yield node.finding(
            "shortcut.remote_desktop",
            Severity.SUSPICIOUS,
            "Remote desktop file that shows a program of somebody outside",
            f"{host} {program}",
            confidence=Confidence.LOW,
        )


_INF_COMMANDS = re.compile(
    r"(?mi)^[ \t]{0,8}(?:runpresetupcommands?|runpostsetupcommands?|runpresetupcommandssection|unregisterocxs"
    r"|registerocxs|registerdlls|run|open|shellexecute|shell\\\w{1,20}\\command)[^=\r\n]{0,40}=[ "
    r"\t]{0,8}([^\r\n]{1,2000})"
)
_INF_SECTION = re.compile(r"(?mi)^[ \t]{0,8}\[([^\]\r\n]{1,200})\]")


def _setup(node: Node, text: str) -> Iterator[Item]:
    """Set-up instructions (``.inf``): their commands run on Install, with ``cmstp``, or when a medium is opened."""
    facts = script_facts.seen(text[:1_000_000])
    scripted = re.search(r"(?i)unregisterocxs|scrobj\.dll,?\s{0,4}ni|(?<![\w.])%11%\\scrobj", text)
    if scripted and re.search(
        r"(?i)scrobj[^\r\n]{0,40}(?:https?:|\\\\|ni,)|https?://[^\r\n]{1,200}\.(?:sct|xml|txt|wsc)", text
    ):
        yield _finding(
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
            yield _finding(
                node, "shortcut.setup", Severity.MALICIOUS, "Set-up file that runs a hidden command", command
            )
            return
        if reading and reading.confidence is Confidence.HIGH:
            yield _finding(node, "shortcut.setup", Severity.SUSPICIOUS, "Set-up file that runs a command", command)
            return
    if any(name.startswith(("stay.run_key", "amsi", "powershell.encoded", "fetch.powershell")) for name in facts):
        yield node.finding(
            "shortcut.setup",
            Severity.SUSPICIOUS,
            "Set-up file that changes what starts with the computer",
            next(iter(facts.values())),
            confidence=Confidence.MEDIUM,
        )


_ICS_ATTACH = re.compile(r"(?mi)^ATTACH((?:;[^:\r\n]{0,400}){0,1}):([^\r\n]{1,4000})")
_FOLDED = re.compile(r"\r?\n[ \t]")
#: Attachments of calendars come in base64, folded; what unfolds to more is cut and says so.
_ICS_INLINE = re.compile(r"ATTACH(;[^:\r\n]{0,400}ENCODING=BASE64[^:\r\n]{0,400}):([A-Za-z0-9+/=]{1,40000000})", re.I)
_PROCEDURE = re.compile(r"(?mi)^ACTION:PROCEDURE")


def _calendar(node: Node, text: str) -> Iterator[Item]:
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
            yield _finding(node, "shortcut.calendar", severity, "Calendar with an alarm that starts a program", target)
        place = place_of(target)
        if place and place.share and place.outside:
            yield _finding(
                node,
                "shortcut.leaks_login",
                Severity.SUSPICIOUS,
                "Calendar that sends the reader's sign-in to another computer",
                target,
                _FORCED,
            )
    sound = re.search(r"(?mi)^(?:X-[\w-]{1,60}|ATTACH[^:\r\n]{0,80}):[^\r\n]{0,20}(\\\\[^\r\n]{3,300})", text)
    if sound:
        yield from _leak(node, sound.group(1), "Calendar", ordinary=True)


def _click_once(node: Node, text: str) -> Iterator[Item]:
    target = re.search(r"(?:https?|file):[^\s#\"']{4,1000}", text)
    if target:
        yield node.finding(
            "shortcut.installer",
            Severity.SUSPICIOUS,
            "Reference that installs a program from the network",
            target.group(),
            _CLICK,
            confidence=Confidence.HIGH if not target.group().startswith("https:") else Confidence.MEDIUM,
        )


def _folder(node: Node, text: str) -> Iterator[Item]:
    """``desktop.ini`` and ``autorun.inf``: the icon of a folder is fetched as soon as that is shown."""
    for name, value in keys(text).items():
        if name in ("iconresource", "iconfile", "icon", "logo"):
            yield from _leak(node, value.partition(",")[0], "Folder settings", ordinary=False)


_ENTRY = re.compile(r"(?mi)(?:^|href\s{0,4}=\s{0,4}[\"']|^file\d{1,5}=)[ \t]{0,8}((?:file:|\\\\)[^\r\n\"']{3,1000})")


def _playlist(node: Node, text: str) -> Iterator[Item]:
    """Lists of sound and film: a player signs in to where they lead."""
    for match in _ENTRY.finditer(text):
        if place_of(match.group(1)):
            yield from _leak(node, match.group(1), "Playlist", ordinary=True)
            return


_BY_NAME: dict[str, Callable[[Node, str], Iterator[Item]]] = {"desktop.ini": _folder, "autorun.inf": _folder}
_READERS: dict[str, Callable[[Node, str], Iterator[Item]]] = {
    "application/x-mswinurl": _url,
    "text/x-explorer-command": _explorer_command,
    "text/x-windows-theme": _theme,
    "application/x-desktop": _desktop_entry,
    "text/x-script-host": _script_host,
    "application/x-rdp": _remote_desktop,
    "text/x-ms-regedit": shortcut_registry.entries,
    "text/x-setup-inf": _setup,
    "text/calendar": _calendar,
    "application/x-ms-application-reference": _click_once,
    "audio/x-mpegurl": _playlist,
}
