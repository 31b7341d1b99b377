"""What a target in a small file means that a desktop acts on: what it runs, and whom it tells who opened it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.analyzers.shortcut.place import Place, place_of, starts
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Node

_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
#: What makes a computer sign in to another one.
FORCED = "https://attack.mitre.org/techniques/T1187/"


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
        yield finding(
            node, code, _scheme(lower), f"{what} that makes Windows run something instead of opening a page", target
        )
    elif place and place.share:
        yield from _share(node, code, target, place, what)
    elif (
        place
        and re.search(r"\.(?:hta|vbs|vbe|jse|wsf|lnk|scr|ps1|sct|library-ms|cmd|bat|cpl)$", lower)
        and not _is_page(lower)
    ):
        yield finding(node, code, Severity.MALICIOUS, f"{what} that fetches a script and runs it", target)
    elif place and place.starts and not lower.startswith("https:") and not _is_page(lower):
        yield finding(node, code, Severity.SUSPICIOUS, f"{what} that fetches a program", target)
    elif place and place.starts and not _is_page(lower):
        yield node.finding(
            code, Severity.SUSPICIOUS, f"{what} that fetches a program", target, _CLICK, confidence=Confidence.MEDIUM
        )
    elif place is None and (lower.startswith("file:") or re.match(r"[a-z]:\\", lower)):
        reading = shortcut_command.read(re.sub(r"^file:/{0,5}", "", target, flags=re.I))
        if reading or (starts(target) and shortcut_command.runs_interpreter(target)):
            yield finding(node, code, Severity.SUSPICIOUS, f"{what} that starts a program of this computer", target)


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
    if place.webdav or (place.outside and (place.starts or is_numeric(place.host))):
        yield finding(
            node, code, Severity.MALICIOUS, f"{what} that opens a program on somebody else's computer", target
        )
    elif place.outside:
        yield node.finding(
            code,
            Severity.SUSPICIOUS,
            f"{what} that leads to somebody else's computer",
            target,
            FORCED,
            confidence=Confidence.MEDIUM,
        )
    elif place.starts:
        sure = Confidence.HIGH if is_numeric(place.host) else Confidence.MEDIUM
        yield node.finding(
            code,
            Severity.SUSPICIOUS,
            f"{what} that starts a program on another computer",
            target,
            FORCED,
            confidence=sure,
        )


def is_numeric(host: str) -> bool:
    """Whether a host is an address without a name."""
    return host.replace(".", "").isdigit()


def finding(node: Node, code: str, severity: Severity, title: str, evidence: str, reference: str = _CLICK) -> Finding:
    """Return a finding about something that happens at a click."""
    return node.finding(code, severity, title, evidence, reference)


def leak(node: Node, target: str, what: str, *, ordinary: bool) -> Iterator[Finding]:
    """Yield a finding when only showing the file makes the computer sign in to ``target``."""
    place = place_of(target)
    if place is None or not (place.share or not ordinary):
        return
    if place.outside and (not ordinary or place.webdav or is_numeric(place.host)):
        severity, sure = Severity.MALICIOUS, Confidence.HIGH
    elif place.outside or not ordinary:
        severity, sure = Severity.SUSPICIOUS, Confidence.HIGH
    else:
        severity, sure = Severity.SUSPICIOUS, Confidence.HIGH if is_numeric(place.host) else Confidence.MEDIUM
    title = f"{what} that sends the reader's sign-in to another computer as soon as its folder is shown"
    yield node.finding("shortcut.leaks_login", severity, title, target, FORCED, confidence=sure)
