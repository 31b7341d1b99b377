"""What relationships of documents fetch or hand to Windows when they are opened, judged by where they lead."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import unquote

from app.engine.analyzers.shortcut import command as shortcut_command
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Item, Node, Text

_TEMPLATE_REFERENCE = "https://attack.mitre.org/techniques/T1221/"
#: Parts that are fetched and shown, or run, when the document is opened: relationship -> what it is in plain words.
_LOADED = {
    "attachedTemplate": (
        "office.remote_template",
        "Document that loads its template from the network when it is opened",
    ),
    "oleObject": ("office.remote_object", "Document that fetches an object from the network when it is opened"),
    "frame": ("office.remote_frame", "Document that shows a page from the network when it is opened"),
    "subDocument": ("office.remote_part", "Document that loads a part of itself from the network when it is opened"),
    "aFChunk": ("office.remote_part", "Document that loads a part of itself from the network when it is opened"),
}
_WEB = re.compile(r"\s*(?:mhtml:|https?:|ftp:|ms-\w+:)", re.I)
_HOST = re.compile(r"\s*(?:mhtml:)?https?://(?:[^/@\s]{0,200}@)?\[?([\w.:-]+)", re.I)
_SHARE = re.compile(r"\s*(?:file:)?[/\\]{2,}([\w.-]+)[/\\@]", re.I)
#: Schemes that no honest link of a document has: they hand a command to Windows.
_COMMAND_SCHEME = re.compile(
    r"\s*(?:mhtml|ms-msdt|search-ms|search|ms-officecmd|script|javascript|vbscript|ms-appinstaller|ms-cxh-full|mk|its):",
    re.I,
)
#: Of these, what holes are used by: a support tool, a program of Office and scripts, each with its command.
_EXPLOIT_SCHEME = re.compile(
    r"\s*(?:ms-msdt:.{0,400}(?:/id|/param|\$\()|ms-officecmd:|script:|mhtml:https?:)", re.I | re.S
)
#: An address that is bound as a moniker, and with what follows the mark.
_BOUND = re.compile(r"!(?:x-usc:.{0,400})?\s*\Z", re.I | re.S)
_CLICK = "https://attack.mitre.org/techniques/T1204/002/"
_PROGRAM = re.compile(r"\.(?:exe|scr|bat|cmd|vbs|js|jse|hta|ps1|lnk|url|msi|wsf|cpl|jar|library-ms)\s*\Z", re.I)
#: What Word keeps as templates; anything else that comes as one from the web is a disguise.
_TEMPLATE_FILE = re.compile(r"\.dot[xm]?(?:[?#].{0,2000})?\s*\Z", re.I | re.S)
#: Files that Office itself keeps on servers.
_OFFICE_FILE = re.compile(
    r"\.(?:do[ct][xm]?|xl[st][xmb]?|xlsb|pp[ts][xm]?|pot[xm]?|rtf|xml|vsdx|od[tsp])(?:[?#!].{0,2000})?\s*\Z",
    re.I | re.S,
)


def findings(node: Node, kind: str, target: str) -> Iterator[Item]:
    """Yield what a relationship of this kind (last part of its type) to a target outside of the document means."""
    share = _SHARE.match(target)
    if _COMMAND_SCHEME.match(target):
        yield from _handed_over(node, kind, target)
    elif kind in _LOADED and (_WEB.match(target) or share):
        code, title = _LOADED[kind]
        yield Text(target)
        yield node.finding(code, severity(kind, target), title, target, _TEMPLATE_REFERENCE)
    elif kind == "image" and share and "." in share.group(1) and target.lstrip().lower().startswith(("file:", "\\\\")):
        title = "Document that fetches a picture from a file server on the internet"
        yield _fetched(node, "office.remote_image", title, target)
    elif kind == "hyperlink":
        yield from _linked(node, target, share.group(1) if share else "")
    elif kind in ("externalLinkPath", "xlExternalLinkPath"):
        if share and _public(share.group(1)):
            title = "Table that reads from a file server on the internet, which tells it who opens the table"
            yield _fetched(node, "office.remote_table", title, target)
        else:
            yield node.finding("office.external_link", Severity.INFO, "Table that reads from another file", target)


def _handed_over(node: Node, kind: str, target: str) -> Iterator[Item]:
    """What an address means that Windows hands to one of its programs."""
    yield Text(target)
    sure = bool(_EXPLOIT_SCHEME.match(target)) and (kind in _LOADED or not target.lower().startswith("mhtml"))
    yield node.finding(
        "office.command_link",
        Severity.MALICIOUS if sure else Severity.SUSPICIOUS,
        "Document with a link that hands a command to Windows",
        target,
        _TEMPLATE_REFERENCE,
    )


def _linked(node: Node, target: str, host: str) -> Iterator[Item]:
    """What a link means that somebody has to click; ``host`` is the file server it leads to, empty for others."""
    if reading := _command(target):
        yield Text(reading)
        title = "Document with a link that starts a command"
        yield node.finding("office.command_link", Severity.MALICIOUS, title, reading, _CLICK)
    elif host and (_public(host) or _PROGRAM.search(target)):
        yield Text(target)
        yield node.finding(
            "office.share_link",
            Severity.SUSPICIOUS,
            "Document with a link to a program or a folder on somebody else's computer",
            target,
            _CLICK,
            confidence=Confidence.HIGH if _public(host) else Confidence.LOW,
        )


def _fetched(node: Node, code: str, title: str, target: str) -> Finding:
    """A file server is asked when the document is opened, and learns who opens it."""
    reference = "https://attack.mitre.org/techniques/T1187/"
    return node.finding(code, Severity.SUSPICIOUS, title, target, reference, confidence=Confidence.MEDIUM)


def _command(target: str) -> str:
    """Return the command that a link is instead of an address, when it does harm; else an empty text."""
    if _WEB.match(target) or not shortcut_command.runs_interpreter(plain := unquote(target)):
        return ""
    found = shortcut_command.read(plain)
    return plain if found and found.severity is Severity.MALICIOUS else ""


def severity(kind: str, target: str) -> Severity:
    """Return how bad it is that a document fetches ``target`` as its part of this kind when it is opened."""
    share = _SHARE.match(target)
    if share and not _WEB.match(target):
        # A bare host name is a server of the sender's own office.
        if kind in ("attachedTemplate", "oleObject") and _public(share.group(1)):
            return Severity.MALICIOUS
        return Severity.SUSPICIOUS if "." in share.group(1) else Severity.INFO
    if kind == "subDocument":
        # Chapters of a book do lie on the web.
        return Severity.INFO
    if _BOUND.search(target):
        return Severity.MALICIOUS
    host = _HOST.match(target)
    public = _public(host.group(1)) if host else None
    if host and public is False:
        return Severity.INFO
    if kind in ("attachedTemplate", "oleObject") and (public or not _OFFICE_FILE.search(target)):
        return Severity.MALICIOUS
    if kind == "attachedTemplate" and not _TEMPLATE_FILE.search(target):
        return Severity.MALICIOUS
    return Severity.SUSPICIOUS


def _public(host: str) -> bool | None:
    """Whether a host is a number of the internet (True) or of an office's own net (False); None for a name."""
    try:
        address = ipaddress.ip_address(host.partition(":")[0] if host.count(":") == 1 else host)
    except ValueError:
        return None
    # Addresses set aside for documentation stand for public ones.
    return not (address.is_loopback or address.is_link_local) and not any(
        address in net for net in _OWN if net.version == address.version
    )


_OWN = tuple(map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
