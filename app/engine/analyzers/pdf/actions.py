"""What a PDF does when it is opened or clicked: actions and their targets. Format: ISO 32000-1, 12.6."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from app.engine.analyzers.pdf.objects import Object, string, words
from app.engine.model import Finding, Severity
from app.engine.node import Item, Node, Text

_ACTION = re.compile(rb"/S[\s\0]*/(Launch|SubmitForm|GoToR|GoToE|ImportData|URI)(?![A-Za-z])")
_TARGET = re.compile(rb"/(?:URI|UF|F|Win|P)[\s\0]*(?=[(<](?!<))")
_BY_ITSELF = re.compile(rb"/(?:OpenAction|AA)[\s\0]*<<")
_ON_OPENING = re.compile(rb"/(?:OpenAction|AA)[\s\0]*<<")
_KEYWORDS = re.compile(rb"/(?:JavaScript|JS|OpenAction|AA|Launch|EmbeddedFile|URI|Filter|ObjStm)(?![A-Za-z])")
_FORM = re.compile(rb"/XFA(?![A-Za-z])")
_LINK = re.compile(rb"/URI[\s\0]*(?=[(<](?!<))")
_REMOTE = re.compile(r"\s*(?:https?:|ftp:|\\\\|//|file://[\w.])", re.I)
_COMMAND = re.compile(r"\s*(?:javascript|vbscript|ms-msdt|search-ms|ms-appinstaller):", re.I)
_PROGRAM = re.compile(
    r"\b(?:cmd|powershell|mshta|wscript|cscript|rundll32|regsvr32)(?:\.exe)?\b"
    r"|\.(?:exe|scr|bat|cmd|vbs|js|hta|ps1|jar|com|pif|lnk)\b",
    re.I,
)
#: Strings of one object that are read; a page has a few hundred links at most.
_MOST = 5_000
#: Bytes of links outside of all objects; those that are not closed are read again and again.
_MOST_LINK_BYTES = 512 * 1024
#: Actions of one object that are read: it has one, or a chain of a few.
_MOST_ACTIONS = 2_000


def findings(node: Node, thing: Object, text_at: Callable[[int], bytes]) -> Iterator[Item]:
    """Yield the links of an object and findings about its actions; ``text_at`` reads the string at a place of it."""
    if thing.disguised and _KEYWORDS.search(thing.text):
        yield node.finding(
            "pdf.disguised", Severity.SUSPICIOUS, "PDF that writes its actions so that they are overlooked"
        )
    if _FORM.search(thing.text):
        yield node.finding("pdf.form", Severity.INFO, "PDF with an XML form")
    links = [words(text_at(match.end())) for match in islice(_LINK.finditer(thing.text), _MOST + 1)]
    if links:
        yield Text("\n".join(links))
    if command := next((link for link in links if _COMMAND.match(link)), ""):
        yield node.finding("pdf.command_link", Severity.SUSPICIOUS, "PDF with a link that runs a command", command)
    actions = list(islice(_ACTION.finditer(thing.text), _MOST_ACTIONS + 1))
    for match in actions[:_MOST_ACTIONS]:
        yield from _action(node, match[1].decode("ascii"), thing.text, match.start(), text_at)
    if len(links) > _MOST or len(actions) > _MOST_ACTIONS:
        yield _too_many(node)


def _too_many(node: Node) -> Finding:
    return node.finding("limit.pdf", Severity.UNKNOWN, "Document with more or longer scripts and links than are read")


def _action(node: Node, kind: str, text: bytes, at: int, text_at: Callable[[int], bytes]) -> Iterator[Item]:
    """One action; its target is among the strings around it, because an action is a small dictionary."""
    found = _TARGET.finditer(text, max(0, at - 600), at + 1200)
    around = [words(text_at(match.end())) for match, _ in zip(found, range(8), strict=False)]
    target = next((word for word in around if word), "")
    if kind == "Launch":
        program = any(_PROGRAM.search(word) for word in around)
        yield node.finding(
            "pdf.launch_program" if program else "pdf.launch",
            Severity.MALICIOUS if program else Severity.SUSPICIOUS,
            "PDF that starts a program" if program else "PDF that opens another file outside of itself",
            " ".join(around),
            "https://attack.mitre.org/techniques/T1204/002/",
        )
    elif kind in ("GoToR", "GoToE") and (remote := next((word for word in around if _REMOTE.match(word)), "")):
        by_itself = _ON_OPENING.search(text, max(0, at - 200), at + 200)
        share = remote.lstrip().startswith(("\\\\", "//", "file:"))
        yield node.finding(
            "pdf.remote_file",
            Severity.MALICIOUS if by_itself and share else Severity.SUSPICIOUS,
            "PDF that opens a file on another computer" + (" by itself" if by_itself else ""),
            remote,
            "https://attack.mitre.org/techniques/T1187/",
        )
        yield Text(remote)
    elif kind in ("SubmitForm", "ImportData"):
        yield node.finding("pdf.form_sent", Severity.INFO, "PDF form that sends or fetches what is filled in", target)
        yield Text("\n".join(around))
    elif kind == "URI" and _BY_ITSELF.search(text, max(0, at - 60), at):
        yield node.finding(
            "pdf.opens_page",
            Severity.SUSPICIOUS,
            "PDF that opens a web page by itself",
            target,
            "https://attack.mitre.org/techniques/T1204/001/",
        )


def trailers(node: Node, data: bytes) -> Iterator[Item]:
    """Yield the links that stand outside of all objects; some writers and most damage leave them there."""
    if b"/URI" not in data:
        return
    found: set[bytes] = set()
    left = _MOST_LINK_BYTES
    for match in _LINK.finditer(data):
        if left <= 0:
            yield _too_many(node)
            break
        link = string(data, match.end())
        left -= len(link) + 1
        found.add(link)
    if found:
        yield Text("\n".join(sorted(words(link) for link in found)))
