"""What the mere names say about members that cannot be unpacked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.engine import names
from app.engine.identify import BINARY, PE, Kind
from app.engine.model import Confidence, Finding, Severity
from app.engine.node import Item, Node
from app.engine.node_name import extension_of
from app.engine.printable import printable
from app.engine.signatures import TEXT_EXTENSIONS

#: Extensions that run on a double click; the ones that only name a document with macros are left out.
_RUNS = frozenset(
    (
        *("exe", "scr", "com", "pif", "cpl", "dll", "msi", "msp", "jar", "lnk", "url", "hta", "chm", "reg"),
        *("bat", "cmd", "ps1", "js", "jse", "vbs", "vbe", "wsf", "wsh", "iso", "img", "vhd", "vhdx"),
    )
)
_PROGRAMS = frozenset(("exe", "scr", "com", "pif", "cpl", "dll", "msi", "msp", "jar"))
_SHORTCUT = Kind("application/x-ms-shortcut", "shortcut")


def unseen(node: Node, members: Sequence[str]) -> Iterator[Item]:
    """Yield what the names of members tell whose content nobody saw.

    ``archive.hidden_program`` when one of them runs, and what ``names`` finds in each as if it were what it says.
    """
    found = [name for name in members if extension_of(name) in _RUNS]
    if found:
        yield node.finding(
            "archive.hidden_program",
            Severity.SUSPICIOUS,
            "Holds a program in a form in which it cannot be looked at",
            ", ".join(found),
        )
    for name in members:
        where = f"{node.where}/{printable(name)}"
        member = Node(name, where, memoryview(b""), _promised(name), node.depth + 1, len(members))
        yield from names.check(member)


def twins(node: Node, members: Sequence[str]) -> Iterator[Item]:
    """Yield a finding when a file and a folder have one name: who opens the file gets what is in the folder started.

    WinRAR did so up to version 6.22 (CVE-2023-38831); no archive of files that lay on a disk looks like that.
    """
    names = {plain for name in members if extension_of(plain := name.replace("\\", "/").rstrip(" "))}
    for name in members:
        folder, slash, _ = name.replace("\\", "/").rpartition("/")
        if slash and folder.rstrip(" ") in names:
            runs = extension_of(name) in _RUNS
            yield node.finding(
                "archive.same_name",
                Severity.MALICIOUS if runs else Severity.SUSPICIOUS,
                "A file and a folder of the same name, so that opening one starts what is in the other",
                name,
                "https://nvd.nist.gov/vuln/detail/CVE-2023-38831",
                confidence=Confidence.MEDIUM,
            )
            return


def differs(node: Node, before: str, listed: str) -> Finding:
    """Return the finding about a member with two names: ``before`` its content, and ``listed`` in the directory.

    Suspicious when they are of different kinds and one of them runs; else only tools that repack do so.
    """
    kinds = {extension_of(before), extension_of(listed)}
    runs = len(kinds) > 1 and not _RUNS.isdisjoint(kinds)
    return node.finding(
        "archive.names_differ_program" if runs else "archive.names_differ",
        Severity.SUSPICIOUS if runs else Severity.INFO,
        "The archive names a program like another kind of file in a second place"
        if runs
        else "The archive names a file differently in two places",
        f"{before} / {listed}",
    )


def _promised(name: str) -> Kind:
    """Return the kind that the extension promises: what a double click would make of the member."""
    extension = extension_of(name)
    if extension in _PROGRAMS:
        return PE
    if extension == "lnk":
        return _SHORTCUT
    return Kind(*TEXT_EXTENSIONS[extension]) if extension in TEXT_EXTENSIONS else BINARY
