"""Restricted types by policy: classes and extensions that are added to, or lifted from, those of the scanner. Pure.

Decided from what a scan has stored (name, type, findings), never by reading the file again. So an added type is seen in
the file itself, and inside of containers where a finding or a link names the part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from app.engine.model import Finding, Severity
from app.engine.node_name import extension_of

#: The id of the finding that an added type makes.
ADDED = "policy.type"

#: Entries that one policy may add, and that it may lift.
MOST_TYPES = 200

_EXTENSION = re.compile(r"\.[a-z0-9_+-]{1,32}")

#: What the scanner restricts by itself: the class, and the finding that it makes.
LIFTABLE = {"program": "type.program", "shortcut": "type.shortcut", "script": "type.script"}

_ARCHIVES = frozenset(
    f"application/{kind}"
    for kind in (
        "gzip", "vnd.ms-cab-compressed", "vnd.rar", "x-7z-compressed", "x-ace-compressed", "x-archive", "x-arj",
        "x-bzip2", "x-compress", "x-cpio", "x-lrzip", "x-lz4", "x-lzh-compressed", "x-lzip", "x-lzma", "x-lzop",
        "x-pack", "x-rpm", "x-tar", "x-xar", "x-xz", "zip", "zstd",
    )
)  # fmt: skip
_DISKS = frozenset(
    f"application/{kind}"
    for kind in (
        "x-apple-diskimage", "x-iso9660-image", "x-ms-wim", "x-qemu-disk", "x-raw-disk-image", "x-squashfs", "x-vhd",
        "x-vhdx", "x-vmdk",
    )
)  # fmt: skip
_OFFICE_STARTS = (
    "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-word",
    "application/vnd.ms-visio", "application/vnd.visio", "application/vnd.oasis.opendocument.",
    "application/vnd.openxmlformats-officedocument.", "application/rtf", "application/x-ole",
)  # fmt: skip
_LOCKED = ("archive.encrypted", "office.encrypted", "pdf.encrypted", "archive.opened", "office.opened", "pdf.opened")


@dataclass(frozen=True, slots=True)
class Stored:
    """What a scan has stored of a file: its name, the media type that the scanner found, and the findings."""

    name: str
    content_type: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class TypeClass:
    """A class that can be added: its name for people, and whether a stored file is of it."""

    title: str
    fits: Callable[[Stored], bool]


def _typed(*starts: str) -> Callable[[Stored], bool]:
    return lambda stored: stored.content_type.startswith(starts)


def _found(*starts: str) -> Callable[[Stored], bool]:
    return lambda stored: any(finding.id.startswith(starts) for finding in stored.findings)


ADDABLE = {
    "archive": TypeClass("Archives (zip, rar, 7z and the like)", lambda stored: stored.content_type in _ARCHIVES),
    "locked": TypeClass("Files that are locked with a password", _found(*_LOCKED)),
    "disk_image": TypeClass("Disk images (iso, vhd, dmg and the like)", lambda stored: stored.content_type in _DISKS),
    "office": TypeClass("Office documents", _typed(*_OFFICE_STARTS)),
    "office_macro": TypeClass("Office documents with macros", _found("office.macro", "excel.macro")),
    "html": TypeClass("Web pages", _typed("text/html", "application/xhtml+xml")),
    "svg": TypeClass("SVG pictures", _typed("image/svg+xml")),
    "onenote": TypeClass("OneNote notebooks", _typed("application/onenote")),
    "pdf": TypeClass("PDF documents", _typed("application/pdf")),
    "mail": TypeClass("Mails as files", _typed("message/rfc822", "application/vnd.ms-outlook")),
    "help": TypeClass("Compiled help files", _typed("application/vnd.ms-htmlhelp")),
    "media": TypeClass("Sound and film", _typed("audio/", "video/")),
    "picture": TypeClass("Pictures", _typed("image/")),
}
LIFTABLE_TITLES = {"program": "Programs", "shortcut": "Shortcuts", "script": "Scripts that run on a double click"}


@dataclass(frozen=True, slots=True)
class TypeRules:
    """What is added to the restricted types and what is lifted: names of classes, or extensions like ``.iso``."""

    added: frozenset[str] = frozenset()
    lifted: frozenset[str] = frozenset()

    def lifts(self, finding: Finding) -> bool:
        """Return whether a finding restricts a type that is lifted."""
        if finding.severity is not Severity.RESTRICTED or finding.id not in LIFTABLE.values() or not self.lifted:
            return False
        if any(LIFTABLE.get(name) == finding.id for name in self.lifted):
            return True
        return f".{extension_of(finding.where)}" in self.lifted

    def findings(self, stored: Stored) -> tuple[Finding, ...]:
        """Return the findings that the added types make, once for each place."""
        return tuple({(each.where, each.evidence): each for each in self._findings(stored)}.values())

    def _findings(self, stored: Stored) -> Iterator[Finding]:
        for name in sorted(self.added):
            entry = ADDABLE.get(name)
            if entry is not None and entry.fits(stored):
                yield _restricted(stored.name, entry.title)
        extensions = {name for name in self.added if name.startswith(".")}
        if not extensions:
            return
        for where in dict.fromkeys((stored.name, *(finding.where for finding in stored.findings))):
            if (extension := f".{extension_of(where)}") in extensions:
                yield _restricted(where, extension)


def _restricted(where: str, what: str) -> Finding:
    return Finding(ADDED, Severity.RESTRICTED, where, "File type that your organisation's policy forbids", what)


def is_type(name: str, classes: Iterable[str]) -> bool:
    """Return whether ``name`` is one of the classes or an extension with its dot, in lower case."""
    return name in classes or _EXTENSION.fullmatch(name) is not None
